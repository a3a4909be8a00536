"""Prefect's server, which only this machine reaches."""

import sys
from contextlib import suppress

import httpx
import psycopg

from deployments.environment import Environment
from deployments.parts import Part, listens
from deployments.postgres import Postgres
from deployments.settings import Settings

DATABASE = "prefect"
#: Each wait of an automation, for each run, begins anew.
WAIT_ANEW = """UPDATE automation_bucket SET "end" = now() + ("end" - start)"""


class Server:
    def __init__(
        self, settings: Settings, environment: Environment, http: httpx.AsyncClient, postgres: Postgres
    ) -> None:
        self._port = str(settings.prefect_port)
        self._environment = environment
        self._http = http
        self._postgres = postgres

    def part(self) -> Part:
        environment = self._environment.of_others(
            PREFECT_SERVER_DATABASE_CONNECTION_URL=self._postgres.url(DATABASE, "postgresql+asyncpg"),
            PREFECT_SERVER_TASKS_TAG_CONCURRENCY_SLOT_WAIT_SECONDS="1",
            # In memory, as by default, who holds a slot is forgotten with the server, and the slot is never given back.
            PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE="prefect.server.concurrency.lease_storage.filesystem",
            PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS="15",
            # Connections beyond these are opened for one question each.
            PREFECT_SERVER_DATABASE_SQLALCHEMY_POOL_SIZE="15",
            # Whoever listens hears of an event at once, written down it is within five seconds as ever.
            PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE="200",
            PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_STATEMENT_CACHE_SIZE="1000",
            PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_PREPARED_STATEMENT_CACHE_SIZE="1000",
        )
        # Prefect's server asks for no password: it listens here and nowhere else, whatever SYNCS_HOST says.
        starting = [sys.executable, "-P", "-m", "deployments.prefect_server", "server", "start"]
        words = [*starting, "--host", "127.0.0.1", "--port", self._port]
        return Part(
            name="server", words=words, environment=environment, answers=self._answers, prepare=self._forgive_silence
        )

    def _forgive_silence(self) -> None:
        """While the server was down nobody could report to it, so nobody is late.

        Otherwise a run that outlives a long outage is made Crashed as soon as the server is back, and is Completed
        later.
        """
        # A database without tables yet has nothing to put off; one that is away keeps the server from starting, too.
        with suppress(psycopg.Error), psycopg.connect(self._postgres.url(DATABASE), connect_timeout=5) as connection:
            connection.execute(WAIT_ANEW)

    async def _answers(self, pid: int, started: float) -> bool:
        try:
            return listens(pid) and (await self._http.get("/api/ready")).is_success
        except httpx.TransportError:
            return False
