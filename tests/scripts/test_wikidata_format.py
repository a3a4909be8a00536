"""Wikibase's statements: what they may mean, and what is never taken for known."""

import csv
import os
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from scripts.errors import RecordError
from scripts.paris import today_in_paris
from scripts.statements import Entity, entity, qid
from tests.scripts.documents import Json
from tests.scripts.items import JULIAN, NOBODY_KNOWS, NONE, at, in_language, item, named, statement, words
from tests.scripts.sites import PROJECT


def told(**claims: list[Json] | Json) -> Entity:
    return entity(item("Q1", None, **claims))


@pytest.mark.parametrize(
    ("main", "day"),
    [
        (at("1971-03-14"), date(1971, 3, 14)),
        (at("1971-03-00", 10), None),
        (at("1971-03-14", 10), None),
        (at("1971-00-00", 9), None),
        (at("1970-00-00", 8), None),
        (at("-0044-03-15"), None),
        (at("12000-01-01"), None),
        (at("1571-03-14", calendar=JULIAN), None),
        (NOBODY_KNOWS, None),
        (NONE, None),
    ],
)
def test_a_day_is_one_that_is_known_to_the_day(main: Json, day: date | None) -> None:
    assert told(P569=main).day("P569") == day


@pytest.mark.parametrize(
    "main",
    [
        at("1971-02-30"),
        at("1971-13-01"),
        at("1971-00-00", 10),
        at("1971-03-14", 14),
        words("1971-03-14"),
        {"snaktype": "value"},
        {"snaktype": "value", "datavalue": {"type": "time", "value": {"time": 1971, "precision": 11}}},
        {"snaktype": "value", "datavalue": {"type": "time", "value": "1971"}},
        {"snaktype": "guess"},
        {},
    ],
)
def test_what_is_no_time_is_an_error(main: Json) -> None:
    with pytest.raises(RecordError):
        told(P569=main).day("P569")


def test_the_preferred_go_before_the_normal_and_the_deprecated_are_never_seen() -> None:
    first, second, third = (at(f"1971-03-1{n}") for n in (1, 2, 3))
    normal, preferred = statement(first, "a"), statement(second, "b", "preferred")
    wrong = statement(third, "c", "deprecated")
    assert told(P569=[normal, preferred, wrong]).day("P569") == date(1971, 3, 12)
    assert told(P569=[normal, wrong]).day("P569") == date(1971, 3, 11)
    assert told(P569=[wrong]).day("P569") is None
    assert [one.id for one in told(P569=[normal, wrong, preferred]).statements("P569")] == ["a", "b"]


@pytest.mark.parametrize("other", [at("1971-03-15"), at("1972-00-00", 9), at("1971-04-00", 10)])
def test_of_two_that_do_not_agree_none_is_chosen(other: Json) -> None:
    with pytest.raises(RecordError, match="several dates as P569"):
        told(P569=[statement(at("1971-03-14"), "a"), statement(other, "b")]).day("P569")


@pytest.mark.parametrize("other", [at("1971-00-00", 9), at("1971-03-00", 10), at("1971-03-14"), NOBODY_KNOWS])
def test_of_two_that_agree_the_one_that_knows_the_day_is_enough(other: Json) -> None:
    both = [statement(other, "b"), statement(at("1971-03-14"), "a")]
    assert told(P569=both).day("P569") == date(1971, 3, 14)


TOMORROW = (today_in_paris() + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("qualifiers", "period"),
    [
        ({}, (None, None, False, False)),
        ({"P580": at("2014-03-30")}, (date(2014, 3, 30), None, False, True)),
        ({"P580": at("2014-00-00", 9)}, (None, None, False, True)),
        ({"P580": at("2014-03-30"), "P582": at("2020-07-04")}, (date(2014, 3, 30), date(2020, 7, 4), False, True)),
        ({"P582": at("2020-00-00", 9)}, (None, None, True, True)),
        ({"P580": at("2014-03-30"), "P582": NOBODY_KNOWS}, (date(2014, 3, 30), None, True, True)),
        ({"P580": at("2014-03-30"), "P582": NONE}, (date(2014, 3, 30), None, False, True)),
        # Planned, and not come to pass.
        ({"P580": at("2014-03-30"), "P582": at(TOMORROW)}, (date(2014, 3, 30), None, False, True)),
    ],
)
def test_a_period_is_over_only_where_it_is_said(qualifiers: Json, period: tuple[object, ...]) -> None:
    (one,) = told(P39=[statement(named("Q5"), "a", **qualifiers)]).statements("P39")
    found = one.period()
    assert (found.started_on, found.ended_on, found.ended_some_day, found.is_dated) == period


