"""sync-legislation and sync-legislation-content: what they make of the Assemblée's files, and when they ask again."""

import json
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import ColumnElement, create_engine, true, update

from scripts.models import LegislativeFile
from scripts.paris import PARIS
from scripts.settings import database_url
from scripts.sync_legislation_content import BATCH
from tests.scripts.cases_legislation import filed
from tests.scripts.documents import Json, act, bill, dossier, dossiers, zipped
from tests.scripts.sites import PROJECT, Site
from tests.scripts.test_killed_scripts import kill_after

ZIP = ("sync-legislation", "Dossiers_Legislatifs.json.zip")
CONTENT = "sync-legislation-content"


def statuses(site: Site) -> dict[object, object]:
    return {row["external_id"]: row["status"] for row in site.rows("legislative_files")}


def independent(raw: str) -> str:
    """The status by the words of the file itself, read as text: the rules of SOURCES A.2 said another way."""
    steps = re.findall(r'"codeActe":"([^"]+)"', raw)
    if any(step.split("-")[0] == "PROM" for step in steps):
        return "ADOPTE"
    if any(step.endswith("-RTRINI") for step in steps):
        return "RETIRE"
    if "CC-SAISIE" in raw:
        return "CONSEIL_CONSTITUTIONNEL"
    # Pairs of a decision's step and its outcome, in the order of the file, and where the last text was filed.
    decisions = re.findall(r'"codeActe":"((?:AN|SN)[^"]*)-DEBATS-DEC".*?"statutConclusion":({[^}]*})', raw)
    last = {step[:2]: "rejet" in outcome for step, outcome in decisions}
    if last and all(last.values()) and raw.rindex("-DEBATS-DEC") > raw.rindex("-DEPOT") and "CMP" not in steps:
        return "REJETE"
    if "CMP" in steps or "-DEBATS" in raw:
        return "EN_COURS"
    return "EN_COMMISSION" if re.search(r"-COM-(FOND|AVIS)-RAPPORT", raw) else "DEPOSE"


def test_the_recording_is_read_file_for_file(site: Site, recordings: Path) -> None:
    site.sources = recordings
    outcome = site.sync("sync-legislation")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.said[-2] == {"processed": 2324, "total": 2324}
    expected: dict[str, str] = {}
    titles, texts, dates = {}, {}, {}
    with zipfile.ZipFile(recordings / "/".join(ZIP)) as recorded:
        for name in recorded.namelist():
            one = json.loads(recorded.read(name))["dossierParlementaire"]
            raw = json.dumps(one, ensure_ascii=False, separators=(",", ":"))
            if one["@xsi:type"] == "DossierLegislatif_Type":
                expected[one["uid"]] = independent(raw)
                titles[one["uid"]] = one["titreDossier"]["titre"].split()
                texts[one["uid"]] = next(iter(re.findall(r'"texteAssocie":"(P[^"]+)"', raw)), None)
                dates[one["uid"]] = max(re.findall(r'"dateActe":"([0-9-]{10})', raw))
    assert statuses(site) == expected
    assert Counter(expected.values()).keys() == {
        "ADOPTE", "CONSEIL_CONSTITUTIONNEL", "DEPOSE", "EN_COMMISSION", "EN_COURS", "REJETE", "RETIRE",
    }  # fmt: skip
    counters = outcome.counters
    assert (counters["dossiersProcessed"], counters["dossiersCreated"]) == (2324, len(expected))
    assert counters["dossiersSkipped"] == counters["dossiersNotLegislative"] == 2324 - len(expected)
    for row in site.rows("legislative_files"):
        uid = str(row["external_id"])
        assert str(row["title"]).split() == titles[uid]
        assert row["text_ref"] == texts[uid]
        assert str(row["last_act_on"])[:10] == dates[uid]
        assert str(row["source_url"]).startswith(
            f"https://www.assemblee-nationale.fr/dyn/{row['legislature']}/dossiers/"
        )
    before = site.dump()
    assert site.sync("sync-legislation").counters["sourceUnchanged"] == 1
    assert site.sync("sync-legislation", "--force").counters["dossiersUpdated"] == 0
    assert site.dump() == before


