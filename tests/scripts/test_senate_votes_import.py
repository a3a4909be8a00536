"""sync-votes-senat: what it makes of the Sénat's pages, which sessions it reads, and how it goes on."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from scripts.errors import NOT_BY_CHANCE, RecordError
from scripts.french_dates import MONTHS
from scripts.models import Outcome
from scripts.paris import PARIS, today_in_paris
from scripts.senate_votes import Page, page
from scripts.sync_votes_senat import MAX_VOTE_BYTES, TOO_OLD
from tests.scripts.senate_documents import (
    SESSION,
    general_csv,
    general_line,
    ref,
    senator,
    senators_json,
    session_documents,
    session_page,
    vote_page,
    votes_json,
)
from tests.scripts.sites import SAMPLES, Site
from tests.scripts.test_killed_scripts import kill_after

SCRIPT = "sync-votes-senat"
THIS = f"--session={SESSION}"
TODAY = today_in_paris()
UNDER_WAY = TODAY.year if TODAY.month >= 10 else TODAY.year - 1

# fmt: off
FRENCH_MONTHS = [
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
]
# fmt: on


def put(site: Site, numbers: Sequence[int], session: int = SESSION, /, **changed: Any) -> None:
    """A session's documents; `changed` by `page3`, `json3`: other documents for vote 3, or None for none."""
    documents: dict[str, Any] = dict(session_documents(numbers, session))
    for name, content in changed.items():
        kind, number = ("html", name[4:]) if name.startswith("page") else ("json", name[4:])
        documents[f"{session}/scr{session}-{number}.{kind}"] = content
    for name, content in documents.items():
        if content is None:
            (site.sources / SCRIPT / name).unlink(missing_ok=True)
        else:
            site.put(SCRIPT, name, content)


def stored(site: Site) -> list[str]:
    return sorted(str(row["external_id"]) for row in site.rows("scrutins"))


def state(site: Site) -> dict[str, tuple[str | None, bool]]:
    """By session: how far it is stored whole, and whether its page need not be read again."""
    return {
        str(row["key"]): (row["cursor"] and str(row["cursor"]), row["sha256"] is not None)  # type: ignore[misc]
        for row in site.rows("sync_metadata")
    }


def written(day: date) -> str:
    return f"{'1er' if day.day == 1 else day.day} {FRENCH_MONTHS[day.month - 1]} {day.year}"


def test_a_vote_is_what_its_page_and_its_json_say(site: Site) -> None:
    site.put("sync-senat", "senateurs.json", senators_json(*map(senator, (1, 2, 3))))
    site.put("sync-senat", "ODSEN_GENERAL.csv", general_csv(*map(general_line, (1, 2, 3))))
    site.sync("sync-senat")
    put(site, [7])
    outcome = site.sync(SCRIPT, THIS)
    assert (outcome.code, outcome.err) == (0, "")
    assert (outcome.counters["votesCreated"], outcome.counters["senatorsNotFound"]) == (4, 1)
    (row,) = site.rows("scrutins")
    assert (row["external_id"], row["chamber"]) == ("SENAT-2025-7", "SENAT")
    assert (row["session"], row["legislature"], row["number"]) == (2025, None, 7)
    assert (row["voted_on"], row["outcome"]) == (date(2025, 11, 17), "ADOPTED")
    assert row["title"] == "sur l'ensemble du projet de loi, adopté par l'Assemblée nationale"
    assert [row[name] for name in ("votes_for", "votes_against", "abstentions", "non_voting")] == [2, 1, 0, 1]
    assert row["source_url"] == "https://www.senat.fr/scrutin-public/2025/scr2025-7.html"
    slugs = {row["id"]: row["slug"] for row in site.rows("politicians")}
    assert {(row["acteur_ref"], row["position"], slugs.get(row["politician_id"])) for row in site.rows("votes")} == {
        (ref(1), "POUR", "prenom-nom1"),
        (ref(2), "POUR", "prenom-nom2"),
        (ref(3), "CONTRE", "prenom-nom3"),
        (ref(4), "NON_VOTANT", None),
    }


