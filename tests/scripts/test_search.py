"""`search`: what comes first, what is never shown, and how it is said."""

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy.orm import Session
from werkzeug import Response

from scripts.database import Database, connected
from scripts.encoders import Here
from scripts.search import answers
from scripts.settings import database_url
from tests.scripts.embeddings_server import KEY, EmbeddingsServer, vectors
from tests.scripts.indexed import GONE, article, execute, fill, put
from tests.scripts.questions import QUESTIONS, names
from tests.scripts.sites import Site

FARMERS = "retraite des agriculteurs"


@pytest.fixture
def indexed(site: Site) -> Site:
    """By the encoder that is here."""
    fill(site)
    assert site.sync("index-embeddings").code == 0
    return site


@pytest.fixture
def server(httpserver: HTTPServer) -> EmbeddingsServer:
    return EmbeddingsServer(httpserver)


@pytest.fixture
def quick(sqlite_site: Site, server: EmbeddingsServer) -> Site:
    server.serve(sqlite_site)
    fill(sqlite_site)
    assert sqlite_site.sync("index-embeddings").code == 0
    return sqlite_site


def search(site: Site, *arguments: str) -> list[str]:
    outcome = site.sync("search", *arguments)
    assert (outcome.code, outcome.err) == (0, "")
    return outcome.out.splitlines()


def test_what_a_person_expects_comes_first(indexed: Site) -> None:
    found = search(indexed, FARMERS)
    assert found[0].startswith(
        "1. Dossier législatif · Revaloriser les pensions de retraites agricoles · https://an.example/D1 · 0,"
    )
    assert len(found) == 10
    assert search(indexed, "Anne Roche")[0].startswith(
        "1. Personnalité politique · Anne Roche, députée, Gers (1re circonscription) · 1,"
    )
    assert search(indexed, "ROCHE")[0].startswith("1. Personnalité politique · Anne Roche")
    assert search(indexed, "l'amendement de Mme Roche")[0].startswith(
        "1. Scrutin · L'amendement n° 3 de Mme Roche au projet de loi de finances. · 17/11/2025 · https://an.example/v7"
    )
    assert search(indexed, "parti des vergers")[0].startswith("1. Parti · Parti des vergers (PV) · 1,")
    assert search(indexed, "députée de la 1ère circonscription du Gers")[0].startswith(
        "1. Personnalité politique · Anne"
    )
    assert search(indexed, "le manque de pluie dans les vignes", "--limit=1")[0].startswith(
        "1. Article de presse · La s"
    )
    assert search(indexed, "bullying à l'école", "--limit=1")[0].startswith(
        "1. Dossier législatif · Lutter contre le h"
    )


def test_one_kind_alone_and_so_many(quick: Site) -> None:
    assert len(search(quick, FARMERS, "--limit=3")) == 3
    assert [line.partition(" · ")[0] for line in search(quick, FARMERS, "--type=SCRUTIN")] == [
        "1. Scrutin",
        "2. Scrutin",
    ]
    execute(quick, "DELETE FROM press_articles")
    assert search(quick, FARMERS, "--type=PRESS_ARTICLE") == ["Aucun résultat."]


def test_what_may_not_be_shown_is_not_found_whatever_the_index_still_holds(indexed: Site) -> None:
    assert not [line for line in search(indexed, GONE, "--limit=99") if GONE in line]
    execute(indexed, "UPDATE politicians SET publication_override = 'EXCLUDED' WHERE slug = 'anne-roche'")
    execute(indexed, "DELETE FROM press_articles")
    found = search(indexed, "Anne Roche", "--limit=99")
    assert not [line for line in found if "Anne Roche" in line or "Affaire" in line or "sécheresse" in line]
    assert [row for row in indexed.rows("embeddings") if "Anne Roche" in str(row["title"])]


def test_both_kinds_of_database_answer_the_same(indexed: Site, sqlite_site: Site) -> None:
    fill(sqlite_site)
    assert sqlite_site.sync("index-embeddings").code == 0
    for asked in (FARMERS, "Roche", "le loup", "finances 2025"):
        assert search(indexed, asked) == search(sqlite_site, asked)


def test_an_empty_index_says_what_to_do(site: Site) -> None:
    outcome = site.sync("search", FARMERS)
    assert outcome.code == 1
    assert outcome.err == "search: The index is empty: run `python -m scripts index-embeddings`.\n"


