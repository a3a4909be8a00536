"""`syncs up` as a process of its own, for the tests."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

COMMAND = (str(Path(sys.executable).with_name("syncs")), "up")
PARTS = ("postgres", "server", "engine", "worker", "api")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Stack:
    """Inside the `with` it is up; after it nothing of it is left, even where it was killed.

    What it says goes to a file, so that nobody has to read it for it to go on. It runs in the folder of its home.
    """

    command: Sequence[str] = COMMAND

    def __init__(self, home: Path, port: int | None = None, environment: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.folder = home.parent
        self.port = port or free_port()
        self.api_url = f"http://127.0.0.1:{self.port}/api"
        self.environment = {
            **os.environ,
            "SYNCS_PORT": str(free_port()),
            **(environment or {}),
            "SYNCS_HOME": str(home),
            "SYNCS_PREFECT_PORT": str(self.port),
        }
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed when nothing is left
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
            self.wait_for("everything is up")
        except BaseException:
            self.leave_nothing()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            self.leave_nothing()

    def start(self) -> None:
        """Does not wait; what an earlier start has said is forgotten."""
        self._said.truncate(0)
        self._said.seek(0)
        self._process = subprocess.Popen(
            self.command,
            env=self.environment,
            cwd=self.folder,
            stdout=self._said,
            stderr=subprocess.STDOUT,
        )

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process, "it has not been started"
        return self._process

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def lines(self) -> list[str]:
        """What it has said until now, standard error too."""
        # Read at a place of its own: the file's is where the process writes next.
        return os.pread(self._said.fileno(), 1_000_000, 0).decode().splitlines()

    def wait_for(self, text: str, within: float = 90) -> None:
        """Waits until it has said this, or fails with what it has said instead."""
        until = time.monotonic() + within
        while not any(text in line for line in self.lines):
            ended = self.process.poll() is not None
            assert not ended or any(text in line for line in self.lines), "\n".join(["it ended:", *self.lines])
            assert time.monotonic() < until, "\n".join([f"no {text!r} within {within} s:", *self.lines])
            time.sleep(0.05)

    @property
    def admin_url(self) -> str:
        return f"http://127.0.0.1:{self.environment['SYNCS_PORT']}"

    @property
    def token(self) -> str:
        """The admin API's."""
        return (self.home / "admin_token").read_text().strip()

    def part(self, name: str) -> psutil.Process:
        """A part's process; raises where there is not exactly one."""
        marked = [child for child in psutil.Process(self.pid).children() if _mark(child) == f"{name}:{self.home}"]
        (process,) = marked
        return process

    def stop(self, number: signal.Signals = signal.SIGTERM, within: float = 60) -> int:
        """Asks it to stop, if it runs, and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.ended(within)

    def ended(self, within: float = 60) -> int:
        """Its exit code, once it has ended."""
        return self.process.wait(within)

    def kill(self) -> None:
        """kill -9, which leaves its parts behind."""
        self.process.kill()
        self.process.wait()

    def left(self) -> list[psutil.Process]:
        """Every process that has to do with this home: by its environment, its command line or its folder."""
        return [process for process in psutil.process_iter() if process.pid != os.getpid() and self._is_ours(process)]

    def leave_nothing(self) -> None:
        for process in self.left():
            process.kill()
        psutil.wait_procs(self.left(), timeout=10)
        if self._process:
            self._process.wait(10)
        self._said.close()

    def _is_ours(self, process: psutil.Process) -> bool:
        home = str(self.home)
        try:
            return process.status() != psutil.STATUS_ZOMBIE and (
                process.environ().get("SYNCS_HOME") == home
                or any(home in word for word in process.cmdline())
                or f"{process.cwd()}/".startswith(f"{home}/")
            )
        except psutil.Error:
            return False


def _mark(process: psutil.Process) -> str | None:
    try:
        return process.environ().get("SYNCS_STACK")
    except psutil.Error:
        return None
