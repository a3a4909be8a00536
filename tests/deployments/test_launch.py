"""A launcher stands for its run: before the worker, and before any other attempt of the same run."""

import re
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deployments.warm import FLOW_RUN, LAUNCH, SOCKET, attempts, launch
from tests.warm import Launched, Warm, alive, eventually

SLEEPS = "print('ready', flush=True); import time; time.sleep(60)"
#: Ends in good order, and says so.
ORDERLY = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    warm = Warm(Path(tempfile.mkdtemp(prefix="syncs-")))
    try:
        warm.start()
        yield warm
    finally:
        warm.leave_nothing()


def locks(warm: Warm) -> list[str]:
    folder = warm.folder / "home" / "locks" / "runs"
    return [file.name for file in folder.iterdir()] if folder.exists() else []


def ready(one: Launched) -> Launched:
    eventually(lambda: "ready" in one.said)
    return one


def test_it_imports_what_makes_it_slow_neither_itself_nor_by_what_it_imports() -> None:
    """The standard library only, and of that not what a launcher has no need of: it starts for every run."""
    program = "import sys; sys.path.append(sys.argv[1]); import deployments.warm.launch; print(*sys.modules)"
    words = [sys.executable, "-I", "-S", "-c", program, attempts.PROJECT]
    imported = set(subprocess.run(words, capture_output=True, text=True, check=True).stdout.split())
    outside = {name.partition(".")[0] for name in imported} - {"__main__", "deployments", "flows"}
    assert outside <= set(sys.stdlib_module_names)
    assert not imported & {"asyncio", "json", "logging", "subprocess", "urllib.request", "dataclasses", "ctypes"}


def test_its_words_need_nothing_of_the_environment_and_hold_no_secret() -> None:
    assert launch.words()[1:3] == ["-I", "-S"]
    assert launch.words()[0] == sys.executable


@pytest.mark.parametrize("cold", [False, True], ids=["warm", "cold"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_goes_through_and_the_exit_code_comes_back(warm: Warm, number: signal.Signals, cold: bool) -> None:
    one = ready(warm.cold(ORDERLY) if cold else warm.launch(ORDERLY))
    one.process.send_signal(number)
    assert one.ended() == 7
    assert one.was_cold == cold


def test_where_a_signal_ended_the_run_it_ends_the_launcher(warm: Warm) -> None:
    one = ready(warm.launch(SLEEPS))
    one.process.terminate()
    assert one.ended() == -signal.SIGTERM


def test_when_it_is_killed_its_run_is_ended(warm: Warm, tmp_path: Path) -> None:
    marker = f"marked-{tmp_path.name}"
    left = f"[sys.executable, '-c', 'import time; time.sleep(60)', {marker!r}]"
    one = ready(warm.launch(f"import subprocess, sys; subprocess.Popen({left}); {SLEEPS}"))
    assert len(alive(marker)) == 1
    one.process.kill()
    eventually(lambda: alive(marker) == [] and warm.guards(warm.engine) == [])
    eventually(lambda: one.run not in locks(warm))


def test_when_the_guard_is_killed_it_is_as_though_the_run_had_been(warm: Warm) -> None:
    one = ready(warm.launch(SLEEPS))
    (guard,) = warm.guards(warm.engine)
    (run,) = guard.children()
    guard.kill()
    assert one.ended() == -signal.SIGKILL
    assert not run.is_running() or run.status() == psutil.STATUS_ZOMBIE


def test_an_engine_that_is_killed_does_not_touch_what_goes_on(warm: Warm) -> None:
    one = ready(warm.launch(ORDERLY))
    warm.engine.kill()
    warm.engine.wait()
    warm.start()
    assert warm.ask("'the next one answers'")
    one.process.terminate()
    assert one.ended() == 7


def test_where_the_engine_is_not_known_it_says_so_and_starts_the_stock_way(warm: Warm) -> None:
    before = warm.environment.pop(SOCKET)
    try:
        one = warm.launch("print('it ran')")
        assert one.ended() == 0
    finally:
        warm.environment[SOCKET] = before
    assert f"{SOCKET}, the warm engine's socket, is not set" in one.said
    assert one.said.endswith("it ran\n")


def test_what_was_meant_for_the_launcher_is_not_the_runs(warm: Warm) -> None:
    asked = f"[os.environ.get(key) for key in ({SOCKET!r}, {LAUNCH!r}, 'SYNCS_STACK', 'SYNCS_RUN')]"
    run = str(uuid.uuid4())
    more = {LAUNCH: "of a test", "SYNCS_STACK": "worker:/of a test", FLOW_RUN: run}
    # A worker that ends takes what bears its mark with it.
    assert warm.ask(asked, more) == [None, None, "run:/of a test", run]


def test_a_second_attempt_begins_when_the_first_has_ended_to_its_last_process(warm: Warm, tmp_path: Path) -> None:
    run, log = str(uuid.uuid4()), tmp_path / "log"
    late = f"import signal, time; signal.signal(15, 1); time.sleep(1.5); open({str(log)!r}, 'a').write('1')"
    first = warm.launch(
        f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {late!r}]); {SLEEPS}", run=run
    )
    ready(first)
    second = warm.launch(f"open({str(log)!r}, 'a').write('2')", run=run)
    time.sleep(0.5)
    assert not log.exists()
    first.process.terminate()
    assert first.ended() == -signal.SIGTERM
    assert second.ended() == 0
    assert log.read_text() == "12"
    assert run not in locks(warm)


