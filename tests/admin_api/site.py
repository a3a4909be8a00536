"""A small application behind the gate, and browsers and programs that call it."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any, Literal, cast

import httpx
from fastapi import FastAPI, Form, Query
from pydantic import BaseModel, ConfigDict, SecretStr, StrictBool, StrictInt, StrictStr
from starlette.middleware import Middleware
from starlette.responses import StreamingResponse

from admin_api import assets, audit, docs_page, pages
from admin_api.auth import CallerDep, Gate
from admin_api.db import Sessions, connected
from admin_api.errors import AlreadyUnderWay, Invalid, PrefectAway, Unauthorized
from admin_api.logins import Logins
from admin_api.models import AuditEntry, Row
from admin_api.problems import HANDLERS, responses
from admin_api.security import SecurityHeaders
from admin_api.settings import Settings
from admin_api.sync_jobs import SyncJobs
from flows.catalog import UnknownName, check_flags, resolve

TOKEN = "the-token-of-the-tests-0123456789"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
HOST = "syncs.example"
HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    script: str
    action: Literal["start", "cancel"] = "start"
    flags: dict[str, StrictBool | StrictInt | StrictStr] = {}


@dataclass
class Site:
    app: FastAPI
    sessions: Sessions

    def client(self, address: str = "192.0.2.1", scheme: str = "http", **headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 50_000))
        return httpx.AsyncClient(transport=transport, base_url=f"{scheme}://{HOST}", headers=headers)

    async def signed_in(self, scheme: str = "http") -> httpx.AsyncClient:
        browser = self.client(scheme=scheme)
        assert (await sign_in(browser)).status_code == 303
        return browser

    async def audited(self) -> Sequence[AuditEntry]:
        return (await audit.entries(self.sessions, 1, 100))[0]


def field(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found
    return found[1]


async def sign_in(browser: httpx.AsyncClient, token: str = TOKEN, after: str = "") -> httpx.Response:
    form = (await browser.get("/admin/login", params={"next": after})).text
    data = {"token": token, "csrf": field(form, "csrf"), "next": field(form, "next")}
    return await browser.post("/admin/login", data=data)


async def csrf_of(browser: httpx.AsyncClient) -> str:
    return field((await browser.get("/admin/syncs")).text, "csrf")


@asynccontextmanager
async def open_site(folder: Path, token: str = TOKEN) -> AsyncIterator[Site]:
    settings = Settings(database_url=f"sqlite:///{folder}/jobs.db", admin_token=SecretStr(token))
    async with connected(settings.database) as sessions:
        async with sessions.begin() as session:
            await (await session.connection()).run_sync(Row.metadata.create_all)
        yield Site(_application(settings, sessions), sessions)


def _application(settings: Settings, sessions: Sessions) -> FastAPI:
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        middleware=[Middleware(SecurityHeaders), Middleware(Gate)],
        exception_handlers=HANDLERS,
    )
    app.state.settings, app.state.sessions, app.state.logins = settings, sessions, Logins()
    # Pages read jobs, of which there are none; nothing here asks Prefect.
    jobs = SyncJobs(sessions, *[cast("Any", None)] * 3)
    app.state.parts = SimpleNamespace(sessions=sessions, jobs=jobs, listening=SimpleNamespace(hears=True))
    app.include_router(pages.router)
    app.include_router(docs_page.router)
    assets.mount(app)

    @app.get("/health")
    async def health() -> str:
        return "ok"

    @app.get("/api/who")
    async def who(caller: CallerDep) -> dict[str, str | None]:
        return {"actor": caller.actor, "address": caller.address, "agent": caller.user_agent}

    @app.post("/api/things", responses=responses(Unauthorized, AlreadyUnderWay, Invalid, UnknownName, PrefectAway))
    async def things(thing: Thing) -> str:
        check_flags(resolve(thing.script), thing.flags)
        return thing.action

    @app.get("/api/page")
    async def numbers(page: Annotated[int, Query(ge=1)] = 1) -> int:
        return page

    @app.post("/api/form")
    async def form(value: Annotated[str, Form()]) -> str:
        return value

    @app.get("/api/stream")
    async def stream() -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            yield "data: 1\n\n"
            yield "data: 2\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream")

    @app.get("/api/broken")
    async def broken() -> None:
        raise RuntimeError("secret-detail")

    @app.get("/api/away")
    async def away() -> None:
        raise PrefectAway

    @app.get("/api/no-database")
    async def no_database() -> None:
        raise ConnectionRefusedError("secret-detail")

    return app