def test_votes_of_unknown_senators_are_linked_later(site: Site) -> None:
    put(site, [1, 2])
    assert site.sync(SCRIPT, THIS).counters["senatorsNotFound"] == 4
    site.put("sync-senat", "senateurs.json", senators_json(senator(1)))
    site.put("sync-senat", "ODSEN_GENERAL.csv", general_csv(general_line(1)))
    site.sync("sync-senat")
    later = site.sync(SCRIPT, THIS).counters
    assert (later["votesLinked"], later["sourceUnchanged"]) == (2, 1)
    assert {row["acteur_ref"] for row in site.rows("votes") if row["politician_id"]} == {ref(1)}


def test_a_matricule_is_the_same_with_and_without_its_final_f(site: Site) -> None:
    site.put(
        "sync-senat", "senateurs.json", senators_json(senator(1, matricule="60001F"), senator(2, matricule="60002"))
    )
    site.put(
        "sync-senat",
        "ODSEN_GENERAL.csv",
        general_csv(general_line(1, Matricule="60001F"), general_line(2, Matricule="60002F")),
    )
    site.sync("sync-senat")
    ballots = {"p": ["60001", "60002F"], "c": ["60003e"], "n": ["60004"]}
    put(site, [1], json1=votes_json(**ballots))
    assert site.sync(SCRIPT, THIS).counters["senatorsNotFound"] == 2
    found = {row["acteur_ref"]: row["politician_id"] is not None for row in site.rows("votes")}
    assert found == {"60001F": True, "60002F": True, "60003E": False, "60004F": False}
    put(site, [1], json1=votes_json(p=["60001F", "60002"], c=["60003E"], n=["60004F"]))
    before = site.dump()
    assert site.sync(SCRIPT, THIS, "--force").counters["scrutinsUpdated"] == 0
    assert site.dump() == before


def ballots(*entries: object) -> str:
    return json.dumps({"votes": entries})


BAD_JSON: list[tuple[str | bytes | None, str]] = [
    (votes_json(p=[ref(1)], c=[ref(3)], n=[ref(4)]), "has 1 ballots POUR where its page announces 2"),
    (votes_json(p=[ref(1), ref(2)], c=[ref(3)], n=[ref(4), ref(5)]), "has 2 ballots NON_VOTANT"),
    (votes_json(p=[ref(1), ref(2)], c=[ref(3)], n=[ref(4)], a=[ref(5)]), "has 1 ballots ABSTENTION"),
    (votes_json(p=[ref(1), ref(2)], c=[ref(3)], x=[ref(4)]), "unknown position 'x'"),
    (votes_json(p=[ref(1), ref(2)], c=[ref(2)], n=[ref(4)]), f"counts {ref(2)} twice"),
    (votes_json(p=["60001F", "60001"], c=[ref(2)], n=[ref(4)]), "counts 60001F twice"),
    (ballots({"matricule": 60001, "vote": "p"}), "the matricule 60001"),
    (ballots({"matricule": ref(1), "vote": None}), "unknown position None"),
    (ballots({"matricule": ref(1)}), "unknown position None"),
    (ballots("p"), "a ballot that is no object"),
    ('{"votes": {}}', "no list"),
    ('{"votes": []}', "has 0 ballots POUR"),
    ("[]", "not the JSON of a vote"),
    ("[" * 100_000, "not the JSON of a vote"),
    (votes_json()[:-20], "not the JSON of a vote"),
    (votes_json().replace("vote", "vôte").encode("latin-1"), "not the JSON of a vote"),
    (" " * (MAX_VOTE_BYTES + 1), "the most that we read"),
    (None, "is not there"),
]
BAD_PAGES: list[tuple[str | bytes | None, str]] = [
    (vote_page(1, day="soir"), "has no « séance du … »"),
    (vote_page(1, day="31 février 2025"), "which is no day"),
    (vote_page(1, day="17 novembre 2015"), "has the day 2015-11-17, which is not in the session 2025-2026"),
    (vote_page(1, day="12 brumaire 2025"), "which is no day"),
    (vote_page(2), "is the page of scrutin 2"),
    (vote_page(1, badge="Retiré"), "the unknown outcome 'Retiré'"),
    (vote_page(1, badge="N'a pas adopté"), "the unknown outcome"),
    (vote_page(1, badge=""), "the unknown outcome"),
    (vote_page(1).replace("votants", "voix"), "announces no totals"),
    (vote_page(1).replace("Abstention", "Sans avis"), "announces no totals"),
    (vote_page(1)[:900], "it ends before its end"),
    (vote_page(1).replace("<title>", "<title>é").encode("latin-1"), "is not UTF-8"),
    ("<html><body>Maintenance</body></html>", "has neither a title nor a heading"),
    ("x" * (MAX_VOTE_BYTES + 1), "the most that we read"),
    (None, "is not there"),
]


