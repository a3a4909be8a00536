"""sync-parties and sync-mep-parties: parties by their items, people in them by the statements' own ids."""

from typing import Any

import pytest

from scripts.models import IdSource
from tests.scripts.documents import Json
from tests.scripts.items import NOBODY_KNOWS, at, entities, in_language, item, named, statement, words
from tests.scripts.sites import Site
from tests.scripts.wikidata_people import party, politician

SCRIPT, MEPS = "sync-parties", "sync-mep-parties"


def put(site: Site, *items: Json, script: str = SCRIPT) -> None:
    site.put(script, "entities.json", entities(*items))


def member(number: int, *parties: str, **qualifiers: Json) -> Json:
    told = [statement(named(one), f"Q{number}${one}", "normal", **qualifiers) for one in parties]
    return item(f"Q{number}", None, P102=told)


def memberships(site: Site) -> dict[object, tuple[object, ...]]:
    dump = site.dump()
    names = {row["id"]: row["wikidata_id"] for row in dump["parties"]}
    return {
        row["external_id"]: (names[row["party_id"]], row["politician_id"], row["role"])
        for row in dump["party_memberships"]
    }


def test_a_party_is_what_its_item_says(site: Site) -> None:
    politician(site, 1, "Q1")
    facts: dict[str, Any] = {
        "P1813": [statement(in_language("LÉ"), "a"), statement(in_language("TB", "en"), "b")],
        "P571": at("1971-03-14"),
        "P576": at("2021-00-00", 9),
        "P856": [
            statement(words("https://ancien.example/"), "c", P582=at("2010-01-01")),
            statement(words("javascript:alert(1)"), "d"),
            statement(words("https://www.eveches.example/"), "e"),
        ],
    }
    put(site, member(1, "Q80"), item("Q80", "Les Évêchés", **facts))
    outcome = site.sync(SCRIPT)
    assert (outcome.code, outcome.err, outcome.counters["partiesCreated"]) == (0, "", 1)
    (row,) = site.rows("parties")
    told = [row[name] for name in ("wikidata_id", "slug", "name", "short_name", "website", "dissolved_on")]
    assert told == ["Q80", "les-eveches", "Les Évêchés", "LÉ", "https://www.eveches.example/", None]
    assert str(row["founded_on"]) == "1971-03-14"
    put(site, member(1, "Q80"), item("Q80", "Les Nouveaux", **facts))
    again = site.sync(SCRIPT)
    assert again.counters["partiesUpdated"] == 1
    (row,) = site.rows("parties")
    assert (row["slug"], row["name"]) == ("les-eveches", "Les Nouveaux"), "addresses last"


def test_two_parties_of_one_name_have_a_slug_each(sqlite_site: Site) -> None:
    politician(sqlite_site, 1, "Q1")
    put(sqlite_site, member(1, "Q81", "Q80"), item("Q80", "Le Parti"), item("Q81", "Le parti"))
    sqlite_site.sync(SCRIPT)
    slugs = {row["wikidata_id"]: row["slug"] for row in sqlite_site.rows("parties")}
    assert slugs == {"Q80": "le-parti", "Q81": "le-parti-q81"}


def test_members_leaders_and_founders_are_a_statement_each(site: Site) -> None:
    politician(site, 1, "Q1")
    politician(site, 2, "Q2")
    led = [statement(named("Q1"), "Q80$L", P580=at("2014-03-30")), statement(named("Q99"), "Q80$X")]
    founded = [statement(named("Q2"), "Q80$F"), statement(named("Q1"), "Q80$D", "deprecated")]
    put(site, member(1, "Q80"), item("Q2"), item("Q80", "Les Évêchés", P488=led, P112=founded))
    assert site.sync(SCRIPT).counters["membershipsCreated"] == 3
    assert memberships(site) == {
        "wikidata-Q1$Q80": ("Q80", 1, "MEMBER"),
        "wikidata-Q80$L": ("Q80", 1, "LEADER"),
        "wikidata-Q80$F": ("Q80", 2, "FOUNDER"),
    }
    before = site.dump()
    assert site.sync(SCRIPT).code == 0
    assert site.dump() == before
    put(site, member(1), item("Q2"), item("Q80", "Les Évêchés", P112=founded))
    assert site.sync(SCRIPT, "--limit=9").counters["membershipsRemoved"] == 0
    assert site.sync(SCRIPT).counters["membershipsRemoved"] == 2
    assert list(memberships(site)) == ["wikidata-Q80$F"]
    assert len(site.rows("parties")) == 1


