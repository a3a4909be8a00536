"""The search index: what it finds of ten questions to the recordings, how fast it is made, and how fast it is asked."""

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, insert, text
from sqlalchemy.orm import Session

from scripts.database import Database, connected
from scripts.encoders import Here, unit
from scripts.migrate import migrate
from scripts.models import Embedding, EntityType, PressArticle
from scripts.search import answers
from scripts.settings import database_url
from tests import bench_targets, postgres
from tests.percentiles import p50, p95
from tests.scripts.questions import AMONG, QUESTIONS, Question, names
from tests.stack import Stack

PROJECT = Path(__file__).parent.parent
SIZES = (10_000, 100_000)
SIZE = 512
RECORDED = {
    "sync-votes-an/Scrutins.json.zip": "an/Scrutins_L17_last150.json.zip",
    "sync-legislation/Dossiers_Legislatifs.json.zip": "an/Dossiers_Legislatifs_L17.json.zip",
    "sync-assemblee/deputes-active.csv": "datan/deputes-active_L17_2025-12.csv",
}
WORDS = (
    "loi",
    "budget",
    "école",
    "santé",
    "agriculture",
    "retraite",
    "impôt",
    "logement",
    "police",
    "Europe",
    "climat",
)


@dataclass(frozen=True)
class Found:
    question: Question
    names: list[str | None]

    @property
    def rank(self) -> str:
        at = [rank for rank, name in enumerate(self.names, start=1) if name in self.question.expected]
        return str(at[0]) if at else "–"


async def measure(_: Stack) -> list[str]:
    return await asyncio.to_thread(_measure)


def _measure() -> list[str]:
    with tempfile.TemporaryDirectory() as folder, postgres.running(durable=True) as server:
        found, lines = _recall(Path(folder))
        of_whole = sum(one.question.recall(one.names) for one in found) / len(found) if found else None
        slowest: float | None = None
        rows: list[str] = []
        for kind in ("PostgreSQL", "SQLite"):
            url = postgres.create(server, "index") if kind == "PostgreSQL" else f"sqlite:///{folder}/index.db"
            with connected(database_url(url)) as engine:
                migrate(engine)
                for size in SIZES:
                    _fill(engine, size)
                    times = list(_times(engine))
                    slowest = max(slowest or 0, p95(times))
                    rows.append(f"| {kind}, {size:,} vectors | {1000 * p50(times):.0f} | {1000 * p95(times):.0f} |")
                    print(rows[-1], flush=True)
    return [
        *lines,
        "",
        "Each of the ten questions three times, in a process that has encoded before: encoded, and answered from so",
        f"many vectors of {SIZE} numbers, each of an article that there is. Milliseconds.",
        "",
        "| | p50 | p95 |",
        "|---|---|---|",
        *rows,
        "",
        *bench_targets.table(
            [
                bench_targets.at_least(f"recall at {AMONG}", 90, of_whole and 100 * of_whole, "%"),
                bench_targets.at_most("the slowest search, p95", 2, slowest, "s"),
            ]
        ),
    ]


def _recall(folder: Path) -> tuple[list[Found], list[str]]:
    recordings = (PROJECT / os.environ.get("SYNCS_RECORDINGS", "../shared/data")).resolve()
    if not recordings.is_dir():
        return [], [f"Recall was not measured: there are no recordings (SYNCS_RECORDINGS would be {recordings.name})."]
    for name, recorded in RECORDED.items():
        (folder / name).parent.mkdir()
        (folder / name).symlink_to(recordings / recorded)
    url = f"sqlite:///{folder}/recorded.db"
    seconds = {}
    for script in ("migrate", "sync-assemblee", "sync-votes-an", "sync-legislation", "index-embeddings"):
        seconds[script] = _seconds(script, environment={"DATABASE_URL": url, "SYNCS_SOURCES": str(folder)})
    asked = _seconds("search", QUESTIONS[0].asked, environment={"DATABASE_URL": url})
    with connected(database_url(url)) as engine:
        told = {one: answers(Database(engine), Here(), one.asked) for one in QUESTIONS}
        with Session(engine) as session:
            found = [Found(one, names(session, answered)) for one, answered in told.items()]
            texts = session.query(Embedding).count()
    speed = texts / seconds["index-embeddings"]
    return found, [
        f"{texts:,} real texts (deputies, bills, votes), encoded without a network: {speed:,.0f} texts/s, with the",
        f"script's start and the reading of its weights. `python -m scripts search`, with its start: {asked:.1f} s.",
        "",
        f"| question | | recall at {AMONG} | the first expected is |",
        "|---|---|---|---|",
        *(
            f"| {one.question.asked} | {one.question.why} | {one.question.recall(one.names):.2f} | {one.rank} |"
            for one in found
        ),
    ]


def _seconds(*words: str, environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "scripts", *words],
        cwd=PROJECT,
        env={**os.environ, **environment},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    taken = time.perf_counter() - began
    print(f"{words[0]}: {taken:.1f} s", flush=True)
    return taken


def _times(engine: Engine) -> Iterator[float]:
    database, encoder = Database(engine), Here()
    answers(database, encoder, QUESTIONS[0].asked)
    for question in QUESTIONS * 3:
        began = time.perf_counter()
        assert answers(database, encoder, question.asked)
        yield time.perf_counter() - began


def _fill(engine: Engine, size: int) -> None:
    """As many articles, and their vectors, which are drawn; the first thousand of them are repeated."""
    drawn = random.Random(17)  # the same in every run
    now = datetime.now(UTC)
    stamps = {"created_at": now, "updated_at": now}
    with Session(engine) as session, session.begin():
        session.execute(text("DELETE FROM embeddings"))
        session.execute(text("DELETE FROM press_articles"))
        vectors = [unit([drawn.gauss(0, 1) for _ in range(SIZE)]) for _ in range(1_000)]
        for start in range(0, size, 1_000):
            articles, embeddings = [], []
            for at in range(start, start + 1_000):
                title = " ".join(drawn.choices(WORDS, k=12))
                articles.append(
                    {
                        "id": at + 1,
                        "feed": "lemonde",
                        "external_id": str(at),
                        "title": title,
                        "description": "",
                        **stamps,
                    }
                )
                embeddings.append(
                    {
                        "entity_type": EntityType.PRESS_ARTICLE, "entity_id": at + 1, "title": title,
                        "words": f" {title} ", "encoder": Here.name, "content_sha256": "",
                        "vector": vectors[at % 1_000], **stamps,
                    }
                )  # fmt: skip
            session.execute(insert(PressArticle), articles)
            session.execute(insert(Embedding), embeddings)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
