"""What Linux keeps processes together with, tried on real ones."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from flows.tap import linux
from tests.warm import eventually

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere none of it does anything")

SLEEPS = "import time; time.sleep(60)"
#: Prints the id of a grandchild, whose parent ends at once.
ORPHAN = f"""
import subprocess, sys
sys.exit(print(subprocess.Popen([sys.executable, "-c", {SLEEPS!r}], start_new_session=True, env={{}}).pid, flush=True))
"""


def python(program: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-u", "-c", program], stdout=subprocess.PIPE, text=True)


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[str]]:
    process = python(SLEEPS)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize(("before", "adopted"), [("linux.adopt_orphans()", True), ("pass", False)])
def test_an_orphan_becomes_a_child_of_who_has_adopted_them_and_of_nobody_else(before: str, adopted: bool) -> None:
    process = python(
        f"import subprocess, sys; from flows.tap import linux; {before}; "
        f"subprocess.run([sys.executable, '-c', {ORPHAN!r}]); print('over'); {SLEEPS}"
    )
    orphan = psutil.Process(int(line_of(process)))
    assert line_of(process) == "over"
    assert (orphan.ppid() == process.pid) == adopted
    orphan.kill()
    process.kill()
    process.communicate()


def test_adopting_stays_through_an_exec() -> None:
    """An engine that starts afresh relies on it."""
    then = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {ORPHAN!r}]); {SLEEPS}"
    process = python(
        f"import os, sys; from flows.tap import linux; linux.adopt_orphans(); "
        f"os.execv(sys.executable, [sys.executable, '-c', {then!r}])"
    )
    orphan = psutil.Process(int(line_of(process)))
    eventually(lambda: orphan.ppid() == process.pid)
    orphan.kill()
    process.kill()
    process.communicate()


def test_the_kernel_kills_who_ends_with_its_parent_even_where_it_is_deaf() -> None:
    child = (
        "import os, signal, time; from flows.tap import linux; linux.end_with_parent(os.getppid()); "
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); print(os.getpid(), flush=True); time.sleep(60)"
    )
    parent = python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])")
    process = psutil.Process(int(line_of(parent)))
    parent.kill()
    parent.communicate()
    process.wait(10)


def test_who_ends_with_a_parent_that_has_ended_already_ends_at_once() -> None:
    late = python(f"from flows.tap import linux; linux.end_with_parent(1 << 22); {SLEEPS}")
    late.communicate(timeout=10)
    assert late.returncode == -signal.SIGKILL


def test_a_name_is_what_top_shows_and_is_cut() -> None:
    named = python(f"from flows.tap import linux; linux.name_process('a-name-that-is-too-long'); print(1); {SLEEPS}")
    line_of(named)
    with open(f"/proc/{named.pid}/comm") as file:
        assert file.read() == "a-name-that-is-\n"
    named.kill()
    named.communicate()


def test_children_of_every_thread_are_children_and_dead_ones_until_they_are_buried() -> None:
    program = f"""
import os, subprocess, sys, threading, time
from flows.tap import linux
started = []
def start(program):
    started.append(subprocess.Popen([sys.executable, "-c", program]).pid)
    time.sleep(60) if program else None
threading.Thread(target=start, args=[{SLEEPS!r}], daemon=True).start()
while not started: time.sleep(0.01)
start("")
sleeps, ends = started
while open(f"/proc/{{ends}}/stat").read().split()[2] != "Z": time.sleep(0.01)
assert sorted(linux.children()) == sorted(started), linux.children()
linux.bury(started)
assert linux.children() == [sleeps]
os.kill(sleeps, 9)
while not (ended := linux.reap()): time.sleep(0.01)
assert ended == {{sleeps: -9}}, ended
assert linux.reap() == {{}}
os._exit(0)
"""
    process = python(program)
    assert process.communicate(timeout=20)
    assert process.returncode == 0


def test_descendants_are_all_of_them(sleeper: subprocess.Popen[str]) -> None:
    parent = python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {ORPHAN!r} and {SLEEPS!r}])")
    (child,) = eventually(lambda: linux.children(parent.pid))
    assert linux.descendants(parent.pid) == [child]
    assert {sleeper.pid, parent.pid, child} <= set(linux.descendants())
    assert child not in linux.children()
    os.kill(child, signal.SIGKILL)
    parent.communicate(timeout=10)


def test_who_is_not_there_has_no_children_and_takes_no_harm(sleeper: subprocess.Popen[str]) -> None:
    gone = python("")
    gone.communicate()
    assert linux.children(gone.pid) == linux.descendants(gone.pid) == []
    linux.bury([gone.pid])
    linux.signal_all([gone.pid, sleeper.pid], signal.SIGTERM)
    assert sleeper.wait(10) == -signal.SIGTERM