def test_the_files_of_an_older_legislature_are_over(sqlite_site: Site, recordings: Path) -> None:
    folder = (recordings / ZIP[0] / ZIP[1]).resolve().parent / "dossiers_L15"
    if not folder.is_dir():
        pytest.skip(f"no recording {folder}")
    files = {path.stem.removeprefix("dossier-"): path.read_text() for path in folder.glob("*.json")}
    sqlite_site.put(*ZIP, zipped({f"json/dossierParlementaire/{uid}.json": text for uid, text in files.items()}))
    outcome = sqlite_site.sync("sync-legislation", "--leg=15")
    assert (outcome.code, outcome.err, outcome.counters["dossiersCreated"]) == (0, "", len(files))
    over = {uid: "ADOPTE" if '"PROM"' in text else "CADUQUE" for uid, text in files.items()}
    assert statuses(sqlite_site) == over


def reading(code: str, *acts: Json) -> Json:
    return act(code, None, act(f"{code}-DEPOT"), *acts)


def decided(code: str, word: str) -> Json:
    return act(f"{code}-DEBATS", None, act(f"{code}-DEBATS-DEC", statutConclusion={"libelle": word}))


@pytest.mark.parametrize(
    ("acts", "status"),
    [
        ([reading("AN1")], "DEPOSE"),
        ([reading("AN1", act("AN1-COM-FOND-SAISIE"))], "DEPOSE"),
        ([reading("AN1", act("AN1-COM-FOND-RAPPORT"))], "EN_COMMISSION"),
        ([reading("AN1", act("AN1-COM-AVIS-RAPPORT"))], "EN_COMMISSION"),
        ([reading("AN1", decided("AN1", "adoptée"))], "EN_COURS"),
        ([reading("AN1", act("AN1-DEBATS-SEANCE"))], "EN_COURS"),
        ([reading("AN1"), act("CMP")], "EN_COURS"),
        ([reading("ANLUNI")], "EN_COURS"),
        ([reading("AN1"), act("CC-SAISIE-AN")], "CONSEIL_CONSTITUTIONNEL"),
        ([reading("AN1"), act("CC-SAISIE-AN"), act("PROM", None, act("PROM-PUB"))], "ADOPTE"),
        ([reading("AN1", act("AN1-RTRINI"))], "RETIRE"),
        ([reading("AN1", act("AN1-RETRAIT"))], "RETIRE"),
        ([reading("AN1", act("AN1-REJET"))], "REJETE"),
        ([reading("AN1", decided("AN1", "rejetée"))], "REJETE"),
        # The Sénat has it before it, has adopted it, or has rejected it too.
        ([reading("AN1", decided("AN1", "rejeté")), reading("SN1")], "EN_COURS"),
        ([reading("AN1", decided("AN1", "rejeté")), reading("SN1", decided("SN1", "adopté"))], "EN_COURS"),
        ([reading("AN1", decided("AN1", "rejeté")), reading("SN1", decided("SN1", "rejeté"))], "REJETE"),
        # In the final reading the Assemblée alone decides.
        ([reading("SN1", decided("SN1", "adopté")), reading("ANLDEF", decided("ANLDEF", "rejeté"))], "REJETE"),
        ([reading("SN1", decided("SN1", "rejeté")), reading("ANLDEF", decided("ANLDEF", "adopté"))], "EN_COURS"),
        ([act("CMP", None, decided("CMP", "adoptée"))], "EN_COURS"),
    ],
)
def test_each_status_by_its_acts(sqlite_site: Site, acts: list[Json], status: str) -> None:
    sqlite_site.put(*ZIP, dossiers(dossier(1, *acts)))
    assert sqlite_site.sync("sync-legislation").err == ""
    assert statuses(sqlite_site) == {"DLR5L17N1": status}


def test_what_a_later_legislature_has_taken_up_stays_alive(site: Site) -> None:
    taken_up = dossier(1, act("SN1", None, act("SN1-DEPOT", "2023-05-01")), legislature="16", uid="DLR5L16N1")
    later = dossier(1, act("AN1", None, act("AN1-DEPOT", "2024-07-23")), legislature="16", uid="DLR5L16N1")
    site.put(*ZIP, dossiers(later))
    site.sync("sync-legislation")
    lapsed = dossier(2, legislature="16", uid="DLR5L16N2")
    site.put(*ZIP, dossiers(taken_up, lapsed))
    site.sync("sync-legislation", "--leg=16")
    assert statuses(site) == {"DLR5L16N1": "DEPOSE", "DLR5L16N2": "CADUQUE"}


