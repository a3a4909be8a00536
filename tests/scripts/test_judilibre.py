"""sync-judilibre: how it asks, that paging loses nothing, and that it shows no key."""

import itertools
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from scripts.decisions import decision as read
from scripts.judilibre import PAGE_SIZE, TOPICS
from tests.scripts.court import SECRETS, TOKEN, Court, decision, page, taxonomies
from tests.scripts.sites import SAMPLES, Outcome, Site
from tests.scripts.test_killed_scripts import kill_after

HERE = "sync-judilibre"
LIVE = Path("live")
HIDDEN = (TOKEN, SECRETS["JUDILIBRE_CLIENT_SECRET"], SECRETS["JUDILIBRE_API_KEY"])


@pytest.fixture
def court(sqlite_site: Site, httpserver: HTTPServer) -> Court:
    sqlite_site.sources = LIVE
    return Court(httpserver, sqlite_site)


def day(number: int) -> str:
    return (date(2025, 11, 20) - timedelta(days=number)).isoformat()


def ids(site: Site) -> list[str]:
    return sorted(str(row["external_id"]) for row in site.rows("decisions"))


def held(court: Court) -> list[str]:
    return sorted(one["id"] for one in court.decisions)


def cursor(site: Site, topic: str = "corruption") -> object:
    return next((row["cursor"] for row in site.rows("sync_metadata") if row["key"] == f"judilibre:{topic}"), None)


def test_it_asks_as_it_is_documented(sqlite_site: Site, court: Court) -> None:
    court.decisions = [decision(1), decision(2, words="diffamation", chamber="civ1")]
    outcome = sqlite_site.sync(HERE)
    assert (outcome.code, outcome.err) == (0, "")
    assert court.tokens == [
        {
            "grant_type": ["client_credentials"],
            "client_id": ["the-application"],
            "client_secret": [SECRETS["JUDILIBRE_CLIENT_SECRET"]],
            "scope": ["openid"],
        }
    ], "one token a run"
    first = next(one for one in court.asked if one.path == "/v1/search")
    assert first.args.to_dict() == {
        "query": "corruption", "operator": "exact", "chamber": "cr", "sort": "date", "order": "desc",
        "page_size": "50", "page": "0",
    }  # fmt: skip
    assert first.args.getlist("chamber") == ["cr", "pl"]
    assert {one.headers["Authorization"] for one in court.asked} == {f"Bearer {TOKEN}"}
    assert {one.headers["KeyId"] for one in court.asked} == {SECRETS["JUDILIBRE_API_KEY"]}
    assert not [one.url for one in court.asked for hidden in HIDDEN if hidden in one.url]
    assert [row["topics"] for row in sqlite_site.rows("decisions")] == [["corruption"], ["diffamation"]]


def test_without_a_key_id_none_is_sent(sqlite_site: Site, court: Court) -> None:
    del sqlite_site.settings["JUDILIBRE_API_KEY"]
    court.decisions = [decision(1)]
    assert sqlite_site.sync(HERE).code == 0
    assert not [one for one in court.asked if "KeyId" in one.headers]


@pytest.mark.parametrize("name", ["JUDILIBRE_CLIENT_ID", "JUDILIBRE_CLIENT_SECRET"])
def test_without_its_settings_it_is_not_configured(sqlite_site: Site, court: Court, name: str) -> None:
    del sqlite_site.settings[name]
    outcome = sqlite_site.sync(HERE)
    assert (outcome.code, court.tokens) == (78, [])
    assert f"{name} is not set" in outcome.err


def test_a_folder_needs_no_key(sqlite_site: Site) -> None:
    sqlite_site.sources = SAMPLES
    outcome = sqlite_site.sync(HERE)
    assert (outcome.code, outcome.counters["decisionsCreated"], outcome.counters["errors"]) == (0, 8, 0)
    rows = {str(row["external_id"]): row for row in sqlite_site.rows("decisions")}
    assert rows[f"99{3:022d}"]["topics"] == ["corruption", "trafic-d-influence", "detournement-de-fonds-publics"]
    assert {row["chamber_name"] for row in rows.values()} >= {"Chambre criminelle", "Assemblée plénière"}
    assert {row["solution_name"] for row in rows.values()} == {"Rejet", "Cassation", "Irrecevabilité"}


