"""recalculate-prominence: each part of the score as a table, and what the script counts and writes."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from scripts import recalculate_prominence
from scripts.models import Office, PartyRole
from scripts.paris import months_before
from scripts.prominence import OFFICES, Facts, prominence
from tests.scripts.politicians import Politicians, politicians
from tests.scripts.sites import SAMPLES, Site

DAY = date(2025, 11, 25)
YESTERDAY, TOMORROW = date(2025, 11, 24), date(2025, 11, 26)
RECALCULATE = "recalculate-prominence"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recalculate_prominence, "today_in_paris", lambda: DAY)


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2025, 11, 25), 3, date(2025, 8, 25)),
        (date(2025, 2, 1), 3, date(2024, 11, 1)),
        (date(2025, 5, 31), 3, date(2025, 2, 28)),
        (date(2024, 5, 31), 3, date(2024, 2, 29)),
        (date(2024, 2, 29), 60, date(2019, 2, 28)),
        (date(2025, 1, 15), 12, date(2024, 1, 15)),
    ],
)
def test_months_end_where_they_end(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


@pytest.mark.parametrize(
    ("holds", "held", "points"),
    [
        ({Office.PRESIDENT}, set(), 400),
        ({Office.PREMIER_MINISTRE}, set(), 350),
        ({Office.MINISTRE_ETAT}, set(), 280),
        ({Office.MINISTRE}, set(), 280),
        ({Office.MINISTRE_DELEGUE}, set(), 250),
        ({Office.SECRETAIRE_ETAT}, set(), 230),
        ({Office.DEPUTE}, set(), 200),
        ({Office.SENATEUR}, set(), 200),
        ({Office.DEPUTE_EUROPEEN}, set(), 180),
        ({Office.PRESIDENT_REGION}, set(), 160),
        ({Office.PRESIDENT_DEPARTEMENT}, set(), 140),
        ({Office.MAIRE}, set(), 120),
        ({Office.CONSEILLER_REGIONAL}, set(), 50),
        ({Office.CONSEILLER_DEPARTEMENTAL}, set(), 50),
        ({Office.AUTRE}, set(), 30),
        (set(), {Office.PRESIDENT}, 120),
        (set(), {Office.MAIRE}, 36),
        (set(), {Office.AUTRE}, 9),
        # The best, not the sum; what was counts three tenths, so that a mayor outweighs a former minister.
        ({Office.DEPUTE, Office.MAIRE}, {Office.MINISTRE}, 200),
        ({Office.MAIRE}, {Office.MINISTRE}, 120),
        ({Office.CONSEILLER_REGIONAL}, {Office.MINISTRE}, 84),
        ({Office.DEPUTE}, {Office.DEPUTE}, 200),
        (set(), set(), 0),
    ],
)
def test_the_weightiest_office(holds: set[Office], held: set[Office], points: int) -> None:
    assert prominence(Facts(holds=holds, held=held), DAY).office == points


def test_every_office_has_a_weight() -> None:
    assert set(OFFICES) == set(Office)


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        (Facts(votes=1), 1),
        (Facts(votes=2), 1),
        (Facts(votes=159), 80),
        (Facts(votes=160), 80),
        (Facts(votes=5000), 80),
        (Facts(mentions=1), 3),
        (Facts(mentions=33), 99),
        (Facts(mentions=34), 100),
        (Facts(fact_checks=1), 8),
        (Facts(fact_checks=7), 56),
        (Facts(fact_checks=8), 60),
        (Facts(votes=100, mentions=10, fact_checks=2), 96),
        # 80 + 100 + 60 are 240, and 200 the most.
        (Facts(votes=5000, mentions=500, fact_checks=50), 200),
    ],
)
def test_what_somebody_does(facts: Facts, points: int) -> None:
    assert prominence(facts, DAY).activity == points


@pytest.mark.parametrize(("recent", "points"), [(0, 0), (1, 5), (29, 145), (30, 150), (31, 150)])
def test_the_press_of_three_months(recent: int, points: int) -> None:
    assert prominence(Facts(recent_mentions=recent), DAY).media == points


@pytest.mark.parametrize(
    ("grave", "serious", "minor", "points"),
    [(1, 0, 0, 25), (0, 1, 0, 15), (0, 0, 1, 5), (1, 1, 1, 45), (4, 0, 0, 100), (3, 2, 1, 100), (0, 0, 21, 100)],
)
def test_affairs_by_how_grave_they_are(grave: int, serious: int, minor: int, points: int) -> None:
    facts = Facts(grave_affairs=grave, serious_affairs=serious, minor_affairs=minor)
    assert prominence(facts, DAY).affairs == points


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        (Facts(holds={Office.MAIRE}, leads_a_party=True, left_on=YESTERDAY), 150),
        (Facts(leads_a_party=True, left_on=YESTERDAY), 100),
        (Facts(left_on=YESTERDAY), 50),
        (Facts(left_on=date(2020, 11, 25)), 50),
        (Facts(left_on=date(2020, 11, 24)), 0),
        (Facts(), 0),
    ],
)
def test_whether_somebody_is_in_office(facts: Facts, points: int) -> None:
    assert prominence(facts, DAY).recency == points


def test_the_most_of_all_parts_is_a_thousand() -> None:
    everything = Facts(holds={Office.PRESIDENT}, votes=10**6, mentions=10**6, recent_mentions=10**6, fact_checks=10**6)
    everything.grave_affairs = 10**6
    assert prominence(everything, DAY).score == 1000


# The facts, as they stand in the tables.


def score(site: Site, *flags: str) -> int:
    ran = site.sync(RECALCULATE, *flags)
    assert (ran.code, ran.err) == (0, "")
    [row] = site.rows("politicians")
    return int(str(row["prominence"]))


@pytest.mark.parametrize(
    ("start", "end", "died", "points"),
    [
        (date(2022, 6, 22), None, None, 350),
        (None, None, None, 350),
        (DAY, None, None, 350),
        (date(2022, 6, 22), TOMORROW, None, 350),
        # On the day on which it ends, it is no longer held.
        (date(2022, 6, 22), DAY, None, 110),
        (date(2010, 6, 22), date(2017, 6, 22), None, 60),
        (None, date(2017, 6, 22), None, 60),
        # Not begun: not held, and not left either.
        (TOMORROW, None, None, 0),
        # The dead hold nothing, whatever no source has ended.
        (date(2010, 6, 22), None, YESTERDAY, 110),
        (date(1968, 6, 22), None, date(1970, 1, 1), 60),
    ],
)
def test_an_office_counts_by_its_dates(
    site: Site, start: date | None, end: date | None, died: date | None, points: int
) -> None:
    with politicians(site) as new:
        new.office(new.politician(death_date=died), Office.DEPUTE, start, end)
    assert score(site) == points


def test_held_again_it_is_held_and_the_last_end_counts(site: Site) -> None:
    with politicians(site) as new:
        who = new.politician()
        new.office(who, Office.DEPUTE, date(2002, 6, 19), date(2007, 6, 19))
        new.office(who, Office.DEPUTE, date(2024, 7, 8))
        other = new.politician("luc-noir")
        new.office(other, Office.DEPUTE, date(2002, 6, 19), date(2007, 6, 19))
        new.office(other, Office.DEPUTE, date(2012, 6, 19), date(2022, 6, 21))
        new.office(other, Office.MAIRE, date(1990, 1, 1), date(1995, 1, 1))
    assert site.sync(RECALCULATE).code == 0
    assert [row["prominence"] for row in site.rows("politicians")] == [350, 60 + 50]


@pytest.mark.parametrize(
    ("add", "points"),
    [
        (lambda new, who: new.role(who, PartyRole.LEADER), 100),
        (lambda new, who: new.role(who, PartyRole.FOUNDER, date(2016, 4, 6)), 100),
        (lambda new, who: new.role(who, PartyRole.MEMBER), 0),
        (lambda new, who: new.role(who, PartyRole.LEADER, end=TOMORROW), 100),
        (lambda new, who: new.role(who, PartyRole.LEADER, end=DAY), 0),
        (lambda new, who: new.role(who, PartyRole.LEADER, TOMORROW), 0),
        (lambda new, who: new.role(who, PartyRole.FOUNDER, dissolved_on=YESTERDAY), 0),
        (lambda new, who: [new.role(who, PartyRole.LEADER, end=YESTERDAY), new.role(who, PartyRole.LEADER)], 100),
    ],
)
def test_a_role_in_a_party_counts_by_its_dates(
    site: Site, add: Callable[[Politicians, int], object], points: int
) -> None:
    with politicians(site) as new:
        add(new, new.politician())
    assert score(site) == points


def test_the_dead_lead_no_party(site: Site) -> None:
    with politicians(site) as new:
        new.role(new.politician(death_date=YESTERDAY), PartyRole.LEADER)
    assert score(site) == 0


def test_votes_are_counted_for_who_cast_them(site: Site) -> None:
    with politicians(site) as new:
        who = new.politician()
        new.votes(who, 5)
        new.votes(None, 7)
    assert score(site) == 3


PARIS_IN_SUMMER = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("published", "points"),
    [
        (datetime(2025, 11, 25, 12, tzinfo=UTC), 8),
        (datetime(2025, 11, 25, 22, 59, tzinfo=UTC), 8),
        # Tomorrow in Paris: a slip of the pen, or not out yet.
        (datetime(2025, 11, 25, 23, 0, tzinfo=UTC), 3),
        (datetime(2025, 8, 25, tzinfo=PARIS_IN_SUMMER), 8),
        (datetime(2025, 8, 24, 23, 59, tzinfo=PARIS_IN_SUMMER), 3),
        (None, 3),
    ],
)
def test_a_mention_is_recent_by_the_days_of_paris(site: Site, published: datetime | None, points: int) -> None:
    with politicians(site) as new:
        new.mentions(new.politician(), published)
    assert score(site) == points


def test_each_politician_has_their_own(site: Site) -> None:
    moment = datetime(2025, 11, 1, tzinfo=UTC)
    with politicians(site) as new:
        deputy, former, nobody = (new.politician(slug) for slug in ("anne-roche", "luc-noir", "jo-vert"))
        new.office(deputy, Office.DEPUTE, date(2024, 7, 8))
        new.office(former, Office.PRESIDENT, date(2007, 5, 16), date(2012, 5, 15))
        new.votes(deputy, 40)
        new.mentions(former, *[moment] * 3)
        new.mentions(deputy, moment)
        assert nobody
    ran = site.sync(RECALCULATE)
    assert ran.counters == {"totalPoliticians": 3, "updated": 3, "maxScore": 378, "averageScore": 174}
    assert ran.said[:-1] == [{"processed": 3, "total": 3}]
    assert [row["prominence"] for row in site.rows("politicians")] == [200 + 150 + 20 + 3 + 5, 120 + 9 + 15, 0]


def test_only_rows_that_change_are_written(site: Site) -> None:
    with politicians(site) as new:
        for number in range(3):
            new.politician(f"p{number}", prominence=0 if number else None)
        new.votes(3, 1)
    before = site.rows("politicians")
    assert site.sync(RECALCULATE).counters["updated"] == 2
    once = site.rows("politicians")
    assert once[1] == before[1]
    assert [one["updated_at"] == two["updated_at"] for one, two in zip(before, once, strict=True)] == [
        False,
        True,
        False,
    ]
    again = site.sync(RECALCULATE, "--force")
    assert (again.counters["updated"], again.counters["maxScore"]) == (0, 1)
    assert site.rows("politicians") == once


def test_a_dry_run_counts_the_same_and_writes_nothing(site: Site) -> None:
    with politicians(site) as new:
        new.office(new.politician(), Office.DEPUTE)
    before = site.dump()
    rehearsed = site.sync(RECALCULATE, "--dry-run")
    assert site.dump() == before
    assert rehearsed.counters == site.sync(RECALCULATE).counters


def test_verbose_says_of_what_a_score_is_made(sqlite_site: Site) -> None:
    with politicians(sqlite_site) as new:
        new.office(new.politician(), Office.DEPUTE)
        new.politician("luc-noir", prominence=0)
    said = sqlite_site.sync(RECALCULATE, "--verbose", "--dry-run").out
    assert "anne-roche: None becomes 350: office 200, activity 0, media 0, affairs 0, recency 150\n" in said
    assert "luc-noir" not in said


def test_a_limit_takes_the_first(sqlite_site: Site) -> None:
    with politicians(sqlite_site) as new:
        for number in range(3):
            new.politician(f"p{number}")
    assert sqlite_site.sync(RECALCULATE, "--limit=2").counters["totalPoliticians"] == 2
    assert [row["prominence"] for row in sqlite_site.rows("politicians")] == [0, 0, None]


def test_of_nobody_there_is_nothing_to_say(sqlite_site: Site) -> None:
    ran = sqlite_site.sync(RECALCULATE)
    assert ran.code == 0
    assert set(ran.counters.values()) == {0}


def test_it_is_written_in_batches(sqlite_site: Site) -> None:
    with politicians(sqlite_site) as new:
        for number in range(1001):
            new.politician(f"p{number}")
    ran = sqlite_site.sync(RECALCULATE)
    assert [one["processed"] for one in ran.said[:-1]] == [500, 1000, 1001]
    assert {row["prominence"] for row in sqlite_site.rows("politicians")} == {0}


def test_on_what_the_other_scripts_bring_of_the_samples(site: Site) -> None:
    site.sources = SAMPLES
    for script in ("sync-assemblee", "sync-votes-an"):
        assert site.sync(script).code == 0
    assert site.sync(RECALCULATE).counters["maxScore"] == 200 + 150 + 3