def test_founders_only_are_those_of_the_parties_that_we_have(sqlite_site: Site) -> None:
    politician(sqlite_site, 1, "Q1")
    party(sqlite_site, "Q80", "Ancien")
    claims = {"P488": [statement(named("Q1"), "Q80$L")], "P112": [statement(named("Q1"), "Q80$F")]}
    put(
        sqlite_site,
        member(1, "Q81"),
        item("Q80", "Les Évêchés", P488=claims["P488"], P112=claims["P112"]),
        item("Q81", "Autre"),
    )
    outcome = sqlite_site.sync(SCRIPT, "--founders-only")
    assert (outcome.code, outcome.counters["politiciansProcessed"]) == (0, 0)
    assert outcome.said[-2] == {"processed": 1, "total": 1}
    assert memberships(sqlite_site) == {"wikidata-Q80$F": ("Q80", 1, "FOUNDER")}


def test_founders_only_takes_no_leader_away(sqlite_site: Site) -> None:
    politician(sqlite_site, 1, "Q1")
    claims = {"P488": [statement(named("Q1"), "Q80$L")], "P112": [statement(named("Q1"), "Q80$F")]}
    put(sqlite_site, member(1, "Q80"), item("Q80", "Les Évêchés", **claims))
    sqlite_site.sync(SCRIPT)
    before = memberships(sqlite_site)
    put(sqlite_site, item("Q80", "Les Évêchés", P112=claims["P112"]))
    assert sqlite_site.sync(SCRIPT, "--founders-only").counters["membershipsRemoved"] == 0
    assert memberships(sqlite_site) == before


def test_who_is_of_no_party_is_in_none(sqlite_site: Site) -> None:
    politician(sqlite_site, 1, "Q1")
    put(sqlite_site, member(1, "Q327591"), item("Q327591", "sans étiquette"))
    assert sqlite_site.sync(SCRIPT).code == 0
    assert sqlite_site.rows("parties") == []


@pytest.mark.parametrize("end", [at("2015-00-00", 9), NOBODY_KNOWS])
def test_a_membership_that_is_over_is_never_taken_for_one_of_today(sqlite_site: Site, end: Json) -> None:
    politician(sqlite_site, 1, "Q1")
    put(sqlite_site, member(1, "Q80", P582=end), item("Q80", "Les Évêchés"))
    outcome = sqlite_site.sync(SCRIPT)
    assert (outcome.code, outcome.counters["vague"]) == (0, 1)
    assert memberships(sqlite_site) == {}


UNDATED = statement(named("Q80"), "undated")
OPEN = statement(named("Q81"), "open", P580=at("2019-03-30"))
OVER = statement(named("Q82"), "over", P580=at("2014-03-30"), P582=at("2019-03-30"))
SOME_DAY = statement(named("Q82"), "some-day", P582=NOBODY_KNOWS)
PREFERRED = {**statement(named("Q83"), "preferred"), "rank": "preferred"}
OF_NONE = statement(named("Q327591"), "of-none", P580=at("2019-03-30"))


@pytest.mark.parametrize(
    ("told", "kept", "vague"),
    [
        ([UNDATED], {"undated"}, 0),
        ([UNDATED, statement(named("Q81"), "other")], {"undated", "other"}, 0),
        ([UNDATED, OPEN], {"open"}, 1),
        ([UNDATED, OVER], {"over"}, 1),
        ([UNDATED, SOME_DAY], set(), 2),
        ([UNDATED, OF_NONE], set(), 1),
        ([UNDATED, PREFERRED], {"preferred"}, 1),
        ([UNDATED, OPEN, OVER, PREFERRED], {"over", "preferred"}, 2),
        ([OVER, OPEN], {"over", "open"}, 0),
        ([OPEN, {**OVER, "rank": "preferred"}], {"over", "open"}, 0),
        ([{**UNDATED, "rank": "preferred"}, {**OPEN, "rank": "preferred"}], {"undated", "open"}, 0),
    ],
)
def test_what_others_contradict_is_not_of_today(
    sqlite_site: Site, told: list[Json], kept: set[str], vague: int
) -> None:
    """Wikidata often has an old party without dates beside the present one."""
    politician(sqlite_site, 1, "Q1")
    parties = [item(f"Q8{n}", f"Parti {n}") for n in range(4)]
    put(sqlite_site, item("Q1", None, P102=[UNDATED]), *parties)
    sqlite_site.sync(SCRIPT)
    put(sqlite_site, item("Q1", None, P102=told), *parties)
    outcome = sqlite_site.sync(SCRIPT)
    assert (outcome.code, outcome.err, outcome.counters["vague"]) == (0, "", vague)
    assert set(memberships(sqlite_site)) == {f"wikidata-{one}" for one in kept}


