"""index-embeddings: what is indexed of what, what is left alone, and what an endpoint may do wrong."""

import time
import tracemalloc
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from scripts import index_embeddings
from scripts.encoders import Vector, unit
from scripts.models import EntityType, GeneratedText, Politician, TextKind
from tests.scripts.embeddings_server import KEY, Answer, EmbeddingsServer, vectors
from tests.scripts.indexed import GONE, SHOWN, article, bill, execute, fill, put
from tests.scripts.sites import Outcome, Site

ALL = sum(SHOWN.values())


@pytest.fixture
def server(httpserver: HTTPServer) -> EmbeddingsServer:
    return EmbeddingsServer(httpserver)


@pytest.fixture
def filled(site: Site, server: EmbeddingsServer) -> Site:
    server.serve(site)
    fill(site)
    return site


@pytest.fixture
def small(sqlite_site: Site, server: EmbeddingsServer) -> Site:
    server.serve(sqlite_site)
    put(sqlite_site, *(article(str(number), f"Article {number}") for number in range(1, 4)))
    return sqlite_site


def index(site: Site, *flags: str) -> Outcome:
    outcome = site.sync("index-embeddings", *flags)
    assert KEY not in outcome.out + outcome.err + str(site.dump())
    return outcome


def well(site: Site, *flags: str) -> dict[str, int]:
    outcome = index(site, *flags)
    assert (outcome.code, outcome.err) == (0, "")
    return outcome.counters


def titles(site: Site) -> set[str]:
    return {str(row["title"]) for row in site.rows("embeddings")}


def test_each_kind_is_indexed_and_nothing_that_is_not_to_be_shown(filled: Site, server: EmbeddingsServer) -> None:
    assert well(filled) == {"processed": ALL, "indexed": ALL, "unchanged": 0, "removed": 0, "errors": 0, "left": 0}
    assert Counter(row["entity_type"] for row in filled.rows("embeddings")) == SHOWN
    sent = {text.partition("\n")[0]: text for texts in server.asked for text in texts}
    assert GONE not in str(sent)
    assert "Zoe" not in str(sent)
    assert sent["Anne Roche, députée, Gers (1re circonscription)"].endswith(
        "\nancienne maire, Parti des vergers (PV)\nNée à Tarbes, elle a été institutrice."
    )
    assert sent["Yves Montre"], "what a person has decided counts"
    assert sent["Parti des vergers (PV)"].endswith("\nparti politique")
    assert sent["Affaire lisible"].endswith("\nAnne Roche, favoritisme, relaxe\nTribunal d'Auch")
    farm = sent["Revaloriser les pensions de retraites agricoles"]
    assert "\nagriculture alimentation\nUn minimum pour les paysans âgés. Les anciens exploitants" in farm
    assert sent["L'amendement n° 3 de Mme Roche au projet de loi de finances."].endswith(
        "\nrejeté, scrutin n° 7 du 17 novembre 2025, Assemblée nationale"
    )
    assert sent["Non, le loup n'a pas quitté les Alpes"].endswith("\nLe loup a quitté les Alpes, Faux, Verif")
    assert sent["La sécheresse inquiète les vignerons"].endswith("\nPas une goutte depuis juin.")
    rows = {str(row["title"]): row for row in filled.rows("embeddings")}
    assert rows["Affaire lisible"]["url"] == "https://presse.example/affaire"
    assert str(rows["La sécheresse inquiète les vignerons"]["dated_on"]) == "2025-11-18", "in Paris"
    assert str(rows["Anne Roche, députée, Gers (1re circonscription)"]["words"]).startswith(" anne roche deputee ")


def test_a_second_run_encodes_and_writes_nothing(filled: Site, server: EmbeddingsServer) -> None:
    well(filled)
    before, asked = filled.dump(), len(server.asked)
    assert well(filled) == {"processed": ALL, "indexed": 0, "unchanged": ALL, "removed": 0, "errors": 0, "left": 0}
    assert (filled.dump(), len(server.asked)) == (before, asked)
    assert well(filled, "--force")["indexed"] == ALL
    assert filled.dump() == before


