"""What starts by itself."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from admin_api import presenting
from admin_api.api.syncs import CHANGE
from admin_api.auth import CallerDep
from admin_api.deps import SchedulesDep
from admin_api.errors import PrefectAway, ScheduleNotFound, Unauthorized
from admin_api.problems import responses
from admin_api.schemas import Schedule, SchedulePage, Switch

router = APIRouter(prefix="/api/admin/schedules", tags=["schedules"])


@router.get("", summary="Every schedule, and its next runs", responses=responses(Unauthorized, PrefectAway))
async def list_schedules(schedules: SchedulesDep, caller: CallerDep) -> SchedulePage:
    return SchedulePage(data=[presenting.schedule(plan) for plan in await schedules.all()])


@router.patch("/{id}", summary="Pause or resume a schedule", responses=responses(*CHANGE, ScheduleNotFound))
async def switch_schedule(
    id: UUID,
    body: Switch,
    schedules: SchedulesDep,
    caller: CallerDep,
) -> Schedule:
    """A pause outlives restarts and deploys. After a resume, Prefect plans the next runs within half a minute."""
    return presenting.schedule(await schedules.switch(id, caller, active=body.active))
