"""An engine of a test's own, and launchers that ask it for runs, with no Prefect server behind them.

In place of `prefect.engine` they run the program of the test, warm and cold alike: a `sitecustomize` sees to that,
which Python reads whenever it starts.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import psutil

from deployments.warm import FLOW_RUN, GUARD, SOCKET, launch

PROGRAM = "OF_A_TEST_PROGRAM"
#: To import `prefect.engine` is what it always is; to run it is to run the program.
SITE = f"""
import importlib.machinery, os, sys

class Loader(importlib.machinery.SourceFileLoader):
    def exec_module(self, module):
        exec(super().get_code(module.__name__), module.__dict__)

    def get_code(self, name):
        return compile(os.environ[{PROGRAM!r}], self.path, "exec")

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "prefect.engine":
            spec = importlib.machinery.PathFinder.find_spec(name, path)
            spec.loader = Loader(name, spec.origin)
            return spec

sys.meta_path.insert(0, Finder)
"""
#: Nobody listens there: what is to be told to Prefect is told in vain, which hurts nobody.
NOWHERE = "http://127.0.0.1:9/api"
#: A line for a program: waits to be ended.
WAITS = "import time; time.sleep(120)"

Found = TypeVar("Found")


def eventually(what: Callable[[], Found], within: float = 20) -> Found:
    """What it returns, once that is something."""
    until = time.monotonic() + within
    while not (found := what()):
        assert time.monotonic() < until, "in vain"
        time.sleep(0.02)
    return found


def alive(marker: str) -> list[psutil.Process]:
    """Every process with this in a word of its command."""
    return [one for one in psutil.process_iter() if any(marker in word for word in _words(one))]


def _words(process: psutil.Process) -> list[str]:
    try:
        return [] if process.status() == psutil.STATUS_ZOMBIE else process.cmdline()
    except psutil.Error:
        return []


class Launched:
    """A launcher. What it and its run print goes to a file."""

    def __init__(self, said: Path, environment: Mapping[str, str], folder: Path) -> None:
        self.run = environment[FLOW_RUN]
        self._said = said
        with said.open("wb") as file:
            self.process = subprocess.Popen(
                launch.words(), env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=file, stderr=file
            )

    def ended(self, within: float = 30) -> int:
        """Its exit code."""
        return self.process.wait(within)

    @property
    def said(self) -> str:
        return self._said.read_text(errors="replace")

    @property
    def was_cold(self) -> bool:
        return "Started the stock way" in self.said


class Warm:
    """An engine in a folder, with what its launchers have in common with it."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.folder = folder
        self.socket = folder / "engine.sock"
        self.log = folder / "engine.log"
        (folder / "site").mkdir()
        (folder / "site" / "sitecustomize.py").write_text(SITE)
        own = {
            "PYTHONPATH": str(folder / "site"),
            "PYTHONUNBUFFERED": "1",
            "PREFECT_API_URL": NOWHERE,
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_CLIENT_MAX_RETRIES": "0",
            "PREFECT_SERVER_EPHEMERAL_ENABLED": "False",  # as a worker spells it, which hands all its settings on
            "SYNCS_HOME": str(folder / "home"),
            SOCKET: str(self.socket),
        }
        self.environment = {**os.environ, **own, **more}
        self.engine: subprocess.Popen[bytes]  #: the last one that was started
        self._started: list[subprocess.Popen[bytes]] = []
        self._launched: list[Launched] = []

    def start(self) -> subprocess.Popen[bytes]:
        """An engine, once it answers."""
        began = time.time()
        with self.log.open("ab") as log:
            words = [sys.executable, "-P", "-m", "deployments.warm.engine"]
            process = subprocess.Popen(words, env=self.environment, cwd=self.folder, stderr=log, stdout=log)
        self.engine = process
        self._started.append(process)
        eventually(lambda: self.socket.exists() and self.socket.stat().st_mtime >= began, 60)
        return process

    def launch(
        self, program: str, more: Mapping[str, str] = {}, *, run: str = "", folder: Path | None = None
    ) -> Launched:
        environment = {**self.environment, PROGRAM: program, FLOW_RUN: run or str(uuid.uuid4()), **more}
        launched = Launched(self.folder / f"said-{time.monotonic_ns()}", environment, folder or self.folder)
        self._launched.append(launched)
        return launched

    def cold(self, program: str) -> Launched:
        return self.launch(program, {SOCKET: str(self.folder / "none")})

    def ask(self, question: str, more: Mapping[str, str] = {}, *, cold: bool = False, imports: str = "os") -> Any:
        """What a run answers to a question, which is an expression of Python's."""
        note = self.folder / f"note-{time.monotonic_ns()}"
        program = f"import json, {imports}\nwith open({str(note)!r}, 'w') as note: json.dump({question}, note)"
        one = self.cold(program) if cold else self.launch(program, more)
        assert one.ended() == 0, one.said
        assert one.was_cold == cold, one.said
        return json.loads(note.read_text())

    def guards(self, engine: subprocess.Popen[bytes]) -> list[psutil.Process]:
        return [one for one in psutil.Process(engine.pid).children() if one.name() == GUARD]

    def leave_nothing(self) -> None:
        everything = [one.process for one in self._launched] + self._started
        for process in psutil.process_iter():
            try:
                ours = process.environ().get("SYNCS_HOME") == self.environment["SYNCS_HOME"]
            except psutil.Error:
                continue
            if ours and process.pid != os.getpid():
                process.kill()
        for one in everything:
            one.kill()
            one.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)
