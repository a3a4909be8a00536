"""A job's log, as Prefect keeps it."""

from __future__ import annotations

import logging
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from admin_api.api.syncs import READ
from admin_api.auth import CallerDep
from admin_api.deps import JobsDep, PartsDep
from admin_api.errors import JobNotFound, PrefectAway
from admin_api.masking import masked_text
from admin_api.prefect_gateway import PrefectUnreachable
from admin_api.problems import responses
from admin_api.schemas import LogLine, LogPage, LogPagination, Page

router = APIRouter(prefix="/api/admin/syncs", tags=["jobs"])

MOST_LINES = 200  #: as many as Prefect gives at once


@router.get("/{id}/logs", summary="A job's log, oldest first", responses=responses(*READ, JobNotFound, PrefectAway))
async def read_logs(
    id: UUID,  # noqa: A002
    parts: PartsDep,
    jobs: JobsDep,
    caller: CallerDep,
    page: Annotated[Page, Query()] = 1,
    limit: Annotated[int, Query(ge=1, le=MOST_LINES)] = MOST_LINES,
) -> LogPage:
    """A day's log holds the lines of its steps. They reach Prefect some two seconds after they are printed."""
    runs = await jobs.runs_of(id)
    try:
        lines = await parts.prefect.logs(runs, (page - 1) * limit, limit) if runs else []
    except PrefectUnreachable as error:
        raise PrefectAway from error
    data = [
        LogLine(
            at=line.timestamp,
            level=logging.getLevelName(line.level),
            step=runs.get(line.flow_run_id) if line.flow_run_id else None,
            message=masked_text(line.message),
        )
        for line in lines
    ]
    return LogPage(data=data, pagination=LogPagination(page=page, limit=limit, has_more=len(data) == limit))
