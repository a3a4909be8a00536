"""What Linux keeps processes together with. Elsewhere none of it does anything, and no children are known."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """From now on every orphan among this process's descendants becomes its child: none escapes by leaving its group
    or its session. Stays so through an exec; is not inherited."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def end_with_parent(parent: int) -> None:
    """Has the kernel kill this process when `parent`, which started it, ends; at once where it has ended already."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if sys.platform == "linux" and os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def name_process(name: str) -> None:
    """What `top` and `ps -o comm` call this process, in up to 15 characters."""
    _prctl(_PR_SET_NAME, name.encode()[:15])


def children(pid: int | None = None) -> list[int]:
    """The children of a process, of this one by default. Dead ones count until their exit code has been asked for."""
    found: list[int] = []
    with suppress(OSError):
        threads = f"/proc/{pid or os.getpid()}/task"
        for thread in os.listdir(threads):
            with suppress(OSError), open(f"{threads}/{thread}/children") as file:
                found += [int(child) for child in file.read().split()]
    return found


def descendants(pid: int | None = None) -> list[int]:
    """Its children, theirs, and so on."""
    found = children(pid)
    for child in found:  # grows while it is walked
        found += children(child)
    return found


def reap() -> dict[int, int]:
    """The exit codes of children that have ended, by process id: minus the signal's number where one ended it."""
    ended: dict[int, int] = {}
    with suppress(ChildProcessError):
        while (one := os.waitpid(-1, os.WNOHANG))[0]:
            ended[one[0]] = os.waitstatus_to_exitcode(one[1])
    return ended


def bury(pids: Iterable[int]) -> None:
    """Asks for the exit codes of these children, where they have ended."""
    for pid in pids:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def signal_all(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _prctl(option: int, value: int | bytes) -> None:
    if sys.platform == "linux":
        import ctypes  # here, because a launcher starts for every run and needs none of it

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
