"""sync-gouvernement: what it makes of the list, who it never takes for somebody, and what it never closes or opens."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from scripts import government_corrections
from scripts.datagouv import csv_in
from scripts.errors import BadSource
from scripts.french_dates import written_day
from scripts.government_corrections import corrections
from scripts.identity import Person
from scripts.models import IdSource
from tests.scripts.governments import DATASET_PAGE, GOVERNMENTS, function_line, governments_csv, know
from tests.scripts.sites import SAMPLES, Site
from tests.scripts.test_killed_scripts import kill_after

SCRIPT = GOVERNMENTS[0]
ENDED = {"date_fin_fonction": "lundi 3 mars 2025"}
Correct = Callable[..., None]


@pytest.fixture
def correct(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Correct:
    """Puts other corrections in the place of the release's."""
    path = tmp_path / "government_corrections.json"
    monkeypatch.setattr(government_corrections, "PATH", path)

    def write(**entries: object) -> None:
        path.write_text(json.dumps({"ended_governments": {}, "ends": {}, "missing": [], "births": {}} | entries))

    write()
    return write


def ended(site: Site) -> dict[str, str | None]:
    rows = site.rows("mandates")
    return {str(row["external_id"]): str(row["ended_on"]) if row["ended_on"] else None for row in rows}


def test_a_line_is_a_function_held(site: Site) -> None:
    site.put(*GOVERNMENTS, governments_csv(function_line(1, fonction="Ministre  de l'été"), function_line(2)))
    outcome = site.sync(SCRIPT)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.said[-2] == {"processed": 2, "total": 2}
    mandate = site.rows("mandates")[0]
    told = ("external_id", "office", "title", "chamber", "group_id", "started_on", "ended_on")
    assert [str(mandate[name]) for name in told] == [
        *("gouv-9900-M-2024-12-23-zoe-ete1", "MINISTRE", "Ministre de l'été"),
        *("None", "None", "2024-12-23", "None"),
    ]
    assert {row["external_id"] for row in site.rows("external_ids")} == {"zoe-ete1", "zoe-ete2"}


def test_a_whole_government_of_one_day_and_code_is_as_many_people_and_mandates(site: Site) -> None:
    """The list's id is the government's: taken for a person's, everybody would be one."""
    site.put(*GOVERNMENTS, governments_csv(*(function_line(number) for number in range(1, 31))))
    counters = site.sync(SCRIPT).counters
    assert (counters["membersCreated"], counters["mandatesCreated"]) == (30, 30)
    assert len(site.rows("politicians")) == 30


@pytest.mark.parametrize(
    ("code", "office"),
    [
        ("PM", "PREMIER_MINISTRE"),
        ("PE", "PREMIER_MINISTRE"),
        ("ME", "MINISTRE_ETAT"),
        ("M", "MINISTRE"),
        ("MD", "MINISTRE_DELEGUE"),
        ("SE", "SECRETAIRE_ETAT"),
        ("HC", "AUTRE"),
    ],
)
def test_a_code_is_an_office(sqlite_site: Site, code: str, office: str) -> None:
    sqlite_site.put(*GOVERNMENTS, governments_csv(function_line(1, code_fonction=code)))
    sqlite_site.sync(SCRIPT)
    assert sqlite_site.rows("mandates")[0]["office"] == office


def test_one_name_is_one_person_however_it_is_written_and_the_last_spelling_counts(site: Site) -> None:
    site.put(
        *GOVERNMENTS,
        governments_csv(
            function_line(1, id="9901", prenom="Élise", nom="de Véran", date_debut_fonction="mercredi 5 mars 2025"),
            function_line(1, prenom="Elise", nom="De Veran", **ENDED),
        ),
    )
    counters = site.sync(SCRIPT, "--all").counters
    assert (counters["membersCreated"], counters["mandatesCreated"]) == (1, 2)
    (person,) = site.rows("politicians")
    assert (person["first_name"], person["last_name"], person["slug"]) == ("Élise", "de Véran", "elise-de-veran")


