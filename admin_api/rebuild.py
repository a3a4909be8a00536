"""The whole table from Prefect: `syncs rebuild`."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, make_url, select

from admin_api.db import Sessions, connected
from admin_api.mirror import Mirror
from admin_api.models import SyncJob
from admin_api.prefect_gateway import Gateway
from admin_api.settings import database_url

BATCH = 50  #: runs at a time


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """`kept` are the jobs of which Prefect has no run (any more): what they say is said nowhere else."""

    runs: int
    changed: int
    kept: int


async def rebuild(url: str) -> Rebuilt:
    """Makes every job that Prefect has a run of anew, while the API runs or not, and deletes none.

    Raises PrefectUnreachable, ValueError for a URL that is none, and what `db.is_unreachable` knows.
    """
    async with connected(make_url(database_url(url))) as sessions, Gateway.connected() as prefect:
        before = await _versions(sessions)
        mirror = Mirror(sessions, prefect)
        seen: set[UUID] = set()
        # What a run is expected to bring depends on those before it, so they are gone through twice.
        for _ in range(2):
            async for page in prefect.ended_since(None):
                seen |= await _take(mirror, page)
            seen |= await _take(mirror, await prefect.under_way())
        after = await _versions(sessions)
        changed = sum(before.get(run) != version for run, version in after.items())
        async with sessions() as session:
            total = await session.scalar(select(func.count()).select_from(SyncJob)) or 0
        ours = len(seen & after.keys())
        return Rebuilt(runs=ours, changed=changed, kept=total - ours)


async def _take(mirror: Mirror, runs: list[UUID]) -> set[UUID]:
    seen: set[UUID] = set()
    for start in range(0, len(runs), BATCH):
        seen |= await mirror.take(runs[start : start + BATCH], anew=True)
    return seen


async def _versions(sessions: Sessions) -> dict[UUID, int]:
    async with sessions() as session:
        rows = await session.execute(select(SyncJob.flow_run_id, SyncJob.version))
        return {run: version for run, version in rows if run is not None}
