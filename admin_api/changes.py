"""Tells whoever listens (the stream's clients) of every change of every job, by whichever API process it was made.

What this process writes is told at once. What another one writes is found by asking the table, which is done only
while somebody listens, and works the same on every database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from admin_api.db import Sessions, is_unreachable
from admin_api.models import SyncJob

logger = logging.getLogger(__name__)

EVERY = 0.5  #: seconds between looks at what other processes have written
#: A change may be seen this much later than its time says, which is that of its transaction's beginning.
OVERLAP = timedelta(seconds=10)
BACKLOG = 1000  #: changes that may wait for one listener; a slower one is let go, and comes back
REPLAY = 500  #: changes at most that one who comes back is told
MOST_TOLD = 10_000  #: jobs of which is remembered what was told

Changed = asyncio.Queue[SyncJob | None]


class Changes:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._listeners: set[Changed] = set()
        self._told: dict[UUID, int] = {}
        self._mark: datetime | None = None
        self._somebody = asyncio.Event()

    @asynccontextmanager
    async def heard(self) -> AsyncIterator[Changed]:
        """A queue of jobs, each as it stands after a change. None ends it: the listener was too slow."""
        queue: Changed = asyncio.Queue()
        self._listeners.add(queue)
        self._somebody.set()
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def tell(self, jobs: Iterable[SyncJob]) -> None:
        """What this process has just written."""
        if not self._listeners:
            return
        for job in jobs:
            if self._told.get(job.id, 0) >= job.version:
                continue
            self._told[job.id] = job.version
            for queue in list(self._listeners):
                if queue.qsize() < BACKLOG:
                    queue.put_nowait(job)
                else:
                    self._listeners.discard(queue)
                    queue.put_nowait(None)

    async def since(self, moment: datetime) -> list[SyncJob]:
        """The jobs that have changed since, oldest change first: what one who was away has missed.

        And some that they have been told of, for what was written before that moment may have come in after it.
        """
        async with self._sessions() as session:
            changed = await session.scalars(
                select(SyncJob)
                .where(SyncJob.updated_at > moment - OVERLAP)
                .order_by(SyncJob.updated_at.desc())
                .limit(REPLAY)
            )
            return list(changed)[::-1]

    async def run(self) -> None:
        """Looks at the table while somebody listens. Never returns."""
        while True:
            if not self._listeners:
                self._mark = None
                self._told.clear()
                self._somebody.clear()
                await self._somebody.wait()
            try:
                await self._look()
            except Exception as error:
                if not is_unreachable(error):
                    raise
                logger.warning("The database does not answer; the stream waits for it.")
            if len(self._told) > MOST_TOLD:
                self._told.clear()  # somebody is told something twice, which does no harm
            await asyncio.sleep(EVERY)

    async def _look(self) -> None:
        async with self._sessions() as session:
            if self._mark is None:
                newest = select(SyncJob.updated_at).order_by(SyncJob.updated_at.desc()).limit(1)
                self._mark = await session.scalar(newest) or datetime.fromtimestamp(0, UTC) + OVERLAP
            recent = await session.execute(
                select(SyncJob.id, SyncJob.version, SyncJob.updated_at)
                .where(SyncJob.updated_at > self._mark - OVERLAP)
                .order_by(SyncJob.updated_at)
            )
            news = []
            for id_, version, at in recent:
                self._mark = max(self._mark, at)
                if self._told.get(id_, 0) < version:
                    news.append(id_)
            if news:
                jobs = select(SyncJob).where(SyncJob.id.in_(news)).order_by(SyncJob.updated_at)
                self.tell(await session.scalars(jobs))
