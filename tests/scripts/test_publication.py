"""assign-publication-status: each rule and each border of it as a table, and that a person's decision stands."""

import itertools
from collections import Counter
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from scripts import assign_publication_status, recalculate_prominence
from scripts.models import Office, PublicationStatus
from scripts.publication import Standing, status
from scripts.script import Call
from scripts.verdicts import write
from tests.scripts.politicians import politicians
from tests.scripts.sites import SAMPLES, Outcome, Site

DAY = date(2025, 11, 25)
YESTERDAY, TOMORROW = date(2025, 11, 24), date(2025, 11, 26)
DRAFT, PUBLISHED, ARCHIVED, EXCLUDED = PublicationStatus
ASSIGN = "assign-publication-status"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assign_publication_status, "today_in_paris", lambda: DAY)
    monkeypatch.setattr(recalculate_prominence, "today_in_paris", lambda: DAY)


@pytest.mark.parametrize(
    ("one", "decided"),
    [
        # Died before the Fifth Republic: stronger than anything.
        (Standing(died=date(1957, 12, 31), score=1000, has_office=True, has_published_affair=True), EXCLUDED),
        (Standing(died=date(1958, 1, 1), score=200), ARCHIVED),
        # Born before 1920, never in office, little known.
        (Standing(born=date(1919, 12, 31), score=149), EXCLUDED),
        (Standing(born=date(1919, 12, 31), score=149, is_portrayed=True, has_published_affair=True), EXCLUDED),
        (Standing(born=date(1920, 1, 1), score=149), DRAFT),
        (Standing(born=date(1919, 12, 31), score=150), DRAFT),
        (Standing(born=date(1919, 12, 31), score=149, had_office=True), DRAFT),
        (Standing(born=date(1919, 12, 31), score=149, has_office=True), PUBLISHED),
        (Standing(born=None, score=149), DRAFT),
        # A published affair, or an office.
        (Standing(score=0, has_published_affair=True), PUBLISHED),
        (Standing(score=0, has_office=True), PUBLISHED),
        (Standing(score=None, has_office=True), PUBLISHED),
        (Standing(score=0, has_published_affair=True, died=date(1990, 1, 1)), PUBLISHED),
        # Prominent, and something to show.
        (Standing(score=150, is_portrayed=True), PUBLISHED),
        (Standing(score=149, is_portrayed=True), DRAFT),
        (Standing(score=150), DRAFT),
        (Standing(score=150, is_portrayed=True, died=date(1990, 1, 1)), PUBLISHED),
        # Dead for more than ten years.
        (Standing(score=150, died=date(2015, 11, 24)), ARCHIVED),
        (Standing(score=150, died=date(2015, 11, 25)), DRAFT),
        (Standing(score=None, died=date(2015, 11, 24)), ARCHIVED),
        # Hardly known, and never in office.
        (Standing(score=49), ARCHIVED),
        (Standing(score=50), DRAFT),
        (Standing(score=49, had_office=True), DRAFT),
        # Nothing follows from a score that is not known.
        (Standing(), DRAFT),
        (Standing(born=date(1900, 1, 1), is_portrayed=True), DRAFT),
    ],
)
def test_the_first_rule_that_fits(one: Standing, decided: PublicationStatus) -> None:
    assert status(one, DAY)[0] is decided


def assigned(site: Site, *flags: str) -> list[object]:
    ran = site.sync(ASSIGN, *flags)
    assert (ran.code, ran.err) == (0, "")
    return [row["publication_status"] for row in site.rows("politicians")]


@pytest.mark.parametrize(
    ("known", "decided"),
    [
        ({"death_date": date(1950, 1, 1), "prominence": 500}, "EXCLUDED"),
        ({"birth_date": date(1900, 1, 1), "prominence": 149}, "EXCLUDED"),
        ({"prominence": 150, "photo_url": "https://roche.example/a.jpg"}, "PUBLISHED"),
        ({"prominence": 150, "biography": "Anne Roche est…"}, "PUBLISHED"),
        ({"prominence": 150, "biography": "", "photo_url": ""}, "DRAFT"),
        ({"death_date": date(2000, 1, 1), "prominence": 60}, "ARCHIVED"),
        ({"prominence": 49}, "ARCHIVED"),
        ({"prominence": 50}, "DRAFT"),
        ({}, "DRAFT"),
    ],
)
def test_the_rules_read_the_politicians_own_row(site: Site, known: dict[str, Any], decided: str) -> None:
    with politicians(site) as new:
        new.politician(**known)
    assert assigned(site) == [decided]


@pytest.mark.parametrize(
    ("start", "end", "died", "decided"),
    [
        (date(2024, 7, 8), None, None, "PUBLISHED"),
        (None, None, None, "PUBLISHED"),
        (date(2024, 7, 8), TOMORROW, None, "PUBLISHED"),
        (date(2024, 7, 8), DAY, None, "DRAFT"),
        (TOMORROW, None, None, "ARCHIVED"),
        (date(2024, 7, 8), None, YESTERDAY, "DRAFT"),
        (date(1990, 7, 8), None, date(2000, 1, 1), "ARCHIVED"),
    ],
)
def test_an_office_counts_by_its_dates(
    site: Site, start: date | None, end: date | None, died: date | None, decided: str
) -> None:
    with politicians(site) as new:
        new.office(new.politician(death_date=died, prominence=10), Office.MAIRE, start, end)
    assert assigned(site) == [decided]


