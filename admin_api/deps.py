"""What the handlers ask for, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from admin_api.changes import Changes
from admin_api.db import Sessions
from admin_api.job_log import JobLog
from admin_api.listening import Listening
from admin_api.prefect_gateway import Gateway
from admin_api.schedules import Schedules
from admin_api.sync_jobs import SyncJobs
from admin_api.words import Words, words_for


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What `create_app` has put together."""

    sessions: Sessions
    prefect: Gateway
    jobs: SyncJobs
    log: JobLog
    schedules: Schedules
    changes: Changes
    listening: Listening


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


PartsDep = Annotated[Parts, Depends(_parts)]


def _jobs(parts: PartsDep) -> SyncJobs:
    return parts.jobs


def _schedules(parts: PartsDep) -> Schedules:
    return parts.schedules


def _words(request: Request) -> Words:
    return words_for(request)


JobsDep = Annotated[SyncJobs, Depends(_jobs)]
SchedulesDep = Annotated[Schedules, Depends(_schedules)]
WordsDep = Annotated[Words, Depends(_words)]
