"""sync-hatvp: whose declaration it is, whom it never makes nor guesses, and what it takes away again."""

from collections.abc import Callable
from datetime import date

import pytest

from scripts.identity import Person
from scripts.models import IdSource, Office
from scripts.report import Report
from tests.scripts.governments import (
    GOVERNMENTS,
    HATVP,
    declaration_line,
    function_line,
    governments_csv,
    hatvp_csv,
    know,
)
from tests.scripts.people import add
from tests.scripts.sites import SAMPLES, Site
from tests.scripts.test_killed_scripts import kill_after

SCRIPT = HATVP[0]
MINISTER = {"type_mandat": "gouvernement", "qualite": "Ministre de l'été", "id_origine": ""}
MAYOR = {"type_mandat": "commune", "qualite": "Maire", "id_origine": ""}


def deputy(number: int, last_name: str | None = None) -> Person:
    return Person(
        source=IdSource.ASSEMBLEE_NATIONALE,
        external_id=f"PA{number}",
        first_name="Zoé",
        last_name=last_name or f"Été{number}",
        birth_date=date(1970, 1, number),
    )


def senator(matricule: str, number: int) -> Person:
    return Person(source=IdSource.SENAT, external_id=matricule, first_name="Zoé", last_name=f"Été{number}")


def whose(site: Site) -> dict[str, str]:
    slugs = {row["id"]: str(row["slug"]) for row in site.rows("politicians")}
    return {str(row["external_id"]): slugs[row["politician_id"]] for row in site.rows("declarations")}


def counted(counters: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counters.items() if count}


def test_a_deputys_declaration_is_theirs_by_the_id_of_the_assemblee(site: Site) -> None:
    know(site, deputy(1, last_name="Renommée"), deputy(2))
    site.put(*HATVP, hatvp_csv(declaration_line(1), declaration_line(3)))
    outcome = site.sync(SCRIPT)
    assert (outcome.code, outcome.err) == (0, "")
    assert counted(outcome.counters) == {"declarationsCreated": 1, "politiciansNotFound": 1}
    assert outcome.said[-2] == {"processed": 2, "total": 2}
    (row,) = site.rows("declarations")
    told = ("external_id", "kind", "office", "filed_on", "published_on", "url")
    assert [str(row[name]) for name in told] == [
        *("ete1-zoe-dia1-depute-69.pdf", "dia", "Députée de l'Été", "2024-08-04", "2025-06-17"),
        "https://www.hatvp.fr/livraison/dossiers/ete1-zoe-dia1-depute-69.pdf",
    ]
    assert whose(site) == {"ete1-zoe-dia1-depute-69.pdf": "zoe-renommee"}
    assert len(site.rows("politicians")) == 2
    assert site.rows("doubts") == []


@pytest.mark.parametrize(
    ("mandate", "written", "source", "id_"),
    [
        ("depute", "1", IdSource.ASSEMBLEE_NATIONALE, "PA1"),
        ("depute", "PA1", IdSource.ASSEMBLEE_NATIONALE, "PA1"),
        ("senateur", "14053L", IdSource.SENAT, "14053L"),
        ("senateur", "14053l", IdSource.SENAT, "14053L"),
        ("senateur", "70001", IdSource.SENAT, "70001F"),
        ("senateur", "346", IdSource.SENAT, "000346"),
    ],
)
def test_an_id_of_a_chamber(sqlite_site: Site, mandate: str, written: str, source: IdSource, id_: str) -> None:
    know(sqlite_site, Person(source=source, external_id=id_, first_name="Une", last_name="Autre"))
    sqlite_site.put(*HATVP, hatvp_csv(declaration_line(1, type_mandat=mandate, id_origine=written)))
    assert sqlite_site.sync(SCRIPT).counters["declarationsCreated"] == 1


def test_the_same_declarant_is_the_same_in_every_office(site: Site) -> None:
    """A deputy's declarations as a mayor have no id of the Assemblée's, and their own HATVP id."""
    know(site, deputy(1))
    mayor = declaration_line(1, **MAYOR, nom_fichier="ete1-zoe-di9-commune.pdf")
    awaited = declaration_line(1, statut_publication="En cours", nom_fichier="")
    as_deputy = declaration_line(1, nom_fichier="ete1-zoe-dia1-depute-69.pdf")
    site.put(*HATVP, hatvp_csv(mayor, as_deputy))
    assert site.sync(SCRIPT).counters["declarationsCreated"] == 2
    site.put(*HATVP, hatvp_csv(mayor))
    assert counted(site.sync(SCRIPT).counters) == {"declarationsDeleted": 1}
    assert set(whose(site)) == {"ete1-zoe-di9-commune.pdf"}
    site.put(*HATVP, hatvp_csv(mayor, awaited))
    assert counted(site.sync(SCRIPT).counters) == {"declarationsUnpublished": 1}