def test_it_waits_also_where_the_first_ones_launcher_was_killed(warm: Warm, tmp_path: Path) -> None:
    run, log = str(uuid.uuid4()), tmp_path / "log"
    first = ready(
        warm.launch(
            f"import signal, sys, time\ndef end(*_):\n    time.sleep(1)\n    open({str(log)!r}, 'a').write('1')\n"
            f"    sys.exit()\nsignal.signal(15, end)\n{SLEEPS}",
            run=run,
        )
    )
    first.process.kill()
    first.ended()
    second = warm.launch(f"open({str(log)!r}, 'a').write('2')", run=run)
    assert second.ended() == 0
    assert log.read_text() == "12"
    eventually(lambda: run not in locks(warm))


def test_runs_of_different_names_do_not_wait_for_each_other(warm: Warm) -> None:
    first = ready(warm.launch(SLEEPS))
    assert warm.ask("'at once'") == "at once"
    assert locks(warm) == [first.run]
    first.process.terminate()
    first.ended()
    assert locks(warm) == []


def test_one_that_does_not_end_keeps_the_next_from_beginning_at_all(
    warm: Warm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(attempts, "GIVE_UP", 0.2)
    monkeypatch.setattr(attempts, "GRACE", 0.2)
    home = str(tmp_path)
    with attempts.only(home, "of-a-test"):
        with (
            pytest.raises(attempts.StillThere, match="run of-a-test has not ended on this machine"),
            attempts.only(home, "of-a-test"),
        ):
            pass
        assert (tmp_path / "locks" / "runs" / "of-a-test").exists()
    assert list((tmp_path / "locks" / "runs").iterdir()) == []


def test_a_launcher_that_may_not_begin_says_so_and_starts_nothing(warm: Warm, tmp_path: Path) -> None:
    impatient = "from deployments.warm import attempts, launch; attempts.GIVE_UP = attempts.GRACE = 0.1; launch.main()"
    environment = {**warm.environment, "SYNCS_HOME": str(tmp_path), FLOW_RUN: "of-a-test"}
    with attempts.only(str(tmp_path), "of-a-test"):
        words = [sys.executable, "-c", impatient]
        ended = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == launch.EXIT_STILL_THERE
    assert "It was not started: an earlier attempt of run of-a-test has not ended on this machine." in ended.stderr


def test_a_guard_takes_away_its_own_file_and_no_other(tmp_path: Path) -> None:
    """Whatever it was handed, which is whatever a launcher has sent."""
    other = tmp_path / "other"
    other.touch()
    with attempts.only(str(tmp_path), "of-a-test"), other.open() as file:
        attempts.over(str(tmp_path), "of-a-test", file.fileno())
        assert other.exists()
        assert (tmp_path / "locks" / "runs" / "of-a-test").exists()


def test_a_name_leads_nowhere_else(tmp_path: Path) -> None:
    with attempts.only(str(tmp_path), "../../of-a-test"):
        assert [file.name for file in (tmp_path / "locks" / "runs").iterdir()] == ["of-a-test"]


def test_a_runs_processes_are_found_by_what_they_carry(warm: Warm) -> None:
    one = ready(warm.launch(f"import subprocess; subprocess.Popen(['sleep', '60']); {SLEEPS}"))
    names = sorted(psutil.Process(pid).name() for pid in attempts.processes(one.run))
    # What was forked has the engine's environment, as the kernel sees it.
    assert re.fullmatch(r"python\S* sleep", " ".join(names))
    one.process.terminate()
    one.ended()
    assert attempts.processes(one.run) == []