def test_what_is_stored(site: Site) -> None:
    acts = act(
        "AN1", None, act("AN1-DEPOT", "2024-12-31", texteAssocie="PRJLANR5L17B0007"), act("AN1-ETI", "2025-01-02")
    )
    acts["actesLegislatifs"]["acteLegislatif"][0]["dateActe"] = "2024-12-31T23:30:00.000Z"
    titled = {"titre": "Les  bergers\u00a0", "titreChemin": "bergers/été", "senatChemin": "http://www.senat.fr/x.html"}
    site.put(*ZIP, dossiers(dossier(7, acts, titreDossier=titled)))
    site.sync("sync-legislation")
    (row,) = site.rows("legislative_files")
    assert (row["title"], row["procedure"]) == ("Les bergers", "Proposition de loi ordinaire")
    # Half past midnight in Paris.
    assert (str(row["filed_on"])[:10], str(row["last_act_on"])[:10]) == ("2025-01-01", "2025-01-02")
    assert row["text_ref"] == "PRJLANR5L17B0007"
    assert row["source_url"] == "https://www.assemblee-nationale.fr/dyn/17/dossiers/bergers%2F%C3%A9t%C3%A9"
    assert row["senate_url"] == "http://www.senat.fr/x.html"
    site.put(*ZIP, dossiers(dossier(7, acts, titreDossier={**titled, "titre": "Les brebis"}), dossier(8)))
    counters = site.sync("sync-legislation").counters
    assert (counters["dossiersUpdated"], counters["dossiersCreated"], counters["dossiersSkipped"]) == (1, 1, 0)


def test_active_reads_those_under_way_and_those_that_were(site: Site) -> None:
    over = dossier(2, act("PROM", None))
    site.put(*ZIP, dossiers(dossier(1), over))
    assert site.sync("sync-legislation", "--active").counters["dossiersCreated"] == 1
    assert site.rows("sync_metadata") == []
    site.put(*ZIP, dossiers(dossier(1, act("AN1", None, act("AN1-RTRINI"))), over))
    site.sync("sync-legislation", "--active")
    assert statuses(site) == {"DLR5L17N1": "RETIRE"}


def test_today_is_a_week_back_from_the_newest_act(sqlite_site: Site) -> None:
    days = ["2025-11-10", "2025-11-11", "2025-11-17", str(datetime.now(PARIS).date() + timedelta(days=400))]
    sqlite_site.put(*ZIP, dossiers(*(dossier(n, act("AN1-DEPOT", day)) for n, day in enumerate(days, 1))))
    assert sqlite_site.sync("sync-legislation", "--today").counters["dossiersCreated"] == 3
    assert sqlite_site.rows("sync_metadata") == []
    assert sqlite_site.sync("sync-legislation").counters["dossiersCreated"] == 1


