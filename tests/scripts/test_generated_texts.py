"""What the scripts write that ask a model: about whom and what, where it goes, and what of a person's is left alone."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Update, update
from sqlalchemy.orm import Session
from werkzeug import Response

from scripts.database import connected
from scripts.generation import HOPELESS
from scripts.models import (
    Chamber,
    ExternalId,
    FileStatus,
    GeneratedText,
    IdSource,
    LegislativeFile,
    Mandate,
    Office,
    PartyRole,
    Politician,
    PublicationStatus,
    SyncMetadata,
)
from scripts.paris import today_in_paris
from scripts.settings import database_url
from tests.scripts.cases_texts import BIOGRAPHY, EXPLAINED, MODEL_CASES, POINTS, STATEMENT, deputies, files, scrutins
from tests.scripts.matrix import ModelCase
from tests.scripts.model_server import ModelServer
from tests.scripts.politicians import politicians
from tests.scripts.sites import Site
from tests.scripts.test_killed_scripts import kill_after

BIOGRAPHIES, SUMMARIES, VOTES = "generate-biographies", "generate-summaries", "generate-scrutin-summaries"


@pytest.fixture
def ready(site: Site, model: ModelServer) -> Site:
    """On each kind of database."""
    model.serve(site)
    return site


@pytest.fixture
def asking(sqlite_site: Site, model: ModelServer) -> Site:
    model.serve(sqlite_site)
    return sqlite_site


@contextmanager
def session_of(site: Site) -> Iterator[Session]:
    with connected(database_url(site.url)) as engine, Session(engine) as session, session.begin():
        yield session


def change(site: Site, what: Update) -> None:
    with session_of(site) as session:
        session.execute(what)


def biographies(site: Site) -> list[object]:
    return [row["biography"] for row in site.rows("politicians")]


def test_a_biography_is_stored_where_it_is_shown_and_marked_as_the_models(ready: Site, model: ModelServer) -> None:
    deputies(1)(ready)
    with politicians(ready) as rows:
        for source, id_ in ((IdSource.WIKIDATA, "Q1"), (IdSource.ASSEMBLEE_NATIONALE, "PA1"), (IdSource.HATVP, "9")):
            rows.add(ExternalId(source=source, external_id=id_, politician_id=1))
    model.says = [{"text": f"  {BIOGRAPHY}\n"}]
    before = datetime.now(UTC)
    assert ready.sync(BIOGRAPHIES).code == 0
    assert biographies(ready) == [BIOGRAPHY]
    (written,) = ready.rows("generated_texts")
    assert {key: written[key] for key in ("kind", "subject_id", "text", "model", "sources")} == {
        "kind": "BIOGRAPHY",
        "subject_id": 1,
        "text": BIOGRAPHY,
        "model": "stub-1",
        "sources": ["https://www.wikidata.org/wiki/Q1", "https://www.assemblee-nationale.fr/dyn/deputes/PA1"],
    }
    with session_of(ready) as session:
        stored = session.get_one(GeneratedText, written["id"])
        assert before <= stored.generated_at <= datetime.now(UTC)


def test_the_model_is_given_the_facts_of_our_tables_and_no_more(asking: Site, model: ModelServer) -> None:
    with politicians(asking) as rows:
        who = rows.politician(
            "anne-roche", civility="Mme", birth_date=date(1971, 3, 14), email="a@b.example", twitter="@a", website="w"
        )
        rows.office(who, Office.SENATEUR, date(2014, 10, 1), date(2020, 9, 30))
        rows.office(who, Office.MAIRE, date(2020, 7, 4))
        rows.role(who, PartyRole.LEADER, date(2021, 1, 1))
    model.says = [{"text": BIOGRAPHY}]
    asking.sync(BIOGRAPHIES)
    assert model.documents == [
        {
            "nom": "Anne Roche",
            "civilite": "Mme",
            "date_de_naissance": "1971-03-14",
            "mandats_et_fonctions": [
                {"fonction": "sénateur", "debut": "2014-10-01", "fin": "2020-09-30"},
                {"fonction": "maire", "debut": "2020-07-04"},
            ],
            "partis": [{"parti": "Parti", "role": "dirigeant", "debut": "2021-01-01"}],
        }
    ]


@pytest.mark.parametrize("flags", [(), ("--force",)])
def test_what_a_person_has_written_is_never_touched(ready: Site, model: ModelServer, flags: tuple[str, ...]) -> None:
    deputies(2)(ready)
    change(ready, update(Politician).where(Politician.id == 1).values(biography="De sa main."))
    model.says = [{"text": BIOGRAPHY}]
    ready.sync(BIOGRAPHIES, *flags)
    assert biographies(ready) == ["De sa main.", BIOGRAPHY]
    change(ready, update(Politician).where(Politician.id == 2).values(biography="Corrigée.", profession="Marin"))
    before = ready.dump()
    outcome = ready.sync(BIOGRAPHIES, *flags)
    assert (outcome.code, outcome.counters["calls"]) == (0, 0)
    assert ready.dump() == before


def test_nor_what_a_person_writes_while_the_model_does(asking: Site, model: ModelServer) -> None:
    deputies(1)(asking)

    def somebody_is_quicker(_: dict[str, Any]) -> dict[str, Any]:
        change(asking, update(Politician).values(biography="Plus vite."))
        return {"text": BIOGRAPHY}

    model.says = [somebody_is_quicker]
    outcome = asking.sync(BIOGRAPHIES)
    assert (outcome.code, outcome.counters["generated"], outcome.counters["skipped"]) == (0, 0, 1)
    assert biographies(asking) == ["Plus vite."]
    assert asking.rows("generated_texts") == []


def test_the_models_own_is_written_anew_when_the_facts_change(ready: Site, model: ModelServer) -> None:
    deputies(2)(ready)
    anew = BIOGRAPHY.replace("siège", "a siégé")
    model.says = [{"text": BIOGRAPHY}, {"text": BIOGRAPHY}, {"text": anew}]
    ready.sync(BIOGRAPHIES)
    change(ready, update(Mandate).where(Mandate.politician_id == 2).values(ended_on=date(2025, 11, 1)))
    counters = ready.sync(BIOGRAPHIES).counters
    assert (counters["generated"], counters["skipped"], counters["calls"]) == (1, 1, 1)
    assert biographies(ready) == [BIOGRAPHY, anew]
    assert [row["text"] for row in ready.rows("generated_texts")] == [BIOGRAPHY, anew]


def test_force_writes_the_models_own_anew(asking: Site, model: ModelServer) -> None:
    deputies(1)(asking)
    anew = BIOGRAPHY.replace("siège", "a siégé")
    model.says = [{"text": BIOGRAPHY}, {"text": anew}]
    asking.sync(BIOGRAPHIES)
    asking.sync(BIOGRAPHIES, "--force")
    assert biographies(asking) == [anew]


def test_one_that_was_taken_away_stays_away_until_the_facts_change(asking: Site, model: ModelServer) -> None:
    deputies(1)(asking)
    model.says = [{"text": BIOGRAPHY}]
    asking.sync(BIOGRAPHIES)
    change(asking, update(Politician).values(biography=None))
    assert asking.sync(BIOGRAPHIES).counters["calls"] == 0
    change(asking, update(Politician).values(profession="Marin"))
    assert asking.sync(BIOGRAPHIES).counters["generated"] == 1


def test_the_most_prominent_come_first_and_who_is_not_shown_or_not_known_never(
    asking: Site, model: ModelServer
) -> None:
    deputies(2)(asking)
    with politicians(asking) as rows:
        excluded = rows.politician("x", prominence=990, publication_status=PublicationStatus.EXCLUDED)
        rows.office(excluded, Office.MAIRE)
        overruled = rows.politician("y", prominence=985, publication_override=PublicationStatus.EXCLUDED)
        rows.office(overruled, Office.MAIRE)
        rows.politician("without-facts", prominence=980)
        rows.office(rows.politician("first", prominence=970), Office.MAIRE)
    model.says = [{"text": BIOGRAPHY}]
    counters = asking.sync(BIOGRAPHIES, "--limit=2").counters
    assert [asked["mandats_et_fonctions"][0]["fonction"] for asked in model.documents] == [
        "maire",
        "député à l'Assemblée nationale",
    ]
    assert (counters["generated"], counters["left"], counters["skipped"]) == (2, 1, 1)


def test_a_summary_is_a_line_a_point_with_its_sources(ready: Site, model: ModelServer) -> None:
    files(1)(ready)
    model.says = [{"points": POINTS}]
    assert ready.sync(SUMMARIES).code == 0
    (written,) = ready.rows("generated_texts")
    assert (written["kind"], written["text"]) == ("FILE_SUMMARY", "\n".join(POINTS))
    assert written["sources"] == ["https://files.example/1", "https://texts.example/1"]
    assert model.documents == [
        {"titre": "Protéger les phares", "procedure": "Proposition de loi ordinaire", "expose_des_motifs": STATEMENT}
    ]


def test_files_are_taken_newest_first_and_only_those_of_today_unless_all(asking: Site, model: ModelServer) -> None:
    today = today_in_paris()
    files(2)(asking)
    long_ago, lately = today - timedelta(days=400), today - timedelta(days=30)
    files(1, external_id="over", title="le vieux", status=FileStatus.ADOPTE, last_act_on=long_ago)(asking)
    files(1, external_id="fresh", title="le récent", status=FileStatus.REJETE, last_act_on=lately)(asking)
    files(1, external_id="old", title="l'ancien", last_act_on=long_ago)(asking)
    files(1, external_id="mute", title="le muet", statement=None)(asking)  # type: ignore[arg-type] # as before it is read
    change(asking, update(LegislativeFile).where(LegislativeFile.id <= 2).values(last_act_on=today))
    model.says = [{"points": POINTS}]
    asking.sync(SUMMARIES)
    titles = ["Protéger les phares", "Protéger les enseignes", "le récent", "l'ancien"]
    assert [asked["titre"] for asked in model.documents] == titles
    model.asked.clear()
    asking.sync(SUMMARIES, "--all")
    assert [asked["titre"] for asked in model.documents] == ["le vieux"]


def test_another_statement_has_another_summary(asking: Site, model: ModelServer) -> None:
    files(2)(asking)
    model.says = [{"points": POINTS}]
    asking.sync(SUMMARIES)
    other = update(LegislativeFile).where(LegislativeFile.id == 2)
    change(asking, other.values(statement=f"{STATEMENT} Et celui des bouées."))
    counters = asking.sync(SUMMARIES).counters
    assert (counters["generated"], counters["skipped"]) == (1, 1)
    assert len(asking.rows("generated_texts")) == 2
    assert asking.sync(SUMMARIES, "--force").counters["generated"] == 2


def test_a_long_statement_is_cut_to_what_a_model_can_read(asking: Site, model: ModelServer) -> None:
    files(1, statement=STATEMENT + " phare" * 100_000)(asking)
    model.says = [{"points": POINTS}]
    asking.sync(SUMMARIES)
    assert len(model.documents[0]["expose_des_motifs"]) <= 16_000


def test_a_vote_is_explained_by_its_title_and_its_counts(asking: Site, model: ModelServer) -> None:
    scrutins(1, abstentions=None)(asking)
    model.says = [{"text": EXPLAINED}]
    assert asking.sync(VOTES).code == 0
    (written,) = asking.rows("generated_texts")
    assert (written["kind"], written["text"], written["sources"]) == (
        "SCRUTIN_SUMMARY",
        EXPLAINED,
        ["https://votes.example/1"],
    )
    assert model.documents == [
        {
            "intitule": "l'article 2 de la proposition de loi sur les phares (première lecture).",
            "chambre": "Assemblée nationale",
            "numero": 1,
            "date": "2025-11-27",
            "resultat": "adopté",
            "voix_pour": 102,
            "voix_contre": 40,
        }
    ]


@pytest.mark.parametrize(("flag", "chambers"), [("AN", {"Assemblée nationale"}), ("SENAT", {"Sénat"})])
def test_of_one_chamber_alone(asking: Site, model: ModelServer, flag: str, chambers: set[str]) -> None:
    scrutins(1)(asking)
    scrutins(1, external_id="SENAT-1", chamber=Chamber.SENAT, legislature=None, session=2025)(asking)
    model.says = [{"text": EXPLAINED}]
    asking.sync(VOTES, f"--chamber={flag}")
    assert {asked["chambre"] for asked in model.documents} == chambers


def test_what_failed_is_asked_again_after_a_week_or_when_it_has_changed(asking: Site, model: ModelServer) -> None:
    files(2)(asking)
    model.says = ["Bonjour", "Bonjour", {"points": POINTS}]
    assert asking.sync(SUMMARIES).counters["errors"] == 1
    assert asking.sync(SUMMARIES).counters == {
        "processed": 0, "generated": 0, "skipped": 2, "errors": 0, "left": 0, "calls": 0, "tokens": 0,
    }  # fmt: skip
    shutil.copy(asking.url.removeprefix("sqlite:///"), asking.sources / "copy.db")
    change(asking, update(SyncMetadata).values(completed_at=datetime.now(UTC) - timedelta(days=8)))
    assert asking.sync(SUMMARIES).counters["generated"] == 1
    asking.url = f"sqlite:///{asking.sources / 'copy.db'}"
    change(asking, update(LegislativeFile).where(LegislativeFile.id == 1).values(title="Autrement"))
    assert asking.sync(SUMMARIES).counters["generated"] == 1


def test_with_force_at_once(asking: Site, model: ModelServer) -> None:
    files(2)(asking)
    model.says = ["Bonjour", "Bonjour", {"points": POINTS}]
    asking.sync(SUMMARIES)
    assert asking.sync(SUMMARIES, "--force").counters["generated"] == 2


def test_a_model_that_answers_nothing_of_use_is_not_asked_about_everything(asking: Site, model: ModelServer) -> None:
    files(8)(asking)
    model.says = ["Bonjour"]
    outcome = asking.sync(SUMMARIES)
    assert outcome.code == 1
    assert len(model.asked) == 2 * HOPELESS
    assert outcome.counters["left"] == 8 - HOPELESS


def test_one_question_without_an_answer_does_not_keep_the_others_waiting(asking: Site, model: ModelServer) -> None:
    files(4)(asking)
    model.says = [lambda told: Response(status=500) if told["titre"].endswith("phares") else {"points": POINTS}]
    outcome = asking.sync(SUMMARIES)
    assert (outcome.code, outcome.counters["generated"], outcome.counters["left"]) == (0, 3, 1)
    assert "DLR5L17N1 (Protéger les phares) waits for the next run: " in outcome.err
    assert asking.sync(SUMMARIES).code == 75, "where it is the last one, it may be the server after all"


def test_but_some_bad_ones_at_first_do_not_keep_the_others_waiting(asking: Site, model: ModelServer) -> None:
    files(8)(asking)

    def only_the_last(documents: dict[str, Any]) -> Any:
        bad = ("phares", "enseignes", "canaux", "digues", "ponts")
        return "Bonjour" if documents["titre"].endswith(bad) else {"points": POINTS}

    model.says = [only_the_last]
    assert asking.sync(SUMMARIES).code == 1
    outcome = asking.sync(SUMMARIES)
    assert (outcome.code, outcome.counters["generated"], outcome.counters["left"]) == (0, 3, 0)


@pytest.mark.parametrize("case", MODEL_CASES, ids=lambda case: case.script)
def test_killed_and_run_again_it_is_whole_and_pays_for_nothing_twice(
    asking: Site, model: ModelServer, case: ModelCase
) -> None:
    """Each answer is a transaction: what was reported is there."""
    model.says = [case.good]
    case.before(asking)
    copy = shutil.copy(asking.url.removeprefix("sqlite:///"), asking.sources / "copy.db")
    untouched, killed = asking, replace(asking, url=f"sqlite:///{copy}")
    untouched.sync(case.script)
    model.asked.clear()
    # By rule none; then a line an answer.
    lines = 2 if case.script == "classify-themes" else 1
    kill_after(killed, lines, case.script)
    assert killed.sync(case.script).code == 0
    assert killed.meaning() == untouched.meaning()
    asked = [json.dumps(asked["messages"]) for asked in model.asked]
    assert len(asked) <= case.subjects + 1, "at most the one that was under way"


def test_of_whom_the_facts_are_judicial_words_nothing_is_written(asking: Site, model: ModelServer) -> None:
    deputies(2)(asking)
    change(asking, update(Politician).where(Politician.id == 1).values(profession="Procureure de la République"))
    model.says = [{"text": BIOGRAPHY}]
    counters = asking.sync(BIOGRAPHIES).counters
    assert (counters["generated"], counters["skipped"], counters["calls"]) == (1, 1, 1)
