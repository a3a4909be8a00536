"""What a newcomer types first: `make run`."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from flows.catalog import SYNC_DAILY
from tests.stack import Stack

PROJECT = Path(__file__).parent.parent


class MakeRun(Stack):
    command = ("make", "run")

    def __init__(self, home: Path) -> None:
        # That there is a database of the site's must not matter: the samples' people are invented.
        super().__init__(home, environment={"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/site", "COLUMNS": "160"})
        self.folder = PROJECT
        del self.environment["SYNCS_COMMAND"]

    def ctrl_c(self) -> int:
        """To `syncs up`, which a terminal would send it, and make with it."""
        (child,) = psutil.Process(self.pid).children()
        child.send_signal(signal.SIGINT)
        return self.ended()


@pytest.fixture
def demo() -> Iterator[MakeRun]:
    folder = Path(tempfile.mkdtemp(prefix="syncs-demo-"))
    with MakeRun(folder / "home") as demo:
        yield demo
    shutil.rmtree(folder)


def test_make_run_shows_the_day_says_how_to_go_live_and_stays_until_it_is_told(demo: MakeRun) -> None:
    demo.wait_for("to go live", within=120)
    said = "\n".join(demo.lines)
    assert "a demonstration: scripts read samples/" in said
    assert "syncs trigger sync:daily --watch" in said
    for step in SYNC_DAILY.steps:
        assert f"\n{step.name} " in said, "a line a step as it goes"
        assert f"│ {step.name} " in said, "a row a step at the end"
    assert "scrutinsCreated 4" in said
    assert "articlesNew 27" in said
    # The politicians were there before the day, or nobody would be named, claimed of or scored.
    for found in ("mentionsCreated", "factChecksCreated", "totalPoliticians"):
        assert f"{found} " in said
    assert "LLM_API_KEY is not set" in said
    assert "\nCompleted.\n" in said
    assert f"Prefect's UI: http://127.0.0.1:{demo.port}" in said
    assert demo.ctrl_c() == 0
    assert demo.left() == []
