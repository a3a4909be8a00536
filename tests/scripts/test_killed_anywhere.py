"""Killed at random moments, in the middle of a transaction as well as between two, and then run again: as if never.

Each test prints the seed of its moments; KILL_SEED=<seed> repeats them.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.roster import SCRIPTS
from tests.scripts.sites import SAMPLES, Site

KILLS = 3
LONGEST_PAUSE = 0.05  # seconds after a line: a transaction or two


@dataclass(frozen=True)
class Import:
    """A call of a script, on recordings or on the samples; `before` are the scripts whose rows it needs."""

    command: tuple[str, ...]
    before: tuple[str, ...] = ()
    on_samples: bool = False


#: A line a script.
IMPORTS = [
    Import(("sync-votes-an", "--limit=60")),
    Import(("sync-assemblee",)),
    Import(("sync-factchecks",), before=("sync-assemblee",), on_samples=True),
    Import(("sync-press",), before=("sync-assemblee", "sync-wikidata-ids", "sync-parties"), on_samples=True),
    Import(("index-embeddings",), before=("sync-assemblee", "sync-legislation", "sync-press"), on_samples=True),
    Import(("recalculate-prominence",), before=("sync-assemblee", "sync-votes-an", "sync-press"), on_samples=True),
    Import(("sync-president",), on_samples=True),
    Import(("sync-mep-parties",), before=("sync-europarl", "sync-wikidata-ids"), on_samples=True),
    Import(("sync-deceased",), before=("sync-assemblee", "sync-wikidata-ids"), on_samples=True),
    Import(("assign-publication-status",), before=("sync-assemblee", "recalculate-prominence"), on_samples=True),
]
#: Those whose own tests kill them, where they write in several transactions: on documents too large for a sample.
ELSEWHERE = {
    "sync-senat": "test_senate_recordings.py",
    "sync-gouvernement": "test_governments.py",
    "sync-europarl": "test_meps_import.py",
    "sync-wikidata-ids": "test_wikidata_passes.py",
    "sync-photos": "test_portraits.py",
    "sync-birthdates": "test_wikidata_passes.py",
    "sync-careers": "test_wikidata_passes.py",
    "sync-parties": "test_wikidata_passes.py",
    "sync-hatvp": "test_declarations.py",
    "discover-affairs": "test_affairs_discovered.py",
    "reconcile-affairs": "test_affairs_merged.py",
    "sync-votes-senat": "test_senate_votes_import.py",
    "sync-legislation": "test_legislation.py",
    "sync-press-analysis": "test_press_analysis.py",
    "sync-legislation-content": "test_legislation.py",
    "sync-judilibre": "test_judilibre.py",
    "generate-biographies": "test_generated_texts.py",
    "generate-summaries": "test_generated_texts.py",
    "generate-scrutin-summaries": "test_generated_texts.py",
    "classify-themes": "test_generated_texts.py",
}


@contextmanager
def moments() -> Iterator[random.Random]:
    seed = int(os.environ.get("KILL_SEED") or random.randrange(2**32))
    try:
        yield random.Random(seed)
    finally:
        # At the end: what a site's calls print is read in between, and this with it.
        print(f"KILL_SEED={seed}")


def kill(site: Site, command: tuple[str, ...], lines: int, pause: float) -> None:
    """After so many lines of what it says, and a pause; it may have come to its end by then."""
    with site.command(*command) as process:
        assert process.stdout
        for _ in range(lines):
            process.stdout.readline()
        time.sleep(pause)
        process.kill()
        _, err = process.communicate()
    assert process.returncode in {-9, 0}, err


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_is_killed_somewhere(script: str) -> None:
    here = {one.command[0] for one in IMPORTS}
    assert (script in here) != (script in ELSEWHERE), f"a line in IMPORTS, or one in ELSEWHERE, for {script}"
    if script in ELSEWHERE:
        tests = Path(__file__).with_name(ELSEWHERE[script]).read_text()
        assert script in tests
        assert "kill_after(" in tests


@pytest.mark.parametrize("one", IMPORTS, ids=lambda one: one.command[0])
def test_killed_at_any_moment_and_run_again_it_is_whole(
    new_site: Callable[[], Site], request: pytest.FixtureRequest, one: Import
) -> None:
    untouched, killed = new_site(), new_site()
    for site in (untouched, killed):
        site.sources = SAMPLES if one.on_samples else request.getfixturevalue("recordings")
        for script in one.before:
            assert site.sync(script).code == 0
    earlier = untouched.remembered
    whole = untouched.sync(*one.command)
    assert whole.code == 0
    wanted = untouched.meaning()
    at_its_end = untouched.remembered - earlier
    with moments() as moment:
        for _ in range(KILLS):
            kill(killed, one.command, moment.randint(0, len(whole.out.splitlines())), moment.uniform(0, LONGEST_PAUSE))
        if at_its_end and at_its_end <= killed.remembered:
            assert killed.meaning() == wanted, "only what is whole is remembered as read"
        assert killed.sync(*one.command).code == 0
        assert killed.meaning() == wanted
