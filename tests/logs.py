"""Long logs, written where Prefect keeps them: through its API a long one would take a minute."""

from uuid import UUID

from sqlalchemy import make_url, text

from admin_api.db import connected
from tests.stack import Stack

LINES = 100_000


async def say(stack: Stack, run: UUID, lines: int = LINES) -> None:
    """So many lines in a run's log, a microsecond apart: `line 1` is the first."""
    database = make_url(stack.part("server").environ()["PREFECT_SERVER_DATABASE_CONNECTION_URL"])
    async with connected(database.set(drivername="postgresql+psycopg")) as sessions, sessions.begin() as session:
        await session.execute(
            text("""
                INSERT INTO log (id, created, updated, name, level, flow_run_id, message, timestamp)
                SELECT gen_random_uuid(), now(), now(), 'test', 20, :run, 'line ' || n,
                    clock_timestamp() + n * interval '1 microsecond'
                FROM generate_series(1, :lines) AS n
            """),
            {"run": run, "lines": lines},
        )
