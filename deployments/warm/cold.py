"""A run that starts the stock way, by a Python of its own; its launcher is its guard."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

from deployments.warm import report
from deployments.warm.guard import Guard
from flows.tap import linux


def run(environment: dict[str, str], signals: socket.socket, why: str) -> int:
    """Its exit code, once nothing of it is left."""
    linux.adopt_orphans()
    guard = os.getpid()
    process = subprocess.Popen(
        [sys.executable, "-m", "prefect.engine"],
        env=environment,
        preexec_fn=lambda: linux.end_with_parent(guard),
    )
    report.tell(environment, [(True, f"Started the stock way, which takes seconds longer: {why}.")])
    ending = Guard(process.pid, signals).watch()
    report.tell(environment, ending.lines)
    return ending.code