def test_only_who_is_in_office_unless_all_is_asked_for(site: Site) -> None:
    site.put(*GOVERNMENTS, governments_csv(function_line(1), function_line(2, **ENDED)))
    assert site.sync(SCRIPT).counters["mandatesCreated"] == 1
    assert site.sync(SCRIPT).counters["sourceUnchanged"] == 1
    assert site.sync(SCRIPT, "--all").counters["mandatesCreated"] == 1, "the other mode has not read it yet"
    assert site.sync(SCRIPT, "--all").counters["sourceUnchanged"] == 1


def test_what_the_list_ends_is_closed_though_only_the_present_is_read(site: Site) -> None:
    site.put(*GOVERNMENTS, governments_csv(function_line(1), function_line(2), function_line(3, **ENDED)))
    site.sync(SCRIPT)
    site.put(*GOVERNMENTS, governments_csv(function_line(1), function_line(2, **ENDED), function_line(3, **ENDED)))
    counters = site.sync(SCRIPT).counters
    assert {name: count for name, count in counters.items() if count} == {
        "membersUpdated": 1,
        "mandatesUpdated": 1,
        "mandatesClosed": 1,
    }
    assert ended(site) == {"gouv-9900-M-2024-12-23-zoe-ete1": None, "gouv-9900-M-2024-12-23-zoe-ete2": "2025-03-03"}


def test_what_is_absent_is_said_and_stays_open(site: Site) -> None:
    """Closed on what day? And of a list cut off on its way, everybody would have left."""
    site.put(*GOVERNMENTS, governments_csv(*(function_line(number) for number in range(1, 5))))
    site.sync(SCRIPT)
    site.put(*GOVERNMENTS, governments_csv(function_line(1)))
    outcome = site.sync(SCRIPT)
    assert (outcome.code, outcome.counters["mandatesAbsent"]) == (0, 3)
    assert "gouv-9900-M-2024-12-23-zoe-ete2 is open here, and the list does not have it" in outcome.out
    assert set(ended(site).values()) == {None}


@pytest.mark.parametrize("end", [{}, ENDED])
def test_a_corrected_first_day_takes_the_place_of_the_wrong_one(site: Site, end: dict[str, str]) -> None:
    site.put(*GOVERNMENTS, governments_csv(function_line(1), function_line(2)))
    site.sync(SCRIPT)
    corrected = function_line(1, date_debut_fonction="mardi 24 décembre 2024", **end)
    site.put(*GOVERNMENTS, governments_csv(corrected, function_line(2)))
    counters = site.sync(SCRIPT).counters
    assert (counters["mandatesReplaced"], counters["mandatesAbsent"], counters["mandatesCreated"]) == (1, 0, 1)
    assert ended(site) == {
        "gouv-9900-M-2024-12-23-zoe-ete2": None,
        "gouv-9900-M-2024-12-24-zoe-ete1": "2025-03-03" if end else None,
    }


@pytest.mark.parametrize(
    "other",
    [
        {"id": "9901", "date_debut_fonction": "lundi 3 mars 2025"},
        {"code_fonction": "ME", "date_debut_fonction": "lundi 3 mars 2025"},
        {"nom": "Été1-Dupont", "date_debut_fonction": "lundi 3 mars 2025"},
        {"date_debut_fonction": "lundi 2 décembre 2024", "date_fin_fonction": "lundi 23 décembre 2024"},
    ],
)
def test_another_function_takes_nobodys_place(sqlite_site: Site, other: dict[str, str]) -> None:
    sqlite_site.put(*GOVERNMENTS, governments_csv(function_line(1), function_line(2)))
    sqlite_site.sync(SCRIPT)
    sqlite_site.put(*GOVERNMENTS, governments_csv(function_line(1, **other), function_line(2)))
    counters = sqlite_site.sync(SCRIPT, "--all").counters
    assert (counters["mandatesReplaced"], counters["mandatesAbsent"]) == (0, 1)
    assert ended(sqlite_site)["gouv-9900-M-2024-12-23-zoe-ete1"] is None