def test_a_leader_without_dates_is_none_beside_one_of_today_and_founders_have_no_dates(sqlite_site: Site) -> None:
    politician(sqlite_site, 1, "Q1")
    party(sqlite_site, "Q80", "Ancien")
    led = [statement(named("Q1"), "Q80$L"), {**statement(named("Q99"), "Q80$X"), "rank": "preferred"}]
    founded = [statement(named("Q1"), "Q80$F"), statement(named("Q99"), "Q80$G", "preferred", P580=at("2014-03-30"))]
    put(sqlite_site, member(1), item("Q80", "Les Évêchés", P488=led, P112=founded))
    outcome = sqlite_site.sync(SCRIPT)
    assert (outcome.code, outcome.err, outcome.counters["vague"]) == (0, "", 1)
    assert memberships(sqlite_site) == {"wikidata-Q80$F": ("Q80", 1, "FOUNDER")}


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ([statement(words("x"), "Q1$B")], "Q1$B of Q1 (ombeline-nom1) has a value of type 'string'"),
        ([{"id": "x"}], "Q1 (ombeline-nom1) has a statement of P102 with the rank None"),
        ([statement(named("Q82"), "Q1$B")], "the party Q82 has no label in French"),
        ([statement(named("Q89"), "Q1$B")], "the party Q89 is not in Wikidata's answer"),
        ([statement(named("Q83"), "Q1$B")], "the party Q83 has several dates as P571"),
    ],
)
def test_what_cannot_be_read_is_named_and_takes_nothing_away(sqlite_site: Site, broken: list[Json], why: str) -> None:
    for number in (1, 2):
        politician(sqlite_site, number, f"Q{number}")
    founded = [statement(at("1971-03-14"), "a"), statement(at("1972-03-14"), "b")]
    parties = (item("Q80", "Les Évêchés"), item("Q82"), item("Q83", "Autre", P571=founded))
    put(sqlite_site, member(1, "Q80"), member(2), *parties)
    sqlite_site.sync(SCRIPT)
    put(sqlite_site, item("Q1", None, P102=broken), member(2, "Q80"), *parties)
    outcome = sqlite_site.sync(SCRIPT)
    assert (outcome.code, outcome.counters["errors"], outcome.counters["membershipsRemoved"]) == (0, 1, 0)
    assert why in outcome.err
    assert set(memberships(sqlite_site)) == {"wikidata-Q1$Q80", "wikidata-Q2$Q80"}


def test_a_party_that_was_merged_into_another_is_that_one(sqlite_site: Site) -> None:
    for number in (1, 2):
        politician(sqlite_site, number, f"Q{number}")
    told = entities(member(1, "Q80"), member(2, "Q81"), item("Q80", "Les Évêchés"), item("Q81", "Les Évêchés"))
    sqlite_site.put(SCRIPT, "entities.json", told.replace('"id": "Q81", "labels"', '"id": "Q80", "labels"'))
    outcome = sqlite_site.sync(SCRIPT)
    assert (outcome.code, outcome.err) == (0, "")
    assert {told[:2] for told in memberships(sqlite_site).values()} == {("Q80", 1), ("Q80", 2)}
    assert len(sqlite_site.rows("parties")) == 1


def test_for_meps_it_is_the_meps_alone(sqlite_site: Site) -> None:
    politician(sqlite_site, 1, "Q1", ids={IdSource.PARLEMENT_EUROPEEN: "1"})
    politician(sqlite_site, 2, "Q2", ids={IdSource.SENAT: "99002B"})
    put(sqlite_site, member(1, "Q80"), member(2, "Q80"), item("Q80", "Les Évêchés"), script=MEPS)
    outcome = sqlite_site.sync(MEPS)
    assert (outcome.code, outcome.counters["politiciansProcessed"]) == (0, 1)
    assert memberships(sqlite_site) == {"wikidata-Q1$Q80": ("Q80", 1, "MEMBER")}
    put(sqlite_site, member(1, "Q80"), member(2, "Q80"), item("Q80", "Les Évêchés"))
    again = sqlite_site.sync(SCRIPT).counters
    assert (again["membershipsCreated"], again["membershipsUpdated"]) == (1, 0), "both scripts write the same row"
