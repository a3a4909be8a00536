"""A guard by itself, over real processes: whatever they do, nothing of them outlives it, and it says what it did."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from deployments.warm.guard import Ending, Watched, name_of
from deployments.warm.signals import ASKING, SILENTLY
from tests.warm import alive, eventually

#: A guard is its process's only one: it buries every child. With other times than the real ones, which are long.
GUARD = """
import json, signal, socket, subprocess, sys
from deployments.warm import guard
from deployments.warm.signals import ASKING, hear
from flows.tap import linux

guard.PATIENCE, guard.GRACE, guard.GIVE_UP = 1.0, 1.0, 3.0
linux.adopt_orphans()
signals = hear(*ASKING, signal.SIGCHLD)
launcher = socket.socket(fileno=int(sys.argv[1]))
for one in sys.argv[3:]:
    exec(one)
run = subprocess.Popen([sys.executable, "-u", "-c", sys.argv[2]], stdin=subprocess.DEVNULL)
ending = guard.Guard(run.pid, signals, launcher).watch()
names = [(one.name, one.killed, one.ended is not None) for one in ending.processes]
print(json.dumps({"code": ending.code, "why": ending.why, "processes": names, "lines": list(ending.lines)}))
"""
DEAF = "import signal; [signal.signal(number, signal.SIG_IGN) for number in (15, 2, 1, 3)]"
SLEEPS = "import time; time.sleep(60)"


@dataclass
class Guarded:
    process: subprocess.Popen[str]
    launcher: socket.socket
    said: Path

    def ready(self, words: int = 1) -> list[str]:
        """What the run has printed, once there is so much."""
        return eventually(lambda: found if len(found := self.said.read_text().split()) >= words else [])

    def ended(self) -> dict[str, Any]:
        """What became of it."""
        self.process.wait(20)
        whole: dict[str, Any] = json.loads(self.said.read_text().splitlines()[-1])
        return whole


Guard = Callable[..., Guarded]


@pytest.fixture
def guard(tmp_path: Path) -> Iterator[Guard]:
    started: list[Guarded] = []

    def start(program: str, *before: str) -> Guarded:
        mine, launcher = socket.socketpair()
        said = tmp_path / f"said-{len(started)}"
        with launcher, said.open("w") as file:
            words = [sys.executable, "-c", GUARD, str(launcher.fileno()), program, *before]
            process = subprocess.Popen(words, text=True, stdout=file, stderr=file, pass_fds=[launcher.fileno()])
        started.append(Guarded(process, mine, said))
        return started[-1]

    yield start
    for one in started:
        one.launcher.close()
        for left in [*psutil.Process(one.process.pid).children(recursive=True)] if one.process.poll() is None else []:
            left.kill()
        one.process.kill()
        one.process.wait(10)


@pytest.fixture
def marker(tmp_path: Path) -> str:
    """A word by which a test knows its own processes."""
    return f"marked-{tmp_path.name}"


def leaves(program: str, marker: str) -> str:
    """A program that ends and leaves this behind: with another session, another parent and no environment."""
    return f"""
import os, subprocess, sys
if os.fork() == 0:
    os.setsid()
    subprocess.Popen([sys.executable, "-u", "-c", {program!r}, {marker!r}], env={{}}, start_new_session=True)
    os._exit(0)
os.wait()
"""


@pytest.mark.parametrize(
    ("program", "code"),
    [("pass", 0), ("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 9)", -9)],
    ids=["0", "7", "SIGKILL"],
)
def test_a_run_that_leaves_nothing_is_not_worth_a_word(guard: Guard, program: str, code: int) -> None:
    assert guard(program).ended() == {"code": code, "why": None, "processes": [], "lines": []}


def test_a_daemon_without_parent_session_and_environment_is_found_and_ended(guard: Guard, marker: str) -> None:
    ending = guard(leaves(SLEEPS, marker)).ended()
    assert alive(marker) == []
    assert ending["code"] == 0
    ((name, killed, ended),) = ending["processes"]
    assert name.startswith("python")
    assert (killed, ended) == (False, True)
    ((bad, line),) = ending["lines"]
    assert not bad
    assert "ended after" in line


def test_one_that_ignores_sigterm_is_killed_and_that_is_a_warning(guard: Guard, marker: str) -> None:
    # It is deaf once its parent, which is the run, may go.
    program = leaves(f"{DEAF}; print('deaf'); {SLEEPS}", marker) + "\nimport time; time.sleep(1)"
    ending = guard(program).ended()
    assert alive(marker) == []
    ((_, killed, ended),) = ending["processes"]
    assert (killed, ended) == (True, True)
    ((bad, line),) = ending["lines"]
    assert bad
    assert "was killed after" in line


def test_the_words_of_a_process_are_not_told(guard: Guard, marker: str) -> None:
    ending = guard(leaves(f"'password'; {SLEEPS}", marker)).ended()
    assert "password" not in json.dumps(ending)
    assert marker not in json.dumps(ending)


def test_a_process_that_begins_another_as_it_is_ended_is_outlived_by_neither(guard: Guard, marker: str) -> None:
    again = f"""
