"""Every process of a stack, found by the mark it carries in its environment.

A mark is inherited, so it also finds what no parent leads to any more: the flow runs of a worker that was killed, and
the parts of a `syncs up` that was killed. It is read from the processes themselves, so no record of them can be stale.
"""

import asyncio
import os
import signal
from collections.abc import Iterable
from pathlib import Path

import psutil

MARK = "SYNCS_STACK"
# In the order in which they start; they are ended from the last to the first.
PARTS = (
    "settings",
    "initdb",
    "postgres",
    "server",
    "migrate",
    "migrate-jobs",
    "bootstrap",
    "engine",
    "run",
    "worker",
    "api",
    "demo",
)
# For PostgreSQL SIGTERM means "when the last client has left", SIGINT "now, in good order".
ASK = {"postgres": signal.SIGINT}
PATIENCE = {"postgres": 30.0}
DEFAULT_PATIENCE = 8.0


def mark(home: Path, part: str) -> dict[str, str]:
    return {MARK: f"{part}:{home}"}


def members(home: Path, part: str) -> set[psutil.Process]:
    """The part's processes and all that they started, but not this process."""
    value = mark(home, part)[MARK]
    found = set()
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == value:
                # PostgreSQL's children write over their environment, so descent counts too.
                found |= {process, *process.children(recursive=True)}
        except psutil.Error:  # it has ended, or is not ours to look at
            continue
    return {process for process in found if process.pid != os.getpid()}


async def end_all(home: Path, hurry: asyncio.Event) -> int:
    """Ends every part in good order, and returns how many processes there were; `hurry` stops the waiting."""
    return sum([await _end_part(home, part, hurry) for part in reversed(PARTS)])


async def end(home: Path, part: str) -> None:
    """Ends one part at once."""
    now = asyncio.Event()
    now.set()
    await _end_part(home, part, now)


async def _end_part(home: Path, part: str, hurry: asyncio.Event) -> int:
    # Looked up before the first signal: a script may have cleared its environment, and then only descent finds it.
    family = members(home, part)
    pids = {process.pid for process in family}
    heads = {process for process in family if _parent(process) not in pids}
    patience = PATIENCE.get(part, DEFAULT_PATIENCE)
    if part == "worker":
        # Its runs go first, for each of them reports its own end to Prefect, which a worker that ends leaves no time
        # for. Meanwhile the worker is held still: it would start the next runs in their place.
        _signal(heads, signal.SIGSTOP)
        runs = {process for process in family if _parent(process) in {head.pid for head in heads}}
        await _end(runs, signal.SIGTERM, patience, hurry)
    await _end(heads, ASK.get(part, signal.SIGTERM), patience, hurry)
    await _end(family | members(home, part), signal.SIGTERM, patience, hurry)
    return len(family)


def _parent(process: psutil.Process) -> int:
    try:
        return process.ppid()
    except psutil.Error:
        return 0


async def _end(processes: Iterable[psutil.Process], ask: signal.Signals, patience: float, hurry: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    _signal(processes, ask)
    _signal(processes, signal.SIGCONT)
    deadline = loop.time() + patience
    # Most are not our children, so nothing but a look tells that they have ended.
    while _alive(processes) and loop.time() < deadline and not hurry.is_set():  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.05)
    _signal(processes, signal.SIGKILL)
    while _alive(processes) and loop.time() < deadline + patience:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.02)


def _signal(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in _alive(processes):
        try:
            process.send_signal(number)
        except psutil.Error:  # it has ended, or has made itself another user's
            continue


def _alive(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    return [process for process in processes if _status(process) not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)]


def _status(process: psutil.Process) -> str:
    try:
        # A process id that is somebody else's by now is not running.
        return process.status() if process.is_running() else psutil.STATUS_DEAD
    except psutil.NoSuchProcess:
        return psutil.STATUS_DEAD
