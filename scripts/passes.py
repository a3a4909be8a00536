"""A pass over our politicians who have a Wikidata id: in one order, a batch at a time, with a cursor to go on from."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from scripts.errors import BadSource, RecordError
from scripts.fingerprints import cursor, set_cursor
from scripts.mediawiki import AT_ONCE
from scripts.models import ExternalId, IdSource, Politician
from scripts.script import Call
from scripts.statements import Entity, is_gone
from scripts.wikidata import ENTITIES, FACTS, Wikidata, item, parted


@dataclass(frozen=True)
class Subject:
    """A politician of ours and their item."""

    politician_id: int
    slug: str
    qid: str


T = TypeVar("T")
Found = list[tuple[Subject, Entity]]
Write = Callable[[Session], None]
#: Looks at some politicians' items, reads what else it needs, and says what is then written in one transaction.
Plan = Callable[[Found], Write]


class Steps:
    """The batches of a pass, how far it is, and its cursor in sync_metadata: the last politician who was written.

    Without a `key` there is nothing to go on from. With `--limit` no cursor is kept, as then nothing is.
    """

    def __init__(self, call: Call, key: str | None) -> None:
        self._call, self._key = call, key

    def reached(self, session: Session, *, resume: bool) -> int:
        """The politician after whom this run begins."""
        return int((cursor(session, self._key) if self._key and resume else None) or 0)

    def of(self, things: Sequence[T], size: int) -> Iterator[list[T]]:
        wanted = things[: self._call.options.limit]
        for start, batch in enumerate(parted(wanted, size)):
            yield batch
            self._call.report.progress(start * size + len(batch), len(wanted))

    def reach(self, session: Session, politician_id: int, *, complete: bool = False) -> None:
        """In the transaction that writes everybody up to there."""
        if self._key and self._call.options.complete:
            set_cursor(session, self._key, str(politician_id), complete=complete)

    def end(self, errors: int) -> None:
        """The next run begins at the beginning, whatever its flags."""
        with self._call.database.transaction() as session:
            self.reach(session, 0, complete=not errors)


class Pass:
    """One run's way over the politicians and their items. `counters` gets politiciansProcessed and errors."""

    def __init__(self, call: Call, counters: dict[str, int], key: str | None = None, props: str = FACTS) -> None:
        self.wikidata = Wikidata(call.source)
        self._props = props
        self._some_are_gone = False
        self._call, self._counters, self._steps = call, counters, Steps(call, key)

    def wrong(self, what: str, why: Exception) -> None:
        """A record is not usable: it is named and counted, and the pass goes on."""
        self._call.report.error(f"{ENTITIES}: {what} {why}.")
        self._counters["errors"] += 1

    def over(self, plan: Plan, *which: ColumnElement[bool], resume: bool = False) -> None:
        """Raises BadSource where Wikidata's answers say nothing of any of the items. That one is gone says something:
        whoever is left with such an item alone is no reason for every run to fail."""
        with self._call.database.transaction() as session:
            subjects = _subjects(session, self._steps.reached(session, resume=resume), which)
        for batch in self._steps.of(subjects, AT_ONCE):
            if found := self._find(batch):
                write = plan(found)
                with self._call.database.transaction() as session:
                    write(session)
                    self._steps.reach(session, batch[-1].politician_id)
            self._counters["politiciansProcessed"] += len(found)
        if subjects and not self._counters["politiciansProcessed"] and not self._some_are_gone:
            raise BadSource("None of the politicians' items could be read.")
        self._steps.end(self._counters["errors"])

    def _find(self, batch: Sequence[Subject]) -> Found:
        told = self.wikidata.items((one.qid for one in batch), self._props)
        found: Found = []
        for one in batch:
            try:
                found.append((one, item(told, one.qid)))
            except RecordError as error:
                self._some_are_gone |= is_gone(told.get(one.qid))
                self.wrong(f"{one.qid} ({one.slug})", error)
        return found


def resume_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--resume", action="store_true", help="go on where the last run stopped")


def _subjects(session: Session, after: int, which: Sequence[ColumnElement[bool]]) -> list[Subject]:
    with_an_item = (
        select(Politician.id, Politician.slug, ExternalId.external_id)
        .join(ExternalId, ExternalId.politician_id == Politician.id)
        .where(ExternalId.source == IdSource.WIKIDATA, Politician.id > after, *which)
        .order_by(Politician.id, ExternalId.external_id)
    )
    return [Subject(*row) for row in session.execute(with_an_item).tuples()]
