"""What Prefect's server does not ask PostgreSQL for with each connection that it takes from its pool."""

from collections.abc import Iterator

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.dialects import registry
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from deployments.prefect_server import Postgres
from tests.stack import Stack


@pytest.fixture
def registered() -> Iterator[None]:
    registry.register("postgresql.asyncpg", Postgres.__module__, Postgres.__qualname__)
    yield
    registry.deregister("postgresql.asyncpg")


def of(postgres: str) -> AsyncEngine:
    """As Prefect makes it: every connection is tested before it is used."""
    return create_async_engine(make_url(postgres).set(drivername="postgresql+asyncpg"), pool_pre_ping=True, pool_size=1)


@pytest.mark.usefixtures("registered")
async def test_a_connection_that_the_database_has_ended_is_replaced(postgres: str) -> None:
    engine, other = of(postgres), of(postgres)
    assert type(engine.dialect) is Postgres
    async with engine.begin() as connection:
        (before,) = (await connection.execute(text("SELECT pg_backend_pid()"))).one()
    async with engine.begin() as connection:
        assert (await connection.execute(text("SELECT pg_backend_pid()"))).one() == (before,)
    async with other.begin() as connection:
        ended = "SELECT pg_terminate_backend(:pid, 5000)"
        assert (await connection.execute(text(ended), {"pid": before})).one() == (True,)
    async with engine.begin() as connection:
        (after,) = (await connection.execute(text("SELECT pg_backend_pid()"))).one()
    assert after != before
    await engine.dispose()
    await other.dispose()


@pytest.mark.usefixtures("registered")
async def test_its_statements_are_still_compiled_once(postgres: str) -> None:
    engine = of(postgres)
    assert engine.dialect.supports_statement_cache
    assert engine.dialect._supports_statement_cache, "SQLAlchemy asks each class itself"
    await engine.dispose()


def test_the_server_of_the_stack_is_started_by_it(stack: Stack) -> None:
    assert "deployments.prefect_server" in stack.part("server").cmdline()
