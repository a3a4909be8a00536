"""The tables of the admin API, brought up to this release: `python -m admin_api migrate`."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError

from admin_api.db import Sessions, connected, is_unreachable

# Not alembic's default name: other programs may keep their own migrations in the same database.
VERSION_TABLE = "admin_alembic_version"
#: Any number will do, as long as nobody else locks it: "syncs" in ASCII.
_LOCK = 0x73796E6373


class DatabaseNotReady(Exception):
    """The database cannot be opened, or its tables are not those of this release."""


async def migrate(url: URL) -> str:
    """Raises the tables to this release, all or nothing, and says what it did. Raises DatabaseNotReady."""
    try:
        async with connected(url) as sessions, sessions.begin() as session:
            before, after = await (await session.connection()).run_sync(_upgrade)
    except Exception as error:
        if not is_unreachable(error):
            raise
        reason = str(error.orig if isinstance(error, DBAPIError) else error).strip().partition("\n")[0]
        raise DatabaseNotReady(f"{_name(url)} cannot be opened: {reason}") from error
    done = "was there already" if before == after else f"came from {before or 'an empty database'}"
    return f"{_name(url)} is at revision {after}; it {done}."


async def require_tables(sessions: Sessions) -> None:
    """Raises DatabaseNotReady where the tables are not those of this release."""
    async with sessions() as session:
        connection = await session.connection()
        found = await connection.run_sync(_revision)
    needed = ScriptDirectory.from_config(_config()).get_current_head()
    if found != needed:
        state = "has no tables yet" if found is None else f"is at revision {found}, this release needs {needed}"
        raise DatabaseNotReady(f"{_name(connection.engine.url)} {state}: run `python -m admin_api migrate`.")


def _upgrade(connection: Connection) -> tuple[str | None, str | None]:
    """The revisions before and after. Who comes second waits here, and finds it done."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config = _config()
    before = _revision(connection)
    if before not in {None, *(known.revision for known in ScriptDirectory.from_config(config).walk_revisions())}:
        raise DatabaseNotReady(
            f"{_name(connection.engine.url)} is at revision {before}, which this release does not know: a newer one "
            "has migrated it. Run that one, or restore the backup that was made before it."
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return before, _revision(connection)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    return config


def _name(url: URL) -> str:
    """For people: without a password, which libpq takes in the query as well."""
    return f"The database {url.set(query={}).render_as_string(hide_password=True)}"
