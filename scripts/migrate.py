"""The tables, brought up to this release: `python -m scripts migrate`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from scripts.database import altering
from scripts.errors import DatabaseNotReady
from scripts.settings import shown

# Not alembic's default name: other programs may keep their own migrations in the same database.
VERSION_TABLE = "scripts_alembic_version"


def migrate(engine: Engine) -> str:
    """Raises the tables to this release, all or nothing, and says what it did."""
    with _open(engine) as connection, altering(connection):
        before = _revision(connection)
        config = migrations()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise DatabaseNotReady(f"{_name(engine)} is at revision {before}: {error}.") from error
        after = _revision(connection)
    done = "was there already" if before == after else f"came from {before or 'an empty database'}"
    return f"{_name(engine)} is at revision {after}; it {done}."


def require_tables(engine: Engine) -> None:
    """Raises DatabaseNotReady where the tables are not those of this release."""
    with _open(engine) as connection:
        found = _revision(connection)
    needed = ScriptDirectory.from_config(migrations()).get_current_head()
    if found != needed:
        state = "has no tables yet" if found is None else f"is at revision {found}, this release needs {needed}"
        raise DatabaseNotReady(f"{_name(engine)} {state}: run `python -m scripts migrate`.")


def _open(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except OperationalError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise DatabaseNotReady(f"{_name(engine)} cannot be opened: {reason}") from error


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def migrations() -> Config:
    """For alembic's commands, which look for the connection in its attributes."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    return config


def _name(engine: Engine) -> str:
    return f"The database {shown(engine.url)}"