@pytest.mark.parametrize(
    "qualifiers",
    [
        {"P580": at("2014-03-30"), "P582": at("2014-03-29")},
        {"P580": [at("2014-03-30"), at("2014-03-31")]},
        {"P580": words("2014")},
    ],
)
def test_a_period_that_contradicts_itself_is_an_error(qualifiers: Json) -> None:
    (one,) = told(P39=[statement(named("Q5"), "a", **qualifiers)]).statements("P39")
    with pytest.raises(RecordError):
        one.period()


@pytest.mark.parametrize(
    "broken",
    [
        {"mainsnak": named("Q5"), "rank": "normal"},
        {"mainsnak": named("Q5"), "id": "a", "rank": "best"},
        {"mainsnak": named("Q5"), "id": "a"},
        {"id": "a", "rank": "normal"},
        {"id": "a", "rank": "normal", "mainsnak": {"snaktype": ["value"]}},
        {**statement(named("Q5"), "a"), "qualifiers": {"P580": 1}},
        {**statement(named("Q5"), "a"), "qualifiers": [1]},
        7,
    ],
)
def test_a_statement_that_is_none_is_an_error_of_its_property_alone(broken: Json) -> None:
    found = told(P39=[broken], P569=at("1971-03-14"))
    with pytest.raises(RecordError, match="P39"):
        found.statements("P39")
    assert found.day("P569") == date(1971, 3, 14)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ([], "no JSON object"),
        ({"id": "Q1", "missing": ""}, "not in Wikidata any more"),
        ({"id": "P1", "claims": {}}, "not an item's id"),
        ({"id": "Q1", "claims": [1]}, "no objects"),
        ({"id": "Q1", "claims": "x"}, "no objects"),
        ({"id": "Q1", "labels": ["x"]}, "no objects"),
    ],
)
def test_what_is_no_item_is_an_error(broken: object, why: str) -> None:
    with pytest.raises(RecordError, match=why):
        entity(broken)


def test_values_have_a_type_and_no_other() -> None:
    (one,) = told(P1=[statement(in_language("Les Évêchés"), "a")]).statements("P1")
    assert one.main.french() == "Les Évêchés"
    readers: list[Callable[[], object]] = [one.main.item, one.main.text, one.main.moment]
    for read in readers:
        with pytest.raises(RecordError, match="monolingualtext"):
            read()
    (other,) = told(P1=[statement(in_language("The Bishoprics", "en"), "a")]).statements("P1")
    assert other.main.french() is None


@pytest.mark.parametrize("written", ["Q0", "Q01", "P39", "q5", "Q5\n", "Q²", "http://example.org/Q5", "", None, 5, {}])
def test_what_is_no_items_id_is_an_error(written: object) -> None:
    with pytest.raises(RecordError):
        qid(written)


def test_every_address_of_a_recorded_answer_is_an_item() -> None:
    """It has names and no ids of ours, so that the addresses are all of it that we would use."""
    folder = PROJECT / os.environ.get("SYNCS_RECORDINGS", "../shared/data")
    if not (recorded := folder / "wikidata/senateurs_wikidata_sparql.csv").exists():
        pytest.skip(f"no recording {recorded}")
    with recorded.open(encoding="utf-8", newline="") as file:
        written = [line["senateur"] for line in csv.DictReader(file)]
    assert len(written) == 1357
    assert [f"http://www.wikidata.org/entity/{qid(one)}" for one in written] == written
