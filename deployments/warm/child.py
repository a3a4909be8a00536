"""What a fork of the engine makes of itself: a guard, and below it the process of a flow.

All that a fresh process would have must be right here, though this one was forked: its environment, folder, output and
signals; what Prefect has read of the settings; what was cached of any of them.
"""

from __future__ import annotations

import contextlib
import os
import runpy
import signal
import socket
import sys
import time
from collections.abc import Mapping

import prefect.context

from deployments.warm import GUARD, RUN, attempts, leaving, report, wire
from deployments.warm.guard import Guard
from deployments.warm.signals import ASKING, deaf, hear
from flows.settings import settings
from flows.tap import linux

#: Read when Python and its libraries start or Prefect is imported. A run in which one of them differs cannot be a fork.
FROZEN = ("PYTHON", "PREFECT_", "LD_", "MALLOC_", "GLIBC_", "LC_", "LANG", "OPENSSL_", "OTEL_", "PYDANTIC_")
#: Of Prefect's own, what it tells one run and no other.
OF_ONE_RUN = "PREFECT__"


def settings_in(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that an engine has in common with all its runs."""
    return {
        key: value for key, value in environment.items() if key.startswith(FROZEN) and not key.startswith(OF_ONE_RUN)
    }


def guard(launcher: socket.socket, environment: dict[str, str], folder: int, output: int, attempt: int) -> int:
    """In the engine's fork: stands over the flow's process, which it forks. Returns only in that one, at its end."""
    os.setsid()  # what is pressed in the engine's terminal is not meant for its runs
    linux.adopt_orphans()
    linux.name_process(GUARD)
    os.dup2(output, sys.stdout.fileno())
    os.dup2(output, sys.stderr.fileno())
    os.close(output)
    signals = hear(signal.SIGCHLD)
    if not _is_awaited(launcher):
        os._exit(0)
    guard = os.getpid()
    run = os.fork()
    if run == 0:
        launcher.close()
        signals.close()
        os.close(attempt)
        linux.end_with_parent(guard)
        return _flow(environment, folder)
    os.close(folder)
    with contextlib.suppress(OSError):
        wire.send(launcher, "started", str(run))
    ending = Guard(run, signals, launcher).watch()
    report.tell(environment, ending.lines)
    attempts.over(attempts.home_in(environment), environment[RUN], attempt)
    with contextlib.suppress(OSError):
        wire.send(launcher, "exit", str(ending.code))
    # Not through the interpreter's end: what Prefect does there is for the flow's process.
    os._exit(0)


def _is_awaited(launcher: socket.socket) -> bool:
    """Whether the launcher is there to say so. It has started the stock way where the engine took too long."""
    try:
        wire.send(launcher, "ready")
        return launcher.recv(1) == wire.GO
    except OSError:
        return False


def _flow(environment: dict[str, str], folder: int) -> int:
    """What `python -m prefect.engine` does, which is what the stock worker would have started."""
    linux.name_process("syncs-flow")
    # As a launcher leaves them to what it starts itself: an engine that a shell put into the background ignores some.
    deaf(signal.SIGCHLD, *ASKING)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.fchdir(folder)
    os.close(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    prefect.context.refresh_global_settings_context()
    settings.cache_clear()
    sys.argv = ["prefect.engine"]
    sys.path.insert(0, os.getcwd())
    # What is run by its name has not been imported: else `runpy` warns of it, with every run.
    sys.modules.pop("prefect.engine", None)
    # As Python would: before that, threads are waited for, and what was registered for the end is called.
    leaving.end_with(1)
    try:
        runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)
        leaving.end_with(0)
    except SystemExit as asked:
        leaving.end_with(asked.code & 0xFF if isinstance(asked.code, int) else int(asked.code is not None))
        raise
    except KeyboardInterrupt:
        leaving.end_with(-signal.SIGINT)
        raise
    return 0
