"""Stands over one run: what it started, to the last grandchild, ends with it, however it ends."""

from __future__ import annotations

import contextlib
import select
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from deployments.warm import GIVE_UP, GRACE, PATIENCE
from deployments.warm.signals import ASKING, SILENTLY
from flows.tap import linux

OFTEN = 0.05  #: seconds between two looks while something is being ended


@dataclass
class Watched:
    """A process that was there when a run was told to end, or was over."""

    pid: int
    name: str
    seen: float
    ended: float | None = None
    killed: bool = False


@dataclass
class Ending:
    """What became of a run. `code` is its process's exit code, minus the signal's number where one ended it."""

    code: int
    why: str | None = None  #: what it was told to end by, if it was
    processes: list[Watched] = field(default_factory=list)

    @property
    def lines(self) -> Iterator[tuple[bool, str]]:
        """What there is to tell, and whether it is bad news. Nothing of a run that came to its end and left nothing."""
        if self.why:
            yield False, f"Ending it: {self.why}."
        for one in self.processes:
            if one.ended is None:
                yield True, f"Process {one.pid} ({one.name}) did not end, though it was killed."
            else:
                how = "was killed" if one.killed else "ended"
                yield one.killed, f"Process {one.pid} ({one.name}) {how} after {one.ended - one.seen:.1f} s."


class Guard:
    """Watches over a run's process, which is this one's child.

    `asked` are sockets that bytes come from, each the number of a signal, as `signal.set_wakeup_fd` writes them: one
    from this process itself, for SIGCHLD, and one from a launcher, if there is one. That one closes: the run is ended.
    """

    def __init__(self, run: int, *asked: socket.socket) -> None:
        self._run = run
        self._asked = list(asked)
        self._code: int | None = None
        self._ending = Ending(code=0)
        self._watched: dict[int, Watched] = {}
        self._deadline: float | None = None

    def watch(self) -> Ending:
        """Returns when nothing of the run is alive, or when what cannot be killed has been given up."""
        while self._code is None:
            self._listen(OFTEN if self._deadline else None)
            self._look()
            if self._deadline and time.monotonic() > self._deadline and self._code is None:
                self._kill([self._run])
        self._ending.code = self._code
        self._end_what_is_left()
        self._ending.processes = list(self._watched.values())
        return self._ending

    def _listen(self, at_most: float | None) -> None:
        for one in select.select(self._asked, [], [], at_most)[0]:
            try:
                heard = one.recv(1024)
            except BlockingIOError:
                continue
            except OSError:
                heard = b""
            if not heard:
                self._asked.remove(one)
                self._tell_to_end("its launcher is gone", signal.SIGTERM)
            elif numbers := set(heard) & ASKING:
                asked = signal.Signals(min(numbers))
                # A flow's process that is asked calls its run Crashed, even one that is being cancelled. Its taps hear
                # that it is gone, and end their scripts in good order.
                how = signal.SIGKILL if asked is SILENTLY else signal.SIGTERM
                self._tell_to_end(f"it was told to by {asked.name}", how)

    def _tell_to_end(self, why: str, how: signal.Signals) -> None:
        if self._deadline is None and self._code is None:
            self._ending.why = why
            self._deadline = time.monotonic() + PATIENCE
            self._look()
            linux.signal_all([self._run], how)

    def _look(self) -> None:
        """Who has ended, and, where the run is being ended, who is there."""
        exits = linux.reap()
        self._code = exits.get(self._run, self._code)
        if self._deadline is None and self._code is None:
            return
        now = time.monotonic()
        alive = linux.descendants()
        for pid in alive:
            if pid not in self._watched and (name := name_of(pid)):
                self._watched[pid] = Watched(pid, name, seen=now)
        for pid, one in self._watched.items():
            if one.ended is None and pid not in alive:
                one.ended = now

    def _end_what_is_left(self) -> None:
        """The run's process is no more; what it started has been handed down to this one."""
        began = time.monotonic()
        linux.signal_all(linux.children(), signal.SIGTERM)
        while linux.children():
            self._look()
            past = time.monotonic() - began
            if past > GIVE_UP:
                return
            if past > GRACE:
                self._kill(linux.descendants())
            if linux.children():
                self._listen(OFTEN)
        self._look()

    def _kill(self, pids: list[int]) -> None:
        for pid in pids:
            if pid in self._watched:
                self._watched[pid].killed = True
        linux.signal_all(pids, signal.SIGKILL)


def name_of(pid: int) -> str | None:
    """What a process is called; None where there is none any more. Its words are not told: they may hold a password."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return None
