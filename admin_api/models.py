"""The admin API's three tables (DESIGN.md 3.3): jobs, what happened to each, and who did what."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, Text, func, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from admin_api.db import UtcDateTime


class Status(StrEnum):
    """A job's. PENDING and RUNNING are under way; the others are over."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def over(self) -> bool:
        return self not in UNDER_WAY


UNDER_WAY = (Status.PENDING, Status.RUNNING)


class Trigger(StrEnum):
    """What started a run: the API, the command line, a schedule, an event, or Prefect's own UI and commands."""

    ADMIN = "admin"
    CLI = "cli"
    SCHEDULE = "schedule"
    EVENT = "event"
    PREFECT = "prefect"


def _one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    allowed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({allowed})", name=f"ck_sync_jobs_{column}")


#: Not JSONB, which would put the keys of a script's result in an order of its own.
Json = JSON(none_as_null=True)
_UNDER_WAY = text("status IN ('PENDING', 'RUNNING')")
_TOP_LEVEL = text("parent_id IS NULL")


class Row(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class, and types it itself
        datetime: UtcDateTime,
        dict[str, Any]: Json,
        list[dict[str, Any]]: Json,
    }


class SyncJob(Row):
    """A run as Prefect has it: written by the mirror, and at its birth by whoever starts it through the API."""

    __tablename__ = "sync_jobs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    script: Mapped[str] = mapped_column(String(100))
    deployment: Mapped[str | None] = mapped_column(String(200))
    flow_run_id: Mapped[UUID | None] = mapped_column(unique=True)
    parent_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("sync_jobs.id", deferrable=True, initially="DEFERRED"), index=True
    )
    status: Mapped[str] = mapped_column(String(10))
    trigger: Mapped[str] = mapped_column(String(10))
    parameters: Mapped[dict[str, Any]]
    #: 0 to 100; it never goes back.
    progress: Mapped[int] = mapped_column(default=0)
    processed: Mapped[int | None] = mapped_column(BigInteger)
    total: Mapped[int | None] = mapped_column(BigInteger)
    step: Mapped[str | None] = mapped_column(String(100))
    attempt: Mapped[int | None]
    result: Mapped[Any | None] = mapped_column(Json)
    #: At most 2,000 characters, the last ones.
    error: Mapped[str | None] = mapped_column(Text)
    #: Where less came than the catalog expects, as admin_api.expectations has it.
    shortfalls: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    #: Each step of the run, as admin_api.projection has it.
    steps: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]

    # What follows is bookkeeping, and no part of what a job is.

    #: The script, while this job is the one that the API has started of it and that goes on: the unique constraint
    #: is what keeps two clicks at once from starting it twice.
    claim: Mapped[str | None] = mapped_column(String(100), unique=True)
    #: The Prefect state up to which `sync_job_events` has been told.
    state_id: Mapped[UUID | None]
    #: Rises with every change: who has read an older row may not write over it.
    version: Mapped[int] = mapped_column(Integer)
    #: By the database's own clock, which is one for all who write.
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())

    # What the database fills in is read with the write: a row outlives its session.
    # As above, the base class says what it is.
    __mapper_args__ = {"version_id_col": version, "eager_defaults": True}  # noqa: RUF012 - see Row
    __table_args__ = (
        _one_of("status", Status),
        _one_of("trigger", Trigger),
        CheckConstraint("progress BETWEEN 0 AND 100", name="ck_sync_jobs_progress"),
        Index("ix_sync_jobs_newest", "created_at", "id", postgresql_where=_TOP_LEVEL, sqlite_where=_TOP_LEVEL),
        Index(
            "ix_sync_jobs_newest_of_script",
            *("script", "created_at", "id"),
            postgresql_where=_TOP_LEVEL,
            sqlite_where=_TOP_LEVEL,
        ),
        Index(
            "ix_sync_jobs_newest_of_status",
            *("status", "created_at", "id"),
            postgresql_where=_TOP_LEVEL,
            sqlite_where=_TOP_LEVEL,
        ),
        Index("ix_sync_jobs_under_way", "script", postgresql_where=_UNDER_WAY, sqlite_where=_UNDER_WAY),
        Index("ix_sync_jobs_outcomes", "script", "status", "completed_at"),
        Index("ix_sync_jobs_updated_at", "updated_at"),
    )


class SyncJobEvent(Row):
    """A change of a job's status: from what to what, when, and why. The first one is its birth."""

    __tablename__ = "sync_job_events"

    job_id: Mapped[UUID] = mapped_column(ForeignKey("sync_jobs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    old: Mapped[str | None] = mapped_column(String(10))
    new: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    why: Mapped[str | None] = mapped_column(Text)


class AuditEntry(Row):
    """Who did what to what, from where."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    #: start, cancel, retry, pause, resume, login, login-refused, logout
    action: Mapped[str] = mapped_column(String(20))
    #: What it was done to: job, schedule, session.
    entity: Mapped[str] = mapped_column(String(20))
    entity_id: Mapped[str | None] = mapped_column(String(100))
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Who: token (a bearer) or session (the admin page).
    actor: Mapped[str] = mapped_column(String(100))
    address: Mapped[str | None] = mapped_column(String(100))
    user_agent: Mapped[str | None] = mapped_column(String(300))
