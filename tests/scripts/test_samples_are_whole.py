"""The samples are what a demo without a network reads: they are whole, and every script succeeds on them."""

import runpy
from pathlib import Path

import pytest

from scripts.feeds import FEEDS
from tests.scripts.sites import SAMPLES, Site


def test_every_script_reads_the_samples_without_an_error(site: Site) -> None:
    site.sources = SAMPLES
    for script in ("sync-assemblee", "sync-votes-an", "sync-legislation", "sync-legislation-content", "sync-press"):
        outcome = site.sync(script)
        assert (outcome.code, outcome.err, outcome.counters["errors"]) == (0, "", 0)
    assert len(site.rows("politicians")) == 12
    assert len(site.rows("political_groups")) == 3
    assert len(site.rows("scrutins")) == 6
    assert len(site.rows("legislative_files")) == 4
    assert len([row for row in site.rows("legislative_files") if row["statement"]]) == 3
    assert len(site.rows("press_mentions")) == 14
    assert all(vote["politician_id"] for vote in site.rows("votes"))


def test_the_samples_show_something_today_too(sqlite_site: Site) -> None:
    sqlite_site.sources = SAMPLES
    assert sqlite_site.sync("sync-votes-an", "--today").counters["scrutinsCreated"] == 4


def test_every_feed_has_a_sample() -> None:
    assert {path.name for path in (SAMPLES / "sync-press").iterdir()} == {feed.file_name for feed in FEEDS}


PACK = runpy.run_path(str(SAMPLES / "pack.py"))


@pytest.mark.parametrize("name", PACK["ARCHIVES"])
def test_an_archive_is_what_pack_makes_of_its_sources(tmp_path: Path, name: str) -> None:
    PACK["pack"](name, tmp_path / "packed.zip")
    assert (tmp_path / "packed.zip").read_bytes() == (SAMPLES / name).read_bytes()
