"""Wikidata's scripts killed between two batches, and on the samples."""

from collections.abc import Callable

import pytest

from tests.scripts.documents import Json
from tests.scripts.items import answer, at, entities, item, named, statement
from tests.scripts.sites import SAMPLES, Site
from tests.scripts.test_killed_scripts import kill_after
from tests.scripts.wikidata_people import politicians

PEOPLE = range(1, 171)


def of_each(site: Site, script: str, property_: str, main: Json, *others: Json, **qualifiers: Json) -> None:
    politicians(site, len(PEOPLE))
    told = (item(f"Q{n}", None, **{property_: [statement(main, f"Q{n}$A", "normal", **qualifiers)]}) for n in PEOPLE)
    site.put(script, "entities.json", entities(*told, *others))


def born(site: Site) -> None:
    of_each(site, "sync-birthdates", "P569", at("1971-03-14"))


def mayors(site: Site) -> None:
    when = {"P580": at("2014-03-30"), "P582": at("2020-07-04")}
    of_each(site, "sync-careers", "P39", named("Q382617"), item("Q970", "Éluville"), **when)


def members(site: Site) -> None:
    founded = [statement(named("Q170"), "Q980$F")]
    of_each(site, "sync-parties", "P102", named("Q980"), item("Q980", "Les Évêchés", P112=founded))


def deputies(site: Site) -> None:
    politicians(site, len(PEOPLE), items=False)
    site.put("sync-wikidata-ids", "sparql-assemblee.json", answer(*((f"Q{n}", f"{n}") for n in PEOPLE)))
    site.put("sync-wikidata-ids", "sparql-senat.json", answer(("Q971", "nom_ombeline99001a")))
    site.put("sync-wikidata-ids", "sparql-europarl.json", answer(("Q971", "971")))


@pytest.mark.parametrize(
    ("script", "given", "table", "rows"),
    [
        ("sync-birthdates", born, "politicians", 170),
        ("sync-careers", mayors, "mandates", 170),
        ("sync-parties", members, "party_memberships", 171),
        ("sync-wikidata-ids", deputies, "external_ids", 340),
    ],
)
def test_killed_between_batches_and_run_again_it_is_whole(
    new_site: Callable[[], Site], script: str, given: Callable[[Site], None], table: str, rows: int
) -> None:
    untouched, killed = new_site(), new_site()
    for each in (untouched, killed):
        given(each)
    assert untouched.sync(script).code == 0
    kill_after(killed, 1, script)
    resume = () if script == "sync-parties" else ("--resume",)
    kill_after(killed, 1, script)
    assert killed.sync(script, *resume).code == 0
    assert killed.meaning() == untouched.meaning()
    assert len(killed.rows(table)) == rows


def test_on_the_samples_each_succeeds_and_shows_something(site: Site) -> None:
    site.sources = SAMPLES
    site.sync("sync-assemblee")
    expected = {
        "sync-wikidata-ids": {"itemsFound": 8, "idsAdded": 8},
        # The deputies' own source knows when they were born.
        "sync-birthdates": {},
        "sync-deceased": {"politiciansProcessed": 8},
        "sync-careers": {
            "politiciansProcessed": 8, "mandatesCreated": 4, "vague": 2,
        },
        "sync-parties": {"politiciansProcessed": 8, "partiesCreated": 2, "membershipsCreated": 9},
        "sync-mep-parties": {},
    }  # fmt: skip
    for script, counters in expected.items():
        outcome = site.sync(script)
        assert (outcome.code, outcome.err) == (0, "")
        assert {name: count for name, count in outcome.counters.items() if count} == counters