@pytest.mark.parametrize(
    "entries",
    [{"ends": {"gouv-9900-M-2024-12-23-zoe-ete1": "2025-01-31"}}, {"ended_governments": {"9900": "2025-01-31"}}],
)
def test_what_is_absent_ends_as_the_corrections_say(site: Site, correct: Correct, entries: dict[str, object]) -> None:
    site.put(*GOVERNMENTS, governments_csv(function_line(1), function_line(2, id="9901")))
    site.sync(SCRIPT)
    site.put(*GOVERNMENTS, governments_csv(function_line(2, id="9901")))
    assert site.sync(SCRIPT).counters["mandatesAbsent"] == 1
    correct(**entries)
    counters = site.sync(SCRIPT).counters
    assert (counters["mandatesClosed"], counters["mandatesUpdated"], counters["mandatesAbsent"]) == (1, 1, 0)
    assert ended(site) == {"gouv-9900-M-2024-12-23-zoe-ete1": "2025-01-31", "gouv-9901-M-2024-12-23-zoe-ete2": None}
    assert site.sync(SCRIPT).counters["sourceUnchanged"] == 1


def test_an_old_list_opens_nothing_again(site: Site) -> None:
    old, new = governments_csv(function_line(1)), governments_csv(function_line(1, **ENDED))
    for content in (old, new):
        site.put(*GOVERNMENTS, content)
        site.sync(SCRIPT)
    before = site.dump()
    site.put(*GOVERNMENTS, old)
    for _ in range(2):
        outcome = site.sync(SCRIPT)
        assert (outcome.code, outcome.counters["errors"]) == (0, 1)
        assert "ended on 2025-03-03 and is open again" in outcome.err
    assert not site.remembered
    assert {**site.dump(), "sync_metadata": []} == {**before, "sync_metadata": []}


def test_a_limit_bounds_the_functions_and_nothing_is_remembered(site: Site) -> None:
    site.put(*GOVERNMENTS, governments_csv(*(function_line(number) for number in range(1, 4))))
    outcome = site.sync(SCRIPT, "--limit=2")
    assert outcome.counters["mandatesCreated"] == 2
    assert outcome.said[-2] == {"processed": 2, "total": 2}
    assert site.rows("sync_metadata") == []
    assert site.sync(SCRIPT).counters["mandatesCreated"] == 1


def test_a_namesake_is_a_doubt_until_a_person_decides(site: Site) -> None:
    deputy = Person(
        source=IdSource.ASSEMBLEE_NATIONALE,
        external_id="PA1",
        first_name="Zoé",
        last_name="Été1",
        birth_date=date(1970, 1, 2),
    )
    know(site, deputy)
    site.put(*GOVERNMENTS, governments_csv(function_line(1), function_line(2)))
    before = site.rows("politicians")
    for _ in range(2):
        counters = site.sync(SCRIPT).counters
        assert counters["doubtful"] == 1
        assert counters.get("sourceUnchanged") is None, "the decision is to be acted on"
    assert set(ended(site)) == {"gouv-9900-M-2024-12-23-zoe-ete2"}
    assert site.rows("politicians")[:1] == before
    (doubt,) = site.rows("doubts")
    assert (doubt["source"], doubt["external_id"], doubt["candidates"]) == ("GOUVERNEMENT", "zoe-ete1", ["zoe-ete1"])

    assert site.sync("decide", "GOUVERNEMENT", "zoe-ete1", "zoe-ete1").code == 0
    counters = site.sync(SCRIPT).counters
    assert (counters["membersUpdated"], counters["mandatesCreated"], counters["doubtful"]) == (1, 1, 0)
    assert len(site.rows("politicians")) == 2
    assert site.sync(SCRIPT).counters["sourceUnchanged"] == 1