def test_a_line_that_is_not_published_yet_still_says_who_it_is(site: Site) -> None:
    know(site, deputy(1))
    awaited = declaration_line(1, statut_publication="En cours", nom_fichier="")
    site.put(*HATVP, hatvp_csv(declaration_line(1, **MAYOR), awaited))
    assert counted(site.sync(SCRIPT).counters) == {"declarationsCreated": 1, "declarationsUnpublished": 1}


def test_another_spelling_of_the_classement_is_the_same_person(site: Site) -> None:
    know(site, deputy(1), deputy(2))
    mayor = declaration_line(1, **MAYOR, nom_fichier="ete1-zoe-di9-commune.pdf")
    site.put(*HATVP, hatvp_csv(declaration_line(1), declaration_line(2)))
    site.sync(SCRIPT)
    assert {str(row["external_id"]) for row in site.rows("external_ids") if row["source"] == "HATVP"} == {"1", "2"}
    again = [
        declaration_line(1, classement="Eté1 zoé 1"),
        mayor | {"classement": "ÉTÉ1 Zoé1", "url_dossier": "/x/ete1"},
    ]
    site.put(*HATVP, hatvp_csv(*again, declaration_line(2, classement="ETE2Zoe2")))
    outcome = site.sync(SCRIPT)
    assert (outcome.err, counted(outcome.counters)) == ("", {"declarationsCreated": 1})
    assert whose(site)["ete1-zoe-di9-commune.pdf"] == "zoe-ete1"


def test_a_mayor_with_a_deputys_name_is_nobody_of_ours(site: Site) -> None:
    know(site, deputy(1))
    before = site.dump()
    site.put(*HATVP, hatvp_csv(declaration_line(1, **MAYOR)))
    assert counted(site.sync(SCRIPT).counters) == {"politiciansNotFound": 1}
    assert site.dump() | {"sync_metadata": []} == before


def test_a_minister_is_who_has_the_name_and_the_office(site: Site) -> None:
    site.put(*GOVERNMENTS, governments_csv(function_line(1)))
    site.sync("sync-gouvernement")
    know(site, deputy(2))
    site.put(*HATVP, hatvp_csv(*(declaration_line(number, **MINISTER) for number in (1, 2, 3))))
    for flags in ((), ("--force",), ("--force",)):
        outcome = site.sync(SCRIPT, *flags)
        assert (outcome.counters["doubtful"], outcome.counters["politiciansNotFound"]) == (1, 1)
    assert whose(site) == {"ete1-zoe-dia1-depute-69.pdf": "zoe-ete1"}
    (doubt,) = site.rows("doubts")
    assert (doubt["source"], doubt["external_id"], doubt["candidates"]) == ("HATVP", "2", ["zoe-ete2"])


def test_of_two_who_have_the_name_none_is_guessed(site: Site) -> None:
    know(site, deputy(1))
    site.put(*GOVERNMENTS, governments_csv(function_line(1)))
    site.sync("sync-gouvernement")
    site.sync("decide", "GOUVERNEMENT", "zoe-ete1", "--new")
    assert site.sync("sync-gouvernement").counters["membersCreated"] == 1
    before = site.rows("politicians")
    site.put(*HATVP, hatvp_csv(declaration_line(1, **MINISTER)))
    assert counted(site.sync(SCRIPT).counters) == {"doubtful": 1}
    assert (site.rows("declarations"), site.rows("politicians")) == ([], before)

    site.sync("decide", "HATVP", "1", "zoe-ete1")
    assert counted(site.sync(SCRIPT).counters) == {"declarationsCreated": 1}
    assert site.sync(SCRIPT).counters["sourceUnchanged"] == 1


def test_a_decision_that_it_is_nobody_of_ours_makes_nobody(site: Site) -> None:
    know(site, deputy(2))
    site.put(*HATVP, hatvp_csv(declaration_line(2, **MINISTER)))
    assert counted(site.sync(SCRIPT).counters) == {"doubtful": 1}
    site.sync("decide", "HATVP", "2", "--new")
    assert counted(site.sync(SCRIPT).counters) == {"politiciansNotFound": 1}
    assert len(site.rows("politicians")) == 1