def test_only_what_has_changed_is_encoded_again(filled: Site, server: EmbeddingsServer) -> None:
    well(filled)
    server.asked.clear()
    execute(filled, "UPDATE press_articles SET description = 'Il a plu.'")
    execute(filled, "UPDATE parties SET website = 'https://pv.example'")
    assert well(filled)["indexed"] == 2
    assert server.asked == [
        ["Parti des vergers (PV)\nparti politique"],
        ["La sécheresse inquiète les vignerons\nIl a plu."],
    ]
    assert "https://pv.example" in {row["url"] for row in filled.rows("embeddings")}


@pytest.mark.parametrize(
    ("statement", "removed"),
    [
        ("DELETE FROM press_articles", 1),
        ("UPDATE affairs SET publication_status = 'ARCHIVED'", 1),
        ("UPDATE politicians SET publication_override = 'EXCLUDED' WHERE slug = 'anne-roche'", 2),
    ],
)
def test_what_is_gone_or_may_no_longer_be_shown_is_taken_away(filled: Site, statement: str, removed: int) -> None:
    well(filled)
    execute(filled, statement)
    assert well(filled, "--limit=1")["removed"] == removed
    assert len(filled.rows("embeddings")) == ALL - removed


def test_another_encoder_does_all_anew(filled: Site, server: EmbeddingsServer) -> None:
    well(filled)
    server.serve(filled, model="stub-embed-2")
    assert well(filled)["indexed"] == ALL
    assert {row["encoder"] for row in filled.rows("embeddings")} == {"stub-embed-2"}


def test_a_limit_is_of_what_is_encoded_and_the_next_run_goes_on(filled: Site) -> None:
    outcome = index(filled, "--limit=4")
    assert (outcome.counters["indexed"], outcome.counters["left"]) == (4, ALL - 4)
    assert f"{ALL - 4} texts wait for the next run" in outcome.out
    assert outcome.said[-2] == {"processed": ALL, "total": ALL}
    assert well(filled, "--limit=4")["indexed"] == 4
    assert well(filled)["unchanged"] == 8


def test_one_kind_alone(filled: Site) -> None:
    well(filled)
    execute(filled, "DELETE FROM press_articles")
    assert well(filled, "--type=FACTCHECK")["processed"] == 1
    assert len(filled.rows("embeddings")) == ALL
    assert filled.sync("index-embeddings", "--type=NOTHING").code == 64


def test_a_dry_run_counts_the_same_and_writes_nothing(filled: Site) -> None:
    before = filled.dump()
    rehearsed = well(filled, "--dry-run")
    assert filled.dump() == before
    assert rehearsed == well(filled)


@pytest.mark.parametrize("status", [429, 402])
def test_a_spent_quota_ends_the_run_well(filled: Site, server: EmbeddingsServer, status: int) -> None:
    spent = Response(status=status, headers={"Retry-After": "0"})
    server.says = [vectors, *[spent] * (2 if status == 429 else 1)]  # a 402 is not tried again
    outcome = index(filled)
    assert (outcome.code, outcome.err, outcome.counters["indexed"]) == (0, "", 2)
    assert outcome.counters["left"] == ALL - 2
    assert (
        f"{ALL - 2} texts wait for the next run: the quota of stub-embed is spent: it answers {status}." in outcome.out
    )
    assert well(filled)["indexed"] == ALL - 2


def test_an_endpoint_that_is_down_for_a_moment_is_waited_for(small: Site, server: EmbeddingsServer) -> None:
    server.says = [Response(status=503)]
    assert well(small)["indexed"] == 3


def test_an_endpoint_that_stays_down_is_another_days(small: Site, server: EmbeddingsServer) -> None:
    server.says = [Response(status=503)] * 9
    outcome = index(small)
    assert (outcome.code, outcome.counters["left"]) == (75, 3)
    assert "answers 503" in outcome.err


