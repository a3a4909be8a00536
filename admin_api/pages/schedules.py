"""What starts by itself: when, what came of it the last time, and its pause."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse

from admin_api import presenting
from admin_api.auth import CallerDep
from admin_api.deps import PartsDep, SchedulesDep, WordsDep
from admin_api.rendering import page

SCHEDULES_PAGE = "/admin/schedules"

router = APIRouter()


@router.get(SCHEDULES_PAGE)
async def show(request: Request, caller: CallerDep, parts: PartsDep, words: WordsDep) -> HTMLResponse:
    plans = await parts.schedules.all()
    last = await parts.jobs.last({plan.group.short for plan in plans})
    return page(
        request,
        "schedules.html",
        caller=caller,
        schedules=[presenting.schedule(plan) for plan in plans],
        last={name: presenting.job(job, words) for name, job in last.items()},
    )


@router.post(SCHEDULES_PAGE + "/{id}")
async def switch(
    id: UUID,
    caller: CallerDep,
    schedules: SchedulesDep,
    active: Annotated[bool, Form()],
) -> RedirectResponse:
    await schedules.switch(id, caller, active=active)
    return RedirectResponse(SCHEDULES_PAGE, status_code=303)