def test_an_index_by_another_encoder_says_what_to_do(quick: Site, server: EmbeddingsServer) -> None:
    server.serve(quick, model="stub-embed-2")
    outcome = quick.sync("search", FARMERS)
    assert outcome.code == 1
    assert "was made by stub-embed, the question would be by stub-embed-2: run `python -m scripts" in outcome.err


def test_a_question_that_does_not_compare_says_what_to_do(quick: Site, server: EmbeddingsServer) -> None:
    server.says = [lambda texts: vectors(texts, 8)]
    outcome = quick.sync("search", FARMERS)
    assert outcome.code == 1
    assert (
        "vectors of 64 numbers, and stub-embed sends 8 now: run `python -m scripts index-embeddings --force`"
        in outcome.err
    )


@pytest.mark.parametrize("asked", ["", "   ", "?!", "…"])
def test_a_question_without_words_is_refused(quick: Site, asked: str) -> None:
    outcome = quick.sync("search", asked)
    assert outcome.code == 64
    assert "has no words" in outcome.err


@pytest.mark.parametrize("flags", [["--limit=0"], ["--type=NOTHING"], ["--lim=3"], []])
def test_called_wrongly(quick: Site, flags: list[str]) -> None:
    assert quick.sync("search", *flags, *([FARMERS] if flags else [])).code == 64


@pytest.mark.parametrize("asked", ["a" * 100_000, "% _ ' \" \\ ; --x=1 DROP TABLE", "mot " * 500, "🐝", "\x00 a"])
def test_any_question_is_a_question(indexed: Site, asked: str) -> None:
    outcome = indexed.sync("search", "--limit=1", "--", asked)
    assert outcome.code in {0, 64}
    assert "Unexpected" not in outcome.err


def test_a_title_cannot_obey_a_terminal_nor_begin_a_line(quick: Site) -> None:
    put(quick, article("x", "Piège\n1. Personnalité politique · \x1b[2J"))
    assert quick.sync("index-embeddings").code == 0
    out = quick.sync("search", "piège", "--limit=1").out
    assert "\x1b" not in out
    assert len(out.splitlines()) == 1


@pytest.mark.parametrize(
    ("answer", "code", "why"),
    [
        (Response(status=503), 75, "answers 503"),
        (Response(status=402), 1, "the quota of stub-embed is spent"),
        (Response("nonsense"), 1, "got no usable vectors from stub-embed"),
        (Response(status=401), 1, "does not take the key"),
    ],
)
def test_an_endpoint_that_fails_says_so(
    quick: Site, server: EmbeddingsServer, answer: Response, code: int, why: str
) -> None:
    server.says = [answer] * 4
    outcome = quick.sync("search", FARMERS)
    assert outcome.code == code
    assert "1. " not in outcome.out
    assert why in outcome.err
    assert KEY not in outcome.err


def test_ten_questions_to_the_recordings(sqlite_site: Site, recordings: Path) -> None:
    """Of the bills every eighth and those expected; the benchmark asks the same of all."""
    sqlite_site.sources = recordings
    for script in ("sync-assemblee", "sync-votes-an", "sync-legislation"):
        assert sqlite_site.sync(script).code == 0
    expected = ", ".join(f"'{one}'" for question in QUESTIONS for one in sorted(question.expected))
    fewer = "DELETE FROM legislative_files WHERE id % 8 AND external_id NOT IN "
    execute(sqlite_site, f"{fewer} ({expected})")
    fewer = "UPDATE politicians SET publication_override = 'EXCLUDED' WHERE id % 4 AND slug NOT IN "
    execute(sqlite_site, f"{fewer} ({expected})")
    assert sqlite_site.sync("index-embeddings").code == 0
    with connected(database_url(sqlite_site.url)) as engine:
        told = {one: answers(Database(engine), Here(), one.asked) for one in QUESTIONS}
        with Session(engine) as session:
            found = {one: names(session, answered) for one, answered in told.items()}
    recalls = {one.asked: one.recall(them) for one, them in found.items()}
    assert sum(recalls.values()) / len(recalls) >= 0.9, recalls
    first = [one.asked for one, them in found.items() if them[0] in one.expected]
    assert len(first) >= 8, first
