"""reconcile-affairs, and the commands that list and undo its merges."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from scripts.duplicates import alike
from scripts.models import (
    Affair,
    AffairOrigin,
    FactCheck,
    FactCheckMention,
    Offence,
    PublicationStatus,
    Rating,
    Stage,
)
from tests.scripts.affairs import DRAFT, EXCLUDED, PUBLISHED, affair
from tests.scripts.sites import Site
from tests.scripts.test_affairs_discovered import change
from tests.scripts.test_killed_scripts import kill_after
from tests.scripts.wikidata_people import politician, politicians, write

SCRIPT = "reconcile-affairs"
ECLI = "ECLI:FR:CCASS:2099:CR00001"
JUDGED = {"category": Offence.FAUX, "stage": Stage.RELAXE}


@pytest.fixture
def one(sqlite_site: Site) -> Site:
    politician(sqlite_site, 1)
    return sqlite_site


def made(**known: object) -> Affair:
    told = {"title": "Affaire A", "category": Offence.AUTRE, "stage": Stage.INCONNU, "politician_id": 1}
    return Affair(**{**told, "appeal_numbers": [], "case_numbers": [], **known})


@pytest.mark.parametrize(
    ("one", "other", "score"),
    [
        ({"ecli": ECLI}, {"ecli": ECLI, "title": "B"}, 1.0),
        ({"appeal_numbers": ["19-19.463", "1"]}, {"appeal_numbers": ["19-19.463"], "title": "B"}, 0.95),
        ({"case_numbers": ["RG 19/01234"]}, {"case_numbers": ["RG 19/01234"], "title": "B"}, 0.8),
        ({"title": "L'Affaire des Phares"}, {"title": "affaire des phares (2019)"}, None),
        ({"title": "Affaire des Phares"}, {"title": "L'affaire des phares en appel"}, 0.5),
        ({"title": "Phare"}, {"title": "Phares"}, None),
        ({"title": "…"}, {"title": "Phares"}, None),
        ({**JUDGED, "stage_on": date(2025, 1, 1)}, {**JUDGED, "stage_on": date(2025, 1, 31), "title": "B"}, 0.4),
        ({**JUDGED, "stage_on": date(2025, 1, 1)}, {**JUDGED, "stage_on": date(2025, 2, 1), "title": "B"}, None),
        ({"stage": Stage.RELAXE, "stage_on": date(2025, 1, 1)}, {"title": "B", "stage_on": date(2025, 1, 1)}, None),
        # Different decisions, whatever else they share.
        ({"ecli": ECLI, "appeal_numbers": ["1"]}, {"ecli": f"{ECLI}9", "appeal_numbers": ["1"]}, None),
        ({"ecli": ECLI, "appeal_numbers": ["1"]}, {"appeal_numbers": ["1"], "title": "B"}, 0.95),
        ({"ecli": ECLI}, {"ecli": ECLI, "politician_id": 2}, None),
    ],
)
def test_how_sure_it_is_that_two_are_one(one: dict[str, object], other: dict[str, object], score: float | None) -> None:
    a, b = made(**one), made(**other)
    for found in (alike(a, b), alike(b, a)):
        assert (found.score if found else None) == score


def two_of(who: int) -> list[Affair]:
    told = {"origin": AffairOrigin.PRESS, "publication_status": DRAFT, "ecli": ECLI, "politician_id": who}
    return [made(external_id=f"press:{who}{letter}", **told) for letter in "ab"]


def merged(site: Site) -> dict[object, object]:
    return {row["id"]: row["merged_into_id"] for row in site.rows("affairs")}


def test_only_with_auto_merge_and_only_what_is_sure(one: Site) -> None:
    affair(one, 1, appeal_numbers=["19-19.463"])
    affair(one, 2, appeal_numbers=["19-19.463"], sources=2)
    affair(one, 3, title="affaire 1")
    affair(one, 4, title="L'affaire 1 en appel")
    found = one.sync(SCRIPT)
    assert found.counters == {"duplicatesFound": 2, "merged": 0, "errors": 0, "remainingPossible": 2}
    rehearsed = one.sync(SCRIPT, "--auto-merge", "--dry-run")
    assert set(merged(one).values()) == {None}
    done = one.sync(SCRIPT, "--auto-merge")
    assert done.counters == rehearsed.counters
    assert done.counters == {"duplicatesFound": 2, "merged": 1, "errors": 0, "remainingPossible": 1}
    assert merged(one) == {1: 2, 2: None, 3: None, 4: None}, "the one with more sources is kept"
    before = one.dump()
    assert one.sync(SCRIPT, "--auto-merge").counters["merged"] == 0
    assert one.dump() == before
    said = one.sync("merges").out.splitlines()
    assert said[0].startswith("2 1 merged, ombeline-nom1: « affaire 22 » and « affaire 11 »; HIGH: both name the ")
    assert said[1].startswith("3 4 possible, ombeline-nom1: ")
    assert len(said) == 2


def test_a_merge_is_undone_exactly_and_never_done_again(one: Site) -> None:
    affair(one, 1, ecli=ECLI)
    affair(one, 2, ecli=ECLI)
    before = [{**row, "updated_at": None} for row in one.rows("affairs")]
    one.sync(SCRIPT, "--auto-merge")
    assert merged(one) == {1: None, 2: 1}
    assert one.sync("unmerge", "1", "2").code == 0
    assert [{**row, "updated_at": None} for row in one.rows("affairs")] == before
    again = one.sync(SCRIPT, "--auto-merge")
    assert (again.counters["duplicatesFound"], merged(one)) == (0, {1: None, 2: None})
    twice = one.sync("unmerge", "1", "2")
    assert (twice.code, "2 is not merged into 1" in twice.err) == (64, True)
    assert "1 2 made two again" in one.sync("merges").out


def test_chains_are_flat_and_come_apart_where_they_are_undone(one: Site) -> None:
    affair(one, 1, sources=2, appeal_numbers=["1"])
    affair(one, 2, appeal_numbers=["1"])
    one.sync(SCRIPT, "--auto-merge")
    affair(one, 3, sources=3, appeal_numbers=["1"])
    one.sync(SCRIPT, "--auto-merge")
    assert merged(one) == {1: 3, 2: 3, 3: None}
    one.sync("unmerge", "3", "1")
    assert merged(one) == {1: None, 2: 1, 3: None}
    assert one.sync(SCRIPT, "--auto-merge").counters["merged"] == 0, "nor by way of another"
    one.sync("unmerge", "1", "2")
    assert merged(one) == {1: None, 2: None, 3: None}


def test_nobody_becomes_one_with_two_decisions_by_way_of_a_third(one: Site) -> None:
    affair(one, 1, ecli=ECLI, appeal_numbers=["1"])
    affair(one, 2, appeal_numbers=["1", "2"])
    affair(one, 3, ecli=f"{ECLI}9", appeal_numbers=["2"])
    done = one.sync(SCRIPT, "--auto-merge")
    assert (done.counters["merged"], done.counters["remainingPossible"]) == (1, 0)
    assert merged(one) == {1: None, 2: 1, 3: None}


@pytest.mark.parametrize("decided", [EXCLUDED, PUBLISHED])
def test_what_a_person_has_taken_up_is_kept_and_two_of_those_are_left(one: Site, decided: PublicationStatus) -> None:
    politician(one, 2)
    affair(one, 1, sources=9, ecli=ECLI)
    affair(one, 2, ecli=ECLI, publication_status=PUBLISHED)
    affair(one, 3, who=2, ecli=ECLI, publication_status=decided)
    affair(one, 4, who=2, ecli=ECLI, publication_status=PUBLISHED)
    done = one.sync(SCRIPT, "--auto-merge")
    assert (done.code, done.counters["merged"], done.counters["errors"]) == (0, 1, 1)
    assert f"a person has made them {decided} and PUBLISHED" in done.err
    assert merged(one) == {1: 2, 2: None, 3: None, 4: None}


def test_a_draft_that_is_gone_leaves_those_that_it_was_one_with(one: Site) -> None:
    change(one, "INSERT INTO external_ids VALUES (1, 'WIKIDATA', 'Q1', 1, '2025-01-01', '2025-01-01')")
    one.put("discover-affairs", "entities.json", '{"entities": {"Q1": {"id": "Q1", "claims": []}}}')
    affair(one, 1, sources=3, ecli=ECLI)
    affair(one, 2, sources=2, ecli=ECLI, publication_status=DRAFT, external_id="press:1", origin="PRESS")
    one.sync(SCRIPT, "--auto-merge")
    assert merged(one) == {1: None, 2: 1}
    assert one.sync("discover-affairs", "--wikidata-only").counters["affairsRemoved"] == 1
    assert merged(one) == {2: None}
    assert one.rows("affair_merges") == []


def test_a_draft_in_the_middle_of_a_chain_that_is_gone_parts_the_two_ends(one: Site) -> None:
    change(one, "INSERT INTO external_ids VALUES (1, 'WIKIDATA', 'Q1', 1, '2025-01-01', '2025-01-01')")
    one.put("discover-affairs", "entities.json", '{"entities": {"Q1": {"id": "Q1", "claims": []}}}')
    affair(one, 1, sources=2, appeal_numbers=["1"])
    affair(one, 2, appeal_numbers=["1"], external_id="press:2", origin="PRESS")
    one.sync(SCRIPT, "--auto-merge")
    affair(one, 3, sources=3, appeal_numbers=["1"], external_id="press:3", origin="PRESS")
    one.sync(SCRIPT, "--auto-merge")
    assert merged(one) == {1: 3, 2: 3, 3: None}
    one.sync("discover-affairs", "--wikidata-only")
    assert merged(one) == {2: None, 3: None}


# Of PostgreSQL's transactions the other scripts' tests speak.
@pytest.mark.parametrize("new_site", ["sqlite"], indirect=True)
def test_killed_between_batches_and_run_again_it_is_whole(new_site: Callable[[], Site]) -> None:
    untouched, killed = new_site(), new_site()
    for site in (untouched, killed):
        politicians(site, 105)
        write(site, *(one for who in range(1, 106) for one in two_of(who)))
    assert untouched.sync(SCRIPT, "--auto-merge").counters["merged"] == 105
    kill_after(killed, 1, SCRIPT, "--auto-merge")
    assert 100 <= len(killed.rows("affair_merges")) <= 105
    assert killed.sync(SCRIPT, "--auto-merge").code == 0
    assert killed.meaning() == untouched.meaning()


def test_of_many_that_are_alike_one_is_kept(one: Site) -> None:
    for number in range(1, 8):
        affair(one, number, ecli=ECLI, sources=1 + (number == 5))
    assert one.sync(SCRIPT, "--auto-merge").counters["merged"] == 6
    assert {id_ for id_, into in merged(one).items() if into != 5} == {5}


@pytest.mark.parametrize(
    ("known", "points", "status"),
    [
        ({"publication_status": PUBLISHED, "category": Offence.CORRUPTION}, 25, "PUBLISHED"),
        ({"publication_status": PUBLISHED, "category": Offence.FAUX}, 15, "PUBLISHED"),
        ({"publication_status": PUBLISHED, "category": Offence.DIFFAMATION}, 5, "PUBLISHED"),
        ({"publication_status": PUBLISHED, "category": Offence.FAUX, "stage": Stage.NON_LIEU}, 0, "PUBLISHED"),
        ({"category": Offence.CORRUPTION}, 0, "ARCHIVED"),
        ({"publication_status": EXCLUDED, "category": Offence.CORRUPTION}, 0, "ARCHIVED"),
    ],
)
def test_what_an_affair_weighs_and_whether_it_shows_somebody(
    one: Site, known: dict[str, Any], points: int, status: str
) -> None:
    affair(one, 1, **known)
    affair(one, 2, **{**known, "merged_into_id": 1})
    one.sync("recalculate-prominence")
    one.sync("assign-publication-status")
    (row,) = one.rows("politicians")
    assert (row["prominence"], row["publication_status"]) == (points, status)


def test_a_fact_check_counts(one: Site) -> None:
    write(
        one,
        FactCheck(id=1, source_url="https://f.example", claim="…", publisher="F", rating=Rating.FALSE),
        FactCheckMention(fact_check_id=1, politician_id=1, is_claimant=False),
    )
    one.sync("recalculate-prominence")
    assert one.rows("politicians")[0]["prominence"] == 8
