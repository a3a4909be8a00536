"""Databases, SQLite and a real PostgreSQL; sources, in a folder, on a server of this machine, and recorded."""

import os
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from scripts.database import connected
from scripts.migrate import migrate
from scripts.settings import Settings, database_url
from tests.postgres import create
from tests.scripts.model_server import ModelServer
from tests.scripts.sites import PROJECT, Site


@pytest.fixture(scope="session")
def postgres(postgres: str) -> str:
    """The server, with the tables in its database `template`."""
    with connected(database_url(create(postgres, "template"))) as engine:
        migrate(engine)
    return postgres


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
            url = create(server, f"site{number}", "template")
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


@pytest.fixture
def model(httpserver: HTTPServer) -> ModelServer:
    """A language model on this machine; `model.serve(site)` makes it that site's."""
    return ModelServer(httpserver)


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real recordings, under the names that the scripts read."""
    folder = (PROJECT / os.environ.get("SYNCS_RECORDINGS", "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no recordings: SYNCS_RECORDINGS would be {folder}")
    named = {
        "sync-votes-an/Scrutins.json.zip": "an/Scrutins_L17_last150.json.zip",
        "sync-legislation/Dossiers_Legislatifs.json.zip": "an/Dossiers_Legislatifs_L17.json.zip",
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
        if name.lower() in Settings.model_fields or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
