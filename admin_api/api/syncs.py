"""Jobs: listed, started, cancelled, run again."""

from __future__ import annotations

from math import ceil
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Query

from admin_api import presenting
from admin_api.auth import CallerDep
from admin_api.deps import JobsDep, WordsDep
from admin_api.errors import (
    AlreadyOver,
    AlreadyUnderWay,
    CsrfRefused,
    DatabaseAway,
    Invalid,
    IsAStep,
    JobNotFound,
    NeverStarted,
    NotDeployed,
    NotOver,
    PrefectAway,
    TooLarge,
    Unauthorized,
)
from admin_api.models import Status
from admin_api.problems import responses
from admin_api.schemas import Cancel, Job, JobDetail, JobPage, Limit, Page, Pagination, Start
from flows.catalog import FlagRefused, UnknownName, check_flags, resolve

router = APIRouter(prefix="/api/admin/syncs", tags=["jobs"])

READ = (Unauthorized, Invalid, DatabaseAway)
CHANGE = (*READ, CsrfRefused, TooLarge, PrefectAway)

#: A form that leaves a filter empty sends it all the same.
AnyStatus = Annotated[Status | Literal[""] | None, Query(description="Empty: any.")]
AnyScript = Annotated[str | None, Query(max_length=200, description="Any spelling of the catalog's. Empty: any.")]


@router.get("", summary="The jobs, newest first", responses=responses(*READ, UnknownName))
async def list_jobs(
    jobs: JobsDep,
    words: WordsDep,
    caller: CallerDep,
    page: Annotated[Page, Query()] = 1,
    limit: Annotated[Limit, Query()] = 20,
    status: AnyStatus = None,
    script: AnyScript = None,
) -> JobPage:
    """A day's steps are found in their day."""
    found = await jobs.page(page, limit, Status(status) if status else None, resolve(script).short if script else None)
    return JobPage(
        data=[presenting.job(job, words) for job in found.jobs],
        running=[presenting.job(job, words) for job in found.running],
        pagination=Pagination(page=page, limit=limit, total=found.total, total_pages=ceil(found.total / limit)),
    )


@router.post(
    "",
    status_code=201,
    summary="Start a group, the day or a script",
    responses=responses(*CHANGE, AlreadyUnderWay, NotDeployed, UnknownName, FlagRefused),
)
async def start_job(body: Start, jobs: JobsDep, words: WordsDep, caller: CallerDep) -> Job:
    """`press` is the group, `sync-press` the script. On 503 there is a job, too (`jobId`): it FAILED, and says so."""
    target = resolve(body.script)
    job = await jobs.start(target, check_flags(target, body.flags), caller)
    return presenting.job(job, words)


@router.get("/{id}", summary="A job, with its steps and its history", responses=responses(*READ, JobNotFound))
async def read_job(id: UUID, jobs: JobsDep, words: WordsDep, caller: CallerDep) -> JobDetail:
    found = await jobs.history(id)
    return presenting.job_detail(found.job, found.events, words)


@router.patch(
    "/{id}",
    status_code=202,
    summary="Cancel a job",
    responses=responses(*CHANGE, JobNotFound, AlreadyOver, IsAStep),
)
async def cancel_job(
    id: UUID,
    jobs: JobsDep,
    words: WordsDep,
    caller: CallerDep,
    body: Annotated[Cancel | None, Body()] = None,
) -> Job:
    """Its process and all that it has started are gone within 10 s."""
    return presenting.job(await jobs.cancel(id, caller), words)


@router.post(
    "/{id}/retry",
    status_code=202,
    summary="Run a job again",
    responses=responses(*CHANGE, JobNotFound, NotOver, IsAStep, AlreadyUnderWay, NeverStarted, NotDeployed),
)
async def retry_job(id: UUID, jobs: JobsDep, words: WordsDep, caller: CallerDep) -> Job:
    """The same run: the steps that it has finished are not repeated."""
    return presenting.job(await jobs.retry(id, caller), words)