@pytest.mark.parametrize(
    ("kind", "content", "why"),
    [*(("json", *bad) for bad in BAD_JSON), *(("page", *bad) for bad in BAD_PAGES)],
    ids=lambda value: None if isinstance(value, bytes | str) and len(value) < 40 else "",
)
def test_a_vote_that_cannot_be_read_is_named_and_counted_and_the_rest_goes_on(
    sqlite_site: Site, kind: str, content: str | bytes | None, why: str
) -> None:
    changed: dict[str, Any] = {f"{kind}1": content}
    put(sqlite_site, [1, 2], **changed)
    outcome = sqlite_site.sync(SCRIPT, THIS)
    assert outcome.code == 0
    assert outcome.err.startswith("SENAT-2025-1 ")
    assert why in outcome.err
    assert (outcome.counters["errors"], outcome.counters["scrutinsCreated"]) == (1, 1)
    assert stored(sqlite_site) == ["SENAT-2025-2"]
    assert state(sqlite_site) == {"votes-senat:2025": ("0", False)}


def read(**changed: Any) -> Page:
    return page(vote_page(1, **changed).encode(), SESSION, 1)


@pytest.mark.parametrize(
    ("badge", "meant"),
    [
        ("Adopté", Outcome.ADOPTED),
        ("ADOPTÉE", Outcome.ADOPTED),
        ("Rejeté", Outcome.REJECTED),
        ("rejetée", Outcome.REJECTED),
    ],
)
def test_what_came_of_it_is_the_badges_and_not_the_titles(badge: str, meant: Outcome) -> None:
    assert read(badge=badge, title="adopté par l'Assemblée, rejeté par le Sénat").outcome is meant


@pytest.mark.parametrize(
    ("sentence", "meant"), [("Le Sénat a adopté", Outcome.ADOPTED), ("Le Sénat a rejeté", Outcome.REJECTED)]
)
def test_without_a_badge_it_is_the_sentences(sentence: str, meant: Outcome) -> None:
    markup = vote_page(1).replace("badge rounded-pill", "").replace("Adopt&eacute;<", f"{sentence}<")
    assert page(markup.encode(), SESSION, 1).outcome is meant


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_is_known_and_the_first_of_it(month: int) -> None:
    assert len(MONTHS) == 12
    day = date(2025, month, 1)
    assert read(day=written(day)).voted_on == day


@pytest.mark.parametrize("first", ["1er", "1<sup>er</sup>", "1"])
def test_the_first_of_a_month_is_a_day_however_it_is_set(first: str) -> None:
    assert read(day=f"{first} octobre 2025").voted_on == date(2025, 10, 1)


def test_the_number_of_a_page_is_held_against_the_one_asked_for_however_it_is_set() -> None:
    markup = vote_page(1).replace("Scrutin n&deg;1 -", "Scrutin n<sup>o</sup>&nbsp;2 -")
    with pytest.raises(RecordError, match="is the page of scrutin 2"):
        page(markup.encode(), SESSION, 1)


def test_comments_scripts_and_what_follows_the_totals_are_not_read() -> None:
    assert [*read(totals=(99, 98, 97, 1)).totals.values()] == [99, 98, 97, 1]


