"""sync-wikidata-ids: by the chambers' ids alone, and nobody twice."""

import json
from typing import Any

import pytest

from scripts.models import IdSource
from scripts.sync_wikidata_ids import PROPERTIES
from tests.scripts.documents import Json
from tests.scripts.items import answer, entities, item
from tests.scripts.sites import Outcome, Site
from tests.scripts.wikidata_people import politician

SCRIPT = "sync-wikidata-ids"
AN, SENAT, PE = IdSource.ASSEMBLEE_NATIONALE, IdSource.SENAT, IdSource.PARLEMENT_EUROPEEN


def put(site: Site, *deputies: tuple[str, str], senat: Any = None, europarl: Any = None) -> None:
    site.put(SCRIPT, "sparql-assemblee.json", answer(*deputies, ("Q900", "9001")))
    site.put(SCRIPT, "sparql-senat.json", answer(senat or ("Q901", "nom_ombeline99001a")))
    site.put(SCRIPT, "sparql-europarl.json", answer(europarl or ("Q902", "9002")))


def ours(site: Site) -> dict[object, object]:
    return {
        row["politician_id"]: row["external_id"] for row in site.rows("external_ids") if row["source"] == "WIKIDATA"
    }


def test_each_chambers_id_leads_to_the_item(site: Site) -> None:
    politician(site, 1, ids={AN: "PA1"})
    politician(site, 2, ids={SENAT: "99002B"})
    politician(site, 3, ids={PE: "3"})
    politician(site, 4, ids={IdSource.HATVP: "4"})
    put(site, ("Q1", "1"), senat=("Q2", "nom_ombeline99002b"), europarl=("Q3", "3"))
    outcome = site.sync(SCRIPT)
    assert (outcome.code, outcome.err) == (0, "")
    assert ours(site) == {1: "Q1", 2: "Q2", 3: "Q3"}
    assert outcome.counters["itemsFound"] == outcome.counters["idsAdded"] == 3
    assert len(site.rows("politicians")) == 4, "nobody is made of who is not ours"
    before = site.dump()
    again = site.sync(SCRIPT)
    assert (again.counters["idsAdded"], again.counters["idsKept"]) == (0, 3)
    assert site.dump() == before


@pytest.mark.parametrize(
    ("source", "written", "id_"),
    [
        (AN, "267706", "PA267706"),
        (AN, "PA267706", "PA267706"),
        (AN, "0", None),
        (AN, "abc", None),
        (SENAT, "quelquun_jean74041p", "74041P"),
        (SENAT, "de_la_rive_anne_marie74041P", "74041P"),
        (SENAT, "quelquun_jean000346", "000346"),
        (SENAT, "quelquun_jean1111r3", "1111R3"),
        (SENAT, "74041P", "74041P"),
        (SENAT, "quelquun_jean", None),
        (SENAT, "quelquun_jean74041", None),
        (PE, "1234", "1234"),
        (PE, "1234/NOM", None),
        (PE, "²", None),
    ],
)
def test_an_id_is_called_as_its_chamber_calls_it(source: IdSource, written: str, id_: str | None) -> None:
    (property_,) = (one for one in PROPERTIES if one.source == source)
    assert property_.ours(written) == id_


def test_an_id_of_another_form_is_counted_and_no_error(sqlite_site: Site) -> None:
    politician(sqlite_site, 1, ids={AN: "PA1"})
    put(sqlite_site, ("Q1", "1"), ("Q5", "jean-quelquun"))
    outcome = sqlite_site.sync(SCRIPT)
    assert (outcome.code, outcome.err) == (0, "")
    assert (outcome.counters["idsAdded"], outcome.counters["idsOfAnotherForm"]) == (1, 1)


def test_an_answer_that_has_no_id_of_its_form_at_all_is_refused(sqlite_site: Site) -> None:
    politician(sqlite_site, 1, ids={AN: "PA1"})
    put(sqlite_site, ("Q1", "1"), senat=("Q5", "?"))
    outcome = sqlite_site.sync(SCRIPT)
    assert outcome.code == 1
    assert "None of the 1 lines of sparql-senat.json has an id of SENAT" in outcome.err
    assert ours(sqlite_site) == {}


def refused(site: Site) -> Outcome:
    """Number 9, beside whom something is wrong, is as sure as ever."""
    politician(site, 9, ids={AN: "PA9"})
    outcome = site.sync(SCRIPT)
    assert outcome.code == 0
    assert ours(site).pop(9) == "Q9"
    return outcome


def test_one_politician_who_is_two_items_is_none(site: Site) -> None:
    politician(site, 1, ids={AN: "PA1", SENAT: "99002B"})
    put(site, ("Q1", "1"), ("Q9", "9"), senat=("Q2", "nom_ombeline99002b"))
    outcome = refused(site)
    assert outcome.counters["errors"] == 1
    assert outcome.err == "Wikidata: ombeline-nom1 is several items: Q1 by PA1, Q2 by 99002B.\n"
    assert ours(site) == {9: "Q9"}


