"""First tables: jobs, what happened to each, and who did what.

Types are written out here and not imported: a migration must stay as it was when the models go on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)
TOP_LEVEL = sa.text("parent_id IS NULL")
UNDER_WAY = sa.text("status IN ('PENDING', 'RUNNING')")


def upgrade() -> None:
    op.create_table(
        "sync_jobs",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("script", sa.String(100), nullable=False),
        sa.Column("deployment", sa.String(200)),
        sa.Column("flow_run_id", sa.Uuid, unique=True),
        sa.Column(
            "parent_id", sa.Uuid, sa.ForeignKey("sync_jobs.id", deferrable=True, initially="DEFERRED"), index=True
        ),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("trigger", sa.String(10), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("progress", sa.Integer, nullable=False),
        sa.Column("processed", sa.BigInteger),
        sa.Column("total", sa.BigInteger),
        sa.Column("step", sa.String(100)),
        sa.Column("attempt", sa.Integer),
        sa.Column("result", sa.JSON()),
        sa.Column("error", sa.Text),
        sa.Column("shortfalls", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT),
        sa.Column("completed_at", MOMENT),
        sa.Column("claim", sa.String(100), unique=True),
        sa.Column("state_id", sa.Uuid),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint(
            "status IN ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')", name="ck_sync_jobs_status"
        ),
        sa.CheckConstraint("trigger IN ('admin', 'cli', 'schedule', 'event', 'prefect')", name="ck_sync_jobs_trigger"),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name="ck_sync_jobs_progress"),
        sa.Index("ix_sync_jobs_newest", "created_at", "id", postgresql_where=TOP_LEVEL, sqlite_where=TOP_LEVEL),
        sa.Index(
            "ix_sync_jobs_newest_of_script",
            *("script", "created_at", "id"),
            postgresql_where=TOP_LEVEL,
            sqlite_where=TOP_LEVEL,
        ),
        sa.Index(
            "ix_sync_jobs_newest_of_status",
            *("status", "created_at", "id"),
            postgresql_where=TOP_LEVEL,
            sqlite_where=TOP_LEVEL,
        ),
        sa.Index("ix_sync_jobs_under_way", "script", postgresql_where=UNDER_WAY, sqlite_where=UNDER_WAY),
        sa.Index("ix_sync_jobs_outcomes", "script", "status", "completed_at"),
        sa.Index("ix_sync_jobs_updated_at", "updated_at"),
    )
    op.create_table(
        "sync_job_events",
        sa.Column("job_id", sa.Uuid, sa.ForeignKey("sync_jobs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("old", sa.String(10)),
        sa.Column("new", sa.String(10), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("why", sa.Text),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("at", MOMENT, nullable=False, server_default=sa.func.now(), index=True),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("entity", sa.String(20), nullable=False),
        sa.Column("entity_id", sa.String(100)),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("address", sa.String(100)),
        sa.Column("user_agent", sa.String(300)),
    )


def downgrade() -> None:
    for table in ("audit_log", "sync_job_events", "sync_jobs"):
        op.drop_table(table)
