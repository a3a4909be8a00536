"""sync-birthdates and sync-deceased, and what every pass over the politicians' items bears."""

import json
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from scripts.http_client import TRIES
from scripts.models import Chamber, Office
from scripts.paris import today_in_paris
from tests.scripts.documents import Json
from tests.scripts.items import NOBODY_KNOWS, at, entities, item, statement
from tests.scripts.sites import Site
from tests.scripts.wikidata_people import completed, mandate, politician, politicians

BORN = "sync-birthdates"


def put(site: Site, *items: Json, script: str = BORN) -> None:
    site.put(script, "entities.json", entities(*items))


def dates(site: Site, column: str = "birth_date") -> dict[object, str | None]:
    return {row["id"]: str(row[column]) if row[column] else None for row in site.rows("politicians")}


def many(site: Site, count: int) -> None:
    politicians(site, count)
    put(site, *(item(f"Q{n}", P569=at(f"19{n % 80 + 10}-03-14")) for n in range(1, count + 1)))


def test_a_birth_date_fills_a_gap_and_replaces_none(site: Site) -> None:
    politician(site, 1, "Q1", birth_date=date(1960, 1, 1))
    politician(site, 2, "Q2")
    politician(site, 3)
    put(site, *(item(f"Q{n}", P569=at("1971-03-14")) for n in (1, 2, 3)))
    outcome = site.sync(BORN)
    assert (outcome.code, outcome.err, outcome.counters["birthDatesAdded"]) == (0, "", 1)
    assert dates(site) == {1: "1960-01-01", 2: "1971-03-14", 3: None}
    before = site.dump()
    assert site.sync(BORN, "--force").counters["birthDatesAdded"] == 0
    assert site.dump() == before


def test_what_is_less_than_a_day_is_counted_and_written_nowhere(sqlite_site: Site) -> None:
    for number in (1, 2):
        politician(sqlite_site, number, f"Q{number}")
    put(sqlite_site, item("Q1", P569=at("1971-00-00", 9)), item("Q2"))
    outcome = sqlite_site.sync(BORN)
    assert (outcome.code, outcome.err, outcome.counters["imprecise"]) == (0, "", 1)
    assert dates(sqlite_site) == {1: None, 2: None}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (item("Q1", P569=[statement(at("1971-03-14"), "a"), statement(at("1971-03-15"), "b")]), "has several dates"),
        (item("Q1", P569=at(f"{today_in_paris().year + 1}-01-01")), "a day to come"),
        (item("Q1", P569=at("1971-03-14"), P570=at("1970-01-01")), "died on 1970-01-01, before the birth"),
        ({"id": "Q1", "missing": ""}, "Q1 (ombeline-nom1) is not in Wikidata any more"),
        (item("Q3"), "Q1 (ombeline-nom1) is not in Wikidata's answer"),
    ],
)
def test_what_cannot_be_is_named_and_the_rest_goes_on(sqlite_site: Site, wrong: Json, why: str) -> None:
    for number in (1, 2):
        politician(sqlite_site, number, f"Q{number}")
    put(sqlite_site, wrong, item("Q2", P569=at("1971-03-14")))
    outcome = sqlite_site.sync(BORN)
    assert (outcome.code, outcome.counters["errors"], outcome.counters["birthDatesAdded"]) == (0, 1, 1)
    assert why in outcome.err
    assert completed(sqlite_site) == [False]


DEAD = "sync-deceased"
DEATH: dict[str, Any] = {"P570": at("2025-10-02")}


@pytest.mark.parametrize("born", [at("1941-03-15"), at("1942-00-00", 9), at("1941-04-00", 10)])
def test_somebody_who_was_born_on_another_day_is_not_who_died(sqlite_site: Site, born: Json) -> None:
    for number in (1, 2):
        politician(sqlite_site, number, f"Q{number}", birth_date=date(1941, 3, 14))
    put(sqlite_site, item("Q1", P569=born, **DEATH), item("Q2", P569=at("1941-03-14"), **DEATH), script=DEAD)
    outcome = sqlite_site.sync(DEAD)
    assert (outcome.code, outcome.counters["errors"], outcome.counters["deathDatesAdded"]) == (0, 1, 1)
    assert "Q1 (ombeline-nom1) died on 2025-10-02, and was not born on 1941-03-14 as ours was" in outcome.err
    assert dates(sqlite_site, "death_date") == {1: None, 2: "2025-10-02"}


@pytest.mark.parametrize(
    "born",
    [
        {},
        {"P569": at("1941-00-00", 9)},
        {"P569": [statement(at("1941-03-13"), "a"), statement(at("1941-03-14"), "b")]},
        {"P569": NOBODY_KNOWS},
    ],
)
def test_a_birth_that_may_be_ours_says_nothing_against_a_death(sqlite_site: Site, born: Json) -> None:
    politician(sqlite_site, 1, "Q1", birth_date=date(1941, 3, 14))
    put(sqlite_site, item("Q1", **DEATH, **born), script=DEAD)
    outcome = sqlite_site.sync(DEAD)
    assert (outcome.code, outcome.err, outcome.counters["deathDatesAdded"]) == (0, "", 1)


