"""The scripts of the three chambers, and what a person has decided about somebody whom they list."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from scripts.database import connected
from scripts.identity import Identities, Person
from scripts.models import IdSource
from scripts.odsen import ELUSEN, GENERAL
from scripts.settings import database_url
from tests.scripts.documents import deputies_csv, deputy_line, linked, mep, mep_detail
from tests.scripts.people import add
from tests.scripts.senate_documents import (
    elusen_csv,
    elusen_line,
    general_csv,
    general_line,
    ref,
    senator,
    senators_json,
)
from tests.scripts.sites import Site

Put = Callable[[Site], None]


def _deputies(site: Site) -> None:
    lines = [deputy_line(1, prenom="Anne", nom="Roche"), deputy_line(2)]
    site.put("sync-assemblee", "deputes-active.csv", deputies_csv(*lines))


def _senators(site: Site) -> None:
    site.put("sync-senat", "senateurs.json", senators_json(senator(1, prenom="Anne", nom="Roche"), senator(2)))
    lines = [general_line(1, Prénom_usuel="Anne", Nom_usuel="Roche"), general_line(2)]
    site.put("sync-senat", GENERAL, general_csv(*lines))
    site.put("sync-senat", ELUSEN, elusen_csv(elusen_line(1)))


def _meps(site: Site) -> None:
    site.put("sync-europarl", "meps/show-current", linked(mep(1, givenName="Anne", familyName="Roche"), mep(2)))
    for number in (1, 2):
        site.put("sync-europarl", f"meps/{number}", linked(mep_detail(number)))


chambers = pytest.mark.parametrize(
    ("script", "put", "source", "id_", "created"),
    [
        ("sync-assemblee", _deputies, IdSource.ASSEMBLEE_NATIONALE, "PA1", "deputiesCreated"),
        ("sync-senat", _senators, IdSource.SENAT, ref(1), "senatorsCreated"),
        ("sync-europarl", _meps, IdSource.PARLEMENT_EUROPEEN, "1", "mepsCreated"),
    ],
    ids=["assemblee", "senat", "europarl"],
)


@chambers
def test_the_next_run_acts_on_a_decision_though_the_source_has_not_changed(
    site: Site, script: str, put: Put, source: IdSource, id_: str, created: str
) -> None:
    add(site, "anne-roche", {IdSource.HATVP: "roche"})
    put(site)
    first = site.sync(script)
    assert (first.code, first.counters["doubtful"], first.counters[created]) == (0, 1, 1)
    assert site.sync("decide", source, id_, "anne-roche").code == 0
    second = site.sync(script)
    assert (second.code, second.counters["doubtful"], second.counters[created]) == (0, 0, 0)
    assert len(site.rows("mandates")) == 2
    assert site.rows("doubts") == []
    assert site.sync(script).counters["sourceUnchanged"] == 1


@chambers
def test_ids_that_contradict_each_other_are_named_and_the_rest_goes_on(
    site: Site, script: str, put: Put, source: IdSource, id_: str, created: str
) -> None:
    add(site, "anne-roche", {IdSource.HATVP: "roche"})
    put(site)
    site.sync(script)
    site.sync("decide", source, id_, "anne-roche")
    # Whom the decision means gets another id of the source, from another script.
    with connected(database_url(site.url)) as engine, Session(engine) as session, session.begin():
        Identities(session).place(
            Person(
                source=source,
                external_id="another",
                first_name="Anne",
                last_name="Roche",
                others={IdSource.HATVP: "roche"},
            )
        )
    outcome = site.sync(script)
    assert (outcome.code, outcome.counters["errors"]) == (0, 1)
    assert f"would be anne-roche, who is another in {source}, not {id_}" in outcome.err
    assert len(site.rows("mandates")) == 1
    assert site.sync(script).counters["errors"] == 1, "it is read again until somebody decides otherwise"
