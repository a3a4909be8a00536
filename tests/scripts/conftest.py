"""Databases, SQLite and a real PostgreSQL; sources, in a folder, on a server of this machine, and recorded."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import make_url

from deployments.home import Home
from deployments.postgres import Postgres
from scripts.database import connected
from scripts.migrate import migrate
from scripts.settings import database_url
from tests.scripts.sites import PROJECT, Site


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of these tests' own, with the tables in its database `template`."""
    # Not under pytest's own folders: the server may run as another user.
    folder = Path(tempfile.mkdtemp(prefix="syncs-scripts-"))
    home = Home(folder / "home")
    home.make_temporary()
    server = Postgres(home, os.environ)
    asyncio.run(server.prepare())
    part = server.part()
    # What a crash of the whole machine would do is not tested here, so nothing waits for the disk.
    process = subprocess.Popen(
        [*part.words, "-c", "fsync=off"],
        cwd=part.folder,
        user=part.user and part.user.pw_uid,
        group=part.user and part.user.pw_gid,
        stderr=subprocess.DEVNULL,
    )
    url = server.url("postgres")
    try:
        with _patient_connection(url) as connection:
            connection.execute("CREATE DATABASE template")
        with connected(database_url(_of(url, "template"))) as engine:
            migrate(engine)
        yield url
    finally:
        process.send_signal(signal.SIGINT)  # "now, in good order"
        process.wait(30)
        home.leave()
        shutil.rmtree(folder)


def _patient_connection(url: str) -> psycopg.Connection[tuple[object, ...]]:
    until = time.monotonic() + 20
    while True:
        try:
            return psycopg.connect(url, autocommit=True)
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables, to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    with connected(database_url(f"sqlite:///{path}")) as engine:
        migrate(engine)
    return path


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    return count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def new_site(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    numbers: Iterator[int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[[], Site]:
    """Makes sites with empty tables, on each kind of database in turn."""

    def make() -> Site:
        number = next(numbers)
        if request.param == "sqlite":
            path = shutil.copy(request.getfixturevalue("sqlite"), tmp_path / f"site{number}.db")
            url = f"sqlite:///{path}"
        else:
            server = request.getfixturevalue("postgres")
            url = _of(server, f"site{number}")
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE site{number} TEMPLATE template")
        sources = tmp_path / f"sources{number}"
        sources.mkdir()
        return Site(url, sources, monkeypatch, capsys)

    return make


@pytest.fixture
def site(new_site: Callable[[], Site]) -> Site:
    return new_site()


@pytest.fixture
def sqlite_site(
    sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Site:
    """Where the kind of database cannot matter."""
    sources = tmp_path / "sources"
    sources.mkdir()
    return Site(f"sqlite:///{shutil.copy(sqlite, tmp_path / 'site.db')}", sources, monkeypatch, capsys)


@pytest.fixture
def online(sqlite_site: Site, httpserver: HTTPServer) -> Site:
    """A site whose sources are a server on this machine: each document is at /<the source's own file name>."""
    sqlite_site.always = [f"--source-url={httpserver.url_for('')}"]
    return sqlite_site


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real recordings, under the names that the scripts read."""
    folder = (PROJECT / os.environ.get("SYNCS_RECORDINGS", "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no recordings: SYNCS_RECORDINGS would be {folder}")
    named = {
        "sync-votes-an/Scrutins.json.zip": "an/Scrutins_L17_last150.json.zip",
        "sync-assemblee/deputes-active.csv": "datan/deputes-active_L17_2025-12.csv",
    }
    sources = tmp_path_factory.mktemp("recordings")
    for name, recorded in named.items():
        if not (folder / recorded).exists():
            pytest.skip(f"no recording {recorded} in {folder}")
        (sources / name).parent.mkdir()
        (sources / name).symlink_to(folder / recorded)
    return sources


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting or proxy of whoever runs the tests may reach them."""
    for name in os.environ:
        if name in {"DATABASE_URL", "SYNCS_SOURCES"} or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


def _of(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)
