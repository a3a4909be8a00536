"""For who watches: alive, ready, and in numbers."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from admin_api.auth import CallerDep
from admin_api.db import is_unreachable, ping
from admin_api.deps import Parts, PartsDep
from admin_api.errors import DatabaseAway, Unauthorized
from admin_api.metrics import exposed
from admin_api.prefect_gateway import PrefectUnreachable
from admin_api.problems import responses
from admin_api.schemas import Health, Ready

router = APIRouter(tags=["health"])

PATIENCE = 3  #: seconds
_TEXT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}


@router.get("/health", summary="The process is alive")
async def health() -> Health:
    return Health(status="ok")


@router.get("/ready", summary="Database and Prefect answer", responses={503: {"model": Ready}})
async def ready(parts: PartsDep, response: Response) -> Ready:
    """`events` tells whether Prefect's are heard: without them jobs are up to a minute late, and still right."""
    database, prefect = await asyncio.gather(_database(parts), _prefect(parts))
    if not (database and prefect):
        response.status_code = 503
    return Ready(ready=database and prefect, database=database, prefect=prefect, events=parts.listening.hears)


@router.get(
    "/metrics",
    summary="For Prometheus",
    response_class=Response,
    responses=responses(Unauthorized, DatabaseAway)
    | {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(parts: PartsDep, caller: CallerDep) -> Response:
    text = await exposed(parts.sessions, hears=parts.listening.hears, looked_at=parts.listening.looked_at)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


async def _database(parts: Parts) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await ping(parts.sessions)
    except Exception as error:
        if not (is_unreachable(error) or isinstance(error, TimeoutError)):
            raise
        return False
    return True


async def _prefect(parts: Parts) -> bool:
    try:
        await parts.prefect.ping(within=PATIENCE)
    except PrefectUnreachable:
        return False
    return True
