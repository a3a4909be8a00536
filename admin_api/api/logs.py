"""A job's log, as Prefect keeps it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from admin_api.api.syncs import READ
from admin_api.auth import CallerDep
from admin_api.deps import PartsDep
from admin_api.errors import JobNotFound, PrefectAway
from admin_api.job_log import MOST_LINES
from admin_api.problems import responses
from admin_api.schemas import LogPage, LogPagination, Page

router = APIRouter(prefix="/api/admin/syncs", tags=["jobs"])


@router.get("/{id}/logs", summary="A job's log, oldest first", responses=responses(*READ, JobNotFound, PrefectAway))
async def read_logs(
    id: UUID,
    parts: PartsDep,
    caller: CallerDep,
    page: Annotated[Page, Query()] = 1,
    limit: Annotated[int, Query(ge=1, le=MOST_LINES)] = MOST_LINES,
) -> LogPage:
    """A day's log holds the lines of its steps. They reach Prefect some two seconds after they are printed."""
    data = await parts.log.page(id, page, limit)
    return LogPage(data=data, pagination=LogPagination(page=page, limit=limit, has_more=len(data) == limit))
