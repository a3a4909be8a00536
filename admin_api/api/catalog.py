"""What there is to start."""

from __future__ import annotations

from fastapi import APIRouter

from admin_api import presenting
from admin_api.auth import CallerDep
from admin_api.deps import SchedulesDep
from admin_api.errors import PrefectAway, Unauthorized
from admin_api.problems import responses
from admin_api.schemas import Catalog

router = APIRouter(prefix="/api/admin", tags=["catalog"])


@router.get("/catalog", summary="Groups, scripts, flags, schedules", responses=responses(Unauthorized))
async def read_catalog(schedules: SchedulesDep, caller: CallerDep) -> Catalog:
    try:
        return presenting.catalog(await schedules.all())
    except PrefectAway:  # all but the schedules is known here
        return presenting.catalog(None)
