"""Prefect's runs -> SyncJob rows. The only writer of status; it writes nothing to Prefect.

Whatever is heard or suspected of a run, the run is read and its row is made equal to what `projection` says it is. So
an event that is lost, late, doubled or out of order does no harm, nor does a second API process that does the same.

Two that write one row take turns by its version: it is looked up before Prefect is read, and if it has risen by the
time of writing, somebody has read Prefect later than we did, and we read again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from admin_api.changes import Changes
from admin_api.db import Sessions
from admin_api.expectations import shortfalls
from admin_api.masking import masked
from admin_api.models import UNDER_WAY, Status, SyncJob, SyncJobEvent
from admin_api.prefect_gateway import Gateway, RunSnapshot
from admin_api.projection import Change, Facts, changes, facts
from admin_api.step_progress import StepRow
from flows.catalog import GROUPS, SYNC_DAILY

logger = logging.getLogger(__name__)

TRIES = 8  #: to write a row that others write, too


class Contended(Exception):
    """Another process has written the row since it was looked up."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the table had of a run before Prefect was read."""

    version: int
    state_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is read of a run only when its state has changed."""

    changes: list[Change]
    result: Any


@dataclass(frozen=True, kw_only=True)
class Unsettled:
    """A job that is not over, and its run, which one that the API has just made does not have yet."""

    id: UUID
    run: UUID | None
    created_at: datetime


class Mirror:
    """`loose_end` is called with every run that is to be cancelled, or is over while parts of it seem to go on."""

    def __init__(
        self,
        sessions: Sessions,
        prefect: Gateway,
        tell: Changes | None = None,
        loose_end: Callable[[RunSnapshot], None] = lambda run: None,
    ) -> None:
        self._sessions = sessions
        self._prefect = prefect
        self._tell = tell
        self._loose_end = loose_end

    async def take(self, ids: Collection[UUID], *, anew: bool = False) -> set[UUID]:
        """Makes the rows of these runs right; the ids of those that Prefect has. `anew`: also what seems to be right.

        Raises PrefectUnreachable, and what `db.is_unreachable` knows; nothing is half-written then.
        """
        for attempt in range(TRIES):
            known = await self._known(ids)
            runs = await self._prefect.snapshots(ids)
            family = [member for run in runs for member in (run, *run.children)]
            told = await self._told(family, {} if anew else known)
            try:
                for run in runs:
                    await self._write(run, known, told)
            except (Contended, IntegrityError, StaleDataError) as error:
                reason = error
                # A new step of a day has led to its day, of which nothing was looked up.
                ids = {*ids, *(run.id for run in runs)}
                await asyncio.sleep(0.05 * (attempt + 1))
                continue
            return {run.id for run in family}
        raise Contended(f"{len(ids)} runs could not be written {TRIES} times over: {reason!r}")

    async def lose(self, job_id: UUID, status: Status, why: str) -> SyncJob | None:
        """Ends a job that has no run in Prefect: it never got one, or somebody has deleted it. Not one that is over."""
        async with self._sessions.begin() as session:
            job = await session.get(SyncJob, job_id, with_for_update=True)
            if job is None or Status(job.status).over:
                if job is not None:
                    job.claim = None
                return job
            now = datetime.now(UTC)
            number = len(await _events(session, job_id))
            session.add(SyncJobEvent(job_id=job_id, number=number, old=job.status, new=status, at=now, why=why))
            job.status, job.completed_at, job.claim = status, now, None
            job.error = why if status is Status.FAILED else None
        self._say([job])
        return job

    async def unclaim(self, job_id: UUID) -> None:
        """For a job that was to begin again, and does not."""
        async with self._sessions.begin() as session:
            job = await session.get(SyncJob, job_id, with_for_update=True)
            if job is not None and Status(job.status).over:
                job.claim = None

    async def newest_end(self) -> datetime | None:
        """When the last run that is known to be over ended."""
        async with self._sessions() as session:
            return await session.scalar(select(func.max(SyncJob.completed_at)))

    async def unsettled(self) -> list[Unsettled]:
        """The jobs that are under way, as far as is known, or that were to begin again when somebody was stopped."""
        columns = (SyncJob.id, SyncJob.flow_run_id, SyncJob.created_at)
        async with self._sessions() as session:
            unsettled = or_(SyncJob.status.in_(UNDER_WAY), SyncJob.claim.is_not(None))
            rows = await session.execute(select(*columns).where(unsettled))
            return [Unsettled(id=id_, run=run, created_at=created_at) for id_, run, created_at in rows]

    async def _known(self, ids: Collection[UUID]) -> dict[UUID, Known]:
        """What there is of these runs, and of all of a day's, which are read together."""
        top = func.coalesce(SyncJob.parent_id, SyncJob.id)
        columns = (SyncJob.flow_run_id, SyncJob.version, SyncJob.state_id)
        async with self._sessions() as session:
            tops = (await session.scalars(select(top).where(SyncJob.flow_run_id.in_(ids)))).all()
            members = or_(SyncJob.id.in_(tops), SyncJob.parent_id.in_(tops))
            rows = await session.execute(select(*columns).where(members))
            return {run: Known(version=version, state_id=state) for run, version, state in rows if run is not None}

    async def _told(self, runs: Iterable[RunSnapshot], known: dict[UUID, Known]) -> dict[UUID, Told]:
        news = [run for run in runs if run.id not in known or known[run.id].state_id != run.state.id]
        return dict(zip((run.id for run in news), await asyncio.gather(*map(self._tell_of, news)), strict=True))

    async def _tell_of(self, run: RunSnapshot) -> Told:
        history = await self._prefect.history(run.id)
        result = await self._prefect.result(run) if run.state.over else None
        return Told(changes=changes(history, planned=run.scheduled), result=result)

    async def _write(self, run: RunSnapshot, known: dict[UUID, Known], told: dict[UUID, Told]) -> None:
        """A run and, if it is a day, its steps' runs, all in one transaction."""
        members = [(run, facts(run)), *((child, facts(child, of_day=run)) for child in run.children)]
        jobs = [(member, projected) for member, projected in members if projected is not None]
        if not jobs:
            return
        async with self._sessions.begin() as session:
            rows = await _rows(session, [member for member, _ in jobs])
            day: UUID | None = None
            written, unwanted = [], []
            for member, projected in jobs:
                row = rows.get(member.id)
                if row is not None and row.flow_run_id is not None and row.version != _version(known, member.id):
                    raise Contended("somebody else has written it since")
                if row is None:
                    row = SyncJob(id=await _free_id(session, member))
                    session.add(row)
                if row.flow_run_id is None and row.status == Status.CANCELLED and not projected.status.over:
                    unwanted.append(member)  # it was cancelled here before it was there
                if member is not run:
                    # The row that its day has, whatever has become of the tags which the day was known by.
                    projected = replace(projected, parent_id=day)
                await _fill(session, row, projected, member.state.id, told.get(member.id))
                day = row.id if member is run else day
                written.append(row)
        self._say(written)
        for member, projected in jobs:
            if member.state.type == "CANCELLING" or (projected.status.over and _has_leftovers(member)):
                self._loose_end(member)
        for member in unwanted:
            self._loose_end(member)

    def _say(self, jobs: Iterable[SyncJob]) -> None:
        if self._tell is not None:
            self._tell.tell(jobs)


