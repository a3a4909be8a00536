"""`syncs up`: it answers, it stands up again, and it leaves nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.stack import COMMAND, PARTS, Stack, free_port

# One script that takes its time and does not listen to SIGTERM; the others are done at once.
SLOW = "sync-senat"
SCRIPTS = f"""sh -c 'test "$0" != {SLOW} || {{ trap "" TERM; while :; do sleep 0.2; done; }}' {{script}}"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Not pytest's own folder: another pytest that starts would shut PostgreSQL's user out of it."""
    folder = Path(tempfile.mkdtemp(prefix="syncs-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def stack(folder: Path) -> Iterator[Stack]:
    """One for this file, which kills its parts; in a place too deep, and too odd in its signs, for a Unix socket."""
    inside = folder / 'it\'s a "deep" place' / ("x" * 90)
    inside.mkdir(parents=True)
    (inside / ".env").write_text("MISTRAL_API_KEY=of-the-scripts\n")
    environment = {
        "SYNCS_COMMAND": SCRIPTS,
        "SYNCS_RETRY_DELAY": "0.1",
        "PREFECT_API_URL": "http://somewhere.invalid/api",
        "PREFECT_API_KEY": "of-somewhere-else",
        "PREFECT_PROFILE": "elsewhere",
        "PGPORT": "1",
        "HTTP_PROXY": "http://127.0.0.1:1",
    }
    with Stack(inside / "home", environment=environment) as stack:
        yield stack


@pytest.fixture
def other(folder: Path) -> Iterator[Stack]:
    """A stack that is not started yet, on a home that the tests share."""
    stack = Stack(folder / "other")
    yield stack
    stack.leave_nothing()


def refusal(home: Path, port: int, **settings: str) -> str:
    """What is said by one that does not start."""
    ports = {"SYNCS_PREFECT_PORT": str(port), "SYNCS_PORT": str(free_port())}
    environment = {**os.environ, **ports, **settings, "SYNCS_HOME": str(home)}
    refused = subprocess.run(COMMAND, env=environment, capture_output=True, text=True, timeout=20)
    assert refused.returncode == 1, refused
    return refused.stderr


def request(stack: Stack, path: str, body: dict[str, Any] | None = None) -> Any:
    """Prefect's answer; while a part is on its way back there may be none, and it is asked again."""
    until = time.monotonic() + 30
    while True:
        try:
            answer = httpx.request("GET" if body is None else "POST", f"{stack.api_url}/{path}", json=body)
            if answer.is_success or time.monotonic() > until:
                return answer.raise_for_status().json()
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
        time.sleep(0.1)


def start_run(stack: Stack, script: str) -> str:
    deployment = request(stack, f"deployments/name/sync-script/{script}")
    return str(request(stack, f"deployments/{deployment['id']}/create_flow_run", {})["id"])


def state(stack: Stack, run: str) -> str:
    return str(request(stack, f"flow_runs/{run}")["state"]["type"])


def eventually(holds: Callable[[], bool], within: float = 40) -> None:
    until = time.monotonic() + within
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.1)


def temporary(stack: Stack) -> Path:
    return Path(stack.part("worker").environ()["TMPDIR"])


def is_slow_script(process: psutil.Process) -> bool:
    return process.name() == "sh" and process.cmdline()[-1] == SLOW


def test_every_part_answers(stack: Stack) -> None:
    assert request(stack, "health") is True
    workers = request(stack, "work_pools/syncs/workers/filter", {})
    assert [(worker["name"], worker["status"]) for worker in workers] == [("local", "ONLINE")]
    up = [line.split()[1] for line in stack.lines if " is up (" in line]
    assert up[:2] == ["postgres", "server"]
    assert sorted(up[2:-1]) == ["api", "engine", "worker"]
    assert up[-1] == "everything"
    assert httpx.get(f"{stack.admin_url}/health").is_success


def test_each_part_knows_what_it_needs_and_no_more(stack: Stack) -> None:
    known = {name: stack.part(name).environ() for name in PARTS}
    assert [name for name in PARTS if "PREFECT_SERVER_DATABASE_CONNECTION_URL" in known[name]] == ["server"]
    assert [name for name in PARTS if "DATABASE_URL" in known[name]] == ["engine", "worker"]
    assert [name for name in PARTS if "MISTRAL_API_KEY" in known[name]] == ["engine", "worker"]
    for secret in ("SYNCS_DATABASE_URL", "SYNCS_ADMIN_TOKEN"):
        assert [name for name in PARTS if secret in known[name]] == ["api"]
    assert {environment["PREFECT_API_URL"] for environment in known.values()} == {stack.api_url}
    assert not [name for name in PARTS if {"PREFECT_API_KEY", "PREFECT_PROFILE"} & set(known[name])]


def test_its_data_is_private(stack: Stack) -> None:
    assert not stack.home.stat().st_mode & 0o007
    assert {
        path.name: oct(path.stat().st_mode)[-3:] for path in stack.home.iterdir() if path.is_dir()
    } == dict.fromkeys(("locks", "logs", "postgres", "prefect"), "700")
    assert not temporary(stack).stat().st_mode & 0o007


def test_the_token_is_made_once_is_private_and_is_never_said(stack: Stack) -> None:
    file = stack.home / "admin_token"
    assert oct(file.stat().st_mode)[-3:] == "600"
    assert len(stack.token) >= 32
    stack.wait_for(f"admin page: {stack.admin_url}/admin/syncs, API: /docs (to sign in: the token is in {file})")
    assert not [line for line in stack.lines if stack.token in line]
    assert not [log for log in (stack.home / "logs").iterdir() if stack.token in log.read_text(errors="replace")]
    assert not list(stack.home.glob("admin_token.*"))


@pytest.mark.parametrize(
    ("mode", "text", "said"),
    [
        (0o640, "x" * 40, "is open to others (mode 640)"),
        (0o600, "sesame", "holds no token of 32 or more"),
        (0o600, "two words of more than thirty-two signs", "holds no token of 32 or more"),
    ],
)
def test_a_token_file_that_keeps_no_secret_is_refused(folder: Path, mode: int, text: str, said: str) -> None:
    home = folder / "open"
    home.mkdir(exist_ok=True)
    (home / "admin_token").write_text(text)
    (home / "admin_token").chmod(mode)
    refused = refusal(home, free_port())
    assert refused.startswith(f"syncs up: {home / 'admin_token'} {said}")
    assert text not in refused


def test_postgres_listens_on_no_port(stack: Stack) -> None:
    assert not [one for one in stack.part("postgres").net_connections("inet") if one.status == psutil.CONN_LISTEN]


def test_a_second_one_on_the_same_home_is_refused(stack: Stack) -> None:
    said = refusal(stack.home, free_port())
    assert f"another `syncs up` (pid {stack.pid}) already runs on {stack.home}" in said


def test_a_taken_port_is_named_and_nothing_is_started(other: Stack) -> None:
    class SaysYesToAll(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

    with HTTPServer(("127.0.0.1", other.port), SaysYesToAll):
        said = refusal(other.home, other.port)
    assert said == (
        f"syncs up: port {other.port} of 127.0.0.1 cannot be had: Address already in use. "
        "Free it, or set SYNCS_PREFECT_PORT to another one.\n"
    )
    assert not other.left()


def test_a_second_one_beside_it_needs_a_port_of_its_own_for_the_api(stack: Stack, other: Stack) -> None:
    port = stack.environment["SYNCS_PORT"]
    said = refusal(other.home, other.port, SYNCS_PORT=port)
    assert said == (
        f"syncs up: port {port} of 127.0.0.1 cannot be had: Address already in use. "
        "Free it, or set SYNCS_PORT to another one.\n"
    )


def test_an_address_that_is_another_machines_is_refused(other: Stack) -> None:
    said = refusal(other.home, other.port, SYNCS_HOST="192.0.2.1")
    assert said == "syncs up: SYNCS_HOST=192.0.2.1: allowed is an IP address of this machine, or localhost.\n"


def test_a_home_that_is_a_file_is_refused(folder: Path) -> None:
    file = folder / "file"
    file.touch()
    assert refusal(file, free_port()).startswith(f"syncs up: SYNCS_HOME={file} cannot hold the stack's data: ")


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("SYNCS_RETRY_DELAY", "soon", "valid number"),
        ("SYNCS_COMMAND", "npx tsx", "must hold {script}"),
        ("DATABASE_URL", "mysql://user:sesame@host/site", "allowed are"),
        ("SYNCS_DATABASE_URL", "mysql://user:sesame@host/jobs", "is for mysql"),
        ("SYNCS_ADMIN_TOKEN", "sesame", "is too weak"),
    ],
)
def test_a_setting_that_no_run_could_live_with_is_refused_before_anything_starts(
    folder: Path, key: str, value: str, allowed: str
) -> None:
    said = refusal(folder / "settings", free_port(), **{key: value})
    assert key in said
    assert allowed in said
    assert "sesame" not in said


