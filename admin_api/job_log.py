"""A job's log, as Prefect keeps it: the lines of its run and, of a day, of its steps' runs."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from uuid import UUID

from admin_api.errors import PrefectAway
from admin_api.escapes import without_escapes
from admin_api.masking import masked_text
from admin_api.prefect_gateway import Gateway, Log, PrefectUnreachable
from admin_api.schemas import LogLine
from admin_api.sync_jobs import SyncJobs

MOST_LINES = 200  #: as many as Prefect gives at once


class JobLog:
    """Every method raises JobNotFound and PrefectAway. Lines reach Prefect some two seconds after they are printed."""

    def __init__(self, jobs: SyncJobs, prefect: Gateway) -> None:
        self._jobs = jobs
        self._prefect = prefect

    async def page(self, job: UUID, page: int, limit: int = MOST_LINES) -> list[LogLine]:
        """Oldest first."""
        runs = await self._jobs.runs_of(job)
        try:
            return _lines(await self._prefect.logs(runs, (page - 1) * limit, limit), runs) if runs else []
        except PrefectUnreachable as error:
            raise PrefectAway from error

    async def tail(self, job: UUID, limit: int = MOST_LINES) -> list[LogLine]:
        """The last lines, oldest first."""
        runs = await self._jobs.runs_of(job)
        try:
            return _lines(await self._prefect.last_logs(runs, limit), runs) if runs else []
        except PrefectUnreachable as error:
            raise PrefectAway from error


def _lines(lines: Sequence[Log], runs: Mapping[UUID, str | None]) -> list[LogLine]:
    return [
        LogLine(
            id=line.id,
            at=line.timestamp,
            level=logging.getLevelName(line.level),
            step=runs.get(line.flow_run_id) if line.flow_run_id else None,
            message=masked_text(without_escapes(line.message)),
        )
        for line in lines
    ]
