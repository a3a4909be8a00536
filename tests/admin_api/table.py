"""The table of jobs, whole, for comparing."""

from typing import Any

from sqlalchemy import URL, select

from admin_api.db import connected
from admin_api.models import SyncJob, SyncJobEvent
from tests.stack import Stack

Table = dict[str, dict[str, Any]]

#: What is no part of what a job is.
BOOKKEEPING = {"claim", "state_id", "version", "updated_at"}


def url_of(stack: Stack) -> str:
    """As the API's own process was given it."""
    return stack.part("api").environ()["SYNCS_DATABASE_URL"]


async def rows(url: URL) -> Table:
    """Every job that has a run in Prefect, with its events, by id."""
    found: Table = {}
    async with connected(url) as sessions, sessions() as session:
        for job in await session.scalars(select(SyncJob).where(SyncJob.flow_run_id.is_not(None))):
            columns = [column.name for column in SyncJob.__table__.columns if column.name not in BOOKKEEPING]
            found[str(job.id)] = {name: getattr(job, name) for name in columns} | {"events": []}
        for event in await session.scalars(select(SyncJobEvent).order_by(SyncJobEvent.number)):
            if str(event.job_id) in found:
                found[str(event.job_id)]["events"].append((event.old, event.new, event.at, event.why))
    return found


def difference(one: Table, other: Table) -> list[str]:
    """In words, a line each: nothing where both are the same."""
    lines = [f"{id_}: only in one of them" for id_ in one.keys() ^ other.keys()]
    for id_ in one.keys() & other.keys():
        lines += [
            f"{id_} ({one[id_]['script']}) {name}: {one[id_][name]!r} and {other[id_][name]!r}"
            for name in one[id_]
            if one[id_][name] != other[id_][name]
        ]
    return lines
