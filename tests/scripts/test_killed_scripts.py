"""A script that is killed at any point and then run again ends as if nobody had touched it."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.sync_votes_an import BATCH
from tests.scripts.sites import SAMPLES, Site


def kill_after(site: Site, lines: int, *command: str, how: signal.Signals = signal.SIGKILL) -> None:
    with site.command(*command) as process:
        assert process.stdout
        for _ in range(lines):
            assert process.stdout.readline().startswith(("@sync", "  "))
        process.send_signal(how)
        process.communicate()
    assert process.returncode == -how


@pytest.mark.parametrize(
    ("command", "points"),
    [
        # Batches of 25 scrutins, of 150; the second run skips what the first has done.
        (("sync-votes-an",), (2, 4)),
        # Batches of a hundred deputies, of 575.
        (("sync-assemblee",), (2, 4)),
    ],
    ids=["votes", "deputies"],
)
def test_a_killed_import_run_again_is_whole(
    new_site: Callable[[], Site], recordings: Path, command: tuple[str, ...], points: tuple[int, ...]
) -> None:
    untouched, killed = new_site(), new_site()
    untouched.sources = killed.sources = recordings
    assert untouched.sync(*command).code == 0
    for lines in points:
        kill_after(killed, lines, *command)
        assert killed.rows("sync_metadata") == []
    assert killed.sync(*command).code == 0
    assert killed.meaning() == untouched.meaning()


def test_no_scrutin_is_ever_there_with_a_part_of_its_votes(site: Site, recordings: Path) -> None:
    site.sources = recordings
    kill_after(site, 2, "sync-votes-an")
    begun = {row["id"] for row in site.rows("scrutins")}
    voted = {row["scrutin_id"] for row in site.rows("votes")}
    assert begun == voted
    assert len(begun) >= 2 * BATCH


def test_killed_between_feeds_the_press_is_whole_after_another_run(new_site: Callable[[], Site]) -> None:
    untouched, killed = new_site(), new_site()
    untouched.sources = killed.sources = SAMPLES
    for each in (untouched, killed):
        each.sync("sync-assemblee")
    untouched.sync("sync-press")
    for lines in (3, 9):
        kill_after(killed, lines, "sync-press")
    assert killed.sync("sync-press").code == 0
    assert killed.meaning() == untouched.meaning()


def test_sigterm_ends_it_at_once(site: Site, recordings: Path) -> None:
    site.sources = recordings
    started = time.monotonic()
    kill_after(site, 1, "sync-votes-an", how=signal.SIGTERM)
    assert time.monotonic() - started < 5
