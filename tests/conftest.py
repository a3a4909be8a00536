"""What every test shares. Nothing of the shell's environment reaches a test, and Prefect has a home of its own."""

import os
import shlex
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.admin import client
from tests.plans import Plans
from tests.postgres import running
from tests.stack import Stack, free_port

_FOREIGN = ("PREFECT_", "SYNCS_", "DATABASE_URL", "PG")
_KEPT = ("SYNCS_RECORDINGS",)

for key in [key for key in os.environ if key.startswith(_FOREIGN) and key not in _KEPT]:
    del os.environ[key]

# A shell has what it puts into the background ignore these, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

FOLDER = Path(tempfile.mkdtemp(prefix="syncs-tests-"))
HOME = FOLDER / "home"
HOME.mkdir(mode=0o700)
PORT = free_port()
ADMIN_PORT = free_port()

# Prefect reads these when it is imported, which any test module may do; whether the stack runs is another matter.
os.environ |= {
    "SYNCS_HOME": str(HOME),
    "SYNCS_PREFECT_PORT": str(PORT),
    "SYNCS_PORT": str(ADMIN_PORT),
    "SYNCS_COMMAND": shlex.join([sys.executable, str(Path(__file__).parent / "scripted.py"), "{script}"]),
    "SYNCS_RETRY_DELAY": "0.2",
    "SYNCS_TEST_PLANS": str(FOLDER / "plans"),
    "PREFECT_HOME": str(HOME / "prefect"),
    "PREFECT_API_URL": f"http://127.0.0.1:{PORT}/api",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    "DO_NOT_TRACK": "1",
}


#: Files that take minutes. Of two that run side by side, neither should be left with them at the end.
SLOW = {
    *("test_deaths", "test_rebuild", "test_outages", "test_local", "test_silent_runs", "test_automations"),
    *("test_in_a_browser", "test_looks"),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts no stack comes first: its failures are there in seconds."""

    def turn(item: pytest.Item) -> tuple[bool, bool]:
        needs_a_stack = bool({"stack", "other", "demo"} & set(getattr(item, "fixturenames", ())))
        return needs_a_stack, item.path.stem not in SLOW

    items.sort(key=turn)


def pytest_unconfigure() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """One `syncs up` for all tests."""
    with Stack(HOME, PORT, {"SYNCS_PORT": str(ADMIN_PORT)}) as stack:
        yield stack


@pytest.fixture
async def api(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    """The stack's admin API."""
    async with client(stack) as api:
        yield api


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of the tests' own."""
    with running() as url:
        yield url


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder whose path is short enough for a Unix socket, which pytest's own is not on every machine."""
    folder = Path(tempfile.mkdtemp(prefix="syncs-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def plans() -> Plans:
    return Plans(FOLDER / "plans")
