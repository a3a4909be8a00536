"""Prefect's worker, which starts a process for each run, and the engine that those are forked from."""

import shlex
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import httpx

from deployments.bootstrap import FLOWS_LOG, POOL
from deployments.environment import Environment
from deployments.home import Home
from deployments.parts import Part
from deployments.warm import LAUNCH, SOCKET, launch

NAME = "local"


class Worker:
    def __init__(self, home: Home, environment: Environment, http: httpx.AsyncClient, site: str) -> None:
        self._home = home
        self._environment = environment
        self._http = http
        self._site = site

    @property
    def starts_warm(self) -> bool:
        """Elsewhere runs start the stock way: a fork is not safe there, and nothing holds a fence together."""
        return sys.platform == "linux"

    def engine(self) -> Part:
        words = [sys.executable, "-P", "-m", "deployments.warm.engine"]
        return Part(name="engine", words=words, environment=self._of_runs, answers=self._engine_answers)

    def part(self) -> Part:
        words = [sys.executable, "-P", "-m", "deployments.warm.worker", POOL, NAME]
        return Part(name="worker", words=words, environment=self._of_runs, answers=self._answers)

    @property
    def _of_runs(self) -> Mapping[str, str]:
        """What the two have in common with each other, and with every run."""
        more = {FLOWS_LOG: str(self._home.log("flows"))}
        if self.starts_warm:
            more |= {SOCKET: str(self._socket), LAUNCH: shlex.join(launch.words())}
        return self._environment.of_project(
            DATABASE_URL=self._site,
            # Each run's sign of life, which an automation of deployments.automations waits for.
            PREFECT_FLOWS_HEARTBEAT_FREQUENCY="30",
            # What a run prints of its log goes to a file: Prefect's own handler would first lay it out for a terminal.
            PREFECT_LOGGING_ROOT_HANDLERS="debug",
            PREFECT_LOGGING_HANDLERS_DEBUG_FORMATTER="standard",
            # Prefect's worker would use one in /tmp that a second user of this machine could not write in.
            TMPDIR=str(self._home.temporary),
            **more,
        )

    @property
    def _socket(self) -> Path:
        return self._home.temporary / "engine.sock"

    async def _engine_answers(self, pid: int, started: float) -> bool:
        return self._socket.exists() and self._socket.stat().st_mtime >= started

    async def _answers(self, pid: int, started: float) -> bool:
        """Whether it has sent a heartbeat: one killed before it had the same name, and counts as online for a while."""
        try:
            answer = await self._http.post(f"/api/work_pools/{POOL}/workers/filter", json={})
        except httpx.TransportError:
            return False
        return answer.is_success and any(
            worker["name"] == NAME
            and worker["status"] == "ONLINE"
            and datetime.fromisoformat(worker["last_heartbeat_time"]).timestamp() > started
            for worker in answer.json()
        )