def test_one_whose_ids_contradict_each_other_is_named_and_the_others_are_written(site: Site) -> None:
    know(site, Person(source=IdSource.SENAT, external_id="2", first_name="Zoé", last_name="Été2"))
    lines = [*(function_line(number) for number in (1, 2, 3)), function_line(2, id="9899")]
    site.put(*GOVERNMENTS, governments_csv(*lines))
    assert site.sync(SCRIPT).counters["doubtful"] == 1
    assert site.sync("decide", "GOUVERNEMENT", "zoe-ete2", "zoe-ete2").code == 0
    # Whom the decision means gets another id of the governments' list, from another script.
    stated = {IdSource.GOUVERNEMENT: "another"}
    know(site, Person(source=IdSource.SENAT, external_id="2", first_name="Zoé", last_name="Été2", others=stated))
    outcome = site.sync(SCRIPT)
    assert (outcome.code, outcome.counters["errors"], outcome.counters["doubtful"]) == (0, 1, 0)
    assert f"{GOVERNMENTS[1]}: Zoé Été2 would be zoe-ete2, who is another in GOUVERNEMENT" in outcome.err
    assert set(ended(site)) == {"gouv-9900-M-2024-12-23-zoe-ete1", "gouv-9900-M-2024-12-23-zoe-ete3"}


def test_a_birth_date_of_ours_says_who_it_is(site: Site, correct: Correct) -> None:
    born = date(1970, 1, 2)
    people = [
        Person(
            source=IdSource.ASSEMBLEE_NATIONALE,
            external_id=f"PA{number}",
            first_name="Zoé",
            last_name="Été1",
            birth_date=day,
        )
        for number, day in enumerate([born, date(1980, 3, 4)], start=1)
    ]
    know(site, *people)
    correct(births={"zoe-ete1": str(born)})
    site.put(*GOVERNMENTS, governments_csv(function_line(1)))
    counters = site.sync(SCRIPT).counters
    assert (counters["doubtful"], counters["mandatesCreated"]) == (0, 1)
    (mandate,) = site.rows("mandates")
    (its,) = [row for row in site.rows("politicians") if row["id"] == mandate["politician_id"]]
    assert str(its["birth_date"]) == "1970-01-02"


def test_a_birth_date_that_comes_later_is_learnt(site: Site, correct: Correct) -> None:
    site.put(*GOVERNMENTS, governments_csv(function_line(1)))
    site.sync(SCRIPT)
    correct(births={"zoe-ete1": "1970-01-02"})
    assert site.sync(SCRIPT).counters["membersUpdated"] == 1, "other corrections, and the list is read again"
    assert str(site.rows("politicians")[0]["birth_date"]) == "1970-01-02"
    correct(births={"zoe-ete1": "1971-01-02"})
    assert site.sync(SCRIPT).counters["membersUpdated"] == 0, "only a gap is filled"


def test_a_government_that_the_list_leaves_open_is_ended(site: Site, correct: Correct) -> None:
    correct(ended_governments={"9900": "2025-09-09"})
    lines = [function_line(1), function_line(2, **ENDED), function_line(3, id="9901")]
    site.put(*GOVERNMENTS, governments_csv(*lines))
    site.sync(SCRIPT, "--all")
    assert sorted(map(str, ended(site).values())) == ["2025-03-03", "2025-09-09", "None"]


def test_a_missing_function_gives_way_to_the_list(site: Site, correct: Correct) -> None:
    known = {
        "government": "9901",
        "code": "PM",
        "first_name": "Zoé",
        "last_name": "Été1",
        "title": "Première ministre",
        "started_on": "2025-09-09",
    }
    correct(missing=[known])
    site.put(*GOVERNMENTS, governments_csv(function_line(2)))
    site.sync(SCRIPT)
    assert "gouv-9901-PM-2025-09-09-zoe-ete1" in ended(site)
    later = function_line(3, id="9901", date_debut_fonction="dimanche 12 octobre 2025")
    site.put(*GOVERNMENTS, governments_csv(function_line(2), later))
    assert site.sync(SCRIPT).counters["mandatesAbsent"] == 1


