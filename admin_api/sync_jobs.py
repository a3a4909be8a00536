"""The rules: what may be started, cancelled and run again, and which jobs there are."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, select, union_all
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api import audit, causes
from admin_api.auth import Caller
from admin_api.cleanup import Cleanup
from admin_api.db import Sessions
from admin_api.errors import (
    AlreadyOver,
    AlreadyUnderWay,
    IsAStep,
    JobNotFound,
    NeverStarted,
    NotDeployed,
    NotOver,
    PrefectAway,
)
from admin_api.masking import MASK, masked
from admin_api.mirror import Mirror
from admin_api.models import UNDER_WAY, Status, SyncJob, SyncJobEvent, Trigger
from admin_api.prefect_gateway import Gateway, NotRegistered, PrefectUnreachable
from admin_api.terms import STATUSES
from flows.catalog import Flags, Target, resolve

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

NEWEST = (SyncJob.created_at.desc(), SyncJob.id.desc())


@dataclass(frozen=True, kw_only=True)
class JobHistory:
    """A job and what happened to it, oldest first."""

    job: SyncJob
    events: Sequence[SyncJobEvent]
    #: Somebody has asked for it here, and it has not ended yet.
    to_be_cancelled: bool


@dataclass(frozen=True, kw_only=True)
class Found:
    """A page of jobs, newest first, how many there are in all, and every one that is under way."""

    jobs: Sequence[SyncJob]
    total: int
    running: Sequence[SyncJob]


class SyncJobs:
    def __init__(self, sessions: Sessions, prefect: Gateway, mirror: Mirror, cleanup: Cleanup) -> None:
        self._sessions = sessions
        self._prefect = prefect
        self._mirror = mirror
        self._cleanup = cleanup

    async def page(self, page: int, limit: int, status: Status | None, script: str | None) -> Found:
        """Jobs of their own: a day's steps are found with their day."""
        wanted: list[ColumnElement[bool]] = [SyncJob.parent_id.is_(None)]
        under_way = [*wanted, SyncJob.status.in_(UNDER_WAY)]
        if status is not None:
            wanted.append(SyncJob.status == status)
        if script is not None:
            wanted.append(SyncJob.script == script)
        newest = select(SyncJob).order_by(*NEWEST)
        async with self._sessions() as session:
            # By their ids alone, which an index holds: rows are wide, and a late page would read all those before it.
            of_page = select(SyncJob.id).where(*wanted).order_by(*NEWEST).offset((page - 1) * limit).limit(limit)
            jobs = await session.scalars(newest.where(SyncJob.id.in_((await session.scalars(of_page)).all())))
            total = await session.scalar(select(func.count()).select_from(SyncJob).where(*wanted))
            running = await session.scalars(newest.where(*under_way))
            return Found(jobs=jobs.all(), total=total or 0, running=running.all())

    async def last(self, scripts: Iterable[str]) -> dict[str, SyncJob]:
        """The newest job of each of these, where it has one; a day's steps are not asked."""
        newest = [
            select(SyncJob.id)
            .where(SyncJob.script == script, SyncJob.parent_id.is_(None))
            .order_by(*NEWEST)
            .limit(1)
            .subquery()
            for script in scripts
        ]
        if not newest:
            return {}
        async with self._sessions() as session:
            ids = union_all(*(select(one.c.id) for one in newest))
            jobs = await session.scalars(select(SyncJob).where(SyncJob.id.in_(ids)))
            return {job.script: job for job in jobs}

    async def history(self, id_: UUID) -> JobHistory:
        """Raises JobNotFound."""
        async with self._sessions() as session:
            job = await _job(session, id_)
            of_it = select(SyncJobEvent).where(SyncJobEvent.job_id == id_).order_by(SyncJobEvent.number)
            events = (await session.scalars(of_it)).all()
            since = events[-1].at if events else job.created_at
            asked = not Status(job.status).over and await audit.has_asked(session, "cancel", str(id_), since)
            return JobHistory(job=job, events=events, to_be_cancelled=asked)

    async def runs_of(self, id_: UUID) -> dict[UUID, str | None]:
        """The flow runs of a job: its own, and a day's steps', with the step. Raises JobNotFound."""
        async with self._sessions() as session:
            job = await _job(session, id_)
            children = await session.execute(
                select(SyncJob.flow_run_id, SyncJob.step, SyncJob.script).where(SyncJob.parent_id == id_)
            )
            runs: dict[UUID, str | None] = {run: step or script for run, step, script in children if run is not None}
            return runs | ({job.flow_run_id: None} if job.flow_run_id else {})

    async def start(self, target: Target, flags: Flags, caller: Caller, trigger: Trigger = Trigger.ADMIN) -> SyncJob:
        """Raises AlreadyUnderWay; PrefectAway and NotDeployed, and then the job is FAILED and says so."""
        job = SyncJob(
            id=uuid4(),
            script=target.short,
            deployment=target.deployment,
            status=Status.PENDING,
            trigger=trigger,
            parameters=masked(dict(flags)),
            progress=0,
            shortfalls=[],
            steps=[],
            created_at=datetime.now(UTC),
            claim=target.short,
        )
        async with self._claiming(job.script) as session:
            await _refuse_a_second(session, job.script)
            session.add(job)
            audit.record(session, caller, "start", "job", str(job.id), script=job.script, flags=job.parameters)
        return await self._run(job, target, flags)

    async def cancel(self, id_: UUID, caller: Caller) -> SyncJob:
        """Also one whose run is gone from Prefect. Raises JobNotFound, IsAStep, AlreadyOver, PrefectAway."""
        async with self._sessions.begin() as session:
            job = await _job(session, id_, lock=True)
            _refuse_a_step(job)
            if Status(job.status).over:
                raise AlreadyOver(status=STATUSES[job.status])
            audit.record(session, caller, "cancel", "job", str(id_), script=job.script)
        # No transaction is open while Prefect is asked, here and below: one that hangs would hold rows and connections.
        if job.flow_run_id is None:  # whoever starts it just now finds it over, and cancels the run
            return await self._mirror.lose(id_, Status.CANCELLED, causes.BEFORE_IT_BEGAN) or job
        if not await _asked(self._prefect.cancel(job.flow_run_id)):
            return await self._mirror.lose(id_, Status.CANCELLED, causes.DELETED) or job
        return await self._mirrored(job, job.flow_run_id)

    async def retry(self, id_: UUID, caller: Caller) -> SyncJob:
        """Raises JobNotFound, IsAStep, NotOver, AlreadyUnderWay, NeverStarted, PrefectAway."""
        async with self._sessions() as session:
            job = await _job(session, id_)
        _refuse_a_step(job)
        if job.flow_run_id is not None:
            # What a crash left would hold up the run's own steps, and must not be taken for what begins now.
            for run in await _asked(self._prefect.snapshots([job.flow_run_id])):
                if Status(job.status).over and not run.state.over:
                    raise NotOver(status=STATUSES[Status.RUNNING])  # somebody else has run it again, just now
                await _asked(self._cleanup.close(run))
        async with self._claiming(job.script) as session:
            job = await _job(session, id_, lock=True)
            if job.status not in (Status.FAILED, Status.CANCELLED):
                raise NotOver(status=STATUSES[job.status])
            if job.claim is not None:  # somebody else has just clicked, too
                raise AlreadyUnderWay(script=job.script)
            await _refuse_a_second(session, job.script)
            job.claim = job.script
            audit.record(session, caller, "retry", "job", str(id_), script=job.script)
            if job.flow_run_id is None:
                if MASK in job.parameters.values():
                    raise NeverStarted  # with what? It is not kept
                job.status, job.error, job.completed_at = Status.PENDING, None, None
        if job.flow_run_id is None:
            return await self._run(job, resolve(job.deployment or job.script), job.parameters)
        try:
            there = await _asked(self._prefect.retry(job.flow_run_id))
        except PrefectAway:
            await self._mirror.unclaim(id_)
            raise
        if not there:
            await self._mirror.unclaim(id_)
            raise NeverStarted
        return await self._mirrored(job, job.flow_run_id)

    @asynccontextmanager
    async def _claiming(self, script: str) -> AsyncIterator[AsyncSession]:
        """A transaction that claims the script. Of two at once the database lets one through."""
        try:
            async with self._sessions.begin() as session:
                yield session
        except IntegrityError:
            raise AlreadyUnderWay(script=script) from None

    async def _run(self, job: SyncJob, target: Target, flags: Flags) -> SyncJob:
        try:
            run = await self._prefect.start(target, flags, job.trigger, job.id)
        except PrefectUnreachable as error:
            logger.warning("%s", error)
            await self._mirror.lose(job.id, Status.FAILED, causes.NO_ANSWER)
            raise PrefectAway(members={"jobId": str(job.id)}) from error
        except NotRegistered as error:
            await self._mirror.lose(job.id, Status.FAILED, causes.NO_DEPLOYMENT)
            raise NotDeployed(deployment=target.deployment, members={"jobId": str(job.id)}) from error
        return await self._mirrored(job, run)

    async def _mirrored(self, job: SyncJob, run: UUID) -> SyncJob:
        """The job as it is now. Prefect has done what was asked, so whatever fails here is only late."""
        try:
            if job.flow_run_id is None and (await self.history(job.id)).job.status == Status.CANCELLED:
                await self._prefect.cancel(run)  # which was asked for while it was being started
            await self._mirror.take([run])
            async with self._sessions() as session:
                return await _job(session, job.id)
        except Exception:
            logger.warning("Job %s is mirrored later.", job.id, exc_info=True)
            return job


async def _asked(answer: Awaitable[Answer]) -> Answer:
    try:
        return await answer
    except PrefectUnreachable as error:
        logger.warning("%s", error)
        raise PrefectAway from error


async def _job(session: AsyncSession, id_: UUID, *, lock: bool = False) -> SyncJob:
    job = await session.get(SyncJob, id_, with_for_update=lock or None)
    if job is None:
        raise JobNotFound(id=id_)
    return job


def _refuse_a_step(job: SyncJob) -> None:
    if job.parent_id is not None:
        raise IsAStep(parent=job.parent_id, members={"parentId": str(job.parent_id)})


async def _refuse_a_second(session: AsyncSession, script: str) -> None:
    """Whoever started the first. A day's step is no job of that name."""
    first = await session.scalar(
        select(SyncJob.id)
        .where(SyncJob.script == script, SyncJob.parent_id.is_(None), SyncJob.status.in_(UNDER_WAY))
        .limit(1)
    )
    if first is not None:
        raise AlreadyUnderWay(script=script, members={"jobId": str(first)})
