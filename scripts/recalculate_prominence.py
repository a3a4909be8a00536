"""recalculate-prominence: every politician's score, from what the other scripts have brought. It reads no source.

The rule is scripts.prominence. An affair counts once a person has published it, unless it ended without a
finding of guilt.
"""

import argparse
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from scripts.models import Affair, FactCheckMention, Politician, PressArticle, PressMention, PublicationStatus, Vote
from scripts.offences import CLEARED, SEVERITY, Severity
from scripts.paris import PARIS, months_before, today_in_paris
from scripts.prominence import Facts, Prominence, prominence
from scripts.script import Call, Script
from scripts.tenure import leaders, offices
from scripts.verdicts import Verdict, write


def run(call: Call, _: argparse.Namespace) -> None:
    today = today_in_paris()  # once: a run that goes over midnight scores everybody alike
    everybody = select(Politician.id, Politician.slug, Politician.prominence).order_by(Politician.id)
    with call.database.transaction() as session:
        facts = _facts(session, today)
        found = [
            _verdict(politician_id, slug, before, prominence(facts[politician_id], today))
            for politician_id, slug, before in session.execute(everybody.limit(call.options.limit)).tuples()
        ]
    write(call, "prominence", found)
    scores = [one.after for one in found]
    call.report.result(
        {
            "totalPoliticians": len(found),
            "updated": sum(one.changes for one in found),
            "maxScore": max(scores, default=0),
            "averageScore": round(sum(scores) / max(len(scores), 1)),
        }
    )


def _verdict(politician_id: int, slug: str, before: int | None, one: Prominence) -> Verdict[int]:
    why = f"office {one.office}, activity {one.activity}, media {one.media}, affairs {one.affairs}"
    return Verdict(politician_id, slug, before, one.score, f"{why}, recency {one.recency}")


def _facts(session: Session, today: date) -> defaultdict[int, Facts]:
    """By politician. A statement for each kind of fact, over everybody at once."""
    facts: defaultdict[int, Facts] = defaultdict(Facts)
    for politician_id, office, is_held, left_on in session.execute(offices(today)).tuples():
        one = facts[politician_id]
        (one.holds if is_held else one.held).add(office)
        one.left_on = max((day for day in (one.left_on, left_on) if day), default=None)
    for politician_id in session.scalars(leaders(today)):
        facts[politician_id].leads_a_party = True
    for fact, counted in _counts(today).items():
        for politician_id, number in session.execute(counted).tuples():
            setattr(facts[politician_id], fact, number)
    return facts


def _counts(today: date) -> dict[str, Select[tuple[Any, int]]]:
    """How many rows each politician has, by the fact that it is."""
    votes = select(Vote.politician_id, func.count()).where(Vote.politician_id.is_not(None))
    mentions = select(PressMention.politician_id, func.count()).group_by(PressMention.politician_id)
    # Whole days of Paris, so that the score of a day is the same at whatever hour. What has no date is not recent.
    since, until = _midnight(months_before(today, 3)), _midnight(today + timedelta(days=1))
    recent = (PressArticle.published_at >= since) & (PressArticle.published_at < until)
    return {
        "votes": votes.group_by(Vote.politician_id),
        "mentions": mentions,
        "recent_mentions": mentions.join(PressArticle).where(recent),
        "fact_checks": select(FactCheckMention.politician_id, func.count()).group_by(FactCheckMention.politician_id),
        "grave_affairs": _affairs(Severity.GRAVE),
        "serious_affairs": _affairs(Severity.SERIOUS),
        "minor_affairs": _affairs(Severity.MINOR),
    }


def _affairs(severity: Severity) -> Select[tuple[Any, int]]:
    shown = (Affair.publication_status == PublicationStatus.PUBLISHED) & Affair.merged_into_id.is_(None)
    categories = [one for one, weighs in SEVERITY.items() if weighs is severity]
    counted = select(Affair.politician_id, func.count()).where(shown, Affair.category.in_(categories))
    return counted.where(Affair.stage.not_in(CLEARED)).group_by(Affair.politician_id)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, PARIS)


SCRIPT = Script(
    name="recalculate-prominence",
    summary="Every politician's prominence, from 0 to 1000.",
    run=run,
)
