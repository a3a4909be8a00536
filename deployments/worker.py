"""Prefect's worker, which starts a process for each run."""

import sys
from datetime import datetime

import httpx

from deployments.bootstrap import FLOWS_LOG, POOL
from deployments.environment import Environment
from deployments.home import Home
from deployments.parts import Part

NAME = "local"


class Worker:
    def __init__(self, home: Home, environment: Environment, http: httpx.AsyncClient, site: str) -> None:
        self._home = home
        self._environment = environment
        self._http = http
        self._site = site

    def part(self) -> Part:
        environment = self._environment.of_project(
            DATABASE_URL=self._site,
            PREFECT_WORKER_QUERY_SECONDS="0.5",
            # Each run's sign of life, which an automation of deployments.automations waits for.
            PREFECT_FLOWS_HEARTBEAT_FREQUENCY="30",
            **{FLOWS_LOG: str(self._home.log("flows"))},
            # Prefect's worker would use one in /tmp that a second user of this machine could not write in.
            TMPDIR=str(self._home.temporary),
        )
        words = [sys.executable, "-m", "prefect", "worker", "start", "--type", "process"]
        words += ["--pool", POOL, "--name", NAME]
        return Part(name="worker", words=words, environment=environment, answers=self._answers)

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
