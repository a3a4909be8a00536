"""One attempt of a run at a time, and none before everything of the last one has ended."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from deployments.warm import FLOW_RUN, GIVE_UP, GRACE, RUN
from deployments.warm.signals import SILENTLY

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OFTEN = 0.1  #: seconds between two looks


class StillThere(Exception):
    """An earlier attempt of this run has not ended on this machine."""


def home_in(environment: Mapping[str, str]) -> str:
    """The folder that attempts are kept apart in: the stack's, or as flows.settings has it."""
    return environment.get("SYNCS_HOME") or os.path.join(PROJECT, ".syncs")


@contextmanager
def only(home: str, run: str) -> Iterator[int]:
    """Waits until this is the only attempt of the run here, and is it until nobody has the file any more that this
    hands out: a guard has it too, should this process be killed. Raises StillThere after GIVE_UP + GRACE seconds."""
    held = _take(_path(home, run), run)
    try:
        yield held
    finally:
        over(home, run, held)
        os.close(held)


def over(home: str, run: str, held: int) -> None:
    """Takes the file away. For a guard, too: its launcher may have been killed before."""
    path = _path(home, run)
    with suppress(OSError):
        # Not by the name that the kernel has for `held`, which would be whatever a launcher has handed over.
        if os.path.samestat(os.fstat(held), os.stat(path)):
            os.unlink(path)


def wait_until_gone(run: str, process: int) -> None:
    """Waits until neither this process nor anything of the run is alive, launchers apart; kills it after GRACE."""
    began = time.monotonic()
    while left := [pid for pid in {process, *processes(run, (RUN,))} if _alive(pid)]:
        if time.monotonic() - began > GIVE_UP:
            return
        if time.monotonic() - began > GRACE:
            for pid in left:
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(OFTEN)


def processes(run: str | None = None, marks: tuple[str, ...] = (RUN, FLOW_RUN)) -> list[int]:
    """The processes of a run, or of any run: its launcher, its taps, its scripts and what they started.

    Found by what they have in their environment. What the engine forked, which has the engine's, is not among them, and
    does not outlive both its launcher and its guard.
    """
    starts = tuple(f"{mark}=".encode() for mark in marks)
    found: list[int] = []
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        with suppress(OSError, ValueError), open(f"/proc/{int(name)}/environ", "rb") as file:
            runs = {entry.partition(b"=")[2] for entry in file.read().split(b"\0") if entry.startswith(starts)}
            if runs and (run is None or run.encode() in runs):
                found.append(int(name))
    return [pid for pid in found if _alive(pid)]


def end_silently(run: str) -> None:
    """Has a run's launcher end it; without one its taps end what they have started."""
    everything = processes(run)
    launchers = set(everything) - set(processes(run, (RUN,)))
    for pid in launchers or everything:
        with suppress(OSError):
            os.kill(pid, SILENTLY if launchers else signal.SIGTERM)


def _path(home: str, run: str) -> str:
    folder = os.path.join(home, "locks", "runs")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return os.path.join(folder, os.path.basename(run))


def _take(path: str, run: str) -> int:
    until = time.monotonic() + GIVE_UP + GRACE
    while True:
        held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(held), os.stat(path)):
                return held
        except BlockingIOError:
            if time.monotonic() > until:
                os.close(held)
                raise StillThere(f"an earlier attempt of run {run} has not ended on this machine") from None
        except FileNotFoundError:
            pass  # the attempt before has just ended and taken its file away
        os.close(held)
        time.sleep(OFTEN)


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    except OSError:
        return False
