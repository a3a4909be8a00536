"""assign-publication-status: whether each politician's page is shown, from what is known. It reads no source.

The rule is scripts.publication. Who has a publication_override is passed over: a person has decided.

Most of the pages do not go in one day: where that would be so, the tables lack something (mandates, after a source that
was broken), and nothing is written unless a person says so with --force.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from scripts.errors import ScriptError
from scripts.models import Affair, Politician, PublicationStatus
from scripts.paris import today_in_paris
from scripts.publication import Standing, status
from scripts.script import Call, Script
from scripts.tenure import offices
from scripts.verdicts import Verdict, write

_OVERRIDDEN = Politician.publication_override.is_not(None)
_PORTRAYED = or_(func.coalesce(Politician.photo_url, "") != "", func.coalesce(Politician.biography, "") != "")


def run(call: Call, _: argparse.Namespace) -> None:
    everybody = select(
        Politician.id,
        Politician.slug,
        Politician.publication_status,
        Politician.birth_date,
        Politician.death_date,
        Politician.prominence,
        _OVERRIDDEN,
        _PORTRAYED,
    ).order_by(Politician.id)
    today = today_in_paris()
    found: list[Verdict[PublicationStatus]] = []
    skipped = without_score = 0
    with call.database.transaction() as session:
        has_office, had_office = _in_office(session, today)
        has_affair = _published_affairs(session)
        for politician in session.execute(everybody.limit(call.options.limit)).tuples():
            politician_id, slug, before, born, died, score, is_overridden, is_portrayed = politician
            if is_overridden:
                skipped += 1
                continue
            without_score += score is None
            standing = Standing(
                born=born,
                died=died,
                score=score,
                has_office=politician_id in has_office,
                had_office=politician_id in had_office,
                is_portrayed=is_portrayed,
                has_published_affair=politician_id in has_affair,
            )
            found.append(Verdict(politician_id, slug, before, *status(standing, today)))
    if without_score:
        call.report.log(f"{without_score} politicians have no score yet: recalculate-prominence gives it.")
    if not call.options.force:
        _refuse_to_empty_the_site(found)
    # Somebody may decide while this goes on.
    write(call, "publication_status", found, where=~_OVERRIDDEN)
    changes = Counter(one.after.value for one in found if one.changes)
    call.report.result(
        {
            "totalPoliticians": len(found) + skipped,
            "skippedOverride": skipped,
            "unchanged": len(found) - changes.total(),
            "changes": dict(sorted(changes.items())),
        }
    )


def _refuse_to_empty_the_site(found: Sequence[Verdict[PublicationStatus]]) -> None:
    shown = [one for one in found if one.before is PublicationStatus.PUBLISHED]
    lost = sum(one.changes for one in shown)
    if lost * 2 > len(shown):
        raise ScriptError(
            f"{lost} of the {len(shown)} published politicians would be published no longer: nothing was written. See "
            "whether their mandates are there; --force does it."
        )


def _in_office(session: Session, today: date) -> tuple[set[int], set[int]]:
    """Who is in office, and who has been."""
    has: set[int] = set()
    had: set[int] = set()
    for politician_id, _, is_held, _ in session.execute(offices(today)).tuples():
        (has if is_held else had).add(politician_id)
    return has, had


def _published_affairs(session: Session) -> set[int]:
    """Who has a published affair of their own. One that was merged is shown as the one that it is."""
    shown = (Affair.publication_status == PublicationStatus.PUBLISHED) & Affair.merged_into_id.is_(None)
    return set(session.scalars(select(Affair.politician_id).where(shown).distinct()))


SCRIPT = Script(
    name="assign-publication-status",
    summary="Whether each politician's page is shown on the site.",
    run=run,
)
