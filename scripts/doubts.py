"""`python -m scripts doubts` and `decide`: who may be one of ours, and what a person has said about it."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.database import Database
from scripts.errors import CalledWrongly
from scripts.models import Doubt, ExternalId, IdSource, Politician

LIST = "People of a source who may be politicians of ours, or not: each waits for `decide`."
DECIDE = (
    "Says who somebody of a source is: a politician's slug, or nobody of ours yet. Its script's next run acts on it."
)


def open_doubts(database: Database) -> list[str]:
    """A line each, oldest first."""
    undecided = select(Doubt).where(Doubt.politician_id.is_(None), Doubt.is_new.is_(False)).order_by(Doubt.id)
    # Whole before any of it is shown: whoever reads it at leisure must not hold a transaction open.
    with database.transaction() as session:
        return [_line(doubt) for doubt in session.scalars(undecided)]


def _line(doubt: Doubt) -> str:
    born = f", born {doubt.birth_date}" if doubt.birth_date else ""
    return f"{doubt.source} {doubt.external_id}: {doubt.name}{born}; {doubt.why}: {', '.join(doubt.candidates)}"


def decide(database: Database, source: str, external_id: str, slug: str | None) -> str:
    """`slug` None: it is somebody new.

    Raises CalledWrongly where there is no such doubt or politician, or where that one is, or is to be, somebody else in
    the source.
    """
    with database.transaction() as session:
        sources = [one.value for one in IdSource]
        if source not in sources:
            raise CalledWrongly(f"there is no source {source!r}; there are {', '.join(sources)}")
        of_it = select(Doubt).where(Doubt.source == IdSource(source), Doubt.external_id == external_id)
        doubt = session.scalar(of_it)
        if doubt is None:
            raise CalledWrongly(f"there is no doubt about {source} {external_id}; `doubts` lists them")
        politician = None if slug is None else _politician(session, doubt, slug)
        doubt.politician_id, doubt.is_new = politician.id if politician else None, politician is None
        doubt.updated_at = datetime.now(UTC)
        if politician is None:
            return f"{doubt.name} is nobody of ours yet."
        return f"{doubt.name} is {politician.first_name} {politician.last_name} ({slug})."


def _politician(session: Session, doubt: Doubt, slug: str) -> Politician:
    politician = session.scalar(select(Politician).where(Politician.slug == slug))
    if politician is None:
        raise CalledWrongly(f"no politician has the slug {slug!r}; it may be one of {', '.join(doubt.candidates)}")
    ids = select(ExternalId.external_id).where(ExternalId.source == doubt.source)
    of_another = session.scalar(ids.where(ExternalId.politician_id == politician.id))
    if of_another is not None:
        raise CalledWrongly(f"{slug} is {of_another} in {doubt.source}, so {doubt.external_id} is somebody else")
    # Nor may two of one source both be to become the same one: the second would be refused by every run.
    others = select(Doubt.external_id).where(Doubt.source == doubt.source, Doubt.id != doubt.id)
    decided = session.scalar(others.where(Doubt.politician_id == politician.id).limit(1))
    if decided is not None:
        raise CalledWrongly(f"{doubt.source} {decided} is to be {slug} already; decide otherwise of that one first")
    return politician


def decide_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", help="as `doubts` shows it, e.g. SENAT")
    parser.add_argument("external_id", help="the id beside it")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("slug", nargs="?", help="the politician's slug")
    who.add_argument("--new", action="store_true", help="nobody of ours yet")
