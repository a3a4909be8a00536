"""The engine by itself: what it is asked, what it makes of nonsense, when it starts afresh."""

import os
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import prefect.client.orchestration as clients
import psutil
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import FlowRunUpdate
from prefect.client.schemas.objects import FlowRun, TaskRun
from prefect.events import Event
from prefect.events import related as prefects

from deployments.warm import FLOW_RUN, RUN, attempts, certificates, imported, related, wire
from deployments.warm.imported import Imported
from tests.stack import Stack
from tests.warm import PROGRAM, Warm, eventually

PROJECT = Path(attempts.PROJECT)


@pytest.fixture
def warm() -> Iterator[Warm]:
    """One whose engine the test starts."""
    warm = Warm(Path(tempfile.mkdtemp(prefix="syncs-")))
    try:
        yield warm
    finally:
        warm.leave_nothing()


@pytest.fixture(scope="module")
def shared() -> Iterator[Warm]:
    """One whose engine is up, for tests that leave it as it was."""
    warm = Warm(Path(tempfile.mkdtemp(prefix="syncs-")))
    try:
        warm.start()
        assert answers(warm)
        yield warm
    finally:
        warm.leave_nothing()


@pytest.fixture
def files(tmp_path: Path) -> Iterator[list[int]]:
    """What goes with a request. All of it is the test's own: a guard takes the last one away."""
    fds = [os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)]
    fds += [os.open(tmp_path / name, os.O_RDWR | os.O_CREAT) for name in ("said", "attempt")]
    yield fds
    for fd in fds:
        os.close(fd)


def request(warm: Warm, mark: Path) -> list[str]:
    """For a run that leaves a mark."""
    program = f"open({str(mark)!r}, 'w')"
    return [*wire.from_environment({**warm.environment, PROGRAM: program, FLOW_RUN: mark.name, RUN: mark.name})]


def to(warm: Warm) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(str(warm.socket))
    return connection


def open_files(process: psutil.Process) -> list[str]:
    return sorted(os.readlink(file) for file in Path(f"/proc/{process.pid}/fd").iterdir())


def answers(warm: Warm) -> bool:
    return bool(warm.ask("'it does'") == "it does")


def test_nobody_else_may_ask(shared: Warm) -> None:
    status = shared.socket.stat()
    assert stat.S_ISSOCK(status.st_mode)
    assert stat.S_IMODE(status.st_mode) == 0o600
    assert status.st_uid == os.geteuid()


