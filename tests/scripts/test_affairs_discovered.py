"""discover-affairs: what of statements and sections becomes an affair, and what becomes of it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, text

from scripts.models import AffairMerge, AffairSource, Confidence, PressAnalysis, PressArticle
from scripts.settings import database_url
from tests.scripts.affairs import affair
from tests.scripts.documents import Json
from tests.scripts.items import NOBODY_KNOWS, at, entities, item, named, statement, words
from tests.scripts.sites import SAMPLES, Site
from tests.scripts.test_killed_scripts import kill_after
from tests.scripts.wikidata_people import politician, politicians, write
from tests.scripts.wikipedia_articles import article, linked, missing, pages

SCRIPT = "discover-affairs"
NOW = datetime(2025, 11, 1, tzinfo=UTC)
OFFENCE, COURT, FINE = item("Q970", "fraude fiscale"), item("Q971", "tribunal de Tournecoin"), item("Q972", "amende")


def serve(site: Site, *items: Json, articles: tuple[Json, ...] = ()) -> None:
    site.put(SCRIPT, "entities.json", entities(*items, OFFENCE, COURT, FINE))
    site.put(SCRIPT, "pages.json", pages(*articles))


def convicted(id_: str = "Q1$A", **qualifiers: Json) -> Json:
    return statement(named("Q970"), id_, "normal", P585=at("2019-03-14"), **qualifiers)


def change(site: Site, statement_: str) -> None:
    engine = create_engine(database_url(site.url))
    with engine.begin() as connection:
        connection.execute(text(statement_))
    engine.dispose()


@pytest.fixture
def one(sqlite_site: Site) -> Site:
    politician(sqlite_site, 1, "Q1")
    return sqlite_site


def test_a_conviction_has_what_its_qualifiers_and_references_say(one: Site) -> None:
    told = convicted(P4884=named("Q971"), P1596=named("Q972"))
    urls = [
        words("https://gazette.example/a"),
        words("javascript:alert(1)"),
        words(f"https://gazette.example/{'é' * 1000}"),
        {"snaktype": "broken"},
    ]
    told["references"] = [{"snaks": {"P854": urls}}, "broken"]
    serve(one, item("Q1", "Ombeline Nom", P1399=[told]))
    outcome = one.sync(SCRIPT)
    assert (outcome.code, outcome.err, outcome.counters["affairsCreated"]) == (0, "", 1)
    (row,) = one.rows("affairs")
    assert (row["external_id"], row["title"], row["category"]) == ("wikidata:Q1$A", "fraude fiscale", "FRAUDE_FISCALE")
    assert (row["stage"], str(row["stage_on"])) == ("CONDAMNATION_DEFINITIVE", "2019-03-14")
    assert (row["court"], row["penalty"]) == ("tribunal de Tournecoin", "amende")
    assert (row["publication_status"], row["merged_into_id"]) == ("DRAFT", None)
    sources = {(one["url"], one["publisher"]) for one in one.rows("affair_sources")}
    assert sources == {
        ("https://www.wikidata.org/wiki/Q1", "Wikidata"),
        ("https://gazette.example/a", "gazette.example"),
    }


@pytest.mark.parametrize("otherwise", ["P582", "P1534", "P1480", "P5102", "P1310", "P793"])
def test_a_conviction_of_which_something_says_otherwise_has_no_stage(one: Site, otherwise: str) -> None:
    serve(one, item("Q1", "Nom", P1399=[convicted("Q1$A", **{otherwise: NOBODY_KNOWS})]))
    one.sync(SCRIPT)
    (row,) = one.rows("affairs")
    assert (row["stage"], row["stage_on"]) == ("INCONNU", None)


def test_a_charge_a_month_a_deprecated_and_an_unknown_one(one: Site) -> None:
    serve(
        one,
        item(
            "Q1",
            "Nom",
            P1595=[statement(named("Q973"), "Q1$B", P585=at("2019-03-00", 10))],
            P1399=[statement(named("Q970"), "Q1$C", rank="deprecated"), statement(NOBODY_KNOWS, "Q1$D")],
        ),
        item("Q973", "naufrage de complaisance"),
    )
    assert one.sync(SCRIPT).err == ""
    (row,) = one.rows("affairs")
    assert (row["stage"], row["stage_on"], row["category"]) == ("MISE_EN_EXAMEN", None, "AUTRE")
    assert row["title"] == "naufrage de complaisance"


def test_what_is_gone_goes_unless_a_person_has_taken_it_up(one: Site) -> None:
    serve(one, item("Q1", "Nom", P1399=[convicted("Q1$A"), convicted("Q1$B")]))
    one.sync(SCRIPT)
    change(
        one, "UPDATE affairs SET publication_status = 'PUBLISHED', title = 'Relu' WHERE external_id = 'wikidata:Q1$B'"
    )
    before = one.rows("affairs")[1]
    again = one.sync(SCRIPT)
    assert (again.counters["affairsUpdated"], again.counters["duplicatesSkipped"]) == (0, 2)
    serve(one, item("Q1", "Nom"))
    outcome = one.sync(SCRIPT)
    assert outcome.counters["affairsRemoved"] == 1
    assert one.rows("affairs") == [before]
    assert [row["affair_id"] for row in one.rows("affair_sources")] == [before["id"]]


def test_what_could_not_be_read_takes_nothing_away(one: Site) -> None:
    politician(one, 2, "Q2")
    read = linked(item("Q2", "B"), "B")
    section = article(2, "B", "== Procès ==\nTexte.\n")
    serve(
        one,
        linked(item("Q1", "A", P1399=[convicted()]), "A"),
        read,
        articles=(article(1, "A", "== Procès ==\nTexte.\n"), section),
    )
    one.sync(SCRIPT)
    before = one.rows("affairs")
    serve(
        one,
        linked(item("Q1", "A", P1399=[statement(at("2019-03-14"), "Q1$Z")]), "A"),
        read,
        articles=(missing("A"), section),
    )
    outcome = one.sync(SCRIPT)
    assert (outcome.code, outcome.counters["errors"], outcome.counters["affairsRemoved"]) == (0, 2, 0)
    assert "« A » (ombeline-nom1) is no page of Wikipedia." in outcome.err
    assert one.rows("affairs") == before
    assert len(before) == 3


def test_each_source_alone_leaves_the_others_affairs(one: Site) -> None:
    whole = linked(item("Q1", "Nom", P1399=[convicted()]), "Nom")
    serve(one, whole, articles=(article(1, "Nom", "== Procès ==\nTexte.\n"),))
    one.sync(SCRIPT)
    serve(one, linked(item("Q1", "Nom"), "Nom"), articles=(article(1, "Nom", "Rien.\n"),))
    assert one.sync(SCRIPT, "--wikipedia-only").counters["affairsRemoved"] == 1
    assert [row["origin"] for row in one.rows("affairs")] == ["WIKIDATA"]
    assert one.sync(SCRIPT, "--wikidata-only").counters["affairsRemoved"] == 1
    assert one.rows("affairs") == []


def test_a_section_is_an_affair_with_the_revision_as_its_source_and_without_its_text(one: Site) -> None:
    wikitext = "== Affaires judiciaires ==\n=== Abus de confiance ===\nSecret n° 19-19.463. Il est relaxé.\n"
    serve(one, linked(item("Q1", "Nom"), "L'Été"), articles=(article(5, "L'Été", wikitext, 77),))
    one.sync(SCRIPT)
    (row,) = one.rows("affairs")
    assert row["external_id"] == "wikipedia:5:affaires-judiciaires/abus-de-confiance"
    assert (row["category"], row["stage"], row["appeal_numbers"]) == ("ABUS_CONFIANCE", "RELAXE", ["19-19.463"])
    (source,) = one.rows("affair_sources")
    assert source["url"] == "https://fr.wikipedia.org/w/index.php?title=L%27%C3%89t%C3%A9&oldid=77"
    assert "Secret" not in str(one.dump())
    serve(one, linked(item("Q1", "Nom"), "L'Été"), articles=(article(5, "L'Été", wikitext, 78),))
    assert one.sync(SCRIPT).counters["affairsUpdated"] == 0
    assert [str(row["url"])[-2:] for row in one.rows("affair_sources")] == ["78"]


def test_what_the_press_has_added_to_a_draft_stays(one: Site) -> None:
    serve(one, item("Q1", "Nom", P1595=[statement(named("Q970"), "Q1$B")]))
    one.sync(SCRIPT)
    write(one, AffairSource(affair_id=1, url="https://gazette.example/a", publisher="Gazette", title="Titre"))
    change(one, "UPDATE affairs SET stage = 'PROCES'")
    before = one.dump()
    assert one.sync(SCRIPT).counters["affairsUpdated"] == 0
    assert one.dump() == before


@pytest.mark.parametrize(
    ("was", "qualifiers", "stage"),
    [
        # The press knows better how far it is; not that a conviction is final of which Wikidata says that it is not.
        ("PROCES", {"P1534": NOBODY_KNOWS}, "PROCES"),
        ("CONDAMNATION_DEFINITIVE", {"P1534": NOBODY_KNOWS}, "INCONNU"),
    ],
)
def test_a_conviction_that_is_final_no_more_is_not_kept_so_by_the_press(
    one: Site, was: str, qualifiers: Json, stage: str
) -> None:
    serve(one, item("Q1", "Nom", P1399=[convicted()]))
    one.sync(SCRIPT)
    write(one, AffairSource(affair_id=1, url="https://gazette.example/a", publisher="Gazette", title="Titre"))
    change(one, f"UPDATE affairs SET stage = '{was}'")  # noqa: S608 - ours
    serve(one, item("Q1", "Nom", P1399=[convicted("Q1$A", **qualifiers)]))
    one.sync(SCRIPT)
    assert [row["stage"] for row in one.rows("affairs")] == [stage]


def test_who_is_cleared_by_the_source_is_not_left_convicted_by_the_press(one: Site) -> None:
    told, heading = linked(item("Q1", "Nom"), "Nom"), "== Affaires judiciaires ==\n=== Phares ===\n"
    serve(one, told, articles=(article(5, "Nom", f"{heading}Mis en examen.\n"),))
    one.sync(SCRIPT)
    write(one, AffairSource(affair_id=1, url="https://gazette.example/a", publisher="Gazette", title="Titre"))
    change(one, "UPDATE affairs SET stage = 'CONDAMNATION_PREMIERE_INSTANCE'")
    for word, stage in (("Procès.", "CONDAMNATION_PREMIERE_INSTANCE"), ("Relaxe.", "RELAXE")):
        serve(one, told, articles=(article(5, "Nom", f"{heading}{word}\n", 8),))
        one.sync(SCRIPT)
        assert [row["stage"] for row in one.rows("affairs")] == [stage]


def test_a_reference_that_wikidata_has_dropped_is_nothing_that_the_press_has_added(one: Site) -> None:
    told = convicted()
    told["references"] = [{"snaks": {"P854": [words("https://gazette.example/a")]}}]
    serve(one, item("Q1", "Nom", P1399=[told]))
    one.sync(SCRIPT)
    change(one, "UPDATE affairs SET stage = 'INCONNU'")
    serve(one, item("Q1", "Nom", P1399=[convicted()]))
    one.sync(SCRIPT)
    assert [row["stage"] for row in one.rows("affairs")] == ["CONDAMNATION_DEFINITIVE"]


def test_what_the_press_had_added_to_a_draft_that_is_gone_is_analysed_again(one: Site) -> None:
    serve(one, item("Q1", "Nom", P1399=[convicted()]))
    one.sync(SCRIPT)
    for number in (1, 2):
        url = f"https://gazette.example/{number}"
        analysis = {"tier": 2, "is_judicial": True, "model": "m", "analyzed_at": NOW, "content_sha256": "c"}
        write(one, PressArticle(id=number, feed="lcp", external_id=url, url=url, title="Titre", description=""))
        write(one, PressAnalysis(article_id=number, **analysis))
    write(one, AffairSource(affair_id=1, url="https://gazette.example/1", publisher="Gazette", title="Titre"))
    serve(one, item("Q1", "Nom"))
    assert one.sync(SCRIPT).counters["affairsRemoved"] == 1
    assert [row["article_id"] for row in one.rows("press_analyses")] == [2]


def test_a_redirect_takes_no_draft_away(one: Site) -> None:
    told = linked(item("Q1", "Nom"), "Nom")
    politician(one, 2, "Q2")
    other = linked(item("Q2", "B"), "B")
    serve(one, told, other, articles=(article(5, "Nom", "== Procès ==\n"), article(6, "B", "Rien.")))
    one.sync(SCRIPT)
    moved = article(5, "Nom", "#REDIRECTION [[Nom (député)]]\n")
    serve(one, told, other, articles=(moved, article(6, "B", "Rien.")))
    outcome = one.sync(SCRIPT)
    assert (outcome.code, outcome.counters["errors"], outcome.counters["affairsRemoved"]) == (0, 1, 0)
    assert "« Nom » (ombeline-nom1) is a redirect to another article." in outcome.err


def test_only_one_politician_and_only_one_source_of_the_two(one: Site) -> None:
    politician(one, 2, "Q2")
    serve(one, item("Q1", "A", P1399=[convicted()]), item("Q2", "B", P1399=[convicted("Q2$A")]))
    assert one.sync(SCRIPT, "--politician=ombeline-nom2").counters["politiciansProcessed"] == 1
    assert [row["politician_id"] for row in one.rows("affairs")] == [2]
    nobody = one.sync(SCRIPT, "--politician=nobody")
    assert (nobody.code, "'nobody'" in nobody.err) == (64, True)
    both = one.sync(SCRIPT, "--wikidata-only", "--wikipedia-only")
    assert (both.code, "not allowed with" in both.err) == (64, True)
    assert one.sync(SCRIPT, "--limit=1").counters["politiciansProcessed"] == 1


def test_an_item_that_is_somebody_elses_by_now_takes_its_draft_along(one: Site) -> None:
    politician(one, 2)
    serve(one, item("Q1", "A", P1399=[convicted()]))
    one.sync(SCRIPT)
    affair(one, 2)
    write(one, AffairMerge(kept_id=1, merged_id=2, confidence=Confidence.HIGH, why="…"))
    change(one, "UPDATE affairs SET merged_into_id = 1 WHERE id = 2")
    change(one, "UPDATE external_ids SET politician_id = 2")
    one.sync(SCRIPT)
    assert {(row["politician_id"], row["merged_into_id"]) for row in one.rows("affairs")} == {(1, None), (2, None)}
    assert one.rows("affair_merges") == []


def test_on_the_samples_it_finds_what_is_there(site: Site) -> None:
    site.sources = SAMPLES
    for script in ("sync-assemblee", "sync-wikidata-ids"):
        site.sync(script)
    outcome = site.sync(SCRIPT)
    assert (outcome.code, outcome.err) == (0, "")
    assert (outcome.counters["wikidataAffairsFound"], outcome.counters["wikipediaAffairsFound"]) == (2, 3)
    assert site.sync(SCRIPT).counters["duplicatesSkipped"] == 5
    assert {row["publication_status"] for row in site.rows("affairs")} == {"DRAFT"}


# Of PostgreSQL's transactions the other scripts' tests speak.
@pytest.mark.parametrize("new_site", ["sqlite"], indirect=True)
def test_killed_between_batches_and_run_again_it_is_whole(new_site: Callable[[], Site]) -> None:
    untouched, killed = new_site(), new_site()
    for site in (untouched, killed):
        politicians(site, 120)
        told = [linked(item(f"Q{n}", "Nom", P1399=[convicted(f"Q{n}$A")]), f"Nom {n}") for n in range(1, 121)]
        texts = [article(n, f"Nom {n}", "== Procès ==\nTexte.\n") for n in range(1, 121)]
        serve(site, *told, articles=tuple(texts))
    assert untouched.sync(SCRIPT).code == 0
    kill_after(killed, 1, SCRIPT)
    assert 0 < len(killed.rows("affairs")) < 240
    assert killed.sync(SCRIPT).code == 0
    assert killed.meaning() == untouched.meaning()
    assert len(killed.rows("affairs")) == 240