def test_a_correction_of_one_mandate_stands_against_the_list(site: Site, correct: Correct) -> None:
    key = "gouv-9900-M-2024-12-23-zoe-ete1"
    site.put(*GOVERNMENTS, governments_csv(function_line(1, **ENDED)))
    site.sync(SCRIPT, "--all")
    for end in (None, "2025-01-31"):
        correct(ends={key: end})
        assert site.sync(SCRIPT, "--all").counters["errors"] == 0
        assert ended(site) == {key: end}


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ({"births": {"Zoé Été": "1970-01-02"}}, "births.Zoé Été"),
        ({"births": {"zoe-ete": "hier"}}, "births.zoe-ete"),
        ({"ends": {"PA1-leg17": None}}, "ends.PA1-leg17"),
        ({"missing": [{"government": "9901"}]}, "missing.0.code"),
        ({"endMandates": []}, "endMandates: Extra inputs"),
        ({"ended_governments": {"546": 20250909}}, "ended_governments.546"),
    ],
)
def test_corrections_that_say_what_they_cannot_are_refused_before_the_list_is_read(
    sqlite_site: Site, correct: Correct, entries: dict[str, object], why: str
) -> None:
    correct(**entries)
    outcome = sqlite_site.sync(SCRIPT)
    assert outcome.code == 1
    assert f"government_corrections.json: {why}" in outcome.err


def test_the_releases_corrections_are_whole() -> None:
    assert len(corrections().births) >= 20
    assert all(date(1900, 1, 1) < day < date(2010, 1, 1) for day in corrections().births.values())


def test_corrections_that_are_no_json_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "government_corrections.json"
    path.write_text("{")
    monkeypatch.setattr(government_corrections, "PATH", path)
    with pytest.raises(BadSource, match="the file: Invalid JSON"):
        corrections()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"id": "n° 46"}, "not a government's number"),
        ({"code_fonction": "X"}, "unknown code_fonction 'X'"),
        ({"nom": ""}, "has no nom"),
        ({"prenom": " "}, "has no prenom"),
        ({"prenom": "-", "nom": "…"}, "a name without a letter"),
        ({"fonction": ""}, "has no fonction"),
        ({"date_debut_fonction": ""}, "has no date_debut_fonction"),
        ({"date_debut_fonction": "mardi 23 décembre 2024"}, "as date_debut_fonction"),
        ({"date_fin_fonction": "en cours"}, "as date_fin_fonction"),
        ({"date_fin_fonction": "dimanche 22 décembre 2024"}, "before it begins"),
        ({"date_debut_fonction": "2024-02-30"}, "as date_debut_fonction"),
        ({"nom": "Été1"}, "repeats the mandate gouv-9900-M-2024-12-23-zoe-ete1"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_goes_on(sqlite_site: Site, changed: dict[str, str], why: str) -> None:
    sqlite_site.put(*GOVERNMENTS, governments_csv(function_line(1), function_line(2, **changed)))
    outcome = sqlite_site.sync(SCRIPT)
    assert (outcome.code, outcome.counters["errors"], outcome.counters["mandatesCreated"]) == (0, 1, 1)
    assert outcome.err.startswith(f"{GOVERNMENTS[1]}, line 3 (")
    assert why in outcome.err
    assert sqlite_site.rows("sync_metadata") == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("<!doctype html><p>Maintenance</p>", "lacks the columns"),
        (governments_csv(function_line(1)).replace(";", ","), "lacks the columns"),
        (governments_csv(function_line(1, nom="")), "None of the 1 lines"),
    ],
)
def test_what_is_not_the_list_fails_and_writes_nothing(sqlite_site: Site, content: str, why: str) -> None:
    sqlite_site.put(*GOVERNMENTS, content)
    outcome = sqlite_site.sync(SCRIPT)
    assert outcome.code == 1
    assert why in outcome.err
    assert sqlite_site.rows("politicians") == []


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("vendredi 13 décembre 2024", date(2024, 12, 13)),
        ("Vendredi  13 DECEMBRE 2024", date(2024, 12, 13)),
        ("mercredi 1er janvier 2025", date(2025, 1, 1)),
        ("14 août 1962", date(1962, 8, 14)),
        ("jeudi 29 février 2024", date(2024, 2, 29)),
        ("samedi 29 février 2025", None),
        ("jeudi 13 décembre 2024", None),
        ("vendredi 13 décembre 24", None),
        ("vendredi 13 frimaire 2024", None),
        ("13/12/2024", None),
        ("vendredi 0 décembre 0000", None),
        ("", None),
    ],
)
def test_a_french_day(written: str, day: date | None) -> None:
    assert written_day(written) == day


