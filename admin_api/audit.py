"""The audit log: who did what to what, from where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from admin_api.auth import Caller
from admin_api.db import Sessions
from admin_api.models import AuditEntry


def record(
    session: AsyncSession, caller: Caller, action: str, entity: str, entity_id: str | None = None, **changes: object
) -> None:
    """Adds an entry to the transaction of what it tells of: both are written, or neither."""
    session.add(
        AuditEntry(
            action=action,
            entity=entity,
            entity_id=entity_id,
            changes=changes,
            actor=caller.actor,
            address=caller.address,
            user_agent=caller.user_agent,
        )
    )


async def has_asked(session: AsyncSession, action: str, entity_id: str, since: datetime) -> bool:
    """Whether somebody has done this to it since then."""
    done = select(AuditEntry.id).where(
        AuditEntry.at >= since, AuditEntry.action == action, AuditEntry.entity_id == entity_id
    )
    return await session.scalar(done.limit(1)) is not None


async def entries(sessions: Sessions, page: int, limit: int) -> tuple[Sequence[AuditEntry], int]:
    """A page of them, newest first, and how many there are in all."""
    newest = select(AuditEntry).order_by(AuditEntry.id.desc()).offset((page - 1) * limit).limit(limit)
    async with sessions() as session:
        total = await session.scalar(select(func.count()).select_from(AuditEntry))
        return (await session.scalars(newest)).all(), total or 0
