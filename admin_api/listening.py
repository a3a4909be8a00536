"""Keeps the mirror right: hears Prefect's events, and looks for itself at the start, after a silence, each minute."""

from __future__ import annotations

import asyncio
import logging
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

from admin_api import causes
from admin_api.cleanup import Cleanup
from admin_api.db import is_unreachable
from admin_api.mirror import Mirror, Unsettled
from admin_api.models import Status
from admin_api.prefect_gateway import Gateway, PrefectUnreachable, listening

logger = logging.getLogger(__name__)

#: Seconds between two batches, at least and at most; between these, so many times as long as the last one took. The
#: next takes all that was heard meanwhile, so that a burst costs few questions, and a busy server is asked less.
PAUSE, LONGEST_PAUSE, TIMES = 0.1, 1.0, 3
#: After the last event of a run it is read once more: Prefect writes a task run down a moment after it tells of it.
SETTLING = 1.5
EVERY = 60.0  #: between looks of our own
AGAIN = 1.0  #: after Prefect or the database was away
BATCH = 50  #: runs at a time

#: How far back from what is known a look goes: an end is written down some time after it was.
MARGIN = timedelta(hours=1)
#: A job that the API has made and that is not in Prefect by now will not be: the API died in between.
NEVER_CAME = timedelta(seconds=60)


class Listening:
    """Runs until it is cancelled. `hears`: whether Prefect's events come in."""

    def __init__(self, prefect: Gateway, mirror: Mirror, cleanup: Cleanup) -> None:
        self._prefect = prefect
        self._mirror = mirror
        self._cleanup = cleanup
        self.hears = False
        self.looked_at: datetime | None = None
        #: All that ended before is in the table.
        self._seen_until: datetime | None = None
        self._heard: set[UUID] = set()
        self._news = asyncio.Event()
        self._settling: dict[UUID, asyncio.TimerHandle] = {}
        self._look_now = asyncio.Event()
        self._complaint = ("", 0.0)

    async def run(self) -> None:
        # Before anything is written: what ended while nobody listened ended after what is known now.
        while True:
            try:
                self._seen_until = await self._mirror.newest_end()
                break
            except Exception as error:
                self._complain(error)
                await asyncio.sleep(AGAIN)
        async with asyncio.TaskGroup() as all_three:
            all_three.create_task(self._listen())
            all_three.create_task(self._take())
            all_three.create_task(self._look_around())

    def notice(self, run: UUID) -> None:
        """Something happened to it."""
        self._heard.add(run)
        self._news.set()

    async def _listen(self) -> None:
        while True:
            try:
                async with listening() as runs:
                    self._hear(True)
                    self._look_now.set()
                    async for run in runs:
                        self.notice(run)
                        self._settle(run)
            except PrefectUnreachable as error:
                if self.hears:
                    logger.warning("%s The jobs are looked at again once it does.", error)
            except Exception:
                # Prefect's client raises a bare one where the server ends during the handshake, among others. Whatever
                # it is: a mirror that gave up would be silent until a restart.
                logger.warning("Prefect's events are not heard for the moment.", exc_info=True)
            self._hear(False)
            await asyncio.sleep(AGAIN)

    def _hear(self, hears: bool) -> None:
        if hears and not self.hears:
            logger.info("Prefect's events are heard.")
        self.hears = hears

    def _settle(self, run: UUID) -> None:
        if before := self._settling.pop(run, None):
            before.cancel()

        def again() -> None:
            self._settling.pop(run, None)
            self.notice(run)

        self._settling[run] = asyncio.get_running_loop().call_later(SETTLING, again)

    async def _take(self) -> None:
        while True:
            await self._news.wait()
            batch = {self._heard.pop() for _ in range(min(BATCH, len(self._heard)))}
            if not self._heard:
                self._news.clear()
            began = asyncio.get_running_loop().time()
            try:
                await self._take_all(list(batch))
            except Exception as error:
                self._complain(error)
                self._heard |= batch
                self._news.set()
                await asyncio.sleep(AGAIN * random.uniform(0.5, 1))  # noqa: S311 - so that two processes part
                continue
            took = asyncio.get_running_loop().time() - began
            await asyncio.sleep(min(max(PAUSE, TIMES * took), LONGEST_PAUSE))

    async def _look_around(self) -> None:
        while True:
            self._look_now.clear()
            try:
                await self.look()
            except Exception as error:
                self._complain(error)
                await asyncio.sleep(AGAIN)
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look_now.wait(), EVERY)

    async def look(self) -> None:
        """Every run that goes on or ended lately, and every job that is thought to go on."""
        began = datetime.now(UTC)
        jobs = await self._mirror.unsettled()
        await self._take_all(await self._prefect.under_way())
        async for page in self._prefect.ended_since(self._seen_until and self._seen_until - MARGIN):
            await self._take_all(page)
        await self._settle_jobs(jobs)
        self._seen_until = began
        await self._cleanup.look()
        self.looked_at = datetime.now(UTC)

    async def _settle_jobs(self, jobs: list[Unsettled]) -> None:
        """Those that were under way before the look."""
        with_run = {job.run: job.id for job in jobs if job.run is not None}
        seen = await self._take_all(list(with_run))
        for run in with_run.keys() - seen:
            await self._mirror.lose(with_run[run], Status.CANCELLED, causes.DELETED)
        old = [job.id for job in jobs if job.run is None and datetime.now(UTC) - job.created_at > NEVER_CAME]
        started = await self._prefect.started_as(old)
        await self._take_all(list(started.values()))
        for job in set(old) - started.keys():
            await self._mirror.lose(job, Status.FAILED, causes.NOT_STARTED)

    def _complain(self, error: Exception) -> None:
        """What stays as it is is said once a minute."""
        if _is_away(error):
            away = "The database of the jobs does not answer" if is_unreachable(error) else str(error)
            now = asyncio.get_running_loop().time()
            if self._complaint[0] != away or now - self._complaint[1] >= EVERY:
                logger.warning("%s", away)
                self._complaint = (away, now)
        else:
            logger.error("The jobs could not be looked at.", exc_info=error)

    async def _take_all(self, runs: list[UUID]) -> set[UUID]:
        seen: set[UUID] = set()
        for start in range(0, len(runs), BATCH):
            batch = runs[start : start + BATCH]
            try:
                seen |= await self._mirror.take(batch)
            except Exception as error:
                if _is_away(error):
                    raise
                for run in batch:
                    seen |= await self._take_one(run)
        return seen

    async def _take_one(self, run: UUID) -> set[UUID]:
        """One run that is beyond us must not keep the others from their jobs; it is tried again at the next look."""
        try:
            return await self._mirror.take([run])
        except Exception as error:
            if _is_away(error):
                raise
            logger.warning("Run %s could not be mirrored: %r", run, error)
            return {run}


def _is_away(error: Exception) -> bool:
    return isinstance(error, PrefectUnreachable) or is_unreachable(error)