@pytest.mark.parametrize(("override", "before"), [*itertools.product(PublicationStatus, [None, *PublicationStatus])])
def test_what_a_person_has_decided_is_neither_changed_nor_overruled(
    sqlite_site: Site, override: PublicationStatus, before: PublicationStatus | None
) -> None:
    with politicians(sqlite_site) as new:
        for number, died in enumerate((None, date(1900, 1, 1), date(2000, 1, 1))):
            known = {"publication_override": override, "publication_status": before, "death_date": died}
            new.politician(f"p{number}", prominence=0, **known)
        new.office(3, Office.PRESIDENT)
    rows = sqlite_site.dump()
    ran = sqlite_site.sync(ASSIGN, "--force")
    assert result(ran) == {"totalPoliticians": 3, "skippedOverride": 3, "unchanged": 0, "changes": {}}
    assert sqlite_site.dump() == rows


def test_who_decides_while_it_runs_is_not_overruled(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with politicians(site) as new:
        new.politician("p0", prominence=0)
        new.politician("p1", prominence=0)

    def decide_and_write(call: Call, *told: Any, **conditions: Any) -> None:
        with call.database.transaction() as session:
            session.execute(text("UPDATE politicians SET publication_override = 'PUBLISHED' WHERE slug = 'p0'"))
        write(call, *told, **conditions)

    monkeypatch.setattr(assign_publication_status, "write", decide_and_write)
    assert assigned(site) == [None, "ARCHIVED"]


def result(ran: Outcome) -> dict[str, Any]:
    last = ran.said[-1]["result"]
    assert isinstance(last, dict)
    return last


def test_it_counts_what_it_changes(site: Site) -> None:
    with politicians(site) as new:
        new.politician("same", prominence=0, publication_status=ARCHIVED)
        new.politician("new", prominence=0)
        new.politician("other", prominence=0, publication_status=PUBLISHED)
        new.politician("risen", prominence=150, photo_url="https://roche.example/a.jpg", publication_status=DRAFT)
        new.politician("decided", prominence=0, publication_override=DRAFT)
        new.office(new.politician("sits", publication_status=PUBLISHED), Office.DEPUTE)
    before = site.rows("politicians")
    rehearsed = site.sync(ASSIGN, "--dry-run")
    assert site.rows("politicians") == before
    ran = site.sync(ASSIGN)
    assert result(ran) == result(rehearsed)
    assert result(ran) == {
        "totalPoliticians": 6,
        "skippedOverride": 1,
        "unchanged": 2,
        "changes": {"ARCHIVED": 2, "PUBLISHED": 1},
    }
    assert ran.said[:-1] == [{"processed": 5, "total": 5}]
    rows = site.rows("politicians")
    assert [row["publication_status"] for row in rows] == [
        *("ARCHIVED", "ARCHIVED", "ARCHIVED", "PUBLISHED", None, "PUBLISHED")
    ]
    touched = [one["updated_at"] != two["updated_at"] for one, two in zip(before, rows, strict=True)]
    assert touched == [False, True, True, True, False, False]
    assert result(site.sync(ASSIGN)) == {"totalPoliticians": 6, "skippedOverride": 1, "unchanged": 5, "changes": {}}
    assert site.rows("politicians") == rows


def test_most_of_the_pages_go_only_when_a_person_says_so(site: Site) -> None:
    with politicians(site) as new:
        for number in range(5):
            known = {"publication_override": PUBLISHED} if number == 4 else {}
            who = new.politician(f"p{number}", publication_status=PUBLISHED, prominence=0, **known)
            if number < 2:
                new.office(who, Office.DEPUTE)
    assert Counter(assigned(site)) == {"PUBLISHED": 3, "ARCHIVED": 2}, "half of them may go"
    with politicians(site) as new:
        new.politician("p5", publication_status=PUBLISHED, prominence=0)
        new.session.execute(text("DELETE FROM mandates WHERE politician_id = 1"))
    before = site.dump()
    for flags in ((), ("--dry-run",)):
        ran = site.sync(ASSIGN, *flags)
        assert (ran.code, site.dump()) == (1, before)
        assert "2 of the 3 published politicians would be published no longer: nothing was written" in ran.err
    assert Counter(assigned(site, "--force")) == {"PUBLISHED": 2, "ARCHIVED": 4}


def test_verbose_says_why(sqlite_site: Site) -> None:
    with politicians(sqlite_site) as new:
        new.politician(prominence=0)
        new.politician("luc-noir", prominence=0, publication_status=ARCHIVED)
    said = sqlite_site.sync(ASSIGN, "--verbose").out
    assert "anne-roche: None becomes ARCHIVED: little known, never in office\n" in said
    assert "luc-noir" not in said


def test_it_says_so_where_scores_are_missing(sqlite_site: Site) -> None:
    with politicians(sqlite_site) as new:
        new.politician()
    assert "1 politicians have no score yet: recalculate-prominence gives it." in sqlite_site.sync(ASSIGN).out
    sqlite_site.sync("recalculate-prominence")
    assert "no score yet" not in sqlite_site.sync(ASSIGN).out


def test_a_limit_takes_the_first(sqlite_site: Site) -> None:
    with politicians(sqlite_site) as new:
        for number in range(3):
            new.politician(f"p{number}", prominence=0)
    assert assigned(sqlite_site, "--limit=2") == ["ARCHIVED", "ARCHIVED", None]


def test_after_the_other_scripts_the_sitting_deputies_are_published(site: Site) -> None:
    site.sources = SAMPLES
    for script in ("sync-assemblee", "recalculate-prominence"):
        assert site.sync(script).code == 0
    assert Counter(assigned(site)) == {"PUBLISHED": 12}
