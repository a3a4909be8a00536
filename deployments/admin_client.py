"""The admin API, as the command line speaks to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any
from uuid import UUID

import httpx

from deployments import admin_token
from deployments.environment import setting
from deployments.settings import Settings

Answer = dict[str, Any]

PATH = "/api/admin/syncs"
TIMEOUT = 30.0
NEWEST = 100  #: jobs that the beginning of an id is looked for in
BEGINNING = re.compile(r"[0-9a-f][0-9a-f-]{3,35}")


class ApiAway(Exception):
    """The admin API does not answer, or cannot do its work."""


class AskedWrongly(Exception):
    """The admin API knows no such thing, or not who asks."""


class RefusedNow(Exception):
    """As things stand it cannot be done; the text is the admin API's own."""


@dataclass(frozen=True)
class AdminApi:
    """Every call raises ApiAway, AskedWrongly or RefusedNow."""

    url: str
    token: str = field(repr=False)
    token_from: str

    @classmethod
    def of(cls, settings: Settings) -> AdminApi:
        """The one of this machine's stack. Raises AskedWrongly or TokenError where there is no token."""
        if given := setting("SYNCS_ADMIN_TOKEN"):
            if not admin_token.GOOD.fullmatch(given):
                raise AskedWrongly("SYNCS_ADMIN_TOKEN is no token: one has 32 or more ASCII characters, and no spaces.")
            return cls(settings.admin_url, given, "SYNCS_ADMIN_TOKEN")
        file = settings.home / admin_token.FILE
        if kept := admin_token.read(settings.home):
            return cls(settings.admin_url, kept, str(file))
        raise AskedWrongly(f"No token for the admin API: set SYNCS_ADMIN_TOKEN. `syncs up` keeps its own in {file}.")

    async def jobs(self, **filters: object) -> Answer:
        return await self._ask("GET", PATH, {name: value for name, value in filters.items() if value is not None})

    async def job(self, named: str) -> Answer:
        return await self._ask("GET", f"{PATH}/{await self._id(named)}")

    async def cancel(self, named: str) -> Answer:
        return await self._ask("PATCH", f"{PATH}/{await self._id(named)}", body={"action": "cancel"})

    async def retry(self, named: str) -> Answer:
        return await self._ask("POST", f"{PATH}/{await self._id(named)}/retry")

    async def _id(self, named: str) -> UUID:
        """A job is named by its id, or by any beginning of it that only one of the newest jobs has."""
        try:
            return UUID(named)
        except ValueError:
            pass
        beginning = named.lower()
        if not BEGINNING.fullmatch(beginning):
            raise AskedWrongly(f"{named!r} is no job's id: give one, or 4 or more of its first characters.")
        answer = await self.jobs(limit=NEWEST)
        ids = sorted({job["id"] for job in (*answer["data"], *answer["running"]) if job["id"].startswith(beginning)})
        match ids:
            case [only]:
                return UUID(only)
            case []:
                raise AskedWrongly(f"None of the newest {NEWEST} jobs begins with {named!r}: `syncs list` shows them.")
        raise AskedWrongly(f"{named!r} is the beginning of {len(ids)} jobs: {', '.join(ids)}.")

    async def _ask(self, method: str, path: str, params: Answer | None = None, body: Answer | None = None) -> Answer:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/json",
            "Accept-Language": "en",
            "User-Agent": f"syncs-cli/{version('poligraph-syncs')}",
        }
        try:
            # A proxy of the user's is not asked for this machine.
            async with httpx.AsyncClient(base_url=self.url, headers=headers, timeout=TIMEOUT, trust_env=False) as http:
                answer = await http.request(method, path, params=params, json=body)
        except httpx.HTTPError as error:
            why = type(error).__name__
            raise ApiAway(f"The admin API at {self.url} does not answer ({why}). Is `syncs up` running?") from error
        return self._read(answer)

    def _read(self, answer: httpx.Response) -> Answer:
        try:
            said = answer.json()
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise ApiAway(
                f"What answers at {self.url} is not the admin API, or is not well (status {answer.status_code}). "
                "Is another program on SYNCS_PORT?"
            )
        if answer.is_success:
            return said
        detail = str(said.get("detail") or f"The admin API at {self.url} answered {answer.status_code}.")
        match answer.status_code:
            case httpx.codes.UNAUTHORIZED:
                raise AskedWrongly(
                    f"The admin API at {self.url} does not take the token from {self.token_from}. If it was changed, "
                    "restart `syncs up`."
                )
            case httpx.codes.CONFLICT:
                raise RefusedNow(detail)
            case status if httpx.codes.is_client_error(status) and status != httpx.codes.TOO_MANY_REQUESTS:
                raise AskedWrongly(detail)
        raise ApiAway(detail)
