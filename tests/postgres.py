"""A PostgreSQL server of the tests' own, beside the stack's."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from deployments.home import Home
from deployments.postgres import Postgres


@contextmanager
def running(*, durable: bool = False) -> Iterator[str]:
    """Its URL; nothing of it is left afterwards. `durable`: it waits for the disk, as the stack's own does."""
    # Not under pytest's own folders: the server may run as another user.
    folder = Path(tempfile.mkdtemp(prefix="syncs-postgres-"))
    home = Home(folder / "home")
    home.make_temporary()
    server = Postgres(home, os.environ)
    asyncio.run(server.prepare())
    part = server.part()
    # What a crash of the whole machine would do is not tested here.
    words = part.words if durable else [*part.words, "-c", "fsync=off"]
    process = subprocess.Popen(
        words,
        cwd=part.folder,
        user=part.user and part.user.pw_uid,
        group=part.user and part.user.pw_gid,
        stderr=subprocess.DEVNULL,
    )
    url = server.url("postgres")
    try:
        _patient_connection(url).close()
        yield url
    finally:
        process.send_signal(signal.SIGINT)  # "now, in good order"
        process.wait(30)
        home.leave()
        shutil.rmtree(folder)


def create(server: str, name: str, template: str = "template1") -> str:
    """A new database's URL."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return of(server, name)


def of(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)


def _patient_connection(url: str) -> psycopg.Connection[tuple[object, ...]]:
    until = time.monotonic() + 20
    while True:
        try:
            return psycopg.connect(url, autocommit=True)
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
