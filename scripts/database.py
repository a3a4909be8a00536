"""The site's database: one engine, and transactions that a dry run only rehearses."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from scripts.errors import DatabaseNotReady

LOCK_TIMEOUT = 30  # seconds that a writer waits for another on SQLite


@contextmanager
def connected(url: URL) -> Iterator[Engine]:
    """Nothing is opened before the first use; all is closed at the end."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": LOCK_TIMEOUT})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


class Database:
    """A dry run is the real run in one transaction that is undone at its end: its counts are the real ones.

    On SQLite it keeps all others from writing, but not before it has written itself: not during a first download.
    """

    def __init__(self, engine: Engine, *, dry_run: bool = False) -> None:
        self._engine = engine
        self._rehearsal = Session(engine) if dry_run else None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Committed whole when the block ends, undone whole when it raises or the process dies."""
        if self._rehearsal is not None:
            yield self._rehearsal
            if not _has_written(self._rehearsal):
                self._rehearsal.rollback()
            return
        with Session(self._engine) as session, session.begin():
            yield session

    def close(self) -> None:
        """Undoes what a dry run has rehearsed."""
        if self._rehearsal is not None:
            self._rehearsal.rollback()
            self._rehearsal.close()


def _has_written(session: Session) -> bool:
    session.flush()
    driver = session.connection().connection.driver_connection
    # Elsewhere it does not matter: there, to have read locks nobody out.
    return not isinstance(driver, sqlite3.Connection) or driver.total_changes > 0


@contextmanager
def altering(connection: Connection) -> Iterator[None]:
    """For migrations, one transaction: SQLite alters a table by dropping the old one, and must not take its rows'
    children for lost.

    No transaction may have begun. Raises DatabaseNotReady, with all undone, where rows lack what they belong to.
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        with connection.begin():
            yield
        return
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        with connection.begin():
            yield
            if lost := driver.execute("PRAGMA foreign_key_check").fetchmany(3):
                rows = ", ".join(f"row {row} of {table} (none of {parent})" for table, row, parent, _ in lost)
                raise DatabaseNotReady(
                    f"Some rows lack what they belong to: {rows}. Nothing was changed; mend or delete them first."
                )
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def _set_up_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    # The driver's own transactions leave out CREATE TABLE; ours, below, do not.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    # Immediate: a transaction that reads first and writes later would not wait for another writer, but fail.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