NONSENSE = {
    "nothing": b"",
    "half a length": b"\0\0",
    "a length and no more": b"\0\0\1\0",
    "half a request": b"\0\0\1\0A=1",
    "more than there is": b"\xff\xff\xff\xffA=1",
    "an empty one": b"\0\0\0\0",
    "no environment": b"\0\0\0\7garbage",
    "bytes": b"\0\0\0\4\xff=\xfe=",
    "HTTP": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@pytest.mark.parametrize("with_files", [False, True])
@pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_does_not_hurt_it(shared: Warm, files: list[int], nonsense: bytes, with_files: bool) -> None:
    engine = psutil.Process(shared.engine.pid)
    before = open_files(engine)
    with to(shared) as connection:
        if with_files and nonsense:
            socket.send_fds(connection, [nonsense], files)
        else:
            connection.sendall(nonsense)
    assert answers(shared)
    eventually(lambda: open_files(engine) == before)
    assert shared.engine.poll() is None


def test_a_request_that_is_never_finished_keeps_no_other_waiting_for_good(shared: Warm, files: list[int]) -> None:
    with to(shared) as silent, to(shared) as half:
        socket.send_fds(half, [b"\0\0\1\0A=1"], files)
        assert answers(shared)
        for hung in (silent, half):
            assert hung.recv(100) == b"", "it was not let go"


def test_a_launcher_that_hangs_up_at_once_starts_nothing(shared: Warm, files: list[int], tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with to(shared) as connection:
        wire.send(connection, *request(shared, mark), files=files)
    assert answers(shared)
    eventually(lambda: not shared.guards(shared.engine))
    assert not mark.exists()


def test_without_go_a_guard_waits_and_starts_nothing(shared: Warm, files: list[int], tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with to(shared) as connection:
        wire.send(connection, *request(shared, mark), files=files)
        assert wire.receive(connection) == ["ready"]
        assert answers(shared)
        ((guard,),) = [shared.guards(shared.engine)]
        assert guard.children() == []
        connection.send(wire.GO)
        assert wire.receive(connection)[0] == "started"
        assert wire.receive(connection) == ["exit", "0"]
    assert mark.exists()


def test_twenty_at_once_each_have_their_own(shared: Warm) -> None:
    launched = [shared.launch("import os; print(os.environ['NUMBER'])", {"NUMBER": str(n)}) for n in range(20)]
    assert [one.ended() for one in launched] == [0] * 20
    assert [one.said for one in launched] == [f"{n}\n" for n in range(20)]


def test_a_run_leaves_nothing_in_it(shared: Warm) -> None:
    engine = psutil.Process(shared.engine.pid)
    before = open_files(engine)
    for _ in range(5):
        assert answers(shared)
    eventually(lambda: engine.children() == [])
    assert open_files(engine) == before


def test_guard_and_run_have_neither_its_socket_nor_each_others(shared: Warm) -> None:
    def sockets(process: psutil.Process) -> set[str]:
        return {file for file in open_files(process) if file.startswith("socket:")}

    first, second = (shared.launch("import time; print(1, flush=True); time.sleep(60)") for _ in range(2))
    eventually(lambda: first.said and second.said)
    one, other = shared.guards(shared.engine)
    engine = psutil.Process(shared.engine.pid)
    assert not sockets(one) & sockets(other)
    assert not sockets(engine) & (sockets(one) | sockets(other))
    assert [sockets(run) for guard in (one, other) for run in guard.children()] == [set(), set()]
    for launched in (first, second):
        launched.process.terminate()
        assert launched.ended() == -signal.SIGTERM


def test_a_run_that_was_given_up_on_while_the_engine_stood_still_begins_once(warm: Warm) -> None:
    engine = warm.start()
    marks = warm.folder / "marks"
    engine.send_signal(signal.SIGSTOP)
    one = warm.launch(f"open({str(marks)!r}, 'a').write('x')")
    assert one.ended() == 0
    assert "Started the stock way, which takes seconds longer: the warm engine does not answer (timed out)" in one.said
    engine.send_signal(signal.SIGCONT)
    # It answers in turn, so the one before has been dealt with.
    assert answers(warm)
    eventually(lambda: warm.guards(engine) == [])
    assert marks.read_text() == "x"


def test_one_that_was_killed_leaves_a_socket_at_which_the_next_one_answers(warm: Warm) -> None:
    first = warm.start()
    first.kill()
    first.wait()
    assert warm.socket.exists()
    one = warm.launch("pass")
    assert one.ended() == 0
    assert one.was_cold
    warm.start()
    assert answers(warm)


def test_of_two_the_later_one_answers_and_neither_is_hurt(warm: Warm) -> None:
    first, second = warm.start(), warm.start()
    assert answers(warm)
    assert first.poll() is None
    one = warm.launch("import time; time.sleep(60)")
    eventually(lambda: warm.guards(second))
    assert warm.guards(first) == []
    one.process.terminate()
    one.ended()


@pytest.fixture
def copied(warm: Warm) -> Path:
    """This project's code, as the engine finds it: in a copy that a test may change."""
    project = warm.folder / "site"
    for package in ("flows", "deployments"):
        shutil.copytree(PROJECT / package, project / package)
    warm.environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return project


def test_new_code_is_what_the_next_run_has_and_a_run_that_goes_on_is_not_touched(warm: Warm, copied: Path) -> None:
    engine = warm.start()
    asked = "getattr(flows.settings, 'NEW', None)"
    assert warm.ask(asked, imports="flows.settings") is None
    going_on = warm.launch("import sys, time; print(1, flush=True); time.sleep(8); sys.exit(5)")
    eventually(lambda: going_on.said)
    with (copied / "flows" / "settings.py").open("a") as file:
        file.write("\nNEW = 'code'\n")
    assert warm.ask(asked, imports="flows.settings") == "code"
    assert "settings.py has changed: the engine starts afresh." in warm.log.read_text()
    assert engine.poll() is None, "it is the same process"
    (guard,) = warm.guards(engine)
    assert going_on.ended() == 5
    eventually(lambda: not guard.is_running() or warm.guards(engine) == [])
    assert "syncs-guard" not in going_on.said


def test_a_module_that_comes_or_goes_is_noticed_too(warm: Warm, copied: Path) -> None:
    warm.start()
    (copied / "flows" / "new.py").write_text("NEW = 'code'")
    assert warm.ask("flows.new.NEW", imports="flows.new") == "code"
    assert warm.log.read_text().count("afresh") == 1


def test_what_waits_meanwhile_is_answered_by_the_new_one(warm: Warm, copied: Path) -> None:
    warm.start()
    (copied / "flows" / "settings.py").touch()
    launched = [warm.launch(f"print({n})") for n in range(5)]
    assert [one.ended() for one in launched] == [0] * 5
    assert [one.said for one in launched] == [f"{n}\n" for n in range(5)]
    assert warm.log.read_text().count("afresh") == 1


def test_code_that_cannot_be_imported_leaves_runs_to_the_stock_way(warm: Warm, copied: Path) -> None:
    engine = warm.start()
    (copied / "flows" / "catalog" / "__init__.py").write_text("this is no Python")
    one = warm.launch("print('it ran')")
    assert one.ended() == 0
    assert one.was_cold
    assert one.said.endswith("it ran\n")
    assert engine.wait(20) == 1


def test_what_is_no_code_does_not_make_it_start_afresh(warm: Warm, copied: Path) -> None:
    warm.start()
    assert answers(warm)
    for made in ("flows/__pycache__/other.pyc", "flows/catalog/__pycache__/other.pyc", "tests.py", "prefect.yaml"):
        (copied / made).parent.mkdir(exist_ok=True)
        (copied / made).write_bytes(b"pass")
    subprocess.run([sys.executable, "-m", "compileall", "-q", "-f", copied], check=True)
    assert answers(warm)
    assert "afresh" not in warm.log.read_text()


def test_a_package_that_is_installed_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    imported = Imported()
    assert imported.changed() is None
    (tmp_path / "prefect-9.dist-info").mkdir()
    assert imported.changed() == tmp_path


@pytest.mark.usefixtures("stack")
async def test_what_prefect_would_ask_for_with_every_run_is_where_it_looks_for_it(stack: Stack) -> None:
    """Fails where Prefect keeps it elsewhere or otherwise: it is private (deployments.warm.related)."""
    before = dict(prefects.RESOURCE_CACHE)
    prefects.RESOURCE_CACHE.clear()
    try:
        related.read()
        async with get_client() as client:
            press = await client.read_deployment_by_name("sync-press/prod")

            async def asks(_: UUID | str) -> Any:
                raise AssertionError("it asks, though it has been handed over")

            for kind, key in [
                ("deployment", press.id),
                ("flow", press.flow_id),
                ("work-queue", press.work_queue_id),
                ("work-pool", press.work_pool_name),
            ]:
                assert key is not None
                entry = await prefects._get_and_cache_related_object(
                    kind=kind, role=kind, client_method=asks, obj_id=key, cache=prefects.RESOURCE_CACHE
                )
                assert entry["role"] == entry["kind"] == kind
                assert str(key) in {str(getattr(entry["object"], name, None)) for name in ("id", "name")}
        assert len(prefects.RESOURCE_CACHE) <= prefects.MAX_CACHE_SIZE - related.ROOM
    finally:
        prefects.RESOURCE_CACHE.clear()
        prefects.RESOURCE_CACHE.update(before)


async def test_prefects_clients_share_one_context_for_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails where Prefect makes it elsewhere or otherwise: the name that is replaced is private."""
    made: list[ssl.SSLContext] = []

    def make(*words: Any, **more: Any) -> ssl.SSLContext:
        made.append(context := ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        return context

    monkeypatch.setitem(vars(clients), "ssl", ssl)
    with monkeypatch.context() as patched:
        patched.setattr(ssl, "create_default_context", make)
        get_client(), get_client(sync_client=True)
        assert len(made) == 2
        certificates.share()
        get_client(), get_client(), get_client(sync_client=True)
        assert len(made) == 3


def test_what_prefect_says_and_hears_is_ready_before_a_run_is_forked() -> None:
    """Else pydantic makes a model's validator when it is first used: in each run anew."""
    imported.flows()
    for model in (FlowRun, TaskRun, Event, FlowRunUpdate):
        assert model.__pydantic_complete__, model
