"""What the worker starts for a run, in place of `python -m prefect.engine`, and takes for it.

Standard library only, and little of it: it starts for every run. Signals go through to the run's process; this ends
when nothing of the run is left, with the exit code of that process, or by the signal that ended it.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
from contextlib import suppress

from deployments.warm import FLOW_RUN, LAUNCH, RUN, SOCKET, attempts, wire
from deployments.warm.signals import ASKING, deaf, hear

ENGINE_TAKES = 10.0  #: seconds; it may be importing what has changed just now
EXIT_STILL_THERE = 75

MAIN = "import sys; sys.path.append(sys.argv.pop(1)); from deployments.warm.launch import main; main()"


class Cold(Exception):
    """There is no engine that would start this run, and why."""


def words() -> list[str]:
    """The command that is a launcher. It can import the project and the standard library, and nothing else."""
    return [sys.executable, "-I", "-S", "-c", MAIN, attempts.PROJECT]


def main() -> None:
    environment = _environment()
    signals = hear(*ASKING, signal.SIGCHLD)
    try:
        with attempts.only(attempts.home_in(environment), environment[RUN]) as attempt:
            code = _run(environment, signals, attempt)
    except attempts.StillThere as error:
        _tell(environment, f"It was not started: {error}.")
        code = EXIT_STILL_THERE
    deaf(*ASKING)
    if code < 0:
        # As the worker would have seen it of the process itself.
        os.kill(os.getpid(), -code)
    sys.exit(code)


def _run(environment: dict[str, str], signals: socket.socket, attempt: int) -> int:
    if _is_asked_to_end(signals):
        return -signal.SIGTERM  # while it waited for the attempt before; nothing has been started
    try:
        return _start(environment, signals, attempt)
    except Cold as why:
        from deployments.warm import cold

        return cold.run(environment, signals, str(why))


def _is_asked_to_end(signals: socket.socket) -> bool:
    with suppress(BlockingIOError):
        return bool(set(signals.recv(1024)) & ASKING)
    return False


def _tell(environment: dict[str, str], line: str) -> None:
    from deployments.warm import report  # seldom, and slow to import

    report.tell(environment, [(True, line)])


def _environment() -> dict[str, str]:
    """What the run finds in its environment: the launcher's own, and the marks that tell what belongs to it."""
    environment = dict(os.environ)
    environment[RUN] = environment.get(FLOW_RUN, "none")
    if stack := environment.get("SYNCS_STACK"):
        # It is no part of the worker, which may end before it (deployments.family).
        environment["SYNCS_STACK"] = f"run:{stack.partition(':')[2]}"
    environment.pop(LAUNCH, None)
    return environment


def _start(environment: dict[str, str], signals: socket.socket, attempt: int) -> int:
    """Raises Cold, while nothing has been started."""
    path = environment.pop(SOCKET, None)
    if path is None:
        raise Cold(f"{SOCKET}, the warm engine's socket, is not set")
    folder = os.open(".", os.O_RDONLY | os.O_DIRECTORY)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as engine:
        engine.settimeout(ENGINE_TAKES)
        try:
            engine.connect(path)
            files = [folder, sys.stdout.fileno(), attempt]
            wire.send(engine, *wire.from_environment(environment), files=files)
            answer, *details = wire.receive(engine)
        except (OSError, ValueError) as error:
            raise Cold(f"the warm engine does not answer ({error})") from None
        if answer == "refused":
            raise Cold(*details)
        engine.settimeout(None)
        return _stand_for(environment[RUN], engine, signals)


def _stand_for(run: str, guard: socket.socket, signals: socket.socket) -> int:
    process = 0
    with suppress(OSError):  # a guard that is gone is heard below
        guard.send(wire.GO)
    while True:
        for one in select.select([guard, signals], [], [])[0]:
            try:
                if one is signals:
                    asked = bytes(number for number in signals.recv(1024) if number in ASKING)
                    with suppress(OSError):  # what a guard that is gone has said before is still to be heard
                        guard.send(asked)
                    continue
                said, number = wire.receive(guard)
                if said == "exit":
                    return int(number)
                process = int(number)
            except (OSError, ValueError):
                # The guard was killed. The kernel kills the run's process, and the engine ends what that has left.
                attempts.wait_until_gone(run, process)
                return -signal.SIGKILL
