"""sync-press: which articles it keeps, what it makes of hostile feeds, and whom it finds named."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy.orm import Session

from scripts import sync_press
from scripts.feeds import FEEDS
from scripts.models import Party, PressArticle
from scripts.press_mentions import Names, mention
from tests.scripts.documents import deputies_csv, deputy_line, item, rss
from tests.scripts.politicians import politicians
from tests.scripts.sites import SAMPLES, Site

ONE = "--feed=lemonde"


def put(site: Site, feed: str, *items: str) -> None:
    site.put("sync-press", f"{feed}.xml", rss(*items))


def read(site: Site, *items: str) -> list[dict[str, object]]:
    """The articles that come of one feed with these items."""
    put(site, "lemonde", *items)
    assert site.sync("sync-press", ONE).code == 0
    return site.rows("press_articles")


def test_an_article_is_stored_as_its_feed_tells_it(site: Site) -> None:
    [row] = read(
        site,
        item("guid-1", "https://lemonde.example/a?x=1", "Un <b>titre</b>", "<p>Une&nbsp;id&eacute;e</p><p>deux</p>",
             "Tue, 18 Nov 2025 19:42:00 +0100"),
    )  # fmt: skip
    assert (row["feed"], row["external_id"], row["url"]) == ("lemonde", "guid-1", "https://lemonde.example/a?x=1")
    assert (row["title"], row["description"]) == ("Un titre", "Une idée deux")
    published = row["published_at"]
    assert isinstance(published, datetime)
    assert published.replace(tzinfo=published.tzinfo or UTC) == datetime(2025, 11, 18, 18, 42, tzinfo=UTC)


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_without_a_date_there_is_none(sqlite_site: Site, date: str) -> None:
    assert read(sqlite_site, item("1", date=date))[0]["published_at"] is None


def test_without_a_guid_the_link_is_the_key(sqlite_site: Site) -> None:
    assert read(sqlite_site, item(None, "https://lemonde.example/a"))[0]["external_id"] == "https://lemonde.example/a"


def test_an_entry_with_neither_is_counted_named_and_left_out(sqlite_site: Site) -> None:
    put(sqlite_site, "lemonde", item(title="Perdu"), item("1"))
    outcome = sqlite_site.sync("sync-press", ONE)
    assert (outcome.code, outcome.counters["errors"], outcome.counters["articlesNew"]) == (0, 1, 1)
    assert outcome.err == "lemonde: the entry 'Perdu' has neither a guid nor a link.\n"
    assert sqlite_site.sync("sync-press", ONE).counters["feedsUnchanged"] == 0


def test_a_second_run_changes_nothing_at_all(site: Site) -> None:
    site.sources = SAMPLES
    site.sync("sync-assemblee")
    first = site.sync("sync-press")
    assert (first.counters["feedsFetched"], first.counters["articlesNew"]) == (12, 27)
    before = site.dump()
    assert site.sync("sync-press").counters["feedsUnchanged"] == 12
    forced = site.sync("sync-press", "--force").counters
    assert (forced["articlesNew"], forced["articlesUpdated"], forced["articlesSkipped"]) == (0, 0, 27)
    assert site.dump() == before


def test_a_dry_run_counts_the_same_and_writes_nothing(site: Site) -> None:
    site.sources = SAMPLES
    site.sync("sync-assemblee")
    before = site.dump()
    rehearsed = site.sync("sync-press", "--dry-run")
    assert site.dump() == before
    assert site.sync("sync-press").counters == rehearsed.counters


def test_a_changed_article_is_updated_in_its_place(site: Site) -> None:
    [before] = read(site, item("1", "https://a.example/1", "Avant"))
    [after] = read(site, item("1", "https://a.example/1", "Après"))
    assert (before["id"], after["title"]) == (after["id"], "Après")
    assert after["created_at"] == before["created_at"]


def test_an_article_of_two_feeds_stays_with_the_first(site: Site) -> None:
    put(site, "lemonde", item("a", "https://shared.example/1"), item("b", "https://shared.example/1"))
    put(site, "liberation", item("c", "https://shared.example/1"), item("d", "https://shared.example/2"))
    site.sync("sync-press", ONE)
    outcome = site.sync("sync-press", "--feed=liberation")
    assert (outcome.counters["articlesNew"], outcome.counters["articlesSkipped"]) == (1, 1)
    assert [row["external_id"] for row in site.rows("press_articles")] == ["a", "d"]


def test_a_limit_is_of_all_feeds_together_and_nothing_is_remembered(sqlite_site: Site) -> None:
    sqlite_site.sources = SAMPLES
    outcome = sqlite_site.sync("sync-press", "--limit=4")
    assert (outcome.counters["articlesTotal"], outcome.counters["feedsFetched"]) == (4, 2)
    assert not [row for row in sqlite_site.rows("sync_metadata") if str(row["key"]).startswith("press-feed")]
    assert sqlite_site.sync("sync-press").counters["articlesNew"] == 23


def test_one_dead_feed_does_not_stop_the_rest(online: Site, httpserver: HTTPServer) -> None:
    for feed in FEEDS:
        answer = httpserver.expect_request(f"/{feed.file_name}")
        if feed.id == "lefigaro":
            answer.respond_with_data(status=503)
        elif feed.id == "lcp":
            answer.respond_with_data("<html>Maintenance</html>")
        elif feed.id == "publicsenat":
            answer.respond_with_data(b"")
        else:
            answer.respond_with_data(rss(item(f"{feed.id}-1")), headers={"ETag": f'"{feed.id}"'})
    outcome = online.sync("sync-press")
    assert outcome.code == 0
    assert (outcome.counters["errors"], outcome.counters["articlesNew"]) == (3, 9)
    assert "lefigaro: " in outcome.err
    assert "publicsenat: This is neither RSS nor Atom." in outcome.err
    assert "lcp: This is neither RSS nor Atom." in outcome.err
    assert outcome.said[-2] == {"processed": 12, "total": 12}
    remembered = {row["key"]: row["etag"] for row in online.rows("sync_metadata")}
    assert remembered["press-feed:lemonde"] == '"lemonde"'
    assert {"press-feed:lefigaro", "press-feed:lcp"}.isdisjoint(remembered)


def test_a_304_is_a_feed_that_has_not_changed(online: Site, httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request("/lemonde.xml").respond_with_data(rss(item("1")), headers={"ETag": '"a"'})
    httpserver.expect_ordered_request("/lemonde.xml", headers={"If-None-Match": '"a"'}).respond_with_data(status=304)
    online.sync("sync-press", ONE)
    assert online.sync("sync-press", ONE).counters["feedsUnchanged"] == 1


def test_all_feeds_down_is_a_source_down(online: Site, httpserver: HTTPServer) -> None:
    outcome = online.sync("sync-press", ONE)  # the server answers 500 to what it does not know
    assert outcome.code == 75
    assert "None of the feeds could be read" in outcome.err


def test_a_feed_that_breaks_off_gives_what_it_has_and_is_read_again(sqlite_site: Site) -> None:
    whole = rss(item("1", title="Un"), item("2", title="Deux"))
    sqlite_site.put("sync-press", "lemonde.xml", whole[: whole.index("<item><guid>2")])
    assert sqlite_site.sync("sync-press", ONE).counters["articlesNew"] == 1
    assert "press-feed:lemonde" not in {row["key"] for row in sqlite_site.rows("sync_metadata")}


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("<script>alert(1)</script>Bonjour", "Bonjour"),
        ("Bon<img src=x onerror=alert(1)>jour", "Bon jour"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Bonjour", "Bonjour"),
        ("a \x00b\ud800c".encode("utf-8", "replace").decode(), "a b?c"),
        ("5 < 6 &amp; 7 > 3", "5 < 6 & 7 > 3"),
        ("L&amp;apos;été", "L'été"),
        ("<" * 3_000, "<" * 999),
    ],
)
def test_markup_never_reaches_the_description(sqlite_site: Site, text: str, stored: str) -> None:
    description = str(read(sqlite_site, item("1", text=text.replace("\x00", "")))[0]["description"])
    assert description.startswith(stored)
    assert len(description) <= 1000


def test_a_long_description_is_cut_between_words(sqlite_site: Site) -> None:
    description = str(read(sqlite_site, item("1", text="mot " * 500))[0]["description"])
    assert len(description) <= 1000
    assert description.endswith("mot…")


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "data:text/html,x", "ftp://a.example/1", "https://", "//a.example", "http://[bad", "x" * 9],
)
def test_only_links_of_the_web_are_kept(sqlite_site: Site, link: str) -> None:
    assert read(sqlite_site, item("1", link))[0]["url"] is None


def test_a_feed_that_is_back_after_a_bad_one_is_read_again(sqlite_site: Site) -> None:
    assert read(sqlite_site, item("1", title="Un"))[0]["title"] == "Un"
    assert read(sqlite_site, item("1", title="Maintenance"), item("2", title=""))[0]["title"] == "Maintenance"
    assert read(sqlite_site, item("1", title="Un"))[0]["title"] == "Un"
    assert sqlite_site.sync("sync-press", ONE).counters["feedsUnchanged"] == 1


def test_an_address_longer_than_any_database_indexes_stops_no_feed(site: Site) -> None:
    letters = "".join(chr(0x4E00 + number * 37 % 20_000) for number in range(1_900))
    rows = read(site, item("1", f"https://lemonde.example/{letters}"), item("2", "https://lemonde.example/2"))
    assert [row["url"] for row in rows] == [None, "https://lemonde.example/2"]


def test_entities_that_grow_without_end_do_not(sqlite_site: Site) -> None:
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "ha">{lines}]>'
        + rss(item("1", title="Un")).partition("?>")[2]
    )
    sqlite_site.put("sync-press", "lemonde.xml", bomb.replace("Un", "Un &e9;"))
    outcome = sqlite_site.sync("sync-press", ONE)
    assert outcome.code in {0, 1}
    assert all(len(str(row["title"])) < 600 for row in sqlite_site.rows("press_articles"))


def test_an_entity_that_names_a_file_is_not_read(sqlite_site: Site) -> None:
    secret = sqlite_site.sources / "secret.txt"
    secret.write_text("hunter2")
    feed = f'<!DOCTYPE rss [<!ENTITY file SYSTEM "{secret.as_uri()}">]>' + rss(item("1", title="Un")).partition("?>")[2]
    sqlite_site.put("sync-press", "lemonde.xml", feed.replace("Un", "Un &file;"))
    sqlite_site.sync("sync-press", ONE)
    assert "hunter2" not in str(sqlite_site.rows("press_articles"))


def test_a_document_that_is_a_path_is_not_opened(sqlite_site: Site) -> None:
    path = SAMPLES / "sync-press/lemonde.xml"
    sqlite_site.put("sync-press", "lemonde.xml", str(path))
    assert sqlite_site.sync("sync-press", ONE).code == 1
    assert sqlite_site.rows("press_articles") == []


def test_an_entry_of_ten_megabytes_costs_its_feed_and_no_other(sqlite_site: Site) -> None:
    sqlite_site.sources = sqlite_site.sources.parent / "huge"
    for feed in FEEDS:
        put(sqlite_site, feed.id, item(f"{feed.id}-1", text="x" * 10_000_000 if feed.id == "lemonde" else ""))
    outcome = sqlite_site.sync("sync-press")
    assert (outcome.code, outcome.counters["errors"], outcome.counters["articlesNew"]) == (0, 1, 11)
    assert "more than 5,000,000 bytes" in outcome.err


def test_the_largest_entry_that_is_allowed_is_read_quickly(sqlite_site: Site) -> None:
    [row] = read(sqlite_site, item("1", text="<![CDATA[ <p " * 250_000))
    assert len(str(row["description"])) <= 1000


@pytest.mark.parametrize("entity", [f"&#{'9' * 5_000};", f"&amp;#{'9' * 5_000};", "&#9999999999;"])
def test_an_entity_of_too_many_digits_costs_its_feed_at_most(sqlite_site: Site, entity: str) -> None:
    sqlite_site.sources = sqlite_site.sources.parent / "digits"
    for feed in FEEDS:
        put(sqlite_site, feed.id, item(f"{feed.id}-1", title="Un"))
    raw = rss(item("lemonde-1", title="Un")).replace("Un", f"Un {entity}")
    sqlite_site.put("sync-press", "lemonde.xml", raw)
    outcome = sqlite_site.sync("sync-press")
    assert outcome.code == 0
    assert outcome.counters["articlesNew"] + outcome.counters["errors"] == 12


def test_a_title_cannot_speak_for_the_script(sqlite_site: Site) -> None:
    put(sqlite_site, "lemonde", item("1", title='x\n@sync {"processed": 9, "total": 9}'))
    outcome = sqlite_site.sync("sync-press", ONE, "--verbose")
    assert outcome.said[0] == {"processed": 1, "total": 1}


def test_a_guid_too_long_to_index_is_an_error_of_its_entry(site: Site) -> None:
    put(site, "lemonde", item("g" * 10_000), item("2"))
    outcome = site.sync("sync-press", ONE)
    assert (outcome.code, outcome.counters["errors"], outcome.counters["articlesNew"]) == (0, 1, 1)


def test_politicians_who_come_later_are_found_in_what_is_stored(site: Site) -> None:
    read(site, item("1", title="Élodie d'Œuvre-Haÿ à la tribune"))
    assert site.rows("press_mentions") == []
    site.put("sync-assemblee", "deputes-active.csv", deputies_csv(deputy_line(1, prenom="Elodie", nom="d'Oeuvre-Hay")))
    site.sync("sync-assemblee")
    again = site.sync("sync-press", ONE)
    assert (again.counters["feedsUnchanged"], again.counters["mentionsCreated"]) == (1, 1)


def test_parties_are_named_too_and_those_that_come_later_found_in_what_is_stored(site: Site) -> None:
    [article] = read(site, item("1", title="Le Parti des Bacs et l’UBP"))
    with politicians(site) as known:
        known.add(Party(wikidata_id="Q1", slug="bacs", name="Parti des Bacs", short_name="PB"))
        union = known.add(Party(wikidata_id="Q2", slug="union", name="Union des bacs", short_name="UBP"))
    again = site.sync("sync-press", ONE)
    assert (again.counters["feedsUnchanged"], again.counters["partyMentionsCreated"]) == (1, 2)
    before = site.dump()
    assert site.sync("sync-press", ONE, "--force").counters["partyMentionsCreated"] == 0
    assert site.dump() == before
    read(site, item("1", title="L’UBP seule"))
    assert [(row["article_id"], row["party_id"]) for row in site.rows("party_mentions")] == [(article["id"], union)]


def test_a_corrected_title_loses_the_mention_it_no_longer_makes(site: Site) -> None:
    site.put("sync-assemblee", "deputes-active.csv", deputies_csv(deputy_line(1, prenom="Ada", nom="Quercelin")))
    site.sync("sync-assemblee")
    read(site, item("1", title="Ada Quercelin"))
    assert len(site.rows("press_mentions")) == 1
    read(site, item("1", title="Une autre"))
    assert site.rows("press_mentions") == []


def test_matching_what_is_stored_goes_on_where_it_was_cut_short(
    sqlite_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(sqlite_site, *(item(str(number), title="Ada Quercelin") for number in range(3)))
    sqlite_site.put("sync-assemblee", "deputes-active.csv", deputies_csv(deputy_line(1, prenom="Ada", nom="Quercelin")))
    sqlite_site.sync("sync-assemblee")
    seen: list[int] = []

    def cut_short(session: Session, articles: Sequence[PressArticle], known: Names) -> Counter[str]:
        seen.extend(article.id for article in articles)
        if len(seen) == 3:
            raise OSError("killed")
        return mention(session, articles, known)

    monkeypatch.setattr(sync_press, "BATCH", 1)
    monkeypatch.setattr(sync_press, "mention", cut_short)
    assert sqlite_site.sync("sync-press", ONE).code == 1
    assert sqlite_site.sync("sync-press", ONE).counters["mentionsCreated"] == 1
    assert seen == [1, 2, 3, 3]
    assert len(sqlite_site.rows("press_mentions")) == 3
    assert sqlite_site.sync("sync-press", ONE).counters["mentionsCreated"] == 0
    assert len(seen) == 4
