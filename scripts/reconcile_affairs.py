"""reconcile-affairs: which of a politician's affairs are the same one. It reads no source.

The rule is scripts.duplicates. Merged is only what is certain or nearly so, and only with --auto-merge; every merge can
be undone (scripts.merges).
"""

from __future__ import annotations

import argparse

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scripts.errors import RecordError
from scripts.merges import Case
from scripts.models import Affair, AffairSource, Confidence, Politician
from scripts.script import Call, Script
from scripts.wikidata import parted

BATCH = 100  # politicians a transaction


def run(call: Call, own: argparse.Namespace) -> None:
    counters = dict.fromkeys(["duplicatesFound", "merged", "errors", "remainingPossible"], 0)
    several = (
        select(Politician.id, Politician.slug)
        .join(Affair, Affair.politician_id == Politician.id)
        .group_by(Politician.id, Politician.slug)
        .having(func.count() > 1)
        .order_by(Politician.id)
        .limit(call.options.limit)
    )
    with call.database.transaction() as session:
        people = session.execute(several).tuples().all()
    done = 0
    for batch in parted(people, BATCH):
        with call.database.transaction() as session:
            for politician_id, slug in batch:
                _reconcile(call, session, politician_id, slug, counters, merges=own.auto_merge)
        done += len(batch)
        call.report.progress(done, len(people))
    call.report.result(counters)


def _reconcile(
    call: Call, session: Session, politician_id: int, slug: str, counters: dict[str, int], *, merges: bool
) -> None:
    case = Case(session, politician_id)
    counters["duplicatesFound"] += len(case.pairs())
    sources = _sources(session, politician_id) if merges else {}
    refused: set[tuple[int, int]] = set()
    while merges:
        # Looked for anew after each merge: what two were alike in, a third may contradict.
        sure = [
            one
            for one in case.pairs()
            if one[0].confidence is not Confidence.POSSIBLE and (one[1].id, one[2].id) not in refused
        ]
        if not sure:
            break
        likeness, one, other = sure[0]
        what = f"{slug}: {one.id} « {one.title} » and {other.id} « {other.title} »"
        try:
            case.merge(likeness, one, other, sources)
        except RecordError as error:
            call.report.error(f"{what} {error}.")
            counters["errors"] += 1
            refused.add((one.id, other.id))
        else:
            counters["merged"] += 1
            call.report.detail(f"{what} are one: {likeness.why}.")
    for likeness, one, other in case.pairs():
        counters["remainingPossible"] += 1
        call.report.detail(f"{slug}: {one.id} and {other.id} may be one, {likeness.confidence}: {likeness.why}.")


def _sources(session: Session, politician_id: int) -> dict[int, int]:
    of_them = (
        select(AffairSource.affair_id, func.count())
        .join(Affair)
        .where(Affair.politician_id == politician_id)
        .group_by(AffairSource.affair_id)
    )
    return dict(session.execute(of_them).tuples().all())


def _flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--auto-merge", action="store_true", help="merge the pairs that are certain or nearly so")


SCRIPT = Script(
    name="reconcile-affairs",
    summary="Which of a politician's affairs are the same one.",
    flags=_flags,
    run=run,
)
