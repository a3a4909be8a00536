"""sync-president: eight presidencies that follow each other, each of one person whoever else knows them."""

import itertools
from datetime import date

from scripts.identity import Person
from scripts.models import IdSource
from scripts.sync_president import PRESIDENTS
from tests.scripts.governments import GOVERNMENTS, function_line, governments_csv, know
from tests.scripts.sites import Site

HOLLANDE = Person(
    source=IdSource.ASSEMBLEE_NATIONALE,
    external_id="PA1",
    first_name="François",
    last_name="Hollande",
    birth_date=date(1954, 8, 12),
)


def test_the_presidencies_are_what_a_life_allows_and_follow_each_other() -> None:
    for one in PRESIDENTS:
        assert one.born_on < one.started_on
        assert one.ended_on is None or one.started_on < one.ended_on <= (one.died_on or date.max)
    assert [one.ended_on for one in PRESIDENTS].count(None) == 1
    for before, after in itertools.pairwise(PRESIDENTS):
        assert before.ended_on
        # Two were stood in for: after a resignation, and after a death.
        gap = (after.started_on - before.ended_on).days
        assert gap == {"georges-pompidou": 53, "valery-giscard-d-estaing": 55}.get(after.id, 0)


def test_they_are_written_once(site: Site) -> None:
    outcome = site.sync("sync-president")
    assert (outcome.code, outcome.err) == (0, "")
    assert {name: count for name, count in outcome.counters.items() if count} == {
        "presidentsCreated": 8,
        "mandatesCreated": 8,
    }
    assert outcome.said[-2] == {"processed": 8, "total": 8}
    (open_,) = [row for row in site.rows("mandates") if row["ended_on"] is None]
    assert (open_["external_id"], open_["office"], open_["chamber"]) == (
        "president-emmanuel-macron-2017-05-14",
        "PRESIDENT",
        None,
    )
    before = site.dump()
    assert not any(site.sync("sync-president", "--force").counters.values())
    assert site.dump() == before


def test_a_limit_and_a_dry_run(site: Site) -> None:
    assert site.sync("sync-president", "--dry-run").counters["presidentsCreated"] == 8
    assert site.rows("politicians") == []
    assert site.sync("sync-president", "--limit=3").counters["presidentsCreated"] == 3
    assert site.sync("sync-president").counters["presidentsCreated"] == 5


def test_who_sits_is_the_same_and_keeps_what_the_chamber_knows(site: Site) -> None:
    know(site, HOLLANDE)
    outcome = site.sync("sync-president")
    assert outcome.counters["presidentsCreated"] == 7
    assert outcome.counters["presidentsUpdated"] == 1
    (row,) = [row for row in site.rows("politicians") if row["last_name"] == "Hollande"]
    assert (row["slug"], row["birth_place"]) == ("francois-hollande", "Rouen")


def test_a_namesake_without_a_birth_date_is_a_doubt(site: Site) -> None:
    know(site, Person(source=IdSource.SENAT, external_id="1", first_name="François", last_name="Hollande"))
    before = site.rows("politicians")
    outcome = site.sync("sync-president")
    assert (outcome.code, outcome.counters["doubtful"], outcome.counters["presidentsCreated"]) == (0, 1, 7)
    assert site.rows("politicians")[:1] == before
    assert [row["external_id"] for row in site.rows("doubts")] == ["francois-hollande"]


def test_one_whose_ids_contradict_each_other_is_named_and_the_others_are_written(site: Site) -> None:
    know(site, Person(source=IdSource.SENAT, external_id="1", first_name="François", last_name="Hollande"))
    know(site, Person(source=IdSource.SENAT, external_id="2", first_name="Un", last_name="Autre"))
    site.sync("sync-president")
    site.sync("decide", "PRESIDENCE", "francois-hollande", "un-autre")
    ids = {IdSource.SENAT: "2"}
    know(
        site,
        Person(source=IdSource.PRESIDENCE, external_id="another", first_name="Un", last_name="Autre", others=ids),
    )
    outcome = site.sync("sync-president")
    assert (outcome.code, outcome.counters["errors"], outcome.said[-2]["processed"]) == (0, 1, 8)
    assert outcome.err.startswith("president-francois-hollande-2012-05-15 would be un-autre, who is another in")


def test_who_has_the_id_is_it_whatever_the_name(site: Site) -> None:
    renamed = Person(source=IdSource.PRESIDENCE, external_id="francois-hollande", first_name="Un", last_name="Autre")
    know(site, renamed)
    outcome = site.sync("sync-president")
    assert (outcome.counters["presidentsCreated"], outcome.counters["presidentsUpdated"]) == (7, 1)
    assert "Autre" in {row["last_name"] for row in site.rows("politicians")}


def test_a_minister_who_became_president_is_one_person_whoever_comes_first(site: Site) -> None:
    site.put(*GOVERNMENTS, governments_csv(function_line(1, prenom="Emmanuel", nom="Macron")))
    for script in ("sync-gouvernement", "sync-president"):
        assert site.sync(script).counters["doubtful"] == 0
    (person,) = [row for row in site.rows("politicians") if row["last_name"] == "Macron"]
    assert {row["office"] for row in site.rows("mandates") if row["politician_id"] == person["id"]} == {
        "MINISTRE",
        "PRESIDENT",
    }
