"""What the tests of the scripts work on: a site with a database and sources, and what a call leaves behind."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Engine, MetaData, Table, create_engine, select
from sqlalchemy.dialects.postgresql.base import ischema_names

from scripts.__main__ import main
from scripts.http_client import HttpClient
from scripts.models.index import PgVector
from scripts.settings import database_url

# Which SQLAlchemy does not know when it asks the database what tables there are.
ischema_names["vector"] = PgVector

PROJECT = Path(__file__).parents[2]
SAMPLES = PROJECT / "samples"
WHEN_COMPLETE = {
    ("sync_metadata", "completed_at"),
    ("sync_metadata", "updated_at"),
    ("politicians", "photo_checked_at"),
    ("generated_texts", "generated_at"),
    ("press_analyses", "analyzed_at"),
}


@dataclass(frozen=True)
class Outcome:
    """What one call of a script left behind."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> list[dict[str, object]]:
        return [json.loads(line.removeprefix("@sync ")) for line in self.out.splitlines() if line.startswith("@sync ")]

    @property
    def counters(self) -> dict[str, int]:
        last = self.said[-1]["result"]
        assert isinstance(last, dict)
        return last


@dataclass
class Site:
    """A site's database and sources. `sync` calls a script in this process; `command` is for one of its own."""

    url: str
    sources: Path
    environment: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]
    wait: float = 0.01
    timeout: float = 5.0
    always: list[str] = field(default_factory=list)
    #: Further settings, such as keys.
    settings: dict[str, str] = field(default_factory=dict)

    def sync(self, *arguments: str) -> Outcome:
        self.environment.setenv("DATABASE_URL", self.url)
        self.environment.setenv("SYNCS_SOURCES", str(self.sources))
        for name, value in self.settings.items():
            self.environment.setenv(name, value)
        self.capture.readouterr()
        code = main([*arguments, *self.always], client=HttpClient(first_wait=self.wait, timeout=self.timeout))
        return Outcome(code, *self.capture.readouterr())

    def command(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "scripts", *arguments],
            cwd=PROJECT,
            env={"PATH": os.environ["PATH"], "DATABASE_URL": self.url, "SYNCS_SOURCES": str(self.sources)}
            | self.settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def put(self, script: str, name: str, content: bytes | str) -> None:
        """Makes the source hold this file from now on."""
        path = self.sources / script / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def rows(self, table: str) -> list[dict[str, object]]:
        return self.dump(table)[table]

    @property
    def remembered(self) -> set[object]:
        """What was read to its end, by its key; a cursor only says how far."""
        return {row["key"] for row in self.rows("sync_metadata") if row["sha256"]}

    def dump(self, *only: str) -> dict[str, list[dict[str, object]]]:
        """Every row of every table (or of these alone), with ids and timestamps, in the order of the ids.

        When a pass was complete, a photo looked for, an article analysed or a text written, is none of what was read.
        """
        engine = create_engine(database_url(self.url))
        try:
            tables = {name: table for name, table in _tables(engine).items() if not only or name in only}
            with engine.connect() as connection:
                return {
                    name: [
                        {column: value for column, value in row.items() if (name, column) not in WHEN_COMPLETE}
                        for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()
                    ]
                    for name, table in tables.items()
                }
        finally:
            engine.dispose()

    def meaning(self) -> dict[str, list[str]]:
        """The dump without what differs between two databases that say the same: ids, timestamps, order."""
        dump = self.dump()
        names = {
            column: {row["id"]: row[key] for row in dump[table]}
            for column, table, key in (
                ("politician_id", "politicians", "slug"),
                ("group_id", "political_groups", "code"),
                ("scrutin_id", "scrutins", "external_id"),
                ("article_id", "press_articles", "external_id"),
                ("party_id", "parties", "wikidata_id"),
                ("kept_id", "affairs", "external_id"),
                ("merged_id", "affairs", "external_id"),
                ("merged_into_id", "affairs", "external_id"),
                ("fact_check_id", "fact_checks", "source_url"),
                ("affair_id", "affairs", "external_id"),
            )
        }
        return {
            table: sorted(
                repr({name: names[name].get(value) if name in names else value for name, value in row.items()})
                for row in (
                    {k: v for k, v in row.items() if k not in {"id", "created_at", "updated_at"}} for row in rows
                )
            )
            for table, rows in dump.items()
        }


_KNOWN: dict[str, Mapping[str, Table]] = {}


def _tables(engine: Engine) -> Mapping[str, Table]:
    """As the database has them; asked once a kind of database, for it takes as long as a script."""
    kind = engine.dialect.name
    if kind not in _KNOWN:
        found = MetaData()
        found.reflect(engine, resolve_fks=False)
        if "politicians" not in found.tables:
            return found.tables
        _KNOWN[kind] = found.tables
    return _KNOWN[kind]