def test_a_doubt_ends_when_the_office_is_known(site: Site) -> None:
    know(site, Person(source=IdSource.WIKIDATA, external_id="Q1", first_name="Zoé", last_name="Été1"))
    site.put(*HATVP, hatvp_csv(declaration_line(1, **MINISTER)))
    assert counted(site.sync(SCRIPT).counters) == {"doubtful": 1}
    site.put(*GOVERNMENTS, governments_csv(function_line(1)))
    site.sync("sync-gouvernement")
    site.sync("decide", "GOUVERNEMENT", "zoe-ete1", "zoe-ete1")
    site.sync("sync-gouvernement")
    assert counted(site.sync(SCRIPT).counters) == {"declarationsCreated": 1}
    assert "HATVP" not in {row["source"] for row in site.rows("doubts")}


def test_two_ids_of_two_people_are_an_error_and_nothing_of_it_is_taken(site: Site) -> None:
    know(site, deputy(1), senator("14053L", 2))
    site.put(
        *HATVP,
        hatvp_csv(
            declaration_line(1),
            declaration_line(1, type_mandat="senateur", id_origine="14053L", nom_fichier="deux.pdf"),
        ),
    )
    outcome = site.sync(SCRIPT)
    assert (outcome.code, counted(outcome.counters)) == (0, {"errors": 1})
    assert "has the ids of several politicians: zoe-ete1, zoe-ete2" in outcome.err
    assert site.rows("declarations") == site.rows("sync_metadata") == []


def test_two_ids_of_one_chamber_are_an_error_and_nothing_of_it_is_taken(site: Site) -> None:
    know(site, deputy(1), deputy(2), deputy(3))
    lines = [declaration_line(1), declaration_line(1, id_origine="2", nom_fichier="deux.pdf"), declaration_line(3)]
    site.put(*HATVP, hatvp_csv(*lines))
    outcome = site.sync(SCRIPT)
    assert counted(outcome.counters) == {"declarationsCreated": 1, "errors": 1}
    assert "is PA2 of ASSEMBLEE_NATIONALE, and PA1 in another line" in outcome.err


