"""The tables: the migrations make what the models say, and a moment keeps its zone."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import insert, inspect, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from scripts.database import Database, altering, connected
from scripts.errors import DatabaseNotReady
from scripts.fingerprints import recall
from scripts.migrate import VERSION_TABLE, migrations
from scripts.models import Mandate, Row, SyncMetadata
from scripts.settings import database_url
from scripts.upsert import upsert
from tests.scripts.sites import SAMPLES, Site

NOW = datetime(2025, 11, 18, tzinfo=UTC)


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
        # As sync-careers writes them of who sat long ago.
        known = connection.execute(select(Mandate.politician_id, Mandate.group_id).limit(1)).mappings().one()
        seat = {"chamber": "ASSEMBLEE_NATIONALE", "legislature": 17, "started_on": date(2024, 7, 18), **known}
        for lacking in ("group_id", "chamber", "legislature", "started_on"):
            row = {**seat, lacking: None, "external_id": lacking, "office": "DEPUTE"}
            connection.execute(insert(Mandate), {**row, "created_at": NOW, "updated_at": NOW})
        command.downgrade(config, "0001")
        command.upgrade(config, "head")
    # It knew no cursors: those are gone.
    before["sync_metadata"] = [row for row in before["sync_metadata"] if "told-on" not in row]
    assert site.meaning() == before


def test_where_rows_lack_what_they_belong_to_nothing_is_migrated(sqlite_site: Site) -> None:
    """PostgreSQL itself refuses it."""
    sqlite_site.sources = SAMPLES
    for script in ("sync-assemblee", "sync-votes-an"):
        assert sqlite_site.sync(script).code == 0
    with connected(database_url(sqlite_site.url)) as engine, engine.connect() as connection, altering(connection):
        config = migrations()
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    with closing(sqlite3.connect(sqlite_site.url.removeprefix("sqlite:///"))) as raw:
        raw.execute("DELETE FROM scrutins WHERE id = (SELECT min(scrutin_id) FROM votes)")
        raw.commit()
        before = list(raw.iterdump())
        outcome = sqlite_site.sync("migrate")
        assert outcome.code == 1
        assert "of votes (none of scrutins)" in outcome.err
        assert list(raw.iterdump()) == before


def test_a_table_is_altered_without_losing_what_hangs_on_it(site: Site) -> None:
    site.sources = SAMPLES
    for script in ("sync-assemblee", "sync-votes-an"):
        site.sync(script)
    votes = len(site.rows("votes"))
    with connected(database_url(site.url)) as engine, engine.connect() as connection:
        operations = Operations(MigrationContext.configure(connection))
        # As SQLite's batches do: the scrutins' table is made anew, and the old one dropped.
        with altering(connection), operations.batch_alter_table("scrutins", recreate="auto") as table:
            table.alter_column("title", new_column_name="called")
        assert len(site.rows("votes")) == votes > 0
        with pytest.raises(IntegrityError):
            connection.execute(text("INSERT INTO mandates SELECT * FROM mandates"))


def test_a_migration_that_loses_something_says_so_and_is_undone(sqlite_site: Site) -> None:
    """PostgreSQL itself refuses it."""
    sqlite_site.sources = SAMPLES
    sqlite_site.sync("sync-assemblee")
    before = sqlite_site.dump()
    with connected(database_url(sqlite_site.url)) as engine, engine.connect() as connection:
        with pytest.raises(DatabaseNotReady, match="rows lack what they belong to"), altering(connection):
            connection.execute(text("DELETE FROM politicians"))
        assert sqlite_site.dump() == before
        # And from here on they are looked at again.
        with pytest.raises(IntegrityError):
            connection.execute(text("DELETE FROM politicians"))


def test_a_rehearsal_lets_others_write_until_it_has_written_itself(sqlite_site: Site) -> None:
    """As while it downloads: between its first transaction and the next."""
    path = sqlite_site.url.removeprefix("sqlite:///")

    def somebody_writes() -> None:
        with closing(sqlite3.connect(path, timeout=0)) as other:
            other.execute("DELETE FROM doubts")
            other.commit()

    row = {"key": "k", "url": "u", "sha256": "s"}
    with connected(database_url(sqlite_site.url)) as engine, closing(Database(engine, dry_run=True)) as database:
        with database.transaction() as session:
            assert recall(session, "k") is None
        somebody_writes()
        with database.transaction() as session:
            session.add(SyncMetadata(**row, created_at=NOW, updated_at=NOW))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            somebody_writes()
        with database.transaction() as session:
            assert recall(session, "k"), "what was rehearsed is there for what comes after it"
    somebody_writes()
    assert sqlite_site.rows("sync_metadata") == []


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
