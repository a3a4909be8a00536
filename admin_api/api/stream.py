"""Every change of every job, as it happens: server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from admin_api import presenting
from admin_api.auth import CallerDep
from admin_api.deps import PartsDep, WordsDep
from admin_api.errors import DatabaseAway, Invalid, Unauthorized
from admin_api.models import SyncJob
from admin_api.problems import responses
from admin_api.schemas import Job
from admin_api.words import Words

router = APIRouter(prefix="/api/admin/syncs", tags=["jobs"])


@router.get(
    "/stream",
    response_class=EventSourceResponse,
    summary="Every change of every job, as it happens",
    responses=responses(Unauthorized, Invalid, DatabaseAway),
)
async def stream(
    parts: PartsDep,
    words: WordsDep,
    caller: CallerDep,
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Events called `job`, each with a job as it stands then, a day's steps among them.

    A browser that comes back says which event was its last, and is told what it has missed. The first event is `ready`,
    without a job: what is read of the API after it misses nothing.
    """
    told: dict[UUID, int] = {}
    async with parts.changes.heard() as changed:
        yield ServerSentEvent(event="ready", data={"events": parts.listening.hears}, retry=2000)
        if (since := _moment(last_event_id)) is not None:
            for missed in await parts.changes.since(since):
                told[missed.id] = missed.version
                yield _event(missed, words)
        while (job := await changed.get()) is not None:
            if told.get(job.id, 0) < job.version:  # what was told in the meantime is no news
                yield _event(job, words)


def _event(job: SyncJob, words: Words) -> ServerSentEvent:
    told: Job = presenting.job(job, words)
    return ServerSentEvent(event="job", id=job.updated_at.isoformat(), raw_data=told.model_dump_json(by_alias=True))


def _moment(last_event_id: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(last_event_id or "")
        # What is not of our time was not of our making, and near a calendar's ends nothing can be reckoned.
        return moment if moment.tzinfo and 2000 < moment.year < 3000 else None
    except ValueError:
        return None
