"""One job: how far it is, what came of it, what it said, and what can be done about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse

from admin_api import presenting
from admin_api.auth import CallerDep
from admin_api.deps import JobsDep, PartsDep, WordsDep
from admin_api.errors import PrefectAway
from admin_api.job_log import MOST_LINES
from admin_api.models import Status
from admin_api.pages.overview import SYNCS_PAGE
from admin_api.rendering import page
from admin_api.timeline import spans

router = APIRouter(prefix=SYNCS_PAGE)


@router.get("/{id}")
async def show(id: UUID, request: Request, caller: CallerDep, parts: PartsDep, words: WordsDep) -> HTMLResponse:
    return page(request, "job.html", caller=caller, **await _told(id, parts, words))


@router.get("/{id}/live")
async def live(id: UUID, request: Request, caller: CallerDep, parts: PartsDep, words: WordsDep) -> HTMLResponse:
    """The part of it that moves, log and all."""
    return page(request, "parts/job.html", caller=caller, **await _told(id, parts, words))


@router.post("/{id}/cancel")
async def cancel(id: UUID, caller: CallerDep, jobs: JobsDep) -> RedirectResponse:
    await jobs.cancel(id, caller)
    return RedirectResponse(f"{SYNCS_PAGE}/{id}", status_code=303)


@router.post("/{id}/retry")
async def retry(id: UUID, caller: CallerDep, jobs: JobsDep) -> RedirectResponse:
    await jobs.retry(id, caller)
    return RedirectResponse(f"{SYNCS_PAGE}/{id}", status_code=303)


async def _told(id_: UUID, parts: PartsDep, words: WordsDep) -> dict[str, Any]:
    found = await parts.jobs.history(id_)
    try:
        lines = await parts.log.tail(id_)
    except PrefectAway:  # it is said on the page, and all else is known here
        lines = None
    job = presenting.job_detail(found.job, found.events, words)
    return {
        "job": job,
        "spans": spans(job.steps, datetime.now(UTC)),
        "to_be_cancelled": found.to_be_cancelled,
        "over": Status(found.job.status).over,
        "lines": lines,
        "most_lines": MOST_LINES,
        "hears": parts.listening.hears,
    }
