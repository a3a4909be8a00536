"""The table of jobs: one engine, sessions, and times that keep their zone on every database."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import URL, Connection, DateTime, Dialect, TypeDecorator, event, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

#: What SQLAlchemy raises when the database is not there, or stops being there.
UNREACHABLE = (OperationalError, InterfaceError, PoolTimeout, OSError)

CONNECT_TIMEOUT = 5  # seconds
LOCK_TIMEOUT = 15  # seconds that a writer waits for another on SQLite

Sessions = async_sessionmaker[AsyncSession]


class UtcDateTime(TypeDecorator[datetime]):
    """A time with its zone, in UTC. SQLite keeps none, so it is put on again."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)


def is_unreachable(error: Exception) -> bool:
    """Whether the database is away, as opposed to a statement that it refuses."""
    return isinstance(error, UNREACHABLE) or (isinstance(error, DBAPIError) and error.connection_invalidated)


@asynccontextmanager
async def connected(url: URL) -> AsyncIterator[Sessions]:
    """Sessions on a pool of connections, each looked at before it is used. Nothing is opened before the first use."""
    engine = _engine(url)
    try:
        yield async_sessionmaker(engine, expire_on_commit=False)
    finally:
        await engine.dispose()


async def ping(sessions: Sessions) -> None:
    """Raises what `is_unreachable` knows where the database does not answer."""
    async with sessions() as session:
        await session.execute(text("SELECT 1"))


def _engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return create_async_engine(
            url,
            pool_pre_ping=True,
            pool_size=5,
            max_overflow=5,
            pool_timeout=CONNECT_TIMEOUT,
            connect_args={"connect_timeout": CONNECT_TIMEOUT},
        )
    engine = create_async_engine(url, connect_args={"timeout": LOCK_TIMEOUT})
    event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver's own transactions leave out CREATE TABLE; ours, below, do not
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # Immediate: a transaction that reads first and writes later would not wait for another writer, but fail.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