def test_a_minute_of_silence_is_not_waited_out_for_long(small: Site, httpserver: HTTPServer) -> None:
    small.settings |= {"LLM_TIMEOUT": "0.2", "EMBEDDINGS_BASE_URL": httpserver.url_for("/slow")}

    def silent(_: Request) -> Response:
        time.sleep(0.6)
        return Response()

    httpserver.expect_request("/slow/embeddings").respond_with_handler(silent)
    assert index(small).code == 75


NONSENSE: dict[str, Answer] = {
    "no JSON": Response("<html>"),
    "no object": lambda texts: texts,
    "no list": lambda texts: {"data": None},
    "an error": lambda texts: {"error": {"message": f"quota of {KEY}"}},
    "too few": lambda texts: vectors(texts[1:]),
    "too many": lambda texts: vectors([*texts, "one more"]),
    "one twice": lambda texts: {"data": [{"index": 0, "embedding": [1.0]} for _ in texts]},
    "not of one length": lambda texts: {
        "data": [{"index": at, "embedding": [1.0] * (2 + at)} for at, _ in enumerate(texts)]
    },
    "NaN": lambda texts: {"data": [{"index": at, "embedding": [1.0, float("nan")]} for at, _ in enumerate(texts)]},
    "infinite": lambda texts: {"data": [{"index": at, "embedding": [1e999, 1.0]} for at, _ in enumerate(texts)]},
    "nothing": lambda texts: {"data": [{"index": at, "embedding": [0.0, 0.0]} for at, _ in enumerate(texts)]},
    "empty": lambda texts: {"data": [{"index": at, "embedding": []} for at, _ in enumerate(texts)]},
    "words": lambda texts: {"data": [{"index": at, "embedding": ["a", "b"]} for at, _ in enumerate(texts)]},
    "deep": Response('{"data": ' + "[" * 100_000),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_asked_again_once(small: Site, server: EmbeddingsServer, name: str) -> None:
    server.says = [NONSENSE[name]]
    assert well(small)["indexed"] == 3


@pytest.mark.parametrize("name", NONSENSE)
def test_nothing_but_nonsense_is_a_failure_and_writes_nothing(small: Site, server: EmbeddingsServer, name: str) -> None:
    alone = {"not of one length", "one twice"}
    server.says = [NONSENSE[name]] * (2 if name in alone else 8)
    outcome = index(small)
    if name in alone:  # of which each text alone is none
        assert (outcome.code, outcome.counters["indexed"]) == (0, 3)
        return
    assert outcome.code == 1
    assert (outcome.counters["errors"], outcome.counters["indexed"]) == (3, 0)
    assert "PRESS_ARTICLE 1 (Article 1): got no usable vectors from stub-embed" in outcome.err
    assert small.rows("embeddings") == []


def test_an_endpoint_that_never_does_is_not_asked_of_every_text(sqlite_site: Site, server: EmbeddingsServer) -> None:
    server.serve(sqlite_site)
    put(sqlite_site, *(article(str(number), f"Article {number}") for number in range(200)))
    server.says = [Response("no")] * 1_000
    outcome = index(sqlite_site)
    assert outcome.code == 1
    assert len(server.asked) < 100
    assert outcome.counters["errors"] + outcome.counters["left"] == 200


def test_a_text_that_is_refused_costs_no_other(small: Site, server: EmbeddingsServer) -> None:
    server.says = [Response(status=400), Response(status=400), vectors, Response(status=400), Response(status=400)]
    outcome = index(small)
    assert (outcome.code, outcome.counters["indexed"], outcome.counters["errors"]) == (0, 2, 1)
    assert "PRESS_ARTICLE 2 (Article 2): got no usable vectors from stub-embed: it answers 400." in outcome.err
    assert well(small)["indexed"] == 1


def test_vectors_of_another_length_than_the_indexs_are_refused_until_all_is_done_anew(
    small: Site, server: EmbeddingsServer
) -> None:
    well(small)
    put(small, article("new", "Nouveau"))
    server.says = [lambda texts: vectors(texts, 8)] * 9
    outcome = index(small)
    assert outcome.code == 1
    assert "got 8 numbers from stub-embed, and not 64 as the others; --force encodes all anew" in outcome.err
    server.says = [lambda texts: vectors(texts, 8)]
    assert well(small, "--force", "--limit=2")["indexed"] == 2
    assert [len(row["vector"]) for row in small.rows("embeddings")] == [8 * 4] * 2, "none is left that does not compare"  # type: ignore[arg-type]  # bytes


def test_a_key_that_is_not_taken_is_said(small: Site, server: EmbeddingsServer) -> None:
    server.says = [Response(status=401)]
    outcome = index(small)
    assert outcome.code == 1
    assert "does not take the key" in outcome.err


def test_a_server_of_ones_own_needs_no_key_but_may_ask_for_one(small: Site, server: EmbeddingsServer) -> None:
    del small.settings["EMBEDDINGS_API_KEY"]
    small.environment.delenv("EMBEDDINGS_API_KEY", raising=False)
    assert well(small)["indexed"] == 3
    assert server.authorizations == [None]
    server.says = [Response(status=401)]
    outcome = index(small, "--force")
    assert outcome.code == 78
    assert "EMBEDDINGS_API_KEY is not set" in outcome.err


def test_an_answer_that_is_far_too_large_is_refused(small: Site, server: EmbeddingsServer) -> None:
    server.says = [Response(b" " * 10_000_001)]
    outcome = index(small)
    assert outcome.code == 1
    assert "the most that we read" in outcome.err


def test_a_call_holds_few_texts_and_few_letters(sqlite_site: Site, server: EmbeddingsServer) -> None:
    server.serve(sqlite_site)
    put(sqlite_site, *(bill(f"D{n}", f"Titre {n}", statement="mot " * 50_000) for n in range(3)))
    put(sqlite_site, *(article(str(number), f"Article {number}") for number in range(40)))
    well(sqlite_site)
    assert [len(texts) for texts in server.asked] == [2, 1, 32, 8]
    assert max(len(text) for texts in server.asked for text in texts) <= 16_000


def test_memory_does_not_grow_with_what_there_is(sqlite_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    class Quick:
        name = "quick"

        def portions(self, sizes: Sequence[int]) -> list[slice]:
            return [slice(0, len(sizes))]

        def encode(self, texts: Sequence[str]) -> list[Vector]:
            return [unit([1.0, len(text)]) for text in texts]

    monkeypatch.setattr(index_embeddings, "encoder", lambda settings, client: Quick())
    for many in range(10):
        put(sqlite_site, *(bill(f"D{many}-{n}", f"Titre {n}", statement="x " * 40_000) for n in range(60)))
    tracemalloc.start()
    try:
        assert sqlite_site.sync("index-embeddings").counters["indexed"] == 600
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 12_000_000, "of 48 MB of statements"


def test_without_an_endpoint_it_is_encoded_here(sqlite_site: Site) -> None:
    fill(sqlite_site)
    assert well(sqlite_site)["indexed"] == ALL
    rows = sqlite_site.rows("embeddings")
    assert {(row["encoder"], len(row["vector"])) for row in rows} == {("use-multilingual-v3", 512 * 4)}  # type: ignore[arg-type]  # bytes
    before = sqlite_site.dump()
    assert well(sqlite_site, "--force")["indexed"] == ALL
    assert sqlite_site.dump() == before


def test_a_biography_that_somebody_took_away_is_not_found_by_its_words(small: Site, server: EmbeddingsServer) -> None:
    put(small, Politician(slug="anne-roche", first_name="Anne", last_name="Roche"))
    written = {"model": "m", "generated_at": datetime.now(UTC), "sources": [], "content_sha256": ""}
    put(small, GeneratedText(kind=TextKind.BIOGRAPHY, subject_id=1, text="Elle cultive des poires.", **written))
    well(small)
    assert ["Anne Roche"] in server.asked
    assert "poires" not in str(server.asked)


def test_every_kind_was_tried() -> None:
    assert set(SHOWN) == {kind.value for kind in EntityType}
