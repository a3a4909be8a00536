"""The tables: the migrations make what the models say, and a moment keeps its zone."""

import sqlite3
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from scripts.database import altering, connected
from scripts.migrate import VERSION_TABLE, migrations
from scripts.models import Row, SyncMetadata
from scripts.settings import database_url
from scripts.upsert import upsert
from tests.scripts.sites import SAMPLES, Site


def test_the_migrations_make_the_tables_of_the_models(site: Site) -> None:
    with connected(database_url(site.url)) as engine, engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, Row.metadata) == []
        checks = {
            table: inspect(connection).get_check_constraints(table) for table in ("votes", "scrutins", "mandates")
        }
    assert all(checks.values())


def test_a_release_can_be_taken_back_and_keeps_what_the_one_before_knew(site: Site) -> None:
    site.sources = SAMPLES
    for script in ("sync-assemblee", "sync-votes-an"):
        assert site.sync(script).code == 0
    before = site.meaning()
    with connected(database_url(site.url)) as engine, engine.connect() as connection, altering(connection):
        config = migrations()
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        command.upgrade(config, "head")
        connection.commit()
    # It knew no cursors: those are gone.
    before["sync_metadata"] = [row for row in before["sync_metadata"] if "told-on" not in row]
    assert site.meaning() == before


def test_a_table_is_altered_without_losing_what_hangs_on_it(site: Site) -> None:
    site.sources = SAMPLES
    for script in ("sync-assemblee", "sync-votes-an"):
        site.sync(script)
    votes = len(site.rows("votes"))
    with connected(database_url(site.url)) as engine, engine.connect() as connection:
        with altering(connection):
            # As SQLite's batches do: the scrutins' table is made anew, and the old one dropped.
            with Operations(MigrationContext.configure(connection)).batch_alter_table(
                "scrutins", recreate="auto"
            ) as table:
                table.alter_column("title", new_column_name="called")
            connection.commit()
        assert len(site.rows("votes")) == votes > 0
        with pytest.raises(IntegrityError):
            connection.execute(text("INSERT INTO mandates SELECT * FROM mandates"))


def test_a_migration_that_loses_something_says_so_and_is_undone(sqlite_site: Site) -> None:
    """PostgreSQL itself refuses it."""
    sqlite_site.sources = SAMPLES
    sqlite_site.sync("sync-assemblee")
    before = sqlite_site.dump()
    with connected(database_url(sqlite_site.url)) as engine, engine.connect() as connection:
        with pytest.raises(sqlite3.IntegrityError, match="rows without what they belong to"), altering(connection):
            connection.execute(text("DELETE FROM politicians"))
        connection.rollback()
        assert sqlite_site.dump() == before
        # And from here on they are looked at again.
        with pytest.raises(IntegrityError):
            connection.execute(text("DELETE FROM politicians"))


def test_a_moment_comes_back_in_utc(site: Site) -> None:
    paris = datetime(2025, 11, 18, 19, 42, tzinfo=timezone(timedelta(hours=1)))
    with connected(database_url(site.url)) as engine, Session(engine) as session:
        session.add(SyncMetadata(key="k", url="u", sha256="s", created_at=paris, updated_at=paris))
        session.flush()
        session.expire_all()
        stored = session.scalars(select(SyncMetadata)).one().created_at
    assert (stored, stored.tzinfo) == (paris, UTC)


def test_a_moment_without_a_zone_is_refused(site: Site) -> None:
    naive = datetime(2025, 11, 18)  # noqa: DTZ001
    with connected(database_url(site.url)) as engine, Session(engine) as session:
        session.add(SyncMetadata(key="k", url="u", sha256="s", created_at=naive, updated_at=naive))
        with pytest.raises(StatementError, match="has no time zone"):
            session.flush()


def test_an_upsert_tells_new_from_changed_from_the_same(site: Site) -> None:
    def row(key: str, etag: str | None) -> dict[str, object]:
        return {"key": key, "url": "u", "sha256": "s", "etag": etag}

    with connected(database_url(site.url)) as engine, Session(engine) as session:
        upsert(session, SyncMetadata, [row("same", None), row("changed", "1")], key=("key",))
        written = upsert(
            session, SyncMetadata, [row("same", None), row("changed", None), row("new", "1")], key=("key",)
        )
        assert (written.created, written.updated) == ({("new",)}, {("changed",)})
        stored = {one.key: one for one in session.scalars(select(SyncMetadata))}
        assert stored["same"].updated_at == stored["same"].created_at
        assert stored["changed"].updated_at > stored["changed"].created_at


@pytest.mark.parametrize("written", ["postgres://h/d", "postgresql://h/d", "postgresql+psycopg://h/d"])
def test_every_spelling_of_postgresql_is_psycopg(written: str) -> None:
    assert database_url(written).drivername == "postgresql+psycopg"
