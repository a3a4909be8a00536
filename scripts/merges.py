"""Which affairs are one: merges done and undone, and `python -m scripts merges` and `unmerge`.

A merge is a row of AffairMerge; `merged_into_id` is worked out from those that are not undone, and is the end of their
chain. So nothing else of an affair is changed by a merge, and to undo one is to work it out again.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import UTC, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from scripts.database import Database
from scripts.duplicates import Likeness, alike
from scripts.errors import CalledWrongly, RecordError
from scripts.models import Affair, AffairMerge, Politician, PublicationStatus

LIST = "Affairs that were found to be one, and those that may be: what reconcile-affairs has done, and what it leaves."
UNDO = "Makes two of a merged affair; it is never merged again."


class Case:
    """A politician's affairs and their merges, as they are in the session."""

    def __init__(self, session: Session, politician_id: int) -> None:
        self._session = session
        of_them = Affair.politician_id == politician_id
        self.affairs = {one.id: one for one in session.scalars(select(Affair).where(of_them).order_by(Affair.id))}
        merges = select(AffairMerge).where(AffairMerge.merged_id.in_(self.affairs)).order_by(AffairMerge.id)
        self.merges = list(session.scalars(merges))

    def pairs(self) -> list[tuple[Likeness, Affair, Affair]]:
        """Those that may be one and are not, nor were made two again by a person; the surest first."""
        roots = self._roots()
        undone = {frozenset((one.kept_id, one.merged_id)) for one in self.merges if one.undone_at}
        members: defaultdict[int, list[Affair]] = defaultdict(list)
        for one in self.affairs.values():
            members[roots[one.id]].append(one)
        found = []
        for first, second in _pairs(sorted(members)):
            across = [(one, other) for one in members[first] for other in members[second]]
            if any(frozenset((one.id, other.id)) in undone for one, other in across):
                continue
            if len({one.ecli for one in members[first] + members[second] if one.ecli}) > 1:
                continue
            if likenesses := [like for one, other in across if (like := alike(one, other))]:
                found.append((max(likenesses, key=lambda like: like.score), self.affairs[first], self.affairs[second]))
        return sorted(found, key=lambda pair: (-pair[0].score, pair[1].id, pair[2].id))

    def merge(self, likeness: Likeness, one: Affair, other: Affair, sources: dict[int, int]) -> AffairMerge:
        """`sources`: how many each affair has. Raises RecordError where a person has taken up both: none is hidden."""
        statuses = [one.publication_status, other.publication_status]
        if PublicationStatus.DRAFT not in statuses:
            raise RecordError(f"cannot be one: a person has made them {' and '.join(sorted(statuses))}")
        # What a person has taken up is never hidden behind a draft.
        kept, merged = sorted(
            (one, other),
            key=lambda it: (it.publication_status == PublicationStatus.DRAFT, -sources.get(it.id, 0), it.id),
        )
        now = datetime.now(UTC)
        row = AffairMerge(
            kept_id=kept.id,
            merged_id=merged.id,
            confidence=likeness.confidence,
            why=likeness.why,
            created_at=now,
            updated_at=now,
        )
        self._session.add(row)
        self.merges.append(row)
        self.settle()
        return row

    def settle(self) -> None:
        """Writes into each affair which one it is."""
        for id_, root in self._roots().items():
            one, into = self.affairs[id_], root if root != id_ else None
            if one.merged_into_id != into:
                one.merged_into_id, one.updated_at = into, datetime.now(UTC)
        self._session.flush()

    def _roots(self) -> dict[int, int]:
        into = {one.merged_id: one.kept_id for one in self.merges if one.undone_at is None}
        roots = {}
        for id_ in self.affairs:
            root = id_
            while root in into:
                root = into[root]
            roots[id_] = root
        return roots


def remove(session: Session, affairs: Collection[Affair]) -> None:
    """Deletes them with all that is theirs. What was merged into one of them is again what it was."""
    gone, people = [one.id for one in affairs], {one.politician_id for one in affairs}
    session.execute(update(Affair).where(Affair.merged_into_id.in_(gone)).values(merged_into_id=None))
    session.execute(delete(Affair).where(Affair.id.in_(gone)))
    session.expire_all()
    for politician_id in sorted(people):
        Case(session, politician_id).settle()


def listed(database: Database) -> list[str]:
    """A line each: the merges, oldest first, then what may be one."""
    with database.transaction() as session:
        slugs = dict(session.execute(select(Politician.id, Politician.slug)).tuples().all())
        people = session.scalars(select(Affair.politician_id).distinct().order_by(Affair.politician_id))
        cases = {slugs[one]: Case(session, one) for one in people.all()}
        done = [
            (one.id, _line(slug, case.affairs[one.kept_id], case.affairs[one.merged_id], one.confidence, one.why, how))
            for slug, case in cases.items()
            for one in case.merges
            for how in ["made two again" if one.undone_at else "merged"]
        ]
        open_ = [
            _line(slug, one, other, like.confidence, like.why, "possible")
            for slug, case in cases.items()
            for like, one, other in case.pairs()
        ]
    return [line for _, line in sorted(done)] + open_


def unmerge(database: Database, kept_id: int, merged_id: int) -> str:
    """Raises CalledWrongly where these two were not merged."""
    with database.transaction() as session:
        which = (AffairMerge.kept_id == kept_id) & (AffairMerge.merged_id == merged_id)
        row = session.scalar(select(AffairMerge).where(which, AffairMerge.undone_at.is_(None)))
        if row is None:
            raise CalledWrongly(f"{merged_id} is not merged into {kept_id}; `merges` lists what is")
        row.undone_at = row.updated_at = datetime.now(UTC)
        session.flush()
        one = session.get_one(Affair, merged_id)
        Case(session, one.politician_id).settle()
        return f"{merged_id} ({one.title}) is an affair of its own again, and is never merged into {kept_id} again."


def unmerge_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kept", type=int, help="as `merges` shows it, the first number")
    parser.add_argument("merged", type=int, help="the second number")


def _pairs(ids: list[int]) -> Iterator[tuple[int, int]]:
    return ((one, other) for at, one in enumerate(ids) for other in ids[at + 1 :])


def _line(slug: str, one: Affair, other: Affair, confidence: str, why: str, how: str) -> str:
    return f"{one.id} {other.id} {how}, {slug}: « {one.title} » and « {other.title} »; {confidence}: {why}"