def test_a_token_a_database_and_an_address_of_the_users_are_used(folder: Path) -> None:
    own = folder / "own"
    own.mkdir()
    token = "of-the-users-own-" + 32 * "x"
    (own / ".env").write_text(f"SYNCS_ADMIN_TOKEN={token}\nSYNCS_DATABASE_URL=sqlite:///{own / 'jobs.db'}\n")
    with Stack(own / "home", environment={"SYNCS_HOST": "0.0.0.0"}) as stack:  # noqa: S104 - what is tested
        stack.wait_for("should be behind TLS")
        assert f"{stack.admin_url}/admin/syncs, API: /docs (to sign in: the token is SYNCS_ADMIN_TOKEN)" in "\n".join(
            stack.lines
        )
        jobs = f"{stack.admin_url}/api/admin/syncs"
        assert httpx.get(jobs).status_code == 401
        assert httpx.get(jobs, headers={"Authorization": f"Bearer {token}"}).is_success
        assert not (stack.home / "admin_token").exists()
        assert (own / "jobs.db").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_can_be_stopped_while_it_starts(other: Stack, number: signal.Signals) -> None:
    other.start()
    other.wait_for("postgres is up")
    assert other.stop(number) == 0
    assert not other.left()


def test_a_pid_file_of_before_a_crash_does_not_stop_postgres(other: Stack) -> None:
    # Left by a crash, and its number is another process's by now.
    (other.home / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    other.start()
    other.wait_for("postgres is up")
    assert other.stop() == 0


def test_data_of_another_postgres_is_refused(other: Stack) -> None:
    version = other.home / "postgres" / "PG_VERSION"
    ours = version.read_text()
    version.write_text("17\n")
    assert "was made by PostgreSQL 17, and the one installed is 18." in refusal(other.home, other.port)
    version.write_text(ours)


def test_it_goes_on_when_nobody_reads_what_it_says(other: Stack) -> None:
    reader, writer = os.pipe()
    with subprocess.Popen(COMMAND, env=other.environment, stdout=writer, stderr=subprocess.PIPE) as process:
        os.close(writer)
        os.read(reader, 10)
        os.close(reader)
        eventually(lambda: any("server" in one.cmdline() for one in psutil.Process(process.pid).children()))
        process.terminate()
        assert process.stderr
        assert (process.stderr.read(), process.wait()) == (b"", 0)
    assert not other.left()


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_is_killed_comes_back(stack: Stack, name: str) -> None:
    killed = stack.part(name)
    killed.kill()
    stack.wait_for(f"{name} was ended by SIGKILL; it is started again in 0.5 s")
    stack.wait_for(f"{name} is back")
    assert stack.part(name).pid != killed.pid


def test_after_that_it_works_as_before(stack: Stack) -> None:
    run = start_run(stack, "recalculate-prominence")
    eventually(lambda: state(stack, run) == "COMPLETED")


def test_what_a_killed_one_leaves_is_ended_by_the_next(stack: Stack) -> None:
    run = start_run(stack, SLOW)
    eventually(lambda: any(map(is_slow_script, stack.left())))
    folder = temporary(stack)
    before = {name: stack.part(name) for name in PARTS}
    script = next(filter(is_slow_script, stack.left()))
    stack.kill()
    assert script.is_running()
    stack.start()
    stack.wait_for("processes that an earlier `syncs up` had left behind")
    stack.wait_for("everything is up")
    assert not [name for name in PARTS if before[name].is_running() or not stack.part(name).is_running()]
    assert not script.is_running()
    assert not folder.exists()
    # Its end was still reported: nothing waits for it in vain.
    assert state(stack, run) == "CRASHED"


def test_a_stop_leaves_nothing_behind(stack: Stack) -> None:
    run = start_run(stack, SLOW)
    eventually(lambda: any(map(is_slow_script, stack.left())))
    assert state(stack, run) == "RUNNING"
    folder = temporary(stack)
    assert stack.stop() == 0
    assert not stack.left()
    assert not folder.exists()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", stack.port))