def test_all_pages_are_read_each_decision_once(sqlite_site: Site, court: Court) -> None:
    # A day that fills more than two pages alone, among others.
    days = [day(0)] * 30 + [day(1)] * (2 * PAGE_SIZE + 20) + [day(n) for n in range(2, 100)]
    court.decisions = [decision(n, one) for n, one in enumerate(days)]
    outcome = sqlite_site.sync(HERE)
    assert (outcome.code, outcome.counters["decisionsCreated"]) == (0, len(days))
    assert outcome.counters["decisionsUpdated"] == 0
    assert (ids(sqlite_site), cursor(sqlite_site)) == (held(court), f"{day(0)}/")
    before = sqlite_site.dump()
    again = sqlite_site.sync(HERE)
    assert again.counters["decisionsCreated"] == again.counters["decisionsUpdated"] == 0
    assert sqlite_site.dump() == before


def test_what_comes_while_it_reads_moves_nothing_out_of_sight(sqlite_site: Site, court: Court) -> None:
    court.decisions = [decision(n, day(n)) for n in range(180)]
    new = itertools.count(1000)
    court.after = lambda: court.decisions.insert(0, decision(next(new), "2025-11-21"))
    assert sqlite_site.sync(HERE).code == 0
    assert set(ids(sqlite_site)) >= {one["id"] for one in court.decisions if one["decision_date"] != "2025-11-21"}
    court.after = lambda: None
    assert sqlite_site.sync(HERE).code == 0
    assert ids(sqlite_site) == held(court)


def test_what_is_withdrawn_while_it_reads_hides_no_other(sqlite_site: Site, court: Court) -> None:
    court.decisions = [decision(n, day(n)) for n in range(180)]
    court.after = lambda: court.decisions.__delitem__(0)
    assert sqlite_site.sync(HERE).code == 0
    assert set(ids(sqlite_site)) >= set(held(court))


def test_a_run_that_breaks_off_above_what_is_known_loses_nothing(sqlite_site: Site, court: Court) -> None:
    court.decisions = [decision(n, day(400 + n)) for n in range(10)]
    sqlite_site.sync(HERE)
    court.decisions += [decision(100 + n, day(n)) for n in range(120)]
    court.instead = lambda request: Response(status=503) if request.args.get("date_end") else None
    assert sqlite_site.sync(HERE).code == 75
    court.instead = lambda _: None
    assert sqlite_site.sync(HERE).code == 0
    assert (ids(sqlite_site), cursor(sqlite_site)) == (held(court), f"{day(0)}/")


def test_a_limit_is_of_new_decisions_and_the_next_run_goes_on(sqlite_site: Site, court: Court) -> None:
    court.decisions = [decision(n, day(n)) for n in range(60)]
    court.decisions += [decision(100 + n, day(n), "diffamation") for n in range(70)]
    sizes = []
    for _ in range(5):
        sizes.append(sqlite_site.sync(HERE, "--limit=40").counters["decisionsCreated"])
        if len(sizes) == 1:
            assert {court.decisions[0]["id"], court.decisions[60]["id"]} <= set(ids(sqlite_site)), "the newest first"
    assert sizes == [40, 40, 40, 10, 0]
    assert ids(sqlite_site) == held(court)
    assert cursor(sqlite_site) == f"{day(0)}/"


def test_more_than_a_limit_that_came_since_loses_nothing(sqlite_site: Site, court: Court) -> None:
    court.decisions = [decision(n, day(300 + n)) for n in range(10)]
    sqlite_site.sync(HERE)
    # A year later: more than two limits between what is known and the newest.
    court.decisions += [decision(100 + n, day(3 * n)) for n in range(80)]
    counts = [sqlite_site.sync(HERE, "--limit=30").counters["decisionsCreated"] for _ in range(4)]
    assert counts == [30, 30, 20, 0]
    assert (ids(sqlite_site), cursor(sqlite_site)) == (held(court), f"{day(0)}/")


def test_what_is_put_online_late_is_found(sqlite_site: Site, court: Court) -> None:
    court.decisions = [decision(n, day(n)) for n in range(5)]
    sqlite_site.sync(HERE)
    court.decisions.append(decision(9, day(60)))
    assert sqlite_site.sync(HERE).counters["decisionsCreated"] == 1
    court.decisions.append(decision(10, day(91)))
    assert sqlite_site.sync(HERE).counters["decisionsCreated"] == 0
    assert sqlite_site.sync(HERE, "--force").counters["decisionsCreated"] == 1