def test_one_item_that_is_two_politicians_is_neither(site: Site) -> None:
    politician(site, 1, ids={AN: "PA1"})
    politician(site, 2, ids={SENAT: "99002B"})
    put(site, ("Q1", "1"), ("Q9", "9"), senat=("Q1", "nom_ombeline99002b"))
    outcome = refused(site)
    assert outcome.counters["errors"] == 2
    assert "ombeline-nom1 shares an item with another politician: Q1 by PA1" in outcome.err
    assert "ombeline-nom2 shares" in outcome.err
    assert ours(site) == {9: "Q9"}


@pytest.mark.parametrize("items", [[item("Q7")], [{"id": "Q7", "missing": ""}], [], None])
def test_who_is_another_item_already_stays_that(site: Site, items: list[Json] | None) -> None:
    politician(site, 1, "Q7", ids={AN: "PA1"})
    put(site, ("Q1", "1"), ("Q9", "9"))
    if items is not None:
        site.put(SCRIPT, "entities.json", entities(*items))
    outcome = refused(site)
    assert "is Q7 with us and another item there: Q1 by PA1" in outcome.err
    assert (outcome.counters["errors"], outcome.counters["idsMerged"]) == (1, 0)
    assert ours(site) == {1: "Q7", 9: "Q9"}


def merged(old: str, into: str) -> str:
    """What wbgetentities answers for an item that was merged."""
    return json.dumps({"entities": {old: {**item(into), "redirects": {"from": old, "to": into}}}, "success": 1})


def test_an_item_that_was_merged_into_another_is_that_one_from_now_on(site: Site) -> None:
    politician(site, 1, "Q7", ids={AN: "PA1"})
    put(site, ("Q1", "1"))
    site.put(SCRIPT, "entities.json", merged("Q7", "Q1"))
    dry = site.sync(SCRIPT, "--dry-run")
    assert (dry.counters["idsMerged"], ours(site)) == (1, {1: "Q7"})
    outcome = site.sync(SCRIPT)
    assert (outcome.code, outcome.err) == (0, "")
    assert (outcome.counters["idsMerged"], outcome.counters["idsKept"]) == (1, 1)
    assert "ombeline-nom1 was Q7, which Wikidata has merged into Q1" in outcome.out
    assert ours(site) == {1: "Q1"}
    before = site.dump()
    again = site.sync(SCRIPT)
    assert (again.err, again.counters["idsMerged"], again.counters["idsKept"]) == ("", 0, 1)
    assert site.dump() == before


def test_an_item_that_was_merged_into_somebody_elses_stays_an_error(site: Site) -> None:
    politician(site, 1, "Q7", ids={AN: "PA1"})
    politician(site, 2, "Q1")
    put(site, ("Q1", "1"), ("Q9", "9"))
    site.put(SCRIPT, "entities.json", merged("Q7", "Q1"))
    outcome = refused(site)
    assert outcome.counters["errors"] == 1
    assert ours(site) == {1: "Q7", 2: "Q1", 9: "Q9"}


def test_an_item_that_was_merged_into_one_that_two_share_stays_an_error(site: Site) -> None:
    politician(site, 1, "Q7", ids={AN: "PA1"})
    politician(site, 2, ids={SENAT: "99002B"})
    put(site, ("Q1", "1"), ("Q9", "9"), senat=("Q1", "nom_ombeline99002b"))
    site.put(SCRIPT, "entities.json", merged("Q7", "Q1"))
    outcome = refused(site)
    assert outcome.counters["errors"] == 2
    assert ours(site) == {1: "Q7", 9: "Q9"}


def test_an_item_that_is_somebody_else_already_stays_theirs(site: Site) -> None:
    politician(site, 1, ids={AN: "PA1"})
    politician(site, 2, "Q1")
    put(site, ("Q1", "1"), ("Q9", "9"))
    outcome = refused(site)
    assert "ombeline-nom1 has the ids of several politicians: ombeline-nom1, ombeline-nom2" in outcome.err
    assert ours(site) == {2: "Q1", 9: "Q9"}


def test_a_limit_bounds_the_politicians_and_keeps_no_cursor(sqlite_site: Site) -> None:
    for number in range(1, 4):
        politician(sqlite_site, number, ids={AN: f"PA{number}"})
    put(sqlite_site, *((f"Q{n}", f"{n}") for n in range(1, 4)))
    assert sqlite_site.sync(SCRIPT, "--limit=2").said[-2] == {"processed": 2, "total": 2}
    assert ours(sqlite_site) == {1: "Q1", 2: "Q2"}
    assert sqlite_site.rows("sync_metadata") == []