import signal, subprocess, sys, time
def again(*_):
    subprocess.Popen([sys.executable, "-c", "{SLEEPS}", {marker!r}], start_new_session=True)
    sys.exit()
signal.signal(signal.SIGTERM, again)
print("again")
time.sleep(60)
"""
    ending = guard(leaves(again, marker) + "\nimport time; time.sleep(1)").ended()
    assert alive(marker) == []
    assert len(ending["processes"]) == 2


@pytest.mark.parametrize("number", sorted(ASKING - {SILENTLY}), ids=lambda number: number.name)
def test_each_signal_that_asks_it_asks_the_run_to_end_in_good_order(guard: Guard, number: signal.Signals) -> None:
    one = guard("""
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
print("ready")
time.sleep(60)
""")
    one.ready()
    one.process.send_signal(number)
    ending = one.ended()
    assert ending["code"] == 3
    assert ending["why"] == f"it was told to by {number.name}"
    assert ending["lines"][0] == [False, f"Ending it: it was told to by {number.name}."]


def test_one_signal_ends_the_run_without_its_having_a_word_in_it(guard: Guard) -> None:
    one = guard(f"{DEAF}; print('ready'); {SLEEPS}")
    one.ready()
    one.process.send_signal(SILENTLY)
    assert one.ended()["code"] == -signal.SIGKILL


def test_a_launcher_asks_with_a_byte_and_other_bytes_are_nothing(guard: Guard) -> None:
    one = guard(f"print('ready'); {SLEEPS}")
    one.ready()
    one.launcher.send(bytes([0, signal.SIGCHLD, signal.SIGUSR1, 255]))
    with pytest.raises(subprocess.TimeoutExpired):
        one.process.wait(0.5)
    one.launcher.send(bytes([signal.SIGTERM]))
    ending = one.ended()
    assert (ending["code"], ending["why"]) == (-signal.SIGTERM, "it was told to by SIGTERM")


def test_when_its_launcher_hangs_up_it_ends_the_run(guard: Guard, marker: str) -> None:
    one = guard(f"{leaves(SLEEPS, marker)}\nprint('ready', flush=True); {SLEEPS}")
    one.ready()
    one.launcher.close()
    ending = one.ended()
    assert (ending["code"], ending["why"]) == (-signal.SIGTERM, "its launcher is gone")
    assert len(ending["processes"]) == 2
    assert alive(marker) == []


def test_a_run_that_is_deaf_is_killed_when_its_time_is_over(guard: Guard) -> None:
    one = guard(f"{DEAF}; print('ready'); {SLEEPS}")
    one.ready()
    one.process.send_signal(signal.SIGTERM)
    ending = one.ended()
    assert ending["code"] == -signal.SIGKILL
    ((_, killed, _),) = ending["processes"]
    assert killed


def test_a_run_that_is_stopped_is_ended_all_the_same(guard: Guard) -> None:
    one = guard(f"import os; print(os.getpid()); {SLEEPS}")
    run = psutil.Process(int(one.ready()[0]))
    run.suspend()
    eventually(lambda: run.status() == psutil.STATUS_STOPPED)
    one.process.send_signal(signal.SIGTERM)
    assert one.ended()["code"] == -signal.SIGKILL


def test_a_second_word_to_end_changes_nothing(guard: Guard) -> None:
    one = guard(
        "import signal, time; signal.signal(15, lambda *_: None); print('ready'); [time.sleep(1) for _ in '1234']"
    )
    one.ready()
    for _ in range(5):
        one.process.send_signal(signal.SIGINT)
    one.launcher.close()
    ending = one.ended()
    assert ending["why"] in ("it was told to by SIGINT", "its launcher is gone")
    assert ending["code"] == -signal.SIGKILL


def test_what_cannot_be_killed_is_given_up_and_named(guard: Guard, marker: str) -> None:
    """As one that hangs in a system call of the kernel's; here the guard's hand is stayed."""
    stayed = "linux.signal_all = guard.linux.signal_all = lambda pids, number: None"
    one = guard(leaves(SLEEPS, marker), stayed)
    ending = one.ended()
    (left,) = alive(marker)
    assert ending["code"] == 0
    assert ending["lines"] == [[True, f"Process {left.pid} ({left.name()}) did not end, though it was killed."]]
    left.kill()


def test_a_run_that_nothing_is_told_of_has_no_lines() -> None:
    ended = Watched(7, "node", seen=10.0, ended=11.5)
    killed = Watched(8, "sh", seen=10.0, ended=16.25, killed=True)
    assert list(Ending(code=0).lines) == []
    assert list(Ending(code=1, why="of a test", processes=[ended, killed]).lines) == [
        (False, "Ending it: of a test."),
        (False, "Process 7 (node) ended after 1.5 s."),
        (True, "Process 8 (sh) was killed after 6.2 s."),
    ]


def test_a_process_that_is_no_more_has_no_name() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert name_of(gone.pid) is None