@pytest.mark.parametrize("chamber", Chamber)
def test_nobody_has_died_who_still_sits(site: Site, chamber: Chamber) -> None:
    """One edit of Wikidata would do, and a death is never taken back."""
    for number in (1, 2):
        politician(site, number, f"Q{number}")
    mandate(site, 1, "past", Office.DEPUTE, date(2017, 6, 21), date(2022, 6, 21), chamber=chamber)
    mandate(site, 1, "now", Office.DEPUTE, date(2024, 7, 8), None, chamber=chamber)
    mandate(site, 2, "other", Office.DEPUTE, date(2017, 6, 21), date(2022, 6, 21), chamber=chamber)
    put(site, *(item(f"Q{n}", **DEATH) for n in (1, 2)), script=DEAD)
    outcome = site.sync(DEAD)
    assert (outcome.code, outcome.err) == (0, "")
    assert (outcome.counters["deathDatesAdded"], outcome.counters["stillInOffice"]) == (1, 1)
    assert dates(site, "death_date") == {1: None, 2: "2025-10-02"}


def test_a_death_closes_no_mandate(site: Site) -> None:
    politician(site, 1, "Q1")
    mandate(site, 1, "mayor", Office.MAIRE, date(2024, 7, 8), None)
    put(site, item("Q1", P569=at("1941-03-14"), P570=at("2025-10-02")), script="sync-deceased")
    assert site.sync("sync-deceased").counters["deathDatesAdded"] == 1
    assert dates(site, "death_date") == {1: "2025-10-02"}
    assert dates(site) == {1: None}
    assert [row["ended_on"] for row in site.rows("mandates")] == [None]


def test_that_a_birth_is_disputed_says_nothing_against_a_death(sqlite_site: Site) -> None:
    politician(sqlite_site, 1, "Q1")
    disputed = [statement(at("1941-03-14"), "a"), statement(at("1941-03-15"), "b")]
    put(sqlite_site, item("Q1", P569=disputed, P570=at("2025-10-02")), script="sync-deceased")
    assert sqlite_site.sync("sync-deceased").counters["deathDatesAdded"] == 1


def test_an_item_that_was_merged_into_another_answers_for_both(sqlite_site: Site) -> None:
    politician(sqlite_site, 1, "Q1")
    into = {**item("Q2", P569=at("1971-03-14")), "redirects": {"from": "Q1", "to": "Q2"}}
    sqlite_site.put(BORN, "entities.json", json.dumps({"entities": {"Q1": into}, "success": 1}))
    assert sqlite_site.sync(BORN).counters["birthDatesAdded"] == 1


@pytest.mark.parametrize(
    ("content", "code", "why"),
    [
        ('{"error": {"code": "maxlag", "info": "Waiting for a server"}, "servedby": "x"}', 75, "error 'maxlag'"),
        ('{"error": "no"}', 1, "error 'no'"),
        ('{"error": {"code": ["maxlag"]}}', 1, "error ['maxlag']"),
        ('{"error": {"code": "no-such-entity"}}', 1, "error 'no-such-entity'"),
        ("{}", 1, "has no entities"),
        ('{"entities": [], "success": 1}', 1, "has no entities"),
        ("[]", 1, "is no object"),
        ("<!doctype html><p>Maintenance</p>", 1, "is not the JSON of Wikidata"),
        ("[" * 100_000, 1, "is not the JSON of Wikidata"),
        (entities(item("Q2")), 1, "None of the politicians' items could be read"),
    ],
)
def test_what_is_no_answer_writes_nothing(sqlite_site: Site, content: str, code: int, why: str) -> None:
    politician(sqlite_site, 1, "Q1")
    sqlite_site.put(BORN, "entities.json", content)
    before = sqlite_site.dump()
    outcome = sqlite_site.sync(BORN)
    assert outcome.code == code
    assert why in outcome.err
    assert sqlite_site.dump() == before


class Api:
    """Answers as wbgetentities does: what was asked for, in `fits` items an answer at most."""

    def __init__(self, server: HTTPServer, born: Callable[[str], Json], fits: int = 50) -> None:
        self._born, self._fits = born, fits
        self.asked: list[list[str]] = []
        self.queries: list[dict[str, str]] = []
        server.expect_request("/entities.json").respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        ids = request.args["ids"].split("|")
        self.asked.append(ids)
        self.queries.append(request.args.to_dict())
        return Response(entities(*(self._born(one) for one in ids[: self._fits])))