@pytest.mark.parametrize(
    "piece", ["<", "<!--", "<h1 ", "<span badge", "<script>", "-->", "&", "<p class=page-lead>", "<span badge>", "<h1>"]
)
def test_a_hostile_page_takes_no_longer_than_its_length(piece: str) -> None:
    started = datetime.now(PARIS)
    pieces = piece * (MAX_VOTE_BYTES // len(piece))
    with pytest.raises(RecordError):
        page(f"{pieces}</html>".encode(), SESSION, 1)
    # Whatever stands behind the totals of a good one is no reason to refuse it.
    with suppress(RecordError):
        page(vote_page(1).replace("</body>", pieces).encode(), SESSION, 1)
    assert datetime.now(PARIS) - started < timedelta(seconds=20)


def test_a_badge_without_an_end_says_nothing() -> None:
    markup = vote_page(1).replace("Adopt&eacute;</span>", "Adopt&eacute;").replace("</span>", "</b>")
    with pytest.raises(RecordError, match="unknown outcome"):
        page(markup.encode(), SESSION, 1)


def test_it_goes_on_behind_the_lowest_failure(site: Site) -> None:
    put(site, [1, 2, 3, 4], json2=None)
    first = site.sync(SCRIPT, THIS)
    assert (first.code, first.counters["scrutinsCreated"], first.counters["errors"]) == (0, 3, 1)
    assert state(site) == {"votes-senat:2025": ("1", False)}
    put(site, [1, 2, 3, 4, 5])
    second = site.sync(SCRIPT, THIS)
    assert (second.counters["scrutinsCreated"], second.counters["cursorSkipped"]) == (2, 3)
    assert state(site) == {"votes-senat:2025": ("5", True)}
    assert len(stored(site)) == 5


def test_one_published_after_its_followers_is_still_read(sqlite_site: Site) -> None:
    put(sqlite_site, [1, 3])
    sqlite_site.sync(SCRIPT, THIS)
    assert state(sqlite_site) == {"votes-senat:2025": ("3", True)}
    put(sqlite_site, [1, 2, 3])
    assert sqlite_site.sync(SCRIPT, THIS).counters["scrutinsCreated"] == 1
    assert state(sqlite_site) == {"votes-senat:2025": ("3", True)}


def test_a_failure_in_what_was_read_before_takes_nothing_away(sqlite_site: Site) -> None:
    put(sqlite_site, [1, 2, 3])
    sqlite_site.sync(SCRIPT, THIS)
    votes = sqlite_site.rows("votes")
    put(sqlite_site, [1, 2, 3], json2=votes_json(p=[ref(1)]))
    assert sqlite_site.sync(SCRIPT, THIS, "--force").counters["errors"] == 1
    assert sqlite_site.rows("votes") == votes
    assert state(sqlite_site)["votes-senat:2025"][0] == "1"


def test_a_corrected_vote_ends_with_the_corrected_ballots(site: Site) -> None:
    put(site, [1, 2])
    site.sync(SCRIPT, THIS)
    corrected = votes_json(p=[ref(1), ref(3)], c=[ref(5)], n=[ref(4)])
    put(site, [1, 2], json1=corrected)
    counters = site.sync(SCRIPT, THIS, "--today").counters
    assert (counters["scrutinsUpdated"], counters["scrutinsSkipped"]) == (1, 1)
    assert (counters["votesCreated"], counters["votesUpdated"], counters["votesDeleted"]) == (1, 1, 1)


def days(site: Site, *ago: int, session: int = UNDER_WAY) -> None:
    """Votes 1, 2, ... of so many days before today."""
    numbers = range(1, len(ago) + 1)
    pages: dict[str, Any] = {
        f"page{n}": vote_page(n, day=written(TODAY - timedelta(days=before)))
        for n, before in zip(numbers, ago, strict=True)
    }
    put(site, numbers, session, **pages)


def test_today_is_a_week_back_from_the_newest_vote_and_marks_nothing(site: Site) -> None:
    days(site, 30, 10, 9, 4, 3)
    outcome = site.sync(SCRIPT, "--today")
    assert (outcome.counters["scrutinsCreated"], outcome.said[-2]) == (3, {"processed": 3, "total": 3})
    assert stored(site) == [f"SENAT-{UNDER_WAY}-{n}" for n in (3, 4, 5)]
    assert site.rows("sync_metadata") == []
    full = site.sync(SCRIPT)
    assert (full.counters["scrutinsCreated"], full.counters["cursorSkipped"]) == (2, 3)
    before = site.dump()
    again = site.sync(SCRIPT, "--today").counters
    assert (again["scrutinsProcessed"], again["scrutinsSkipped"]) == (3, 3)
    assert site.dump() == before


def test_a_day_to_come_does_not_move_the_window(sqlite_site: Site) -> None:
    days(sqlite_site, 20, 3, -10)
    assert sqlite_site.sync(SCRIPT, "--today").counters["scrutinsCreated"] == 2


def test_after_a_long_outage_today_takes_what_lacks(site: Site) -> None:
    days(site, 40)
    site.sync(SCRIPT)
    days(site, 40, 31, 30, 29, 28, 27, 9, 4, 3)
    assert site.sync(SCRIPT, "--today", "--limit=4").counters["scrutinsCreated"] == 4
    assert site.sync(SCRIPT, "--today", "--limit=2").counters["scrutinsProcessed"] == 2
    counters = site.sync(SCRIPT, "--today").counters
    assert (counters["scrutinsCreated"], counters["scrutinsSkipped"]) == (4, 3)
    assert len(stored(site)) == 9


def test_today_asks_for_no_old_vote_that_is_stored(online: Site, httpserver: HTTPServer) -> None:
    documents = session_documents(range(1, 10), UNDER_WAY)
    for n in range(1, 10):
        documents[f"{UNDER_WAY}/scr{UNDER_WAY}-{n}.html"] = vote_page(
            n, day=written(TODAY - timedelta(days=41 - 4 * n))
        )
    for name, content in documents.items():
        httpserver.expect_request(f"/{name}").respond_with_data(content)
    online.sync(SCRIPT)
    httpserver.clear_log()
    assert online.sync(SCRIPT, "--today").counters["scrutinsSkipped"] == 2
    pages = [request.path for request, _ in httpserver.log if "-" in request.path and request.path.endswith("html")]
    assert len(pages) == 2 + TOO_OLD


def test_one_wrong_past_day_does_not_end_the_window(sqlite_site: Site) -> None:
    days(sqlite_site, 60, 50, 40, 30, 4, 25, 3)
    assert sqlite_site.sync(SCRIPT, "--today").counters["scrutinsCreated"] == 2
    days(sqlite_site, 60, 50, 40, 30, 4, 25, 3, 2)
    assert sqlite_site.sync(SCRIPT, "--today").counters["scrutinsProcessed"] == 8


def test_a_wrong_past_day_of_the_newest_vote_does_not_open_the_window_for_all(sqlite_site: Site) -> None:
    days(sqlite_site, 70, 60, 50, 40, 30, 20, 4, 3, 300)
    assert sqlite_site.sync(SCRIPT, "--today").counters["scrutinsCreated"] == 3


def test_the_session_before_is_read_where_only_runs_of_today_have_begun_it(
    online: Site, httpserver: HTTPServer
) -> None:
    server = Sessions(httpserver, UNDER_WAY, UNDER_WAY - 1)
    online.sync(SCRIPT, "--today", f"--session={UNDER_WAY - 1}")
    server.documents[f"scr{UNDER_WAY - 1}.html"] = session_page([1, 2], UNDER_WAY - 1)
    late = session_documents([2], UNDER_WAY - 1)
    del late[f"scr{UNDER_WAY - 1}.html"]
    for name, content in late.items():
        httpserver.expect_request(f"/{name}").respond_with_data(content)
    online.sync(SCRIPT, "--today")
    assert f"SENAT-{UNDER_WAY - 1}-2" in stored(online)


def test_a_correction_that_failed_comes_with_the_next_run(site: Site) -> None:
    put(site, [1, 2, 3])
    site.sync(SCRIPT, THIS)
    put(site, [1, 2, 3], json2=votes_json(p=[ref(1)]))
    assert site.sync(SCRIPT, THIS, "--force").counters["errors"] == 1
    put(site, [1, 2, 3], json2=votes_json(p=[ref(1), ref(3)], c=[ref(5)], n=[ref(4)]))
    counters = site.sync(SCRIPT, THIS).counters
    assert (counters["scrutinsUpdated"], counters["votesCreated"], counters["votesDeleted"]) == (1, 1, 1)
    assert state(site) == {"votes-senat:2025": ("3", True)}
    assert site.sync(SCRIPT, THIS).counters["sourceUnchanged"] == 1


def test_without_any_day_today_does_not_read_the_whole_session(sqlite_site: Site) -> None:
    numbers = range(1, NOT_BY_CHANCE + 5)
    put(sqlite_site, numbers, **{f"page{n}": vote_page(n, day="soir") for n in numbers})
    outcome = sqlite_site.sync(SCRIPT, THIS, "--today")
    assert outcome.code == 1
    assert f"None of the {NOT_BY_CHANCE} newest votes" in outcome.err


class Sessions:
    """A server with these sessions, each of one vote; what was asked of it, by name."""

    def __init__(self, server: HTTPServer, *sessions: int, empty: int | None = None) -> None:
        self.documents: dict[str, str] = {}
        for session in sessions:
            self.documents |= session_documents([1], session)
        if empty:
            self.documents[f"scr{empty}.html"] = session_page([], empty)
        self.asked: list[str] = []
        server.expect_request("/").respond_with_handler(self._answer)
        for name in {*self.documents, *(f"scr{year}.html" for year in range(2000, UNDER_WAY + 1))}:
            server.expect_request(f"/{name}").respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        name = request.path.removeprefix("/")
        self.asked.append(name)
        return Response(self.documents[name]) if name in self.documents else Response(status=404)

    @property
    def lists(self) -> list[int]:
        found = [int(name[3:7]) for name in self.asked if name.startswith("scr")]
        self.asked.clear()
        return found


def test_it_reads_the_session_under_way_and_the_one_before_only_if_it_was_read(
    online: Site, httpserver: HTTPServer
) -> None:
    server = Sessions(httpserver, UNDER_WAY, UNDER_WAY - 1, UNDER_WAY - 2)
    online.sync(SCRIPT)
    assert server.lists == [UNDER_WAY]
    online.sync(SCRIPT, f"--session={UNDER_WAY - 1}")
    online.sync(SCRIPT, f"--session={UNDER_WAY - 2}")
    assert server.lists == [UNDER_WAY - 1, UNDER_WAY - 2]
    assert online.sync(SCRIPT).counters["sourceUnchanged"] == 1
    assert server.lists == [UNDER_WAY, UNDER_WAY - 1]


@pytest.mark.parametrize("empty", [None, UNDER_WAY], ids=["no page", "an empty page"])
def test_until_the_first_vote_of_a_session_the_one_before_is_the_newest(
    online: Site, httpserver: HTTPServer, empty: int | None
) -> None:
    Sessions(httpserver, UNDER_WAY - 1, empty=empty)
    outcome = online.sync(SCRIPT)
    assert (outcome.code, outcome.err) == (0, "")
    assert stored(online) == [f"SENAT-{UNDER_WAY - 1}-1"]


def test_where_neither_is_there_the_address_has_changed(online: Site, httpserver: HTTPServer) -> None:
    server = Sessions(httpserver, UNDER_WAY - 2)
    outcome = online.sync(SCRIPT)
    assert outcome.code == 1
    assert f"scr{UNDER_WAY - 1}.html answers 404" in outcome.err
    assert server.lists == [UNDER_WAY, UNDER_WAY - 1]


def test_all_is_every_session_since_2006(online: Site, httpserver: HTTPServer) -> None:
    years = range(UNDER_WAY, 2005, -1)
    server = Sessions(httpserver, *(year for year in years if year != 2010))
    outcome = online.sync(SCRIPT, "--all")
    assert server.lists == [*years]
    assert (outcome.code, outcome.counters["errors"]) == (0, 1)
    assert "scr2010.html answers 404" in outcome.err
    assert len(stored(online)) == len(years) - 1
    assert set(state(online)) == {f"votes-senat:{year}" for year in years if year != 2010}


@pytest.mark.parametrize(
    "flags", [["--session=2005"], ["--session=2101"], ["--session=x"], ["--all", "--session=2024"]]
)
def test_flags_that_say_nothing_are_refused(sqlite_site: Site, flags: list[str]) -> None:
    assert sqlite_site.sync(SCRIPT, *flags).code == 64


def test_a_limit_takes_the_newest_and_remembers_nothing(sqlite_site: Site) -> None:
    put(sqlite_site, [9, 10, 11])
    sqlite_site.sync(SCRIPT, THIS, "--limit=2")
    assert stored(sqlite_site) == ["SENAT-2025-10", "SENAT-2025-11"]
    assert sqlite_site.rows("sync_metadata") == []
    assert sqlite_site.sync(SCRIPT, THIS, "--limit=2").counters["scrutinsCreated"] == 1


def test_a_limit_is_for_all_sessions_together(sqlite_site: Site) -> None:
    for year in (UNDER_WAY, UNDER_WAY - 1, UNDER_WAY - 2):
        put(sqlite_site, [1, 2], year)
    assert sqlite_site.sync(SCRIPT, "--all", "--limit=3").counters["scrutinsCreated"] == 3
    assert stored(sqlite_site)[0] == f"SENAT-{UNDER_WAY - 1}-2"


def test_a_source_none_of_whose_votes_can_be_read_has_changed(sqlite_site: Site) -> None:
    put(sqlite_site, [1, 2], page1="<html></html>", page2="<html></html>")
    outcome = sqlite_site.sync(SCRIPT, THIS)
    assert (outcome.code, outcome.counters["errors"]) == (1, 2)
    assert "None of the 2 votes of the Sénat could be read" in outcome.err


def test_one_bad_vote_among_many_does_not_fail_every_run_to_come(sqlite_site: Site) -> None:
    put(sqlite_site, [1, 2], json2=None)
    sqlite_site.sync(SCRIPT, THIS)
    outcome = sqlite_site.sync(SCRIPT, THIS)
    assert (outcome.code, outcome.counters["errors"], outcome.counters["cursorSkipped"]) == (0, 1, 1)


def test_who_is_refused_everything_soon_stops_asking(online: Site, httpserver: HTTPServer) -> None:
    numbers = range(1, NOT_BY_CHANCE * 3)
    httpserver.expect_request("/scr2025.html").respond_with_data(session_page(numbers))
    for number in numbers:
        httpserver.expect_request(f"/2025/scr2025-{number}.html").respond_with_data(status=403)
    outcome = online.sync(SCRIPT, THIS)
    assert outcome.code == 1
    assert len(httpserver.log) == 1 + NOT_BY_CHANCE


def test_a_site_that_goes_down_half_way_is_gone_on_with(online: Site, httpserver: HTTPServer) -> None:
    documents = session_documents([1, 2, 3])
    for name, content in documents.items():
        if name == "2025/scr2025-2.json":
            for _ in range(4):
                httpserver.expect_oneshot_request(f"/{name}").respond_with_data(status=503)
        httpserver.expect_request(f"/{name}").respond_with_data(content)
    first = online.sync(SCRIPT, THIS)
    assert (first.code, stored(online)) == (75, ["SENAT-2025-1"])
    assert state(online) == {"votes-senat:2025": ("1", False)}
    second = online.sync(SCRIPT, THIS).counters
    assert (second["scrutinsCreated"], second["cursorSkipped"]) == (2, 1)
    assert state(online) == {"votes-senat:2025": ("3", True)}


def test_down_after_a_failure_it_goes_on_behind_the_failure(online: Site, httpserver: HTTPServer) -> None:
    for name, content in session_documents([1, 2, 3, 4]).items():
        status = 404 if name == "2025/scr2025-2.json" else 503 if name == "2025/scr2025-4.json" else 200
        httpserver.expect_request(f"/{name}").respond_with_data(content, status=status)
    outcome = online.sync(SCRIPT, THIS)
    assert (outcome.code, stored(online)) == (75, ["SENAT-2025-1", "SENAT-2025-3"])
    assert state(online) == {"votes-senat:2025": ("1", False)}


def test_killed_and_run_again_it_is_whole(new_site: Callable[[], Site]) -> None:
    untouched, killed = new_site(), new_site()
    for one in (untouched, killed):
        put(one, range(1, 31))
    assert untouched.sync(SCRIPT, THIS).code == 0
    for lines in (5, 12):
        kill_after(killed, lines, SCRIPT, THIS)
        assert state(killed)["votes-senat:2025"][1] is False
        assert {row["scrutin_id"] for row in killed.rows("votes")} == {row["id"] for row in killed.rows("scrutins")}
    assert killed.sync(SCRIPT, THIS).code == 0
    assert killed.meaning() == untouched.meaning()


def test_the_samples_are_read_without_an_error(sqlite_site: Site) -> None:
    sqlite_site.sources = SAMPLES
    sqlite_site.sync("sync-senat")
    outcome = sqlite_site.sync(SCRIPT)
    assert (outcome.code, outcome.err, outcome.counters["scrutinsCreated"]) == (0, "", 4)
    assert outcome.counters["senatorsNotFound"] == 0
    assert all(row["politician_id"] for row in sqlite_site.rows("votes"))


def test_the_samples_show_something_today_too(sqlite_site: Site) -> None:
    sqlite_site.sources = SAMPLES
    assert sqlite_site.sync(SCRIPT, "--today").counters["scrutinsCreated"] == 3
