"""sync-assemblee: what it makes of Datan's CSV, and what it never closes."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from scripts.datagouv import csv_in
from scripts.errors import BadSource
from scripts.models import Chamber, Office
from tests.scripts.documents import deputies_csv, deputy_line
from tests.scripts.people import add
from tests.scripts.sites import Site

CSV = ("sync-assemblee", "deputes-active.csv")


def ended(site: Site) -> dict[str, str | None]:
    rows = site.rows("mandates")
    return {str(row["external_id"]): str(row["ended_on"]) if row["ended_on"] else None for row in rows}


def test_a_recording_is_imported_deputy_for_deputy(site: Site, recordings: Path) -> None:
    site.sources = recordings
    outcome = site.sync("sync-assemblee")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.counters["deputiesCreated"] == 575
    assert outcome.said[-2] == {"processed": 575, "total": 575}
    with (recordings / "/".join(CSV)).open(encoding="utf-8-sig", newline="") as file:
        recorded = list(csv.DictReader(file))
    dump = site.dump()
    groups = {row["id"]: row["code"] for row in dump["political_groups"]}
    assert Counter(groups[row["group_id"]] for row in dump["mandates"]) == Counter(
        line["groupeAbrev"] for line in recorded
    )
    assert {row["external_id"] for row in dump["mandates"]} == {f"{line['id']}-leg17" for line in recorded}
    people = {row["id"]: (row["first_name"], row["last_name"], str(row["birth_date"])) for row in dump["politicians"]}
    assert {row["external_id"]: people[row["politician_id"]] for row in dump["external_ids"]} == {
        line["id"]: (line["prenom"], line["nom"], line["naissance"]) for line in recorded
    }
    before = site.dump()
    assert site.sync("sync-assemblee").counters["sourceUnchanged"] == 1
    forced = site.sync("sync-assemblee", "--force").counters
    assert (forced["deputiesCreated"], forced["deputiesUpdated"], forced["groupsUpdated"]) == (0, 0, 0)
    assert site.dump() == before


def test_a_dry_run_counts_the_same_and_writes_nothing(site: Site) -> None:
    site.put(*CSV, deputies_csv(*(deputy_line(n) for n in range(1, 4))))
    site.sync("sync-assemblee")
    site.put(*CSV, deputies_csv(deputy_line(1, nom="Autre"), deputy_line(2), deputy_line(4)))
    before = site.dump()
    rehearsed = site.sync("sync-assemblee", "--dry-run")
    assert site.dump() == before
    assert site.sync("sync-assemblee").counters == rehearsed.counters
    assert {k: v for k, v in rehearsed.counters.items() if v} == {
        "deputiesCreated": 1,
        "deputiesUpdated": 1,
        "deputiesDeactivated": 1,
    }


def test_who_left_keeps_everything_but_the_open_mandate(site: Site) -> None:
    site.put(*CSV, deputies_csv(deputy_line(1), deputy_line(2)))
    site.sync("sync-assemblee")
    site.put(*CSV, deputies_csv(deputy_line(2, dateMaj="2025-12-01")))
    assert site.sync("sync-assemblee").counters["deputiesDeactivated"] == 1
    assert ended(site) == {"PA1-leg17": "2025-12-01", "PA2-leg17": None}
    assert len(site.rows("politicians")) == 2
    site.put(*CSV, deputies_csv(*(deputy_line(n, dateMaj="2025-12-02") for n in (1, 2))))
    assert site.sync("sync-assemblee").counters["deputiesUpdated"] == 1
    assert set(ended(site).values()) == {None}


def test_who_has_left_is_not_brought_back_by_a_file_of_before(site: Site) -> None:
    old = deputies_csv(*(deputy_line(n, dateMaj="2025-09-30") for n in (1, 2, 3)))
    site.put(*CSV, old)
    site.sync("sync-assemblee")
    site.put(*CSV, deputies_csv(*(deputy_line(n, dateMaj="2025-10-02") for n in (2, 3))))
    site.sync("sync-assemblee")
    before = site.dump()
    site.put(*CSV, old)
    for flags in ([], ["--force"], ["--limit=1"]):
        outcome = site.sync("sync-assemblee", *flags)
        assert outcome.code == 1
        assert "is of 2025-09-30, and one of 2025-10-02 has been read: nothing was written" in outcome.err
    assert site.dump() == before


def test_a_day_that_one_line_has_wrong_is_not_the_files(sqlite_site: Site) -> None:
    lines = [deputy_line(1), deputy_line(2), deputy_line(3, dateMaj="2026-01-05")]
    sqlite_site.put(*CSV, deputies_csv(*lines))
    sqlite_site.sync("sync-assemblee")
    sqlite_site.put(*CSV, deputies_csv(deputy_line(1, dateMaj="2025-11-25"), deputy_line(2, dateMaj="2025-11-25")))
    assert sqlite_site.sync("sync-assemblee").counters["deputiesDeactivated"] == 1
    assert ended(sqlite_site)["PA3-leg17"] == "2025-11-25"


def test_what_the_file_says_no_longer_stays(site: Site) -> None:
    told = {
        "naissance": "1960-05-17", "villeNaissance": "Val-Mirage", "job": "Avocate", "mail": "a@an.example",
        "twitter": "@nom1", "website": "nom1.example", "civ": "Mme",
    }  # fmt: skip
    site.put(*CSV, deputies_csv(deputy_line(1, **told)))
    site.sync("sync-assemblee")
    before = site.dump("politicians")
    assert None not in {before["politicians"][0][name] for name in ("birth_date", "profession", "website", "email")}
    site.put(*CSV, deputies_csv(deputy_line(1)))
    outcome = site.sync("sync-assemblee")
    assert (outcome.code, outcome.counters["deputiesUpdated"]) == (0, 0)
    assert site.dump("politicians") == before


def test_one_line_of_another_legislature_is_a_bad_one_and_blocks_nothing(site: Site) -> None:
    site.put(*CSV, deputies_csv(deputy_line(1), deputy_line(2, legislature="177"), deputy_line(3)))
    outcome = site.sync("sync-assemblee")
    assert (outcome.code, outcome.counters["errors"], outcome.counters["deputiesCreated"]) == (0, 1, 2)
    assert outcome.err == "deputes-active.csv, line 3 ('PA2') is of legislature 177, most of 17.\n"
    site.put(*CSV, deputies_csv(*map(deputy_line, (1, 2, 3))))
    outcome = site.sync("sync-assemblee")
    assert (outcome.code, outcome.err) == (0, "")
    assert set(ended(site)) == {"PA1-leg17", "PA2-leg17", "PA3-leg17"}


def test_a_limited_run_closes_no_mandate_and_remembers_nothing(site: Site) -> None:
    site.put(*CSV, deputies_csv(deputy_line(1), deputy_line(2)))
    site.sync("sync-assemblee")
    site.put(*CSV, deputies_csv(deputy_line(2), deputy_line(3)))
    site.sync("sync-assemblee", "--limit=1")
    assert set(ended(site).values()) == {None}
    assert not site.remembered
    assert site.sync("sync-assemblee").counters["deputiesDeactivated"] == 1


def test_a_file_with_less_than_half_of_the_mandates_is_refused_whole(site: Site) -> None:
    site.put(*CSV, deputies_csv(*(deputy_line(n) for n in range(1, 6))))
    site.sync("sync-assemblee")
    before = site.dump()
    site.put(*CSV, deputies_csv(deputy_line(1, nom="Autre"), deputy_line(6)))
    outcome = site.sync("sync-assemblee")
    assert outcome.code == 1
    assert "has 2, and we have 5 open mandates from it: nothing was written" in outcome.err
    assert site.dump() == before


@pytest.mark.parametrize(
    "older",
    [{"dateMaj": "2020-01-01"}, {"legislature": "16", "datePriseFonction": "2022-06-22", "dateMaj": "2023-01-01"}],
)
def test_a_file_of_before_is_refused_whole(site: Site, older: dict[str, str]) -> None:
    site.put(*CSV, deputies_csv(*(deputy_line(n) for n in range(1, 4))))
    site.sync("sync-assemblee")
    before = site.dump()
    site.put(*CSV, deputies_csv(deputy_line(1, **older), deputy_line(2, **older)))
    outcome = site.sync("sync-assemblee")
    assert outcome.code == 1
    assert "nothing was written, see whether it is an old one" in outcome.err
    assert site.dump() == before


def test_a_mandate_of_which_neither_start_nor_legislature_is_known_is_no_error(site: Site) -> None:
    add(site, "ancien-depute", {}, {"office": Office.DEPUTE, "chamber": Chamber.ASSEMBLEE_NATIONALE})
    site.put(*CSV, deputies_csv(deputy_line(1)))
    outcome = site.sync("sync-assemblee")
    assert (outcome.code, outcome.err, outcome.counters["deputiesDeactivated"]) == (0, "", 1)


def test_a_name_that_several_lines_were_drawn_into_stops_nobody_else(site: Site) -> None:
    drawn = "".join(f"{number:x}," for number in range(1000, 2000))
    site.put(*CSV, deputies_csv(deputy_line(1), deputy_line(2, nom=drawn), deputy_line(3)))
    outcome = site.sync("sync-assemblee")
    assert (outcome.code, outcome.counters["deputiesCreated"], outcome.counters["errors"]) == (0, 2, 1)
    assert "PA2 has a name of 4," in outcome.err


def test_a_date_to_come_is_a_slip_and_ends_no_mandate_then(site: Site) -> None:
    site.put(*CSV, deputies_csv(*(deputy_line(n) for n in range(1, 4))))
    site.sync("sync-assemblee")
    site.put(*CSV, deputies_csv(deputy_line(1), deputy_line(2, dateMaj="9999-01-01")))
    assert site.sync("sync-assemblee").counters["deputiesDeactivated"] == 1
    assert {str(row["ended_on"]) for row in site.rows("mandates")} == {"None", "2025-11-24"}


@pytest.mark.parametrize("wrong", [{"id": "PA\u00b2"}, {"id": "PA" + "9" * 5000}, {"legislature": "9" * 20}])
def test_a_line_that_no_database_could_hold_is_counted_and_the_rest_is_written(
    site: Site, wrong: dict[str, str]
) -> None:
    site.put(*CSV, deputies_csv(deputy_line(1), deputy_line(2, **wrong)))
    outcome = site.sync("sync-assemblee")
    assert (outcome.code, outcome.counters["errors"], outcome.counters["deputiesCreated"]) == (0, 1, 1)


def test_a_line_that_cannot_be_read_is_not_a_deputy_who_left(site: Site) -> None:
    site.put(*CSV, deputies_csv(deputy_line(1), deputy_line(2)))
    site.sync("sync-assemblee")
    site.put(*CSV, deputies_csv(deputy_line(1), deputy_line(2, groupe="")))
    outcome = site.sync("sync-assemblee")
    assert (outcome.code, outcome.counters["errors"]) == (0, 1)
    assert outcome.err == "deputes-active.csv, line 3 ('PA2') has no groupe.\n"
    assert set(ended(site).values()) == {None}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"id": "1008"}, "not PA and a number"),
        ({"legislature": "XVII"}, "legislature 'XVII'"),
        ({"nom": ""}, "has no nom"),
        ({"datePriseFonction": "08/07/2024"}, "as datePriseFonction"),
        ({"naissance": "1949-02-30"}, "as naissance"),
        ({"id": "PA1"}, "repeats the id PA1"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_goes_on(sqlite_site: Site, changed: dict[str, str], why: str) -> None:
    sqlite_site.put(*CSV, deputies_csv(deputy_line(1), deputy_line(2, **changed)))
    outcome = sqlite_site.sync("sync-assemblee")
    assert (outcome.code, outcome.counters["errors"], outcome.counters["deputiesCreated"]) == (0, 1, 1)
    assert why in outcome.err
    assert sqlite_site.rows("sync_metadata") == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("<!doctype html><p>Maintenance</p>", "lacks the columns"),
        ("id,nom\nPA1,Nom\n", "lacks the columns circo, civ"),
        (deputies_csv(), "a header and no line"),
        (deputies_csv(deputy_line(1)).encode() + b"\xe9", "cannot be read"),
        (deputies_csv(deputy_line(1, id="x")), "None of the 1 lines"),
    ],
)
def test_what_is_not_the_csv_fails_and_writes_nothing(sqlite_site: Site, content: str | bytes, why: str) -> None:
    sqlite_site.put(*CSV, content)
    outcome = sqlite_site.sync("sync-assemblee")
    assert outcome.code == 1
    assert why in outcome.err
    assert sqlite_site.rows("politicians") == []


def test_people_of_one_name_have_a_slug_each_for_ever(site: Site) -> None:
    twins = [deputy_line(n, prenom="Élodie", nom="d'Œuvre-Haÿ") for n in (20, 3)]
    site.put(*CSV, deputies_csv(*twins))
    site.sync("sync-assemblee")
    slugs = {row["slug"] for row in site.rows("politicians")}
    assert slugs == {"elodie-d-oeuvre-hay", "elodie-d-oeuvre-hay-pa20"}
    site.put(*CSV, deputies_csv(deputy_line(20, prenom="Élodie", nom="Renommée"), deputy_line(3, nom="Autre")))
    site.sync("sync-assemblee")
    assert {row["slug"] for row in site.rows("politicians")} == slugs
    assert {row["last_name"] for row in site.rows("politicians")} == {"Renommée", "Autre"}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("alain-david.example", "https://alain-david.example"),
        ("http://www.exemple.example/moi?x=1", "http://www.exemple.example/moi?x=1"),
        ("javascript:alert(1)", None),
        ("https://x y.example", None),
        ("", None),
    ],
)
def test_a_website_is_one_of_the_web(sqlite_site: Site, written: str, kept: str | None) -> None:
    sqlite_site.put(*CSV, deputies_csv(deputy_line(1, website=written)))
    sqlite_site.sync("sync-assemblee")
    assert sqlite_site.rows("politicians")[0]["website"] == kept


def test_the_dataset_page_says_where_the_csv_is() -> None:
    page = {
        "resources": [
            {"format": "pdf", "url": "https://static.example/notice.pdf"},
            {"format": "CSV", "url": "https://static.example/deputes-active.csv"},
            {"format": "csv", "url": "https://static.example/other.csv"},
        ]
    }
    assert csv_in(json.dumps(page).encode()) == "https://static.example/deputes-active.csv"


@pytest.mark.parametrize(
    "page",
    [
        b'{"resources": []}',
        b'{"resources": [{"format": "csv", "url": "file:///x"}, {"url": "https://x.example/y"}, 1]}',
    ],
)
def test_a_page_that_names_none_says_so(page: bytes) -> None:
    assert csv_in(page) is None


@pytest.mark.parametrize("page", [b"<html>", b"{}", b"[]", b"[" * 100_000])
def test_what_is_no_such_page_is_refused(page: bytes) -> None:
    with pytest.raises(BadSource, match=r"not data\.gouv\.fr's JSON"):
        csv_in(page)


@pytest.mark.parametrize("page", [Response(status=503), Response("<html>Maintenance</html>")], ids=["503", "html"])
def test_without_the_dataset_page_the_permanent_address_is_read(
    online: Site, httpserver: HTTPServer, page: Response
) -> None:
    httpserver.expect_request("/dataset.json").respond_with_response(page)
    httpserver.expect_request("/deputes-active.csv").respond_with_data(deputies_csv(deputy_line(1)))
    outcome = online.sync("sync-assemblee")
    assert (outcome.code, outcome.counters["deputiesCreated"]) == (0, 1)
    assert "The dataset's page names no CSV; https://www.data.gouv.fr/" in outcome.out
