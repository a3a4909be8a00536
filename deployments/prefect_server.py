"""`python -m deployments.prefect_server server start ...`: what `prefect server start ...` is, at less cost.

The garbage collector looks through what was imported once and then never again, and seldom through the rest: it took
a tenth of the server's time. And whether a connection to PostgreSQL still stands is asked of the connection.
"""

from __future__ import annotations

import gc
import runpy
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg


class Postgres(PGDialect_asyncpg):
    """PostgreSQL on this machine's own socket, which is closed as soon as a server goes.

    Prefect has a connection tested each time that it takes one from the pool, three questions of the server for what is
    often only one of its own. asyncpg knows that the other side has hung up.
    """

    supports_statement_cache = True  # a dialect's own word: it is not inherited

    def do_ping(self, dbapi_connection: Any) -> bool:
        return not dbapi_connection.driver_connection.is_closed()


def main() -> None:
    registry.register("postgresql.asyncpg", Postgres.__module__, Postgres.__qualname__)
    import prefect.server.api.server  # noqa: F401 - before what is there now is put aside

    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    # By its name: a database's dialect is looked up in this module.
    from deployments.prefect_server import main as start

    start()
