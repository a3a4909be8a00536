"""sync-factchecks: for whom it asks, what it makes of the answers, and that it shows no key."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug import Response

from scripts.claims import Review, answer, reviews
from scripts.database import connected
from scripts.errors import BadSource, RecordError
from scripts.models import PublicationStatus, Rating, SyncMetadata
from scripts.settings import database_url
from scripts.sync_factchecks import MOST, REFUSED
from tests.scripts.fact_checks import KEY, Google, claim, claims, review
from tests.scripts.sites import SAMPLES, Outcome, Site
from tests.scripts.wikidata_people import politician, politicians

HERE = "sync-factchecks"


@pytest.fixture
def google(sqlite_site: Site, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Google:
    monkeypatch.setattr("scripts.sync_factchecks.ADDRESS", httpserver.url_for("/claims"))
    sqlite_site.sources = Path("live")
    return Google(httpserver, sqlite_site)


def named(site: Site, number: int, first: str, last: str, **known: Any) -> None:
    politician(site, number, **known)
    with session(site) as here:
        here.connection().exec_driver_sql(
            f"UPDATE politicians SET first_name = '{first}', last_name = '{last}' WHERE id = {number}"  # noqa: S608 - ours
        )


@contextmanager
def session(site: Site) -> Iterator[Session]:
    with connected(database_url(site.url)) as engine, Session(engine) as made, made.begin():
        yield made


def asked_before(site: Site, number: int, days: int) -> None:
    with session(site) as here:
        when = datetime.now(UTC) - timedelta(days=days)
        key = f"factchecks:ombeline-nom{number}"
        here.execute(update(SyncMetadata).where(SyncMetadata.key == key).values(completed_at=when))


def mentions(site: Site) -> set[tuple[object, object, bool]]:
    urls = {row["id"]: row["source_url"] for row in site.rows("fact_checks")}
    return {
        (urls[row["fact_check_id"]], row["politician_id"], bool(row["is_claimant"]))
        for row in site.rows("fact_check_mentions")
    }


def test_it_asks_as_it_is_documented_and_at_most_three_pages(sqlite_site: Site, google: Google) -> None:
    politician(sqlite_site, 1)
    google.answers["Ombeline Nom1"] = [
        claims(claim("Nom1", review(f"https://v.example/{n}")), token=str(n + 1)) for n in range(9)
    ]
    outcome = sqlite_site.sync(HERE)
    assert (outcome.code, outcome.counters["factChecksCreated"]) == (0, 3)
    given = {"query": "Ombeline Nom1", "languageCode": "fr", "pageSize": "100"}
    assert [one.args.to_dict() for one in google.asked] == [
        given, given | {"pageToken": "1"}, given | {"pageToken": "2"},
    ]  # fmt: skip
    assert {one.headers["X-Goog-Api-Key"] for one in google.asked} == {KEY}
    assert not [one for one in google.asked if KEY in one.url]


def test_without_a_key_it_is_not_configured(sqlite_site: Site, google: Google) -> None:
    del sqlite_site.settings["GOOGLE_FACTCHECK_API_KEY"]
    outcome = sqlite_site.sync(HERE)
    assert (outcome.code, google.asked) == (78, [])
    assert "GOOGLE_FACTCHECK_API_KEY is not set" in outcome.err


def test_who_was_not_asked_for_the_longest_comes_first_and_then_the_prominent(
    sqlite_site: Site, google: Google
) -> None:
    for number, score in enumerate([10, 900, None, 500], start=1):
        politician(sqlite_site, number, prominence=score)
    for _ in range(2):
        sqlite_site.sync(HERE, "--limit=2")
    assert [name[-1] for name in google.names] == ["2", "4", "1", "3"]
    for number, days in ((1, 5), (2, 9), (3, 5), (4, 1)):
        asked_before(sqlite_site, number, days)
    sqlite_site.sync(HERE)
    assert [name[-1] for name in google.names[4:]] == ["2", "1", "3", "4"]


def test_hidden_people_are_asked_for_only_with_all_or_by_name(sqlite_site: Site, google: Google) -> None:
    politician(sqlite_site, 1, publication_status=PublicationStatus.EXCLUDED)
    politician(sqlite_site, 2, publication_status=PublicationStatus.PUBLISHED)
    politician(sqlite_site, 3, publication_override=PublicationStatus.EXCLUDED)
    for flags, wanted in (((), "2"), (("--politician=ombeline-nom1",), "1"), (("--all",), "123")):
        google.asked.clear()
        assert sqlite_site.sync(HERE, *flags).code == 0
        assert sorted(name[-1] for name in google.names) == sorted(wanted)


def test_a_run_asks_for_so_many_and_all_for_everybody(sqlite_site: Site, google: Google) -> None:
    politicians(sqlite_site, MOST + 5)
    assert sqlite_site.sync(HERE).counters["politiciansSearched"] == MOST
    assert sqlite_site.sync(HERE, "--all").counters["politiciansSearched"] == MOST + 5


def test_an_unknown_slug_is_a_wrong_call(sqlite_site: Site, google: Google) -> None:
    outcome = sqlite_site.sync(HERE, "--politician=nobody")
    assert outcome.code == 64
    assert "no politician has the slug 'nobody'" in outcome.err


def test_each_review_of_a_claim_is_a_fact_check_as_its_publisher_tells_it(site: Site) -> None:
    politician(site, 1)
    told = claim(
        "Ombeline Nom1 a dit &laquo;&nbsp;non&nbsp;&raquo;",
        review("https://a.example/?a=1&amp;b", "C'est plus compliqué"),
        review(
            "https://b.example/1", "Mostly True", languageCode="en", publisher={"site": "b.example"}, title="<b>T</b>"
        ),
        review("https://c.example/1", "Trois bouées sur cinq", reviewDate="hier"),
        review("https://d.example/1", None),
        claimant="Ombeline Nom1",
        claimDate="2025-11-10T08:00:00Z",
    )
    site.put(HERE, "ombeline-nom1.json", claims(told))
    outcome = site.sync(HERE)
    assert (outcome.code, outcome.counters["factChecksCreated"], outcome.counters["ratingsUnknown"]) == (0, 4, 2)
    assert "'Trois bouées sur cinq'" in outcome.out
    rows = {str(row["source_url"]): row for row in site.rows("fact_checks")}
    first, second = rows["https://a.example/?a=1&amp;b"], rows["https://b.example/1"]
    assert (first["claim"], first["claimant"]) == ("Ombeline Nom1 a dit « non »", "Ombeline Nom1")
    assert (first["claimed_on"], first["reviewed_on"]) == (date(2025, 11, 10), date(2025, 11, 14))
    assert (first["publisher"], first["publisher_site"], first["language"]) == ("VÉRIF'", "verif.example", "fr")
    assert (second["publisher"], second["title"], second["language"]) == ("b.example", "T", "en")
    assert [row["rating"] for row in rows.values()] == [
        Rating.HALF_TRUE, Rating.MOSTLY_TRUE, Rating.UNVERIFIABLE, Rating.UNVERIFIABLE,
    ]  # fmt: skip
    assert rows["https://c.example/1"]["reviewed_on"] is None
    assert rows["https://c.example/1"]["rating_text"] == "Trois bouées sur cinq"
    before = site.dump()
    assert site.sync(HERE).counters["factChecksSkipped"] == 4
    assert site.dump() == before


@pytest.mark.parametrize(
    ("claimant", "is_claimant"),
    [
        ("Anne Le Roc", True), ("Le Roc", True), ("Mme Le Roc", True), ("Anne Le Roc, députée", True),
        ("Jean Dupuis et Anne Le Roc", True), ("ANNE LE ROC", True), ("La députée Anne Le Roc", True),
        ("Partisans d'Anne Le Roc", False), ("Compte parodique Anne Le Roc", False), ("Internautes", None),
        (None, None),
    ],
)  # fmt: skip
def test_whose_claim_it_is(sqlite_site: Site, claimant: str | None, is_claimant: bool | None) -> None:
    named(sqlite_site, 1, "Anne", "Le Roc")
    told = {} if claimant is None else {"claimant": claimant}
    text = "La mer monte" if is_claimant is not None else "Anne Le Roc nage"
    sqlite_site.put(HERE, "ombeline-nom1.json", claims(claim(text, review("https://a.example/1"), **told)))
    sqlite_site.sync(HERE)
    assert mentions(sqlite_site) == {("https://a.example/1", 1, bool(is_claimant))}


@pytest.mark.parametrize("claimant", ["Robert Le Roc", "Robert Le Roc, maire"])
def test_a_claimant_of_another_first_name_is_another_person(sqlite_site: Site, claimant: str) -> None:
    named(sqlite_site, 1, "Anne", "Le Roc")
    told = claim("La mer monte", review("https://a.example/1"), claimant=claimant)
    sqlite_site.put(HERE, "ombeline-nom1.json", claims(told))
    assert sqlite_site.sync(HERE).counters["namingNobody"] == 1
    assert mentions(sqlite_site) == set()


def test_a_last_name_that_two_have_says_of_neither_that_the_claim_is_theirs(sqlite_site: Site) -> None:
    named(sqlite_site, 1, "Anne", "Le Roc")
    named(sqlite_site, 2, "Jean", "Le Roc")
    told = claim("Anne Le Roc nage", review("https://a.example/1"), claimant="Le Roc")
    sqlite_site.put(HERE, "ombeline-nom1.json", claims(told))
    sqlite_site.sync(HERE)
    assert mentions(sqlite_site) == {("https://a.example/1", 1, False)}


def test_a_claim_that_names_none_of_ours_is_not_kept(sqlite_site: Site) -> None:
    politician(sqlite_site, 1)
    # Nor where the end of one text and the beginning of the next would be a name.
    told = claim("Nomx1 nage", review("https://a.example/1"), claimant="Ombeline")
    sqlite_site.put(HERE, "ombeline-nom1.json", claims(told))
    outcome = sqlite_site.sync(HERE)
    assert (outcome.code, outcome.counters["namingNobody"], sqlite_site.rows("fact_checks")) == (0, 1, [])


def test_what_changes_is_updated_with_its_mentions(sqlite_site: Site) -> None:
    politician(sqlite_site, 1)
    politician(sqlite_site, 2)
    for text, rating in (("Nom1 et Nom2 nagent", "Faux"), ("Nom1 nage", "Vrai")):
        told = claim(text, review("https://a.example/1", rating, reviewDate=f"2025-11-{len(text)}"))
        sqlite_site.put(HERE, "ombeline-nom1.json", claims(told))
        counters = sqlite_site.sync(HERE).counters
    assert (counters["factChecksCreated"], counters["factChecksUpdated"]) == (0, 1)
    assert mentions(sqlite_site) == {("https://a.example/1", 1, False)}
    assert [row["rating"] for row in sqlite_site.rows("fact_checks")] == [Rating.TRUE]


def test_a_review_of_several_claims_stays_with_the_first(sqlite_site: Site) -> None:
    for number in (1, 2):
        politician(sqlite_site, number)
        told = claim(f"Nom{number} nage", review("https://a.example/1"))
        sqlite_site.put(HERE, f"ombeline-nom{number}.json", claims(told, claim("Nom1 vole", *told["claimReview"])))
    sqlite_site.sync(HERE)
    before = sqlite_site.dump()
    counters = sqlite_site.sync(HERE).counters
    assert (counters["factChecksCreated"], counters["factChecksUpdated"]) == (0, 0)
    assert sqlite_site.dump() == before
    assert mentions(sqlite_site) == {("https://a.example/1", 1, False)}


GOOD = review("https://a.example/1")


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (None, "has no text"),
        ("text", "has no text"),
        ({"claimReview": [GOOD]}, "has no text"),
        ({"text": 7, "claimReview": [GOOD]}, "has no text"),
        (claim("C"), "has no claimReview"),
        ({"text": "C", "claimReview": {}}, "has no claimReview"),
        (claim("C", GOOD | {"publisher": None}), "has no publisher"),
        ({"text": "C", "claimReview": [None]}, "has no publisher"),
        (claim("C", GOOD | {"url": ""}), "has no url"),
        (claim("C", GOOD | {"url": "javascript:alert(1)"}), "no address of a page"),
        (claim("C", GOOD | {"url": "https://[a/"}), "no address of a page"),
        (claim("C", GOOD | {"url": "https:///a"}), "no address of a page"),
        (claim("C", GOOD | {"url": "https://a.example/" + "é" * 1000}), "no address of a page"),
        (claim("C", GOOD | {"url": "https://a.example/a\nb"}), "no address of a page"),
    ],
)
def test_what_cannot_be_used_says_why(told: Any, why: str) -> None:
    [one] = reviews(told)
    assert isinstance(one, RecordError)
    assert why in str(one)


def test_one_bad_review_spoils_no_other() -> None:
    found = list(reviews(claim("C", GOOD, {}, review("https://b.example"))))
    assert [type(one) for one in found] == [Review, RecordError, Review]


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'{"claims": {}}', b'{"nextPageToken": 7}', b"\xff", b"[" * 9999]
)
def test_another_answer_is_refused(content: bytes) -> None:
    with pytest.raises(BadSource, match=r"claims:search"):
        answer(content, "x.json")


def test_one_answer_that_is_none_stops_nobody_else(sqlite_site: Site, google: Google) -> None:
    for number in (1, 2):
        politician(sqlite_site, number)
    google.answers["Ombeline Nom1"] = ["<html>"]
    outcome = sqlite_site.sync(HERE)
    assert (outcome.code, outcome.counters["apiErrors"], outcome.counters["politiciansSearched"]) == (0, 1, 1)
    google.asked.clear()
    sqlite_site.sync(HERE, "--limit=1")
    assert google.names == ["Ombeline Nom1"], "who was not answered for is asked for first"


def test_a_spent_quota_is_another_days_and_keeps_what_was_read(sqlite_site: Site, google: Google) -> None:
    for number in (1, 2):
        politician(sqlite_site, number)
    google.answers = {
        "Ombeline Nom1": [claims(claim("Nom1 nage", review("https://a.example/1")))],
        "Ombeline Nom2": [Response(status=429)],
    }
    outcome = sqlite_site.sync(HERE)
    assert (outcome.code, outcome.counters["factChecksCreated"], outcome.counters["apiErrors"]) == (75, 1, 1)
    assert len(sqlite_site.rows("fact_checks")) == 1


@pytest.mark.parametrize("status", [400, 403])
def test_it_says_what_google_says_but_not_the_key(sqlite_site: Site, google: Google, status: int) -> None:
    politician(sqlite_site, 1)
    message = f"API key not valid: {KEY}. Please pass a valid API key."
    told = {"error": {"code": status, "message": message, "status": "INVALID_ARGUMENT"}}
    google.answers["Ombeline Nom1"] = [Response(json.dumps(told), status=status)]
    outcome = sqlite_site.sync(HERE, "--verbose")
    assert outcome.code == 1
    assert f"answers {status}: API key not valid: ***. Please pass a valid API key." in outcome.err
    assert not shown(sqlite_site, outcome)
    assert len(google.asked) == 1


def test_a_name_that_google_refuses_keeps_it_from_no_other(sqlite_site: Site, google: Google) -> None:
    for number in range(1, 4):
        politician(sqlite_site, number)
    google.answers["Ombeline Nom1"] = [Response("{}", status=400)]
    outcome = sqlite_site.sync(HERE)
    assert (outcome.code, outcome.counters["politiciansSearched"], outcome.counters["apiErrors"]) == (0, 2, 1)
    assert "answers 400" in outcome.err


def test_a_key_that_google_refuses_is_not_tried_with_every_name(sqlite_site: Site, google: Google) -> None:
    for number in range(1, 9):
        politician(sqlite_site, number)
        google.answers[f"Ombeline Nom{number}"] = [Response("{}", status=400)]
    assert sqlite_site.sync(HERE).code == 1
    assert len(google.asked) == REFUSED


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500])
def test_no_key_is_seen_even_where_the_server_repeats_it(sqlite_site: Site, google: Google, status: int) -> None:
    politician(sqlite_site, 1)
    google.answers["Ombeline Nom1"] = [Response(f"no JSON: {KEY}", status=status)]
    outcome = sqlite_site.sync(HERE, "--verbose")
    assert outcome.code
    assert not shown(sqlite_site, outcome)


def shown(site: Site, outcome: Outcome) -> bool:
    return KEY in outcome.out + outcome.err + str(site.dump())


def test_on_the_samples_it_succeeds_and_shows_something(site: Site) -> None:
    site.sources = SAMPLES
    site.sync("sync-assemblee")
    outcome = site.sync(HERE)
    assert (outcome.code, outcome.err) == (0, "")
    wanted = {"claimsFound": 7, "factChecksCreated": 7, "mentionsCreated": 8, "namingNobody": 1, "ratingsUnknown": 1}
    assert {name: outcome.counters[name] for name in wanted} == wanted


def test_a_folders_file_is_read_once_whatever_pages_it_speaks_of(sqlite_site: Site) -> None:
    politician(sqlite_site, 1)
    sqlite_site.put(HERE, "ombeline-nom1.json", claims(claim("Nom1 nage", GOOD), token="next"))
    assert sqlite_site.sync(HERE).counters["claimsFound"] == 1