@pytest.mark.parametrize(
    "changed",
    [
        {"statut_publication": "En cours", "nom_fichier": "", "date_depot": "", "date_publication": ""},
        {"statut_publication": "Déclaration déposée - publication à venir", "nom_fichier": ""},
        {"statut_publication": "Déclaration déposée - publication en préfecture à venir"},
        {"statut_publication": "dispense"},
        {"statut_publication": "Livrée", "nom_fichier": ""},
    ],
)
def test_what_is_not_published_is_counted_and_not_kept(sqlite_site: Site, changed: dict[str, str]) -> None:
    know(sqlite_site, deputy(1), deputy(2))
    sqlite_site.put(*HATVP, hatvp_csv(declaration_line(1, **changed), declaration_line(2)))
    outcome = sqlite_site.sync(SCRIPT)
    assert (outcome.code, outcome.err) == (0, "")
    assert counted(outcome.counters) == {"declarationsCreated": 1, "declarationsUnpublished": 1}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"classement": ""}, "has no classement"),
        ({"classement": "ÉTÉ2 Zoé"}, "without a person's number at its end"),
        ({"url_dossier": "/pages_nominatives/ete2-zoe-3"}, "of somebody else"),
        ({"nom": ""}, "has no nom"),
        ({"qualite": ""}, "has no qualite"),
        ({"type_document": "xyz"}, "unknown type_document 'xyz'"),
        ({"nom_fichier": "../etc/passwd.pdf"}, "not a file's name"),
        ({"nom_fichier": "https://elsewhere.example/x.pdf"}, "not a file's name"),
        ({"nom_fichier": "x.exe"}, "not a file's name"),
        ({"date_depot": "04/08/2024"}, "as date_depot"),
        ({"date_publication": "2025-02-30"}, "as date_publication"),
        ({"id_origine": "douze"}, "not a deputy's number"),
        ({"id_origine": "douze", "type_mandat": "senateur"}, "has the matricule 'douze'"),
        ({"nom_fichier": "ete1-zoe-dia1-depute-69.pdf"}, "repeats ete1-zoe-dia1-depute-69.pdf, otherwise"),
        ({"url_photo": "a\nb"}, "goes over several lines"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_goes_on(sqlite_site: Site, changed: dict[str, str], why: str) -> None:
    know(sqlite_site, deputy(1), deputy(2))
    sqlite_site.put(*HATVP, hatvp_csv(declaration_line(1), declaration_line(2, **changed)))
    outcome = sqlite_site.sync(SCRIPT)
    assert (outcome.code, counted(outcome.counters)) == (0, {"declarationsCreated": 1, "errors": 1})
    assert outcome.err.startswith("liste.csv, line 3 (Zoé")
    assert why in outcome.err
    assert sqlite_site.rows("sync_metadata") == []


def test_a_stray_quotation_mark_spoils_what_it_swallows_and_nothing_is_deleted(sqlite_site: Site) -> None:
    know(sqlite_site, *(deputy(number) for number in range(1, 6)))
    whole = hatvp_csv(*(declaration_line(number) for number in range(1, 6)))
    sqlite_site.put(*HATVP, whole)
    sqlite_site.sync(SCRIPT)
    sqlite_site.put(*HATVP, whole.replace("Mme;Zoé;ÉTÉ4", '"Mme;Zoé;ÉTÉ4'))
    outcome = sqlite_site.sync(SCRIPT)
    assert (outcome.code, counted(outcome.counters)) == (0, {"errors": 1})
    assert len(sqlite_site.rows("declarations")) == 5


def test_a_line_told_twice_is_one(sqlite_site: Site) -> None:
    know(sqlite_site, deputy(1))
    sqlite_site.put(*HATVP, hatvp_csv(declaration_line(1), declaration_line(1)))
    outcome = sqlite_site.sync(SCRIPT)
    assert counted(outcome.counters) == {"declarationsCreated": 1}


def test_a_file_s_name_is_quoted_in_its_address(sqlite_site: Site) -> None:
    know(sqlite_site, deputy(1))
    sqlite_site.put(*HATVP, hatvp_csv(declaration_line(1, nom_fichier="été n° 1?.pdf")))
    sqlite_site.sync(SCRIPT)
    url = sqlite_site.rows("declarations")[0]["url"]
    assert url == "https://www.hatvp.fr/livraison/dossiers/%C3%A9t%C3%A9%20n%C2%B0%201%3F.pdf"


def test_a_declaration_that_was_taken_away_is_deleted_by_a_whole_run_alone(site: Site) -> None:
    know(site, *(deputy(number) for number in range(1, 5)))
    site.put(*HATVP, hatvp_csv(*(declaration_line(number) for number in range(1, 5))))
    site.sync(SCRIPT)
    site.put(*HATVP, hatvp_csv(*(declaration_line(number) for number in range(1, 4))))
    assert site.sync(SCRIPT, "--limit=1").counters["declarationsDeleted"] == 0
    assert len(site.rows("declarations")) == 4
    assert site.sync(SCRIPT).counters["declarationsDeleted"] == 1


@pytest.mark.parametrize(
    "changed",
    [{"type_document": "xyz"}, {"nom": ""}, {"classement": "ÉTÉ Zoé"}, {"id_origine": "x"}, {"qualite": "a\nb"}],
)
def test_what_a_bad_line_names_stays_and_what_no_line_names_goes(site: Site, changed: dict[str, str]) -> None:
    know(site, *(deputy(number) for number in range(1, 6)))
    site.put(*HATVP, hatvp_csv(*(declaration_line(number) for number in range(1, 6))))
    site.sync(SCRIPT)
    bad = declaration_line(4, **changed)
    site.put(*HATVP, hatvp_csv(declaration_line(1), declaration_line(2), bad, declaration_line(3)))
    outcome = site.sync(SCRIPT)
    assert counted(outcome.counters) == {"errors": 1, "declarationsDeleted": 1}
    assert {name[:4] for name in whose(site)} == {"ete1", "ete2", "ete3", "ete4"}
    site.put(*HATVP, hatvp_csv(*(declaration_line(number) for number in range(1, 4))))
    assert counted(site.sync(SCRIPT).counters) == {"declarationsDeleted": 1}


def test_who_cannot_be_told_apart_stops_nobody_elses_deletion(site: Site) -> None:
    know(site, deputy(1), senator("14053L", 2), deputy(3), deputy(4))
    site.put(*HATVP, hatvp_csv(*(declaration_line(number) for number in (1, 3, 4))))
    site.sync(SCRIPT)
    two = declaration_line(1, type_mandat="senateur", id_origine="14053L", nom_fichier="deux.pdf")
    site.put(*HATVP, hatvp_csv(declaration_line(1), two, declaration_line(4)))
    outcome = site.sync(SCRIPT)
    assert "Zoé ÉTÉ1 (1) has the ids of several politicians" in outcome.err
    assert counted(outcome.counters) == {"errors": 1, "declarationsDeleted": 1}
    assert {name[:4] for name in whose(site)} == {"ete1", "ete4"}


def test_of_a_file_that_ends_in_the_middle_of_a_line_nothing_is_deleted(site: Site) -> None:
    know(site, *(deputy(number) for number in range(1, 6)))
    whole = hatvp_csv(*(declaration_line(number) for number in range(1, 6)))
    site.put(*HATVP, whole)
    site.sync(SCRIPT)
    site.put(*HATVP, whole[: whole.index("ÉTÉ4")])
    outcome = site.sync(SCRIPT)
    assert counted(outcome.counters) == {"errors": 1}
    assert "No declaration was deleted: the last line is not whole" in outcome.out


def test_a_namesake_without_an_id_does_not_come_before_the_deputy_themselves(site: Site) -> None:
    mandate = {"office": Office.DEPUTE}
    add(site, "zoe-ete2", {IdSource.ASSEMBLEE_NATIONALE: "PA2"}, mandate)
    namesake = declaration_line(1, nom="ÉTÉ2", id_origine="")
    site.put(*HATVP, hatvp_csv(namesake, declaration_line(2)))
    outcome = site.sync(SCRIPT)
    assert outcome.err == ""
    assert counted(outcome.counters) == {"declarationsCreated": 1, "politiciansNotFound": 1}
    assert whose(site) == {"ete2-zoe-dia2-depute-69.pdf": "zoe-ete2"}


def test_a_list_without_most_of_what_we_have_is_refused_whole(site: Site) -> None:
    know(site, *(deputy(number) for number in range(1, 6)))
    site.put(*HATVP, hatvp_csv(*(declaration_line(number) for number in range(1, 6))))
    site.sync(SCRIPT)
    before = site.dump()
    site.put(*HATVP, hatvp_csv(declaration_line(1, qualite="Autre"), declaration_line(2)))
    outcome = site.sync(SCRIPT)
    assert outcome.code == 1
    assert "has 2, and we have 5 declarations from it: nothing was written" in outcome.err
    assert site.dump() == before


def test_a_limit_bounds_the_declarations_and_nothing_is_remembered(site: Site) -> None:
    know(site, deputy(1), deputy(2))
    lines = [declaration_line(1), declaration_line(1, nom_fichier="deux.pdf"), declaration_line(2)]
    site.put(*HATVP, hatvp_csv(*lines))
    outcome = site.sync(SCRIPT, "--limit=1")
    assert outcome.counters["declarationsCreated"] == 1
    assert outcome.said[-2] == {"processed": 1, "total": 1}
    assert site.rows("sync_metadata") == []
    assert site.sync(SCRIPT).counters["declarationsCreated"] == 2


def test_who_has_come_since_is_looked_for_in_the_same_list(site: Site) -> None:
    know(site, deputy(1))
    site.put(*HATVP, hatvp_csv(declaration_line(1), declaration_line(2)))
    site.sync(SCRIPT)
    assert site.sync(SCRIPT).counters["sourceUnchanged"] == 1
    know(site, deputy(2))
    assert counted(site.sync(SCRIPT).counters) == {"declarationsCreated": 1}
    assert site.sync(SCRIPT).counters["sourceUnchanged"] == 1


def test_who_comes_while_the_list_is_read_is_looked_for_by_the_next_run(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(site, deputy(1))
    site.put(*HATVP, hatvp_csv(declaration_line(1), declaration_line(2)))

    def somebody_comes(*_: object) -> None:
        know(site, deputy(2))

    monkeypatch.setattr(Report, "progress", somebody_comes)
    assert site.sync(SCRIPT).counters["politiciansNotFound"] == 1
    monkeypatch.undo()
    assert counted(site.sync(SCRIPT).counters) == {"declarationsCreated": 1}


def test_killed_between_two_batches_another_run_makes_it_whole(new_site: Callable[[], Site]) -> None:
    untouched, killed = new_site(), new_site()
    people = [
        Person(source=IdSource.ASSEMBLEE_NATIONALE, external_id=f"PA{n}", first_name="Zoé", last_name=f"Été{n}")
        for n in range(1, 350)
    ]
    for each in (untouched, killed):
        know(each, *people[:300])
        each.put(*HATVP, hatvp_csv(*(declaration_line(number) for number in range(1, 350))))
    assert untouched.sync(SCRIPT).code == 0
    for lines in (1, 3):
        kill_after(killed, lines, SCRIPT)
        assert killed.rows("sync_metadata") == []
    assert killed.sync(SCRIPT).code == 0
    assert killed.meaning() == untouched.meaning()


def test_the_sample_is_whole(site: Site) -> None:
    site.sources = SAMPLES
    for script in ("sync-assemblee", "sync-gouvernement"):
        site.sync(script)
    outcome = site.sync(SCRIPT)
    assert (outcome.code, outcome.err) == (0, "")
    assert counted(outcome.counters) == {
        "declarationsCreated": 9,
        "declarationsUnpublished": 2,
        "politiciansNotFound": 2,
    }