def test_a_limit_takes_the_newest_and_is_not_remembered(sqlite_site: Site) -> None:
    sqlite_site.put(*ZIP, dossiers(*(dossier(n) for n in (9, 10, 11))))
    sqlite_site.sync("sync-legislation", "--limit=2")
    assert set(statuses(sqlite_site)) == {"DLR5L17N11", "DLR5L17N10"}
    assert sqlite_site.rows("sync_metadata") == []


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"legislature": "XVII"}, "has 'XVII' as legislature"),
        ({"titreDossier": None}, "has no titreDossier"),
        ({"titreDossier": {"titre": " ", "titreChemin": "x"}}, "has no titreDossier.titre"),
        ({"titreDossier": {"titre": "a", "titreChemin": "x", "senatChemin": "javascript:alert(1)"}}, "senatChemin"),
        ({"procedureParlementaire": {"code": "2"}}, "has no procedureParlementaire.libelle"),
        ({"actesLegislatifs": {"acteLegislatif": {"uid": "x"}}}, "has no codeActe"),
        ({"actesLegislatifs": "none"}, "has no acteLegislatif"),
        ({"actesLegislatifs": {"acteLegislatif": act("AN1-DEPOT", texteAssocie="../../x")}}, "as texteAssocie"),
        ({"actesLegislatifs": {"acteLegislatif": {"codeActe": "AN1", "dateActe": "hier"}}}, "as dateActe"),
        ({"actesLegislatifs": {"acteLegislatif": {"codeActe": "AN1", "dateActe": "2025-11-17"}}}, "as dateActe"),
        ({"actesLegislatifs": {"acteLegislatif": [act("AN1")] * 5_001}}, "more than 5,000 acts"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_the_rest_goes_on(
    sqlite_site: Site, changed: dict[str, Any], why: str
) -> None:
    sqlite_site.put(*ZIP, dossiers(dossier(1, **changed), dossier(2)))
    outcome = sqlite_site.sync("sync-legislation")
    assert outcome.code == 0
    assert outcome.err.startswith("Dossiers_Legislatifs.json.zip: DLR5L17N1 ")
    assert why in outcome.err
    assert (outcome.counters["errors"], outcome.counters["dossiersCreated"]) == (1, 1)
    assert sqlite_site.rows("sync_metadata") == []


def test_killed_and_run_again_the_files_are_whole(new_site: Callable[[], Site], recordings: Path) -> None:
    untouched, killed = new_site(), new_site()
    untouched.sources = killed.sources = recordings
    untouched.sync("sync-legislation")
    for lines in (2, 9):
        kill_after(killed, lines, "sync-legislation")
        assert killed.rows("sync_metadata") == []
    assert killed.sync("sync-legislation").code == 0
    assert killed.meaning() == untouched.meaning()


def name(number: int) -> str:
    return f"PIONANR5L17B{number:04}"


@pytest.fixture
def texts(site: Site) -> Site:
    """Four files without a statement; the texts of the first two are published."""
    filed(*(name(n) for n in range(1, 5)))(site)
    for number in (1, 2):
        site.put(CONTENT, f"{name(number)}.html", bill())
    return site


def test_statements_are_read_once_and_what_is_not_there_is_asked_again_after_a_week(texts: Site) -> None:
    first = texts.sync(CONTENT)
    assert (first.code, first.err) == (0, "")
    counted = {"processed": 4, "downloaded": 2, "extracted": 2, "notFound": 2, "skipped": 0, "errors": 0}
    assert first.counters == counted
    stored = texts.rows("legislative_files")[0]
    assert str(stored["statement"]).startswith("Mesdames, Messieurs,\nLe loup")
    assert stored["statement_url"] == f"https://www.assemblee-nationale.fr/dyn/opendata/{name(1)}.html"
    before = texts.dump()
    assert texts.sync(CONTENT).counters == {**dict.fromkeys(counted, 0), "skipped": 4}
    assert texts.sync(CONTENT, "--force").counters == counted
    assert texts.dump() == before
    days_pass(texts, 8)
    texts.put(CONTENT, f"{name(3)}.html", bill())
    again = texts.sync(CONTENT).counters
    assert (again["processed"], again["extracted"], again["notFound"]) == (2, 1, 1)


def days_pass(site: Site, days: int, whose: ColumnElement[bool] | None = None) -> None:
    engine = create_engine(database_url(site.url))
    with engine.begin() as connection:
        ago = datetime.now(PARIS) - timedelta(days=days)
        connection.execute(
            update(LegislativeFile).where(true() if whose is None else whose).values(statement_checked_at=ago)
        )
    engine.dispose()


def test_another_first_text_is_read_anew(texts: Site) -> None:
    texts.sync(CONTENT)
    days_pass(texts, 8)
    engine = create_engine(database_url(texts.url))
    with engine.begin() as connection:
        connection.execute(update(LegislativeFile).where(LegislativeFile.id == 1).values(text_ref=name(9)))
    engine.dispose()
    texts.put(CONTENT, f"{name(9)}.html", bill("Tout autre chose, en plus de cinquante caractères, cependant."))
    texts.sync(CONTENT, "--limit=1")
    assert str(texts.rows("legislative_files")[0]["statement"]).startswith("Tout autre chose")


def test_the_newest_act_is_first(texts: Site) -> None:
    assert texts.sync(CONTENT, "--limit=1").counters["skipped"] == 3
    assert [row["external_id"] for row in texts.rows("legislative_files") if row["statement"]] == ["DLR5L17N1"]


def test_one_that_failed_is_named_and_asked_again(texts: Site) -> None:
    texts.put(CONTENT, f"{name(2)}.html", "<html>Une erreur</html>")
    outcome = texts.sync(CONTENT)
    assert (outcome.code, outcome.counters["errors"], outcome.counters["extracted"]) == (0, 1, 1)
    assert outcome.err == f"DLR5L17N2: {name(2)}.html is not the text of a bill: an error's page, perhaps.\n"
    texts.put(CONTENT, f"{name(2)}.html", bill())
    assert texts.sync(CONTENT).counters["processed"] == 0
    days_pass(texts, 8)
    assert texts.sync(CONTENT).counters["extracted"] == 1


def test_bad_texts_that_are_the_newest_do_not_keep_the_others_waiting(sqlite_site: Site) -> None:
    count = BATCH + 2
    filed(*(name(n) for n in range(1, count + 1)))(sqlite_site)
    for number in range(1, count + 1):
        sqlite_site.put(CONTENT, f"{name(number)}.html", bill() if number > BATCH else "<html>Une erreur</html>")
    first = sqlite_site.sync(CONTENT)
    assert (first.code, first.counters["errors"]) == (1, BATCH)
    second = sqlite_site.sync(CONTENT)
    assert (second.code, second.counters["extracted"]) == (0, 2)


def test_the_one_asked_for_longest_ago_is_the_next(sqlite_site: Site) -> None:
    filed(*(name(n) for n in (1, 2, 3)))(sqlite_site)
    sqlite_site.sync(CONTENT)
    days_pass(sqlite_site, 8)
    days_pass(sqlite_site, 9, LegislativeFile.id == 2)
    for number in (1, 2, 3):
        sqlite_site.put(CONTENT, f"{name(number)}.html", bill())
    sqlite_site.sync(CONTENT, "--limit=1")
    assert [row["id"] for row in sqlite_site.rows("legislative_files") if row["statement"]] == [2]


def test_the_senats_own_texts_are_not_asked_for(sqlite_site: Site) -> None:
    filed("PIONSNR5S990B0001", name(2))(sqlite_site)
    sqlite_site.put(CONTENT, f"{name(2)}.html", bill())
    counters = sqlite_site.sync(CONTENT).counters
    assert (counters["processed"], counters["extracted"], counters["skipped"]) == (1, 1, 1)
    assert sqlite_site.sync(CONTENT, "--force").counters["processed"] == 1


def test_where_none_of_a_batch_can_be_read_the_run_fails(texts: Site) -> None:
    for number in range(1, 5):
        texts.put(CONTENT, f"{name(number)}.html", "<html>Une erreur</html>")
    outcome = texts.sync(CONTENT)
    assert (outcome.code, outcome.counters["errors"]) == (1, 4)
    assert "None of 4 texts could be read" in outcome.err


def test_a_site_that_is_down_is_not_asked_for_every_text(online: Site, httpserver: HTTPServer) -> None:
    filed(*(name(n) for n in range(1, 9)))(online)
    httpserver.expect_request(re.compile("/.*")).respond_with_data(status=503)
    outcome = online.sync(CONTENT)
    assert (outcome.code, outcome.counters["processed"]) == (75, 3)


def test_a_text_without_its_file_is_none(sqlite_site: Site) -> None:
    sqlite_site.put(*ZIP, dossiers(dossier(1, act("AN20", None, act("AN20-RAPPORT", texteAssocie="RAPPANR5L17B0001")))))
    sqlite_site.sync("sync-legislation")
    assert sqlite_site.sync(CONTENT).counters["processed"] == 0


def test_killed_and_run_again_the_statements_are_whole(new_site: Callable[[], Site]) -> None:
    untouched, killed = new_site(), new_site()
    samples = PROJECT / "samples"
    for each in (untouched, killed):
        shutil.copytree(samples / CONTENT, each.sources / CONTENT)
        filed(*(path.stem for path in sorted((samples / CONTENT).glob("*.html"))))(each)
    untouched.sync(CONTENT)
    kill_after(killed, 1, CONTENT, "--verbose")
    assert killed.sync(CONTENT).code == 0
    meant = [
        [{**row, "statement_checked_at": None, "updated_at": None} for row in each.rows("legislative_files")]
        for each in (untouched, killed)
    ]
    assert meant[0] == meant[1]