async def _rows(session: AsyncSession, runs: Collection[RunSnapshot]) -> dict[UUID, SyncJob]:
    """The rows of these runs by run, locked: also one that the API has made for a run and that does not know it yet."""
    started_here = {run.job: run.id for run in runs}
    found = await session.scalars(
        select(SyncJob)
        .where(
            or_(
                SyncJob.flow_run_id.in_([run.id for run in runs]),
                and_(SyncJob.flow_run_id.is_(None), SyncJob.id.in_(started_here)),
            )
        )
        .order_by(SyncJob.id)  # two processes lock the same rows in the same order
        .with_for_update()
    )
    return {row.flow_run_id or started_here[row.id]: row for row in found}


async def _free_id(session: AsyncSession, run: RunSnapshot) -> UUID:
    """The run's job, unless another run is that job already: somebody has copied its key."""
    return run.job if await session.get(SyncJob, run.job) is None else run.id


async def _fill(session: AsyncSession, row: SyncJob, facts: Facts, state: UUID | None, told: Told | None) -> None:
    """Makes the row equal to what is known; what is equal already is not written."""
    for field in fields(facts):
        setattr(row, field.name, getattr(facts, field.name))
    if facts.status.over:
        row.claim = None
    if told is not None:
        row.state_id = state
        row.result = masked(told.result)
        await session.flush()
        await _write_events(session, row.id, told.changes)
    row.shortfalls = await _shortfalls(session, row)


async def _write_events(session: AsyncSession, job_id: UUID, told: list[Change]) -> None:
    before = [(event.old, event.new, event.at, event.why) for event in await _events(session, job_id)]
    if before == [(change.old, change.new, change.at, change.why) for change in told]:
        return
    await session.execute(delete(SyncJobEvent).where(SyncJobEvent.job_id == job_id))
    session.add_all(
        SyncJobEvent(job_id=job_id, number=number, old=change.old, new=change.new, at=change.at, why=change.why)
        for number, change in enumerate(told)
    )


async def _events(session: AsyncSession, job_id: UUID) -> list[SyncJobEvent]:
    events = select(SyncJobEvent).where(SyncJobEvent.job_id == job_id).order_by(SyncJobEvent.number)
    return list(await session.scalars(events))


async def _shortfalls(session: AsyncSession, row: SyncJob) -> list[dict[str, Any]]:
    if row.status != Status.COMPLETED:
        return []

    async def last_runs(script: str) -> list[int]:
        """What its last whole runs before this one have processed, by themselves or as a step, the newest first."""
        within = [group.short for group in GROUPS if any(step.script.name == script for step in group.steps)]
        rows = await session.execute(
            select(SyncJob.steps)
            .where(
                SyncJob.script.in_([script, *within]),
                SyncJob.status == Status.COMPLETED,
                SyncJob.completed_at < row.completed_at,
                SyncJob.script != SYNC_DAILY.short,  # its steps have jobs of their own
            )
            .order_by(SyncJob.completed_at.desc())
            .limit(20)
        )
        steps = (step for (steps,) in rows for step in steps if step["script"] == script and step["whole"])
        return [step["processed"] for step in steps if step["processed"] is not None]

    if row.script == SYNC_DAILY.short:
        return []
    return [dict(found) for found in await shortfalls(cast("list[StepRow]", row.steps), row.result, last_runs)]


def _has_leftovers(run: RunSnapshot) -> bool:
    return any(not task.state.over for task in run.tasks) or any(not child.state.over for child in run.children)


def _version(known: dict[UUID, Known], run: UUID) -> int | None:
    return known[run].version if run in known else None
