"""sync-senat: what it makes of the Sénat's list and open data, and what it never closes."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer

from scripts.odsen import ELUSEN, GENERAL
from scripts.paris import PARIS
from scripts.senate_seats import LONGEST
from scripts.sync_senat import ARCHIVE
from tests.scripts.documents import deputies_csv, deputy_line
from tests.scripts.senate_documents import (
    Json,
    elusen_csv,
    elusen_line,
    general_csv,
    general_line,
    ref,
    senator,
    senators_json,
)
from tests.scripts.sites import SAMPLES, Site

SITTING = "senateurs.json"
TODAY = datetime.now(PARIS).date()


def put(
    site: Site,
    *people: Json,
    lines: Iterable[Mapping[str, str]] = (),
    terms: Iterable[Mapping[str, str]] = (elusen_line(99),),
) -> None:
    """The three documents; who is not among `lines` is in ODSEN_GENERAL as in the list."""
    usual = [general_line(one["siege"], Nom_usuel=one["nom"], Prénom_usuel=one["prenom"]) for one in people]
    site.put("sync-senat", SITTING, senators_json(*people))
    site.put("sync-senat", GENERAL, general_csv(*{line["Matricule"]: line for line in [*usual, *lines]}.values()))
    site.put("sync-senat", ELUSEN, elusen_csv(*terms))


def left(number: int, **changed: str) -> dict[str, str]:
    return general_line(number, État="ANCIEN", **changed)


def ended(site: Site) -> dict[str, str | None]:
    rows = site.rows("mandates")
    return {str(row["external_id"]): str(row["ended_on"]) if row["ended_on"] else None for row in rows}


def key(number: int) -> str:
    return f"senat-{ref(number)}"


def test_a_senator_is_what_both_sources_say(site: Site) -> None:
    republicans = {"code": "UMP", "libelle": "Groupe Les Républicains"}
    known = general_line(
        1,
        Nom_usuel="d'Estrambelle",
        Prénom_usuel="Zoé",
        Courrier_électronique="z.d@senat.example",
        Description_de_la_profession="Avocate",
    )
    over = [elusen_line(number, "2014-10-01", "2020-09-30") for number in (1, 2)]
    put(
        site,
        senator(1, nom="D'ESTRAMBELLE", prenom="ZOÉ", twitter="https://twitter.com/zoe_d", groupe=republicans),
        senator(2, civilite="M."),
        lines=[known, general_line(2, Courrier_électronique="Non public")],
        terms=[*over, elusen_line(1, str(TODAY - timedelta(days=400)))],
    )
    outcome = site.sync("sync-senat")
    assert (outcome.code, outcome.err) == (0, "")
    assert (outcome.counters["senatorsCreated"], outcome.counters["groupsCreated"]) == (2, 2)
    first, second = site.rows("politicians")
    assert (first["first_name"], first["last_name"], first["slug"]) == ("Zoé", "d'Estrambelle", "zoe-d-estrambelle")
    assert (first["email"], first["twitter"], first["profession"]) == ("z.d@senat.example", "@zoe_d", "Avocate")
    assert (second["email"], second["civility"]) == (None, "M.")
    assert {(row["code"], row["chamber"]) for row in site.rows("political_groups")} == {
        ("LR", "SENAT"),
        ("SER", "SENAT"),
    }
    mandate, other = site.rows("mandates")
    assert (mandate["external_id"], mandate["office"], mandate["chamber"]) == (key(1), "SENATEUR", "SENAT")
    assert (mandate["department_code"], mandate["department_name"]) == ("101", "Val-Mirage")
    assert mandate["started_on"] == TODAY - timedelta(days=400)
    assert other["started_on"] is None, "the last mandate that is listed has ended: this one is not"


def test_a_mandate_that_the_list_forgot_to_end_is_not_taken_for_the_one_that_lasts(sqlite_site: Site) -> None:
    starts = [TODAY - LONGEST, TODAY - LONGEST + timedelta(days=1)]
    put(sqlite_site, senator(1), senator(2), terms=[elusen_line(1, str(starts[0])), elusen_line(2, str(starts[1]))])
    sqlite_site.sync("sync-senat")
    assert [row["started_on"] for row in sqlite_site.rows("mandates")] == [None, starts[1]]


def test_a_start_that_is_told_no_longer_stays(sqlite_site: Site) -> None:
    put(sqlite_site, senator(1), terms=[elusen_line(1, str(TODAY))])
    sqlite_site.sync("sync-senat")
    before = sqlite_site.dump()
    (sqlite_site.sources / "sync-senat" / ELUSEN).unlink()
    outcome = sqlite_site.sync("sync-senat", "--force")
    assert (outcome.code, outcome.err) == (0, "")
    assert "is left as it is" in outcome.out
    assert sqlite_site.dump() == before


def test_a_birth_date_that_the_open_data_lack_is_the_archives(sqlite_site: Site) -> None:
    put(sqlite_site, senator(1), senator(2), lines=[general_line(3)])
    sqlite_site.put("sync-senat", GENERAL, general_csv(general_line(2)))
    people = [
        {"senateur": {"id_institution": ref(1).lower(), "date_naissance": "1950-02-03", "nom": "Nom1"}},
        {"senateur": {"id_institution": ref(2), "date_naissance": "1911-11-11", "nom": "Nom2"}},
        {"senateur": {"id_institution": "", "date_naissance": None}},
    ]
    sqlite_site.put("sync-senat", ARCHIVE, json.dumps({"senateurs": people}))
    assert sqlite_site.sync("sync-senat").counters["senatorsCreated"] == 2
    assert [str(row["birth_date"]) for row in sqlite_site.rows("politicians")] == ["1950-02-03", "1960-01-02"]


@pytest.mark.parametrize("archive", [None, "<html>", '{"senateurs": 3}'])
def test_without_the_archive_a_birth_date_is_not_known(sqlite_site: Site, archive: str | None) -> None:
    put(sqlite_site, senator(1))
    sqlite_site.put("sync-senat", GENERAL, general_csv(general_line(3)))
    if archive:
        sqlite_site.put("sync-senat", ARCHIVE, archive)
    outcome = sqlite_site.sync("sync-senat")
    assert (outcome.code, outcome.err, outcome.counters["senatorsCreated"]) == (0, "", 1)
    assert "Some birth dates are not known" in outcome.out
    assert sqlite_site.rows("politicians")[0]["birth_date"] is None


def test_a_deputy_who_becomes_a_senator_is_one_person_and_a_namesake_another(site: Site) -> None:
    site.put(
        "sync-assemblee",
        "deputes-active.csv",
        deputies_csv(
            deputy_line(1, prenom="Ève", nom="Nom1", naissance="1960-01-01"),
            deputy_line(2, prenom="Prénom", nom="Nom2", naissance="1980-05-05"),
            deputy_line(3, prenom="Prénom", nom="Nom3"),
        ),
    )
    site.sync("sync-assemblee")
    put(site, senator(1, prenom="Eve"), senator(2), senator(3))
    outcome = site.sync("sync-senat")
    assert (outcome.code, outcome.err) == (0, "")
    assert (outcome.counters["senatorsCreated"], outcome.counters["senatorsUpdated"]) == (1, 1)
    assert outcome.counters["doubtful"] == 1
    ids: dict[object, set[object]] = {}
    for row in site.rows("external_ids"):
        ids.setdefault(row["politician_id"], set()).add(row["external_id"])
    assert {frozenset(one) for one in ids.values()} == {
        frozenset({"PA1", ref(1)}), frozenset({"PA2"}), frozenset({ref(2)}), frozenset({"PA3"}),
    }  # fmt: skip
    assert [row["external_id"] for row in site.rows("doubts")] == [ref(3)]
    assert key(3) not in ended(site), "of a doubt nothing but the doubt is written"


def test_who_left_keeps_everything_but_the_open_mandate(site: Site) -> None:
    started, end = TODAY - timedelta(days=500), TODAY - timedelta(days=2)
    put(site, *map(senator, (1, 2, 3)), terms=[elusen_line(1, str(started)), elusen_line(2, str(started))])
    site.sync("sync-senat")
    put(
        site,
        senator(3),
        senator(4),
        lines=[left(1, Date_de_décès=f"{end} 00:00:00.0"), left(2)],
        terms=[elusen_line(1, str(started), str(end)), elusen_line(2, "2014-10-01", "2020-09-30")],
    )
    outcome = site.sync("sync-senat")
    assert (outcome.code, outcome.err, outcome.counters["senatorsDeactivated"]) == (0, "", 2)
    assert ended(site) == {key(1): str(end), key(2): str(TODAY), key(3): None, key(4): None}
    assert [row["death_date"] for row in site.rows("politicians")] == [end, None, None, None]
    before = site.dump()
    assert site.sync("sync-senat", "--force").counters["senatorsDeactivated"] == 0
    assert site.dump() == before
    put(site, senator(2), senator(3), senator(4), lines=[left(1)])
    site.sync("sync-senat")
    assert ended(site)[key(2)] is None


def test_who_comes_back_has_not_sat_all_along(site: Site) -> None:
    put(site, *map(senator, (1, 2, 3)), terms=[elusen_line(1, str(TODAY - timedelta(days=500)))])
    site.sync("sync-senat")
    put(site, *map(senator, (2, 3)), lines=[left(1)])
    assert site.sync("sync-senat").counters["senatorsDeactivated"] == 1
    put(site, *map(senator, (1, 2, 3)))
    site.sync("sync-senat")
    mandate = next(row for row in site.rows("mandates") if row["external_id"] == key(1))
    assert (mandate["started_on"], mandate["ended_on"]) == (None, None)


def test_an_old_list_opens_no_mandate_of_who_has_left(site: Site) -> None:
    put(site, *map(senator, (1, 2, 3)))
    site.sync("sync-senat")
    put(site, *map(senator, (2, 3)), lines=[left(1)])
    site.sync("sync-senat")
    before = site.dump()
    put(site, *map(senator, (1, 2, 3, 4)), lines=[left(1), left(4)])
    outcome = site.sync("sync-senat")
    assert (outcome.code, outcome.counters["errors"], outcome.counters["senatorsUpdated"]) == (0, 2, 0)
    assert outcome.err.splitlines() == [
        f"{SITTING} has {ref(n)}, whom {GENERAL} calls ANCIEN: no mandate was opened." for n in (1, 4)
    ]
    assert {**site.dump(), "sync_metadata": []} == {**before, "sync_metadata": []}


def test_who_sits_by_the_list_goes_on_though_the_open_data_say_that_they_left(sqlite_site: Site) -> None:
    put(sqlite_site, senator(1), senator(2))
    sqlite_site.sync("sync-senat")
    put(sqlite_site, senator(1, nom="Autre"), senator(2), lines=[left(1)])
    outcome = sqlite_site.sync("sync-senat")
    assert (outcome.err, outcome.counters["senatorsUpdated"]) == ("", 1)
    assert ended(sqlite_site)[key(1)] is None


@pytest.mark.parametrize(
    ("lines", "term"),
    [([general_line(9, État="ANCIEN", Date_naissance="hier")], elusen_line(99)), ([], elusen_line(9, "hier"))],
    ids=["GENERAL", "ELUSEN"],
)
def test_a_bad_line_of_the_open_data_keeps_no_mandate_open(
    site: Site, lines: list[dict[str, str]], term: dict[str, str]
) -> None:
    put(site, *map(senator, (1, 2, 3)))
    site.sync("sync-senat")
    put(site, *map(senator, (2, 3)), lines=[left(1), *lines], terms=[term, elusen_line(98)])
    outcome = site.sync("sync-senat")
    assert (outcome.code, outcome.counters["errors"], outcome.counters["senatorsDeactivated"]) == (0, 1, 1)
    assert ended(site)[key(1)] == str(TODAY)
    assert not {f"senat:{SITTING}:full", f"senat:{GENERAL}:full"} & site.remembered


def test_who_has_left_by_a_line_that_cannot_be_read_stays(sqlite_site: Site) -> None:
    put(sqlite_site, *map(senator, (1, 2, 3)))
    sqlite_site.sync("sync-senat")
    put(sqlite_site, *map(senator, (2, 3)), lines=[left(1, Date_naissance="hier")])
    outcome = sqlite_site.sync("sync-senat")
    assert (outcome.counters["errors"], outcome.counters["senatorsDeactivated"]) == (2, 0)
    assert "does not know: the mandate stays open" in outcome.err


@pytest.mark.parametrize(
    ("lines", "why"), [([general_line(1)], "has as sitting"), ([], "does not know")], ids=["sits", "unknown"]
)
def test_a_mandate_is_closed_only_where_both_lists_say_so(site: Site, lines: list[dict[str, str]], why: str) -> None:
    put(site, senator(1), senator(2))
    site.sync("sync-senat")
    put(site, senator(2), lines=lines)
    outcome = site.sync("sync-senat")
    assert (outcome.code, outcome.counters["senatorsDeactivated"], outcome.counters["errors"]) == (0, 0, 1)
    assert outcome.err == f"{SITTING} lacks {ref(1)}, whom {GENERAL} {why}: the mandate stays open.\n"
    assert ended(site) == {key(1): None, key(2): None}
    assert not {f"senat:{SITTING}:full", f"senat:{GENERAL}:full"} & site.remembered


def test_a_list_with_less_than_half_of_the_mandates_is_refused_whole(site: Site) -> None:
    put(site, *map(senator, range(1, 6)))
    site.sync("sync-senat")
    before = site.dump()
    put(site, senator(1, nom="Autre"), senator(6), lines=map(left, range(2, 6)))
    outcome = site.sync("sync-senat")
    assert outcome.code == 1
    assert "has 2, and we have 5 open mandates from it: nothing was written" in outcome.err
    assert site.dump() == before


def test_a_limited_run_closes_no_mandate_and_remembers_nothing(sqlite_site: Site) -> None:
    put(sqlite_site, *map(senator, (1, 2, 3)))
    outcome = sqlite_site.sync("sync-senat", "--limit=2")
    assert (outcome.counters["senatorsCreated"], outcome.said[-2]) == (2, {"processed": 2, "total": 2})
    put(sqlite_site, senator(2), senator(3), lines=[left(1)])
    sqlite_site.sync("sync-senat", "--limit=1")
    assert set(ended(sqlite_site).values()) == {None}
    assert sqlite_site.rows("sync_metadata") == []
    assert sqlite_site.sync("sync-senat").counters["senatorsDeactivated"] == 1


def test_a_record_that_cannot_be_read_is_not_a_senator_who_left(sqlite_site: Site) -> None:
    put(sqlite_site, senator(1), senator(2))
    sqlite_site.sync("sync-senat")
    put(sqlite_site, senator(2), senator(3, groupe=None), lines=[left(1)])
    outcome = sqlite_site.sync("sync-senat")
    assert (outcome.code, outcome.counters["errors"]) == (0, 1)
    assert outcome.err == "senateurs.json, record 2 has no groupe.code.\n"
    assert set(ended(sqlite_site).values()) == {None}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"matricule": "ABC"}, "the matricule 'ABC'"),
        ({"matricule": 60001}, "the matricule 60001"),
        ({"matricule": None}, "the matricule None"),
        ({"matricule": ref(1).lower()}, f"repeats the matricule {ref(1)}"),
        ({"nom": " "}, "has no nom"),
        ({"nom": ["x"]}, "as nom, no text"),
        ({"groupe": "SOC"}, "has no groupe.code"),
        ({"groupe": {"code": "SOC"}}, "has no groupe.libelle"),
    ],
)
def test_a_bad_entry_is_named_and_the_rest_goes_on(sqlite_site: Site, changed: Json, why: str) -> None:
    put(sqlite_site, senator(1), senator(2))
    sqlite_site.put("sync-senat", SITTING, senators_json(senator(1), senator(2, **changed)))
    outcome = sqlite_site.sync("sync-senat")
    assert (outcome.code, outcome.counters["errors"], outcome.counters["senatorsCreated"]) == (0, 1, 1)
    assert why in outcome.err
    assert sqlite_site.rows("sync_metadata") == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (general_line(2, État="RETIRÉ"), "the État 'RETIRÉ'"),
        (general_line(2, Date_naissance="19/06/1930"), "as Date naissance"),
        (general_line(2, Date_naissance="1930-02-30 00:00:00.0"), "as Date naissance"),
        (general_line(2, Date_naissance="1930-06-19 23:00:00.0"), "as Date naissance"),
        (general_line(2, Nom_usuel=""), "has no Nom usuel"),
        (general_line(2, Matricule="60-002"), "the matricule '60-002'"),
        (general_line(2, Matricule=ref(1)), f"repeats the matricule {ref(1)}"),
    ],
)
def test_a_bad_line_of_the_open_data_is_named_and_the_rest_goes_on(
    sqlite_site: Site, line: dict[str, str], why: str
) -> None:
    put(sqlite_site, senator(1))
    sqlite_site.put("sync-senat", GENERAL, general_csv(general_line(1), line))
    outcome = sqlite_site.sync("sync-senat")
    assert (outcome.code, outcome.counters["errors"], outcome.counters["senatorsCreated"]) == (0, 1, 1)
    assert outcome.err.startswith(f"{GENERAL}, record 2 ")
    assert why in outcome.err


@pytest.mark.parametrize(
    ("term", "why"),
    [(elusen_line(1, ""), "has no Date de début"), (elusen_line(1, "2020-10-01", "2014-09-30"), "before it began")],
)
def test_a_bad_mandate_is_named_and_the_rest_goes_on(sqlite_site: Site, term: dict[str, str], why: str) -> None:
    put(sqlite_site, senator(1), terms=[elusen_line(1, str(TODAY)), term])
    outcome = sqlite_site.sync("sync-senat")
    assert (outcome.code, outcome.counters["errors"], outcome.counters["senatorsCreated"]) == (0, 1, 1)
    assert why in outcome.err
    assert sqlite_site.rows("mandates")[0]["started_on"] == TODAY


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        (SITTING, "<!doctype html><p>Maintenance</p>", "is not JSON"),
        (SITTING, '{"senateurs": []}', "no list"),
        (SITTING, "[]", "is empty"),
        (SITTING, "[" * 100_000, "is not JSON"),
        (SITTING, senators_json(senator(1, matricule="x")), "None of the 1 records"),
        (GENERAL, "<!doctype html><p>Maintenance</p>", "lacks the columns"),
        (GENERAL, "% nothing but\n% comments\n", "lacks the columns"),
        (GENERAL, general_csv(general_line(1)).replace(b"% 1 ligne", b"% 9 ligne"), "announces 9 lines and has 1"),
        (GENERAL, general_csv(), "a header and no line"),
        (ELUSEN, elusen_csv(), "a header and no line"),
        (ELUSEN, general_csv(general_line(1)), "lacks the columns"),
    ],
)
def test_what_is_not_the_document_fails_and_writes_nothing(
    sqlite_site: Site, name: str, content: str | bytes, why: str
) -> None:
    put(sqlite_site, senator(1))
    sqlite_site.put("sync-senat", name, content)
    outcome = sqlite_site.sync("sync-senat")
    assert outcome.code == 1
    assert why in outcome.err
    assert sqlite_site.rows("politicians") == []


def test_where_one_document_has_changed_the_others_are_read_again_too(online: Site, httpserver: HTTPServer) -> None:
    documents: dict[str, str | bytes] = {SITTING: senators_json(senator(1)), ELUSEN: elusen_csv(elusen_line(1))}
    for name, content in documents.items():
        httpserver.expect_request(f"/{name}", headers={"If-None-Match": '"a"'}).respond_with_data(status=304)
        httpserver.expect_request(f"/{name}").respond_with_data(content, headers={"ETag": '"a"'})
    for birth in ("1950-01-01", "1951-01-01"):
        line = general_line(1, Date_naissance=f"{birth} 00:00:00.0")
        httpserver.expect_oneshot_request(f"/{GENERAL}").respond_with_data(general_csv(line))
    online.sync("sync-senat")
    assert online.sync("sync-senat").counters["senatorsUpdated"] == 1
    assert str(online.rows("politicians")[0]["birth_date"]) == "1951-01-01"


def test_the_samples_are_read_without_an_error(sqlite_site: Site) -> None:
    sqlite_site.sources = SAMPLES
    outcome = sqlite_site.sync("sync-senat")
    assert (outcome.code, outcome.err, outcome.counters["senatorsCreated"]) == (0, "", 10)
    assert outcome.counters["groupsCreated"] == 3
    assert all(row["birth_date"] for row in sqlite_site.rows("politicians"))