def test_items_are_asked_for_fifty_at_a_time_politely(online: Site, httpserver: HTTPServer) -> None:
    politicians(online, 120)
    api = Api(httpserver, lambda id_: item(id_, P569=at("1971-03-14")))
    outcome = online.sync(BORN)
    assert [len(ids) for ids in api.asked] == [50, 50, 20]
    assert outcome.counters["birthDatesAdded"] == 120
    assert [one for one in outcome.said if "processed" in one] == [
        {"processed": n, "total": 120} for n in (50, 100, 120)
    ]
    assert (
        api.queries[0].items()
        >= {"action": "wbgetentities", "format": "json", "languages": "fr", "maxlag": "5"}.items()
    )


def test_what_an_answer_had_no_room_for_is_asked_for_again(online: Site, httpserver: HTTPServer) -> None:
    for number in range(1, 6):
        politician(online, number, f"Q{number}")
    api = Api(httpserver, lambda id_: item(id_, P569=at("1971-03-14")), fits=2)
    assert online.sync(BORN).counters["birthDatesAdded"] == 5
    assert [len(ids) for ids in api.asked] == [5, 3, 1]


def api_error(code: str, **headers: str) -> Response:
    """As the API says it: in an answer that is well, by its status."""
    return Response(json.dumps({"error": {"code": code, "info": "Later"}}), headers=headers)


@pytest.mark.parametrize("code", ["maxlag", "ratelimited", "readonly"])
def test_an_api_that_cannot_now_is_asked_again(online: Site, httpserver: HTTPServer, code: str) -> None:
    politician(online, 1, "Q1")
    answers = [*(api_error(code) for _ in range(3)), Response(entities(item("Q1", P569=at("1971-03-14"))))]
    httpserver.expect_request("/entities.json").respond_with_handler(lambda _: answers.pop(0))
    outcome = online.sync(BORN)
    assert (outcome.code, outcome.err, outcome.counters["birthDatesAdded"]) == (0, "", 1)


def test_an_api_that_says_how_long_is_asked_after_that(online: Site, httpserver: HTTPServer) -> None:
    politician(online, 1, "Q1")
    answers = [api_error("maxlag", **{"Retry-After": "1"}), Response(entities(item("Q1", P569=at("1971-03-14"))))]
    httpserver.expect_request("/entities.json").respond_with_handler(lambda _: answers.pop(0))
    started = time.monotonic()
    assert online.sync(BORN).counters["birthDatesAdded"] == 1
    assert time.monotonic() - started > 0.9


@pytest.mark.parametrize(("error", "code", "asked"), [("maxlag", 75, TRIES), ("toomanyvalues", 1, 1)])
def test_an_api_that_never_can_is_down_and_one_that_will_not_is_no_source(
    online: Site, httpserver: HTTPServer, error: str, code: int, asked: int
) -> None:
    politician(online, 1, "Q1")
    httpserver.expect_request("/entities.json").respond_with_handler(lambda _: api_error(error))
    outcome = online.sync(BORN)
    assert (outcome.code, len(httpserver.log)) == (code, asked)
    assert f"error '{error}'" in outcome.err


def test_a_pass_goes_on_where_the_last_one_stopped(online: Site, httpserver: HTTPServer) -> None:
    politicians(online, 120)
    answers = [Response(entities(*(item(f"Q{n}") for n in range(1, 51)))), *(Response(status=503) for _ in range(4))]
    httpserver.expect_request("/entities.json").respond_with_handler(lambda _: answers.pop(0))
    assert online.sync(BORN).code == 75
    assert [row["cursor"] for row in online.rows("sync_metadata")] == ["50"]
    httpserver.clear()
    api = Api(httpserver, lambda id_: item(id_, P569=at("1971-03-14")))
    assert online.sync(BORN, "--resume").counters["politiciansProcessed"] == 70
    assert api.asked[0][0] != "Q1"
    assert [row["cursor"] for row in online.rows("sync_metadata")] == ["0"]
    assert completed(online) == [True]
    assert online.sync(BORN, "--resume").counters["politiciansProcessed"] == 50, "and then from the beginning"


def test_a_limit_keeps_no_cursor(sqlite_site: Site) -> None:
    many(sqlite_site, 3)
    assert sqlite_site.sync(BORN, "--limit=2").counters["birthDatesAdded"] == 2
    assert sqlite_site.rows("sync_metadata") == []


def test_an_item_that_is_gone_does_not_fail_every_run_of_whom_it_alone_is_left(sqlite_site: Site) -> None:
    politician(sqlite_site, 1, "Q1")
    sqlite_site.put(BORN, "entities.json", json.dumps({"entities": {"Q1": {"id": "Q1", "missing": ""}}}))
    outcome = sqlite_site.sync(BORN)
    assert (outcome.code, outcome.counters["errors"]) == (0, 1)
    assert outcome.err == "entities.json: Q1 (ombeline-nom1) is not in Wikidata any more.\n"
