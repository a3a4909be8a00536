"""sync-careers: which offices, when, and not those that another script keeps."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from scripts.models import Office
from scripts.paris import today_in_paris
from scripts.sync_careers import LONGEST_OPEN
from tests.scripts.documents import Json
from tests.scripts.items import NOBODY_KNOWS, at, entities, item, named, statement, words
from tests.scripts.sites import Site
from tests.scripts.wikidata_people import mandate, politician

SCRIPT = "sync-careers"
FRANCE, MINISTER = named("Q142"), named("Q83307")
OFFICES = [
    item("Q501", "ministre des Phares", P279=MINISTER, P17=FRANCE),
    item("Q502", "ministre des Phares de Monaco", P279=MINISTER, P17=named("Q235")),
    item("Q503", "maire d'Éluville", P279=named("Q382617")),
    item("Q504", "conseiller de Haute-Brume"),
    item("Q505"),
    item("Q507", "maire", P279=words("maire")),
    item("Q506", "maire de la Rive", P279=named("Q30185"), P1001=FRANCE),
    item("Q70", "Éluville"),
]
RECENTLY = (today_in_paris() - timedelta(days=400)).isoformat()
PAST: Json = {"P580": at("2014-03-30"), "P582": at("2020-07-04")}


def held(site: Site, *statements: Json, **others: Any) -> None:
    site.put(SCRIPT, "entities.json", entities(item("Q1", None, P39=list(statements), **others), *OFFICES))


def mandates(site: Site) -> dict[object, tuple[object, ...]]:
    return {
        row["external_id"]: (row["office"], row["title"], str(row["started_on"]), str(row["ended_on"]))
        for row in site.rows("mandates")
    }


@pytest.mark.parametrize(
    ("office", "qualifiers", "as_", "title"),
    [
        ("Q191954", {}, "PRESIDENT", None),
        ("Q1587677", {}, "PREMIER_MINISTRE", None),
        ("Q3044918", {}, "DEPUTE", None),
        ("Q14828018", {}, "SENATEUR", None),
        ("Q27169", {}, "DEPUTE_EUROPEEN", None),
        ("Q382617", {"P642": named("Q70")}, "MAIRE", "Éluville"),
        ("Q382617", {"P1001": [NOBODY_KNOWS, named("Q70")]}, "MAIRE", "Éluville"),
        ("Q382617", {}, "MAIRE", None),
        ("Q501", {}, "MINISTRE", "ministre des Phares"),
        ("Q502", {}, "AUTRE", "ministre des Phares de Monaco"),
        ("Q503", {}, "MAIRE", "maire d'Éluville"),
        ("Q504", {}, "AUTRE", "conseiller de Haute-Brume"),
        ("Q506", {}, "MAIRE", "maire de la Rive"),
    ],
)
def test_an_office_is_what_the_table_or_wikidata_says(
    sqlite_site: Site, office: str, qualifiers: Json, as_: str, title: str | None
) -> None:
    politician(sqlite_site, 1, "Q1")
    held(sqlite_site, statement(named(office), "Q1$A-1", **PAST, **qualifiers))
    outcome = sqlite_site.sync(SCRIPT)
    assert (outcome.code, outcome.err, outcome.counters["mandatesCreated"]) == (0, "", 1)
    assert mandates(sqlite_site) == {"wikidata-Q1$A-1": (as_, title, "2014-03-30", "2020-07-04")}
    (row,) = sqlite_site.rows("mandates")
    assert (row["chamber"], row["group_id"], row["legislature"]) == (None, None, None)


def test_an_office_that_is_over_is_never_taken_for_one_of_today(site: Site) -> None:
    politician(site, 1, "Q1")
    held(
        site,
        statement(named("Q504"), "open", P580=at(RECENTLY)),
        statement(named("Q504"), "since-a-year", P580=at(f"{RECENTLY[:4]}-00-00", 9)),
        statement(named("Q504"), "until-a-day", P580=at("2014-00-00", 9), P582=at("2020-07-04")),
        statement(named("Q504"), "until-a-year", P580=at("2014-03-30"), P582=at("2020-00-00", 9)),
        statement(named("Q504"), "until-some-day", P580=at("2014-03-30"), P582=NOBODY_KNOWS),
        statement(named("Q504"), "undated"),
        statement(NOBODY_KNOWS, "some-office", **PAST),
        statement(named("Q504"), "denied", "deprecated", **PAST),
    )
    outcome = site.sync(SCRIPT)
    assert (outcome.code, outcome.err, outcome.counters["vague"]) == (0, "", 4)
    assert {key: told[2:] for key, told in mandates(site).items()} == {
        "wikidata-open": (RECENTLY, "None"),
        "wikidata-since-a-year": ("None", "None"),
        "wikidata-until-a-day": ("None", "2020-07-04"),
    }


@pytest.mark.parametrize(
    "office", ["Q191954", "Q1587677", "Q3044918", "Q14828018", "Q27169", "Q83307", "Q501"], ids=str
)
def test_who_holds_today_what_another_script_keeps_is_not_wikidatas_matter(site: Site, office: str) -> None:
    politician(site, 1, "Q1")
    held(site, statement(named(office), "a", "preferred", P580=at(RECENTLY)))
    outcome = site.sync(SCRIPT)
    assert (outcome.code, outcome.err, outcome.counters["vague"]) == (0, "", 1)
    assert mandates(site) == {}


@pytest.mark.parametrize("office", ["Q382617", "Q503", "Q504"])
@pytest.mark.parametrize(
    ("start", "is_open"),
    [
        (at((today_in_paris() - LONGEST_OPEN + timedelta(days=1)).isoformat()), True),
        (at((today_in_paris() - LONGEST_OPEN).isoformat()), False),
        (at(f"{(today_in_paris() - LONGEST_OPEN).year}-00-00", 9), False),
        (at((today_in_paris() + timedelta(days=1)).isoformat()), False),
        (NOBODY_KNOWS, False),
    ],
)
def test_an_end_that_may_have_been_forgotten_makes_no_mandate_of_today(
    sqlite_site: Site, office: str, start: Json, is_open: bool
) -> None:
    politician(sqlite_site, 1, "Q1")
    mandate(sqlite_site, 1, "wikidata-a", Office.AUTRE, date(2014, 3, 30), None)
    held(sqlite_site, statement(named(office), "a", P580=start))
    outcome = sqlite_site.sync(SCRIPT)
    assert (outcome.code, outcome.err) == (0, "")
    assert (outcome.counters["vague"], outcome.counters["mandatesRemoved"]) == (not is_open, not is_open)
    assert list(mandates(sqlite_site)) == ["wikidata-a"] * is_open


def test_the_dead_hold_no_office(sqlite_site: Site) -> None:
    politician(sqlite_site, 1, "Q1")
    open_, past = statement(named("Q504"), "a", P580=at(RECENTLY)), statement(named("Q504"), "b", **PAST)
    held(sqlite_site, open_, past, P570=at("2021-00-00", 9))
    assert sqlite_site.sync(SCRIPT).counters["vague"] == 1
    assert list(mandates(sqlite_site)) == ["wikidata-b"]


DEPUTY = (Office.DEPUTE, None)


@pytest.mark.parametrize(
    ("office", "theirs", "started", "ended", "is_kept"),
    [
        ("Q3044918", DEPUTY, date(2014, 4, 2), date(2020, 7, 4), True),
        ("Q3044918", DEPUTY, date(2019, 4, 2), None, True),
        ("Q3044918", DEPUTY, None, None, True),
        # The end of one is the beginning of the other.
        ("Q3044918", DEPUTY, date(2020, 7, 4), None, False),
        ("Q3044918", DEPUTY, date(2012, 7, 4), date(2014, 3, 30), False),
        ("Q14828018", DEPUTY, date(2014, 4, 2), date(2020, 7, 4), False),
        # Governments call their members otherwise than Wikidata does.
        ("Q501", (Office.SECRETAIRE_ETAT, "secrétaire d'État aux Phares"), date(2014, 4, 2), date(2016, 1, 1), True),
        ("Q504", (Office.AUTRE, "Conseiller de Haute Brume"), date(2014, 4, 2), None, True),
        ("Q504", (Office.AUTRE, "Conseiller des Îles-Songe"), date(2014, 4, 2), None, False),
        ("Q503", (Office.AUTRE, None), date(2014, 4, 2), None, False),
    ],
)
def test_what_another_script_keeps_is_not_kept_twice(
    sqlite_site: Site,
    office: str,
    theirs: tuple[Office, str | None],
    started: date | None,
    ended: date | None,
    is_kept: bool,
) -> None:
    politician(sqlite_site, 1, "Q1")
    politician(sqlite_site, 2)
    mandate(sqlite_site, 1, "theirs", theirs[0], started, ended, theirs[1])
    held(sqlite_site, statement(named(office), "a", **PAST))
    before = sqlite_site.dump("mandates")
    outcome = sqlite_site.sync(SCRIPT)
    assert (outcome.counters["mandatesKeptElsewhere"], outcome.counters["mandatesCreated"]) == (is_kept, not is_kept)
    assert (sqlite_site.dump("mandates") == before) is is_kept


def test_what_another_script_comes_to_keep_goes(site: Site) -> None:
    politician(site, 1, "Q1")
    held(site, statement(named("Q3044918"), "a", **PAST))
    site.sync(SCRIPT)
    mandate(site, 1, "PA1-leg15", Office.DEPUTE, date(2014, 3, 30), date(2020, 7, 4))
    assert site.sync(SCRIPT).counters["mandatesRemoved"] == 1
    assert list(mandates(site)) == ["PA1-leg15"]


def test_what_is_changed_or_gone_there_is_so_here_and_no_other_is_touched(site: Site) -> None:
    politician(site, 1, "Q1")
    politician(site, 2)
    mandate(site, 1, "PA1-leg17", Office.DEPUTE, date(2024, 7, 8), None)
    mandate(site, 2, "wikidata-somebody-elses", Office.AUTRE, date(2024, 7, 8), None)
    first, second = (statement(named("Q504"), id_, P580=at(RECENTLY)) for id_ in "ab")
    held(site, first, second)
    assert site.sync(SCRIPT).counters["mandatesCreated"] == 2
    held(site, statement(named("Q504"), "a", **PAST))
    limited = site.sync(SCRIPT, "--limit=5").counters
    assert (limited["mandatesUpdated"], limited["mandatesRemoved"]) == (1, 0)
    assert site.sync(SCRIPT).counters["mandatesRemoved"] == 1
    assert {key: told[3] for key, told in mandates(site).items()} == {
        "PA1-leg17": "None",
        "wikidata-somebody-elses": "None",
        "wikidata-a": "2020-07-04",
    }


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (statement(words("maire"), "b"), "b (ombeline-nom1) has a value of type 'string'"),
        (statement(named("Q504"), "b", P580=at("2014-02-30")), "which is no day"),
        (statement(named("Q504"), "b", P580=at("2014-03-30"), P582=at("2013-03-30")), "before it starts"),
        (statement(named("Q505"), "b", **PAST), "b (ombeline-nom1): Q505 has no label in French"),
        (statement(named("Q599"), "b", **PAST), "Q599 is not in Wikidata's answer"),
        (statement(named("Q507"), "b", **PAST), "b (ombeline-nom1): Q507 has a value of type 'string'"),
        ({**statement(named("Q504"), "b"), "rank": "?"}, "Q1 (ombeline-nom1) has a statement of P39 with the rank"),
    ],
)
def test_a_statement_that_cannot_be_read_is_named_and_takes_nothing_away(
    sqlite_site: Site, broken: Json, why: str
) -> None:
    politician(sqlite_site, 1, "Q1")
    known, other = (statement(named("Q504"), id_, **PAST) for id_ in ("known", "other"))
    held(sqlite_site, known, other)
    sqlite_site.sync(SCRIPT)
    held(sqlite_site, known, broken)
    outcome = sqlite_site.sync(SCRIPT)
    assert (outcome.code, outcome.counters["errors"], outcome.counters["mandatesRemoved"]) == (0, 1, 0)
    assert why in outcome.err
    assert set(mandates(sqlite_site)) == {"wikidata-known", "wikidata-other"}


def test_an_answer_without_statements_is_not_one_of_no_statements(site: Site) -> None:
    politician(site, 1, "Q1")
    held(site, statement(named("Q382617"), "Q1$A", **PAST))
    site.sync(SCRIPT)
    site.put(SCRIPT, "entities.json", json.dumps({"entities": {"Q1": {"id": "Q1", "labels": {}}}}))
    outcome = site.sync(SCRIPT)
    assert (outcome.counters["mandatesRemoved"], outcome.counters["errors"]) == (0, 1)
    assert outcome.err == "entities.json: Q1 (ombeline-nom1) came without its statements.\n"
    assert set(mandates(site)) == {"wikidata-Q1$A"}
