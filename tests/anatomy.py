"""The processes of one run, found from outside in every phase of it: what the engine forks has no mark of its own."""

import os
from contextlib import suppress
from pathlib import Path

from deployments.warm import FLOW_RUN, GUARD
from flows.tap.linux import children, descendants
from tests.scripted import birth
from tests.stack import Stack

PARTS = ("launcher", "guard", "flow", "tap", "script")


class Anatomy:
    """Of a run that this stack's worker and engine are about to start, or have."""

    def __init__(self, run: str, worker: int, engine: int) -> None:
        self._run = run
        self._worker = worker
        self._engine = engine

    @classmethod
    def of(cls, run: object, stack: Stack) -> "Anatomy":
        return cls(str(run), stack.part("worker").pid, stack.part("engine").pid)

    def part(self, name: str) -> int | None:
        """A part's process, if it is there now."""
        pid: int | None = getattr(self, name)()
        return pid if pid is not None and birth(pid) else None

    def launcher(self) -> int | None:
        mark = f"{FLOW_RUN}={self._run}".encode()
        return next((pid for pid in children(self._worker) if mark in _read(pid, "environ").split(b"\0")), None)

    def guard(self) -> int | None:
        """The launcher itself, where the run has started the stock way."""
        guards = [pid for pid in children(self._engine) if _read(pid, "comm").strip() == GUARD.encode()]
        return next((pid for pid in guards if self._holds_the_lock(pid)), self._cold())

    def flow(self) -> int | None:
        return _first(self.guard())

    def tap(self) -> int | None:
        return _first(self.flow())

    def script(self) -> int | None:
        """Not what it has left to its tap: that has another group or, where it has made one, no environment."""
        tap = self.tap()
        return next((pid for pid in children(tap) if _leads(pid) and _read(pid, "environ")), None) if tap else None

    def everything(self) -> dict[int, str]:
        """All that is alive of it, each with its birth."""
        heads = {self.launcher(), self.guard()} - {None}
        pids = heads | {pid for head in heads for pid in descendants(head)}
        return {pid: born for pid in pids if pid and (born := birth(pid))}

    def _cold(self) -> int | None:
        launcher = self.launcher()
        return launcher if _first(launcher) else None

    def _holds_the_lock(self, pid: int) -> bool:
        with suppress(OSError):
            for name in os.listdir(f"/proc/{pid}/fd"):
                with suppress(OSError):
                    if os.readlink(f"/proc/{pid}/fd/{name}").endswith(f"/locks/runs/{self._run}"):
                        return True
        return False


def _first(parent: int | None) -> int | None:
    return next((pid for pid in children(parent) if birth(pid)), None) if parent else None


def _leads(pid: int) -> bool:
    with suppress(OSError):
        return os.getpgid(pid) == pid
    return False


def _read(pid: int, what: str) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/{what}").read_bytes()
    return b""
