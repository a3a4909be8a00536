"""The Sénat's open data as recorded, read to the last line, and held against the Répertoire national des élus."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest

from scripts import odsen, senators
from scripts.odsen import ELUSEN, GENERAL
from scripts.text import fold
from tests.scripts.recorded import recorded
from tests.scripts.sites import Site
from tests.scripts.test_killed_scripts import kill_after

Lines = list[dict[str, str]]


def raw(name: str) -> Lines:
    text = recorded(f"senat/{name}").decode("cp1252")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("%")))


@pytest.mark.parametrize(("year", "count", "sitting"), [(2020, 1739, 348), (2021, 1842, 348)])
def test_everybody_of_a_recording_is_read(year: int, count: int, sitting: int) -> None:
    name = f"ODSEN_GENERAL_{year}.csv"
    found = [odsen.recorded(line) for line in odsen.lines(recorded(f"senat/{name}"), GENERAL)]
    lines = raw(name)
    assert (len(found), len({one.id for one in found}), sum(one.sits for one in found)) == (count, count, sitting)
    assert [(one.last_name, one.first_name, str(one.birth_date)) for one in found] == [
        (line["Nom usuel"].strip(), line["Prénom usuel"].strip(), line["Date naissance"][:10]) for line in lines
    ]
    assert [one.id.lstrip("0") for one in found] == [line["Matricule"].lstrip("0") for line in lines]
    assert sum(one.death_date is not None for one in found) == sum(bool(line["Date de décès"]) for line in lines)
    assert sum(one.email is not None for one in found) == sum("@" in line["Courrier électronique"] for line in lines)


def test_every_mandate_of_a_recording_is_read_and_is_somebodys() -> None:
    found = [odsen.term(line) for line in odsen.lines(recorded("senat/ODSEN_ELUSEN_2021.csv"), ELUSEN)]
    lines = raw("ODSEN_ELUSEN_2021.csv")
    assert [(str(one.started_on), str(one.ended_on or "")) for one in found] == [
        (line["Date de début de mandat"][:10], line["Date de fin de mandat"][:10]) for line in lines
    ]
    people = [odsen.recorded(line) for line in odsen.lines(recorded("senat/ODSEN_GENERAL_2021.csv"), GENERAL)]
    assert {one.id for one in found} == {one.id for one in people}
    last = odsen.latest(found)
    assert {one.id for one in people if one.sits} == {one.id for one in last.values() if one.ended_on is None}


def test_a_matricule_that_was_taken_for_a_number_can_still_be_told() -> None:
    ids = [odsen.recorded(line).id for line in odsen.lines(recorded("senat/ODSEN_GENERAL_2020.csv"), GENERAL)]
    with_letter = [one for one in ids if one[-1].isalpha()]
    assert len({one[:5] for one in with_letter}) == len(with_letter), "the digits alone say who it is"
    assert [senators.matricule(one[:5]) for one in with_letter if one.endswith("F")] == [
        one for one in with_letter if one.endswith("F")
    ]
    bare = [one for one in ids if one.isdigit()]
    assert [senators.matricule(str(int(one))) for one in bare] == bare


def test_the_repertoire_of_the_elected_says_the_same_of_those_whom_both_know() -> None:
    """347 senators of 2025, against all who had sat by 2021: the others came since."""
    text = recorded("rne/elus-senateurs-sen.csv").decode("utf-8-sig")
    elected = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert len(elected) == 347
    people = [odsen.recorded(line) for line in odsen.lines(recorded("senat/ODSEN_GENERAL_2021.csv"), GENERAL)]
    by_name = {fold(f"{one.first_name} {one.last_name}"): one for one in people}
    both, started_by_2021 = Counter[str](), 0
    for line in elected:
        began = datetime.strptime(line["Date de début du mandat"], "%d/%m/%Y").date()  # noqa: DTZ007 - a plain day
        born = datetime.strptime(line["Date de naissance"], "%d/%m/%Y").date()  # noqa: DTZ007
        first_name, last_name = line["Prénom de l'élu"], line["Nom de l'élu"]
        known = by_name.get(fold(f"{first_name} {last_name}"))
        if known is not None:
            both["the same day" if known.birth_date == born else "another day"] += 1
        elif began.year <= 2021:
            started_by_2021 += 1
            others = [one for one in people if one.birth_date == born and one.first_name == first_name]
            assert [fold(one.last_name).startswith(fold(last_name)) for one in others] == [True]
    assert (both, started_by_2021) == ({"the same day": 258}, 1)


@pytest.fixture
def listed() -> Callable[[Site], int]:
    """Puts the recorded open data before a site, with the list of senators that they make: of it there is none."""
    names = {"Les Républicains": "UMP", "SER": "SOC", "CRCE": "CRC", "RDPI": "LREM", "Les Indépendants": "RTLI"}

    def put(site: Site) -> int:
        sitting = [line for line in raw("ODSEN_GENERAL_2021.csv") if line["État"] == "ACTIF"]
        entries = [
            {
                "matricule": line["Matricule"],
                "nom": line["Nom usuel"].upper(),
                "prenom": line["Prénom usuel"],
                "civilite": line["Qualité"],
                "groupe": {
                    "code": names.get(line["Groupe politique"], line["Groupe politique"]),
                    "libelle": f"Groupe {line['Groupe politique']}",
                },
                "circonscription": {"code": line["Code Circonscription"], "libelle": line["Circonscription"]},
            }
            for line in sitting
        ]
        site.put("sync-senat", "senateurs.json", json.dumps(entries))
        site.put("sync-senat", GENERAL, recorded("senat/ODSEN_GENERAL_2021.csv"))
        site.put("sync-senat", ELUSEN, recorded("senat/ODSEN_ELUSEN_2021.csv"))
        return len(sitting)

    return put


def test_all_who_sat_are_imported(site: Site, listed: Callable[[Site], int]) -> None:
    count = listed(site)
    outcome = site.sync("sync-senat")
    assert (outcome.code, outcome.err) == (0, "")
    assert (outcome.counters["senatorsCreated"], outcome.counters["doubtful"]) == (count, 0)
    assert outcome.said[-2] == {"processed": count, "total": count}
    dump = site.dump()
    lines = [line for line in raw("ODSEN_GENERAL_2021.csv") if line["État"] == "ACTIF"]
    people = {row["id"]: (row["first_name"], row["last_name"], str(row["birth_date"])) for row in dump["politicians"]}
    assert {row["external_id"]: people[row["politician_id"]] for row in dump["external_ids"]} == {
        line["Matricule"]: (line["Prénom usuel"], line["Nom usuel"], line["Date naissance"][:10]) for line in lines
    }
    codes = {"Les Républicains": "LR", "CRCE": "CRCE-K", "Les Indépendants": "LIRT"}
    groups = {row["id"]: row["code"] for row in dump["political_groups"]}
    assert Counter(groups[row["group_id"]] for row in dump["mandates"]) == Counter(
        codes.get(line["Groupe politique"], line["Groupe politique"]) for line in lines
    )
    assert site.sync("sync-senat").counters["sourceUnchanged"] == 1
    site.sync("sync-senat", "--force")
    assert site.dump() == dump


def test_killed_and_run_again_it_is_whole(new_site: Callable[[], Site], listed: Callable[[Site], int]) -> None:
    untouched, killed = new_site(), new_site()
    for one in (untouched, killed):
        listed(one)
    assert untouched.sync("sync-senat").code == 0
    for lines in (2, 3):
        kill_after(killed, lines, "sync-senat")
        assert killed.rows("sync_metadata") == []
    assert killed.sync("sync-senat").code == 0
    assert killed.meaning() == untouched.meaning()
