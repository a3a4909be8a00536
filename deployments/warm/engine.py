"""`python -m deployments.warm.engine`: the process that has imported Prefect and the flows, and forks one for each run.

It does nothing but wait, fork and bury: no event loop, no thread, no connection of its own, which no fork survives.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from deployments.warm import leaving  # noqa: F401 - see there why it is the first

# isort: split
# The flows' own imports are what takes the time; the flows themselves are loaded by every run from its deployment.
import psutil
from prefect.settings import get_current_settings

from deployments.warm import GRACE, GUARD, RUN, SOCKET, attempts, certificates, child, launch, related, wire
from deployments.warm.guard import name_of
from deployments.warm.imported import Imported, flows
from deployments.warm.signals import hear
from deployments.warm.watching import put_off_suspensions
from flows.tap import linux

logger = logging.getLogger("syncs.engine")

#: The environment variable that hands the listening socket on to the engine that takes this one's place.
_LISTENER = "SYNCS_ENGINE_LISTENER"
_ASKING_TAKES = 2.0  #: seconds that a launcher has to say what it wants


@dataclass
class Birth:
    """A run that is to begin, as its launcher asked for it."""

    launcher: socket.socket
    environment: dict[str, str]
    folder: int
    output: int
    attempt: int

    def hand_over(self, refused: str | None) -> None:
        """In the engine: it is the guard's now, or else the launcher's again."""
        with self.launcher, contextlib.suppress(OSError):
            if refused:
                wire.send(self.launcher, "refused", refused)
        for file in (self.folder, self.output, self.attempt):
            os.close(file)

    def become(self) -> int:
        return child.guard(self.launcher, self.environment, self.folder, self.output, self.attempt)


class Engine:
    def __init__(self, listener: socket.socket, imported: Imported) -> None:
        self._listener = listener
        self._imported = imported
        self._settings = child.settings_in(
            {**os.environ, **get_current_settings().to_environment_variables(exclude_unset=True)}
        )
        # After an exec they are those of the runs that go on; what had lost its guard is a child as well, and no guard.
        self._guards = {pid for pid in linux.children() if name_of(pid) == GUARD}
        self._strays = _strays()
        #: Since when it is known here that nobody guards them.
        self._orphans: dict[int, float] = {}
        self._signals = hear(signal.SIGCHLD)

    def serve(self) -> Birth:
        """Forks one for each run that is asked for. Returns in the fork, with what that is for."""
        while True:
            soon = 0.2 if self._orphans or self._strays else None
            for one in select.select([self._listener, self._signals], [], [], soon)[0]:
                if one is self._signals:
                    self._signals.recv(1024)
                elif birth := self._answer():
                    return birth
            self._bury()

    def _answer(self) -> Birth | None:
        if changed := self._imported.changed():
            logger.info("%s has changed: the engine starts afresh.", changed)
            self._start_afresh()
        launcher, _ = self._listener.accept()
        try:
            texts, files = wire.receive_with_files(launcher, 3, within=_ASKING_TAKES)
        except (OSError, ValueError) as error:
            logger.warning("A launcher was not understood: %s", error)
            launcher.close()
            return None
        birth = Birth(launcher, wire.to_environment(texts), *files)
        refused = self._why_not(birth)
        if not refused:
            try:
                pid = os.fork()
            except OSError as error:
                refused = f"the engine could not fork: {error}"
            else:
                if pid == 0:
                    self._listener.close()
                    self._signals.close()
                    launcher.settimeout(None)
                    return birth
                self._guards.add(pid)
        birth.hand_over(refused)
        return None

    def _why_not(self, birth: Birth) -> str | None:
        differs = sorted({key for key, _ in child.settings_in(birth.environment).items() ^ self._settings.items()})
        return f"{', '.join(differs)} is not what the engine was started with" if differs else None

    def _start_afresh(self) -> None:
        os.set_inheritable(self._listener.fileno(), True)
        os.environ[_LISTENER] = str(self._listener.fileno())
        os.execv(sys.executable, [sys.executable, "-P", "-m", "deployments.warm.engine"])  # noqa: S606 - its own words

    def _bury(self) -> None:
        """Takes note of guards that have ended, and ends what nobody guards any more.

        That is every other child, which has lost its guard to a kill, and what an engine before this one has left.
        """
        self._guards -= linux.reap().keys()
        now = time.monotonic()
        self._strays = [stray for stray in self._strays if _is_stray(stray)]
        left = {*linux.children(), *(stray.pid for stray in self._strays)} - self._guards
        orphans = {pid: self._orphans.get(pid, now) for pid in left}
        linux.signal_all([pid for pid in orphans if pid not in self._orphans], signal.SIGTERM)
        for pid in [pid for pid, since in orphans.items() if now - since > GRACE]:
            linux.signal_all([pid, *linux.descendants(pid)], signal.SIGKILL)
        self._orphans = orphans


def _strays() -> list[psutil.Process]:
    """What launchers of this home have started, and what neither a launcher nor a guard stands over any more."""
    home = os.environ.get("SYNCS_HOME")
    ours = {os.getpid(), *(process.pid for process in psutil.Process().parents())}
    found = []
    for pid in attempts.processes(marks=(RUN,)):
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            if pid not in ours and process.environ().get("SYNCS_HOME") == home and _is_stray(process):
                found.append(process)
    return found


def _is_stray(process: psutil.Process) -> bool:
    """Looked at again each time: it may be somebody else by now, or have been a launcher all along."""
    with contextlib.suppress(psutil.Error):
        alive = process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        return alive and not any(map(_stands_over, [process, *process.parents()]))
    return False


def _stands_over(process: psutil.Process) -> bool:
    return process.name() == GUARD or launch.MAIN in process.cmdline()


def listen(path: Path) -> socket.socket:
    if handed_on := os.environ.pop(_LISTENER, None):
        return socket.socket(fileno=int(handed_on))
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # Only its owner may ask: the folder is private, and so is the socket itself.
    before = os.umask(0o177)
    listener.bind(str(path))
    os.umask(before)
    listener.listen(256)
    return listener


def _log_to_stderr() -> None:
    """The engine's own lines only: how a run logs is Prefect's business, which has set it up when it was imported."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def main() -> int:
    _log_to_stderr()
    linux.adopt_orphans()
    linux.name_process("syncs-engine")
    imported = Imported()
    flows()
    certificates.share()
    related.read()
    put_off_suspensions()
    # What is there now is the same in all of them: the collector need not touch it, which would copy its pages.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # a run is small, and short; as in deployments.prefect_server
    birth = Engine(listen(Path(os.environ[SOCKET])), imported).serve()
    return birth.become()


if __name__ == "__main__":
    sys.exit(main())
