"""The admin API's tables: what the migrations make is what the models say, on both kinds of database."""

import asyncio
from itertools import count
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Connection, inspect, text

from admin_api.db import connected
from admin_api.migrate import VERSION_TABLE, DatabaseNotReady, migrate, require_tables
from admin_api.models import Row
from admin_api.settings import database_url
from tests.postgres import create

NUMBERS = count(1)
HEAD = "0001"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """A database with nothing in it."""
    if request.param == "sqlite":
        return database_url(f"sqlite:///{tmp_path / 'jobs.db'}")
    return database_url(create(request.getfixturevalue("postgres"), f"jobs{next(NUMBERS)}"))


async def say(url: URL, statement: str) -> None:
    async with connected(url) as sessions, sessions.begin() as session:
        await session.execute(text(statement))


async def test_the_migrations_make_the_tables_of_the_models(empty: URL) -> None:
    def difference(connection: Connection) -> list[object]:
        opts = {"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=opts), Row.metadata))

    def checks(connection: Connection) -> set[str | None]:
        return {check["name"] for check in inspect(connection).get_check_constraints("sync_jobs")}

    await migrate(empty)
    async with connected(empty) as sessions, sessions() as session:
        connection = await session.connection()
        assert await connection.run_sync(difference) == []
        # Which alembic does not compare.
        assert await connection.run_sync(checks) == {
            f"ck_sync_jobs_{name}" for name in ("status", "trigger", "progress")
        }


async def test_it_says_what_it_did_and_a_second_time_does_nothing(empty: URL) -> None:
    assert (await migrate(empty)).endswith(f"is at revision {HEAD}; it came from an empty database.")
    assert (await migrate(empty)).endswith(f"is at revision {HEAD}; it was there already.")


async def test_two_at_once_do_not_collide(empty: URL) -> None:
    said = await asyncio.gather(*(asyncio.to_thread(asyncio.run, migrate(empty)) for _ in range(4)))
    assert sorted(one.partition("; ")[2] for one in said) == [
        "it came from an empty database.",
        *3 * ["it was there already."],
    ]


async def test_tables_of_a_newer_release_are_left_alone(empty: URL) -> None:
    await migrate(empty)
    await say(empty, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")  # noqa: S608 - a constant
    with pytest.raises(DatabaseNotReady, match=r"is at revision 9999, which this release does not know: a newer one"):
        await migrate(empty)
    async with connected(empty) as sessions:
        with pytest.raises(DatabaseNotReady, match=rf"is at revision 9999, this release needs {HEAD}: run `python -m"):
            await require_tables(sessions)


async def test_without_tables_it_says_how_to_make_them(empty: URL) -> None:
    async with connected(empty) as sessions:
        with pytest.raises(DatabaseNotReady, match=r"has no tables yet: run `python -m admin_api migrate`"):
            await require_tables(sessions)
    await migrate(empty)
    async with connected(empty) as sessions:
        await require_tables(sessions)


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all/jobs.db", "postgresql://me:hidden@127.0.0.1:9/jobs?password=hidden"]
)
async def test_a_database_that_is_not_there_is_named_without_its_password(url: str) -> None:
    with pytest.raises(DatabaseNotReady, match=r"^The database \S+ cannot be opened: .+") as refused:
        await migrate(database_url(url))
    assert "hidden" not in str(refused.value)