def test_a_day_in_the_future_hides_no_others(sqlite_site: Site, court: Court) -> None:
    court.decisions = [decision(1, "2125-11-12"), decision(2, day(0))]
    sqlite_site.sync(HERE)
    court.decisions.append(decision(3, date.today().isoformat()))  # noqa: DTZ011 - today, wherever
    assert sqlite_site.sync(HERE).counters["decisionsCreated"] == 1


def test_a_decision_of_another_topic_as_well_keeps_both(sqlite_site: Site, court: Court) -> None:
    court.decisions = [decision(1)]
    sqlite_site.sync(HERE)
    court.decisions[0]["highlights"] = {"motivations": ["<em>diffamation</em>"]}
    assert sqlite_site.sync(HERE).counters["decisionsUpdated"] == 1
    assert sqlite_site.rows("decisions")[0]["topics"] == ["corruption", "diffamation"]


def test_a_changed_decision_is_updated_in_its_place(sqlite_site: Site, court: Court) -> None:
    court.decisions = [decision(1, solution="rejet")]
    sqlite_site.sync(HERE)
    court.decisions = [decision(1, solution="cassation")]
    counters = sqlite_site.sync(HERE).counters
    assert (counters["decisionsCreated"], counters["decisionsUpdated"]) == (0, 1)
    assert [row["solution_name"] for row in sqlite_site.rows("decisions")] == ["Cassation"]


def test_what_has_only_some_of_the_words_is_no_result(sqlite_site: Site) -> None:
    for topic in TOPICS:
        sqlite_site.put(HERE, f"search-{topic.key}.json", page(decision(1), relaxed=topic.key != "corruption"))
    for name, content in taxonomies().items():
        sqlite_site.put(HERE, name, content)
    assert sqlite_site.sync(HERE).counters["decisionsFound"] == 1
    assert sqlite_site.rows("decisions")[0]["topics"] == ["corruption"]


def test_a_server_that_heeds_no_days_does_not_hold_it_for_ever(sqlite_site: Site, court: Court) -> None:
    same = page(*(decision(n, day(n)) for n in range(PAGE_SIZE)), next_page="page=1")
    court.instead = lambda request: Response(same) if request.path == "/v1/search" else None
    outcome = sqlite_site.sync(HERE)
    assert (outcome.code, outcome.counters["errors"]) == (0, len(TOPICS))
    assert "the last day asked for" in outcome.err


def test_an_expired_token_is_asked_for_anew_once(sqlite_site: Site, court: Court) -> None:
    court.decisions = [decision(n, day(n)) for n in range(120)]
    expired = iter([False] * 4 + [True] + [False] * 100)
    court.instead = lambda _: Response(status=401) if next(expired) else None
    outcome = sqlite_site.sync(HERE)
    assert (outcome.code, outcome.err, len(court.tokens)) == (0, "", 2)
    assert ids(sqlite_site) == held(court)


def test_a_new_token_that_is_refused_too_ends_the_run(sqlite_site: Site, court: Court) -> None:
    court.instead = lambda _: Response(status=401)
    outcome = sqlite_site.sync(HERE)
    assert (outcome.code, len(court.tokens), len(court.asked)) == (1, 2, 2)
    assert "answers 401: it does not take the key" in outcome.err


def test_what_was_read_before_it_went_down_is_kept(sqlite_site: Site, court: Court) -> None:
    court.decisions = [decision(n, day(n)) for n in range(80)]
    court.instead = lambda request: Response(status=503) if request.args.get("date_end") else None
    outcome = sqlite_site.sync(HERE)
    assert (outcome.code, outcome.counters["decisionsCreated"], outcome.counters["errors"]) == (75, 50, 1)
    court.instead = lambda _: None
    assert sqlite_site.sync(HERE).counters["decisionsCreated"] == 30


def test_it_says_what_judilibre_says(sqlite_site: Site, court: Court) -> None:
    refused = {"route": "GET /search", "errors": [{"msg": "Value of the page_size parameter must be an integer."}]}
    court.instead = lambda _: Response(json.dumps(refused), status=400)
    outcome = sqlite_site.sync(HERE)
    assert outcome.code == 1
    assert "answers 400: Value of the page_size parameter must be an integer." in outcome.err


