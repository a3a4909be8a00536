"""The jobs in numbers, for Prometheus: read from the table when they are asked for, so every process tells the same."""

from __future__ import annotations

from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select

from admin_api.db import Sessions
from admin_api.models import UNDER_WAY, Status, SyncJob


async def exposed(sessions: Sessions, *, hears: bool, looked_at: datetime | None) -> bytes:
    """In Prometheus's text format. Times are seconds since the epoch."""
    registry = CollectorRegistry()
    jobs = Gauge("syncs_jobs", "Jobs in the table, by script and status", ["script", "status"], registry=registry)
    oldest = Gauge("syncs_oldest_job_seconds", "Since when the oldest job under way is", ["script"], registry=registry)
    ended = Gauge("syncs_last_end_seconds", "When a script last ended so", ["script", "status"], registry=registry)
    took = Gauge("syncs_last_duration_seconds", "How long its last good run took", ["script"], registry=registry)
    Gauge("syncs_events_heard", "Whether Prefect's events come in", registry=registry).set(hears)
    looked = Gauge("syncs_mirror_looked_seconds", "When the mirror last looked at all runs", registry=registry)
    looked.set(looked_at.timestamp() if looked_at else 0)
    counts = select(
        SyncJob.script,
        SyncJob.status,
        func.count(),
        func.max(SyncJob.completed_at),
        func.min(SyncJob.created_at),
    ).group_by(SyncJob.script, SyncJob.status)
    async with sessions() as session:
        for script, status, count, last, first in await session.execute(counts):
            jobs.labels(script, status).set(count)
            if last is not None:
                ended.labels(script, status).set(last.timestamp())
            if status in UNDER_WAY:
                oldest.labels(script).set(first.timestamp())
        for script in await session.scalars(select(SyncJob.script).distinct()):
            newest = (
                select(SyncJob.started_at, SyncJob.completed_at)
                .where(SyncJob.script == script, SyncJob.status == Status.COMPLETED)
                .order_by(SyncJob.completed_at.desc())
                .limit(1)
            )
            for began, over in await session.execute(newest):
                if began is not None:
                    took.labels(script).set((over - began).total_seconds())
    return generate_latest(registry)
