"""The admin API as a part of the stack: what it is given, where it listens, when it answers."""

import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import httpx
import psutil

from deployments import admin_token, family
from deployments.environment import Environment, setting
from deployments.parts import Command, Part, listens
from deployments.settings import Settings

PROGRAM = (sys.executable, "-m", "admin_api")
DATABASE = "syncs"


class Api:
    def __init__(self, settings: Settings, environment: Environment, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._environment = environment
        self._http = http

    def check(self) -> Command:
        # A database of its own has no address yet, and needs no check.
        return Command(
            name="settings", words=[*PROGRAM, "check"], environment=self._knowing(f"postgresql:///{DATABASE}")
        )

    def migrate(self, own_database: str) -> Command:
        return Command(name="migrate-jobs", words=[*PROGRAM, "migrate"], environment=self._knowing(own_database))

    def part(self, own_database: str) -> Part:
        words = [*PROGRAM, "serve", "--host", self._settings.host, "--port", str(self._settings.port)]
        return Part(name="api", words=words, environment=self._knowing(own_database), answers=self._answers)

    @property
    def greeting(self) -> list[str]:
        """What to say when it is up; never the token itself."""
        given = self._environment.given("SYNCS_ADMIN_TOKEN")
        token = (
            "the token is SYNCS_ADMIN_TOKEN" if given else f"the token is in {self._settings.home / admin_token.FILE}"
        )
        lines = [f"admin page: {self._settings.admin_url}/admin/syncs, API: /docs (to sign in: {token})"]
        if not self._settings.is_local:
            lines.append(
                f"SYNCS_HOST={self._settings.host}: the admin API is reachable from the network, "
                "and should be behind TLS, or the token can be read on its way"
            )
        return lines

    def _knowing(self, own_database: str) -> Mapping[str, str]:
        return self._environment.of_api(
            SYNCS_DATABASE_URL=self._environment.given("SYNCS_DATABASE_URL") or own_database,
            SYNCS_ADMIN_TOKEN=self._environment.given("SYNCS_ADMIN_TOKEN")
            or admin_token.read_or_make(self._settings.home),
        )

    async def _answers(self, pid: int, started: float) -> bool:
        try:
            return listens(pid) and (await self._http.get(f"{self._settings.admin_url}/health")).is_success
        except httpx.TransportError:
            return False


def database(home: Path) -> str | None:
    """Where the jobs are: as the user has set it, or else as the stack that runs on this home has it."""
    if given := setting("SYNCS_DATABASE_URL"):
        return given
    for process in family.members(home, "api"):
        with suppress(psutil.Error, KeyError):
            return process.environ()["SYNCS_DATABASE_URL"]
    return None