def test_of_several_files_of_a_dataset_the_one_of_the_members_is_read() -> None:
    assert csv_in(DATASET_PAGE.encode(), "membres") == f"https://static.example/{GOVERNMENTS[1]}"
    assert csv_in(DATASET_PAGE.encode(), "presidents") is None


@pytest.mark.parametrize(("status", "code"), [(503, 75), (404, 1)])
def test_without_the_dataset_page_no_old_list_is_read(
    online: Site, httpserver: HTTPServer, status: int, code: int
) -> None:
    httpserver.expect_request("/dataset.json").respond_with_data(status=status)
    httpserver.expect_request(f"/{GOVERNMENTS[1]}").respond_with_data(governments_csv(function_line(1)))
    outcome = online.sync(SCRIPT)
    assert (outcome.code, online.rows("mandates")) == (code, [])
    assert f"answers {status}" in outcome.err


@pytest.mark.parametrize("page", ["<html>Maintenance</html>", "[]", '{"resources": null}', "[" * 100_000])
def test_a_page_that_is_none_is_no_reason_to_read_an_old_list(online: Site, httpserver: HTTPServer, page: str) -> None:
    httpserver.expect_request("/dataset.json").respond_with_data(page)
    httpserver.expect_request(f"/{GOVERNMENTS[1]}").respond_with_data(governments_csv(function_line(1)))
    outcome = online.sync(SCRIPT)
    assert (outcome.code, online.rows("mandates")) == (1, [])
    assert "The dataset's page is not data.gouv.fr's JSON" in outcome.err


def test_where_the_dataset_page_names_no_such_file_the_last_known_address_is_read(
    online: Site, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/dataset.json").respond_with_data('{"resources": []}')
    httpserver.expect_request(f"/{GOVERNMENTS[1]}").respond_with_data(governments_csv(function_line(1)))
    outcome = online.sync(SCRIPT)
    assert (outcome.code, outcome.counters["mandatesCreated"]) == (0, 1)
    assert f"20250313-105416/{GOVERNMENTS[1]} is read instead" in outcome.out


def test_killed_between_two_batches_another_run_makes_it_whole(new_site: Callable[[], Site]) -> None:
    untouched, killed = new_site(), new_site()
    for each in (untouched, killed):
        each.put(*GOVERNMENTS, governments_csv(*(function_line(number % 300, id=str(number)) for number in range(500))))
    assert untouched.sync(SCRIPT).code == 0
    for lines in (1, 3):
        kill_after(killed, lines, SCRIPT)
        assert killed.rows("sync_metadata") == []
    assert killed.sync(SCRIPT).code == 0
    assert killed.meaning() == untouched.meaning()


def test_the_sample_is_whole(site: Site) -> None:
    site.sources = SAMPLES
    outcome = site.sync(SCRIPT)
    assert (outcome.code, outcome.err, outcome.counters["mandatesCreated"]) == (0, "", 13)
    assert site.sync(SCRIPT, "--all").counters["mandatesCreated"] == 5