def echo(status: int) -> Callable[[Request], Response]:
    """All that it was sent, as a sentence and in every other place."""

    def answer(request: Request) -> Response:
        sent = f"{dict(request.headers)} {request.get_data(as_text=True)}"
        return Response(json.dumps({"errors": [{"msg": sent}], "error": {"message": sent}}), status=status)

    return answer


def seen(site: Site, outcome: Outcome, *hidden: str) -> list[str]:
    everywhere = outcome.out + outcome.err + str(site.dump())
    return [one for one in hidden if one in everywhere]


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 500])
@pytest.mark.parametrize("flags", [(), ("--verbose",)], ids=str)
def test_no_key_is_seen_even_where_the_server_repeats_it(
    sqlite_site: Site, court: Court, status: int, flags: tuple[str, ...]
) -> None:
    court.instead = echo(status)
    outcome = sqlite_site.sync(HERE, *flags)
    assert outcome.code
    assert not seen(sqlite_site, outcome, *HIDDEN)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 500])
def test_no_secret_is_seen_where_the_gate_repeats_it(sqlite_site: Site, court: Court, status: int) -> None:
    sent = f"invalid_client {SECRETS['JUDILIBRE_CLIENT_SECRET']}"
    court.gate = Response(json.dumps({"error": sent, "error_description": sent}), status=status)
    outcome = sqlite_site.sync(HERE, "--verbose")
    assert outcome.code == (75 if status == 500 else 1)
    assert not seen(sqlite_site, outcome, *HIDDEN)
    if 400 <= status < 500:
        assert "see JUDILIBRE_CLIENT_ID and JUDILIBRE_CLIENT_SECRET" in outcome.err


@pytest.mark.parametrize("token", ["", "with space", "zwei\nlines", "é", 7, None])
def test_a_token_that_no_header_carries_is_refused_unseen(sqlite_site: Site, court: Court, token: object) -> None:
    court.gate = Response(json.dumps({"access_token": token}))
    outcome = sqlite_site.sync(HERE)
    assert (outcome.code, court.asked) == (1, [])
    assert "gives no token" in outcome.err
    assert "zwei" not in outcome.err


def test_a_good_run_shows_no_key_either(sqlite_site: Site, court: Court) -> None:
    court.decisions = [decision(1)]
    assert not seen(sqlite_site, sqlite_site.sync(HERE, "--verbose"), *HIDDEN)


@pytest.mark.parametrize("name", ["JUDILIBRE_API_KEY", "GOOGLE_FACTCHECK_API_KEY", "LLM_API_KEY", "EMBEDDINGS_API_KEY"])
@pytest.mark.parametrize("key", ["half\nnot-to-be-seen", "clé-not-to-be-seen", "two not-to-be-seen"])
def test_a_key_that_no_header_carries_is_refused_unseen(sqlite_site: Site, name: str, key: str) -> None:
    sqlite_site.settings[name] = key
    outcome = sqlite_site.sync(HERE)
    assert outcome.code == 64
    assert name in outcome.err
    assert "not-to-be-seen" not in outcome.out + outcome.err


def test_killed_between_pages_and_run_again_it_is_whole(new_site: Callable[[], Site], httpserver: HTTPServer) -> None:
    untouched, killed = new_site(), new_site()
    for site in (untouched, killed):
        site.sources = LIVE
        court = Court(httpserver, site)
        court.decisions = [decision(n, day(n // 2)) for n in range(170)]
    assert untouched.sync(HERE).code == 0
    # In the first page, and in the second.
    for lines in (10, 60):
        kill_after(killed, lines, HERE, "--verbose")
    assert killed.sync(HERE).code == 0
    assert killed.meaning() == untouched.meaning()
    assert len(killed.rows("decisions")) == 170


def test_themes_within_themes_are_read_two_deep_however_deep_they_go() -> None:
    nested: object = "corps"
    for _ in range(5_000):
        nested = [nested]
    told = decision(1, themes=["élu", ["maire", "", 7], [["corps"]], nested])
    assert read(told, {}, {})["themes"] == ["élu", "maire"]
