"""`python -m scripts erase`: everything that the site keeps of somebody goes, and does not come back.

What refers to a politician is found by its foreign key, so that a new table is not forgotten; what refers without one
stands in `_named`. A vote stays, under the chamber's own id alone.

Of the person only their ids are remembered, as hashes: some are made of the name, and who reads the table is not to
see who is in it. Whoever has a list of all ids can still find out, so it is personal data all the same.
"""

from __future__ import annotations

import argparse
import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Table, delete, func, select, update
from sqlalchemy.orm import Session

from scripts.database import Database
from scripts.errors import CalledWrongly
from scripts.models import (
    Affair,
    Doubt,
    Embedding,
    EntityType,
    Erasure,
    ExternalId,
    GeneratedText,
    IdSource,
    Politician,
    Row,
    SyncMetadata,
    TextKind,
    Vote,
)

ERASE = "Deletes all that is kept of a politician, for good; no script brings them back. There is no way to undo it."


def digest(source: IdSource, external_id: str) -> str:
    return hashlib.sha256(f"{source}:{external_id}".encode()).hexdigest()


def erased(session: Session) -> set[str]:
    """The digests of ids whose people are not to come back."""
    return set(session.scalars(select(Erasure.id_sha256)))


def erase(database: Database, slug: str) -> str:
    """All or nothing. Raises CalledWrongly where nobody has the slug, or a doubt may be about them."""
    with database.transaction() as session:
        who = session.scalar(select(Politician.id).where(Politician.slug == slug))
        if who is None:
            raise CalledWrongly(f"no politician has the slug {slug!r}")
        _refuse_doubts(session, slug)
        _remember(session, who)
        counts: Counter[str] = Counter()
        for table, count in _remove(session, who, slug):
            counts[table] += count
    told = ", ".join(f"{count} of {name}" for name, count in sorted(counts.items()) if count)
    return f"{slug} is erased: {told}."


def erase_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("slug", help="the politician's slug")


def _refuse_doubts(session: Session, slug: str) -> None:
    for doubt in session.scalars(select(Doubt)):
        if slug not in doubt.candidates:
            continue
        if doubt.politician_id is None and not doubt.is_new:
            raise CalledWrongly(
                f"{doubt.source} {doubt.external_id} may be {slug}, and would come back: `decide` who it is first"
            )
        doubt.candidates = [one for one in doubt.candidates if one != slug]
        doubt.updated_at = datetime.now(UTC)
    session.flush()


def _remember(session: Session, who: int) -> None:
    now = datetime.now(UTC)
    known = {
        digest(source, id_)
        for table in (ExternalId, Doubt)
        for source, id_ in session.execute(
            select(table.source, table.external_id).where(table.politician_id == who)
        ).tuples()
    }
    session.add_all(Erasure(id_sha256=one, created_at=now, updated_at=now) for one in sorted(known - erased(session)))
    session.flush()


def _remove(session: Session, who: int, slug: str) -> Iterator[tuple[str, int]]:
    """How many rows of each table, some of which come twice."""
    for table, which in [*_named(who, slug), *_keyed(who)]:
        yield table.name, session.scalar(select(func.count()).select_from(table).where(which)) or 0
        if table is Vote.__table__:
            session.execute(update(table).where(which).values(politician_id=None))
        else:
            session.execute(delete(table).where(which))
    session.execute(delete(Politician).where(Politician.id == who))
    session.expire_all()


def _named(who: int, slug: str) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """What is about them and has no foreign key."""
    affairs = select(Affair.id).where(Affair.politician_id == who)
    tables = Row.metadata.tables
    yield tables["generated_texts"], (GeneratedText.kind == TextKind.BIOGRAPHY) & (GeneratedText.subject_id == who)
    yield tables["embeddings"], (Embedding.entity_type == EntityType.POLITICIAN) & (Embedding.entity_id == who)
    yield tables["embeddings"], (Embedding.entity_type == EntityType.AFFAIR) & Embedding.entity_id.in_(affairs)
    # What a script remembers of one politician: `factchecks:anne-roche`.
    yield tables["sync_metadata"], SyncMetadata.key.endswith(f":{slug}", autoescape=True)


def _keyed(who: int) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """What has a politician, what depends on another of these first; what belongs to such a row goes with it."""
    for table in reversed(Row.metadata.sorted_tables):
        for key in table.foreign_keys:
            if key.column.table.name == "politicians":
                yield table, key.parent == who
