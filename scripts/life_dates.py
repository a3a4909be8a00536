"""Days of birth and death, from Wikidata: two scripts that differ in nothing but the property and the column."""

from __future__ import annotations

import argparse
from datetime import date

from sqlalchemy.orm import Session

from scripts.errors import RecordError
from scripts.identity import learn
from scripts.models import Politician
from scripts.passes import Found, Pass, Write
from scripts.script import Call
from scripts.statements import Entity, today

BORN, DIED = "P569", "P570"


def sync(call: Call, own: argparse.Namespace, key: str, *, property_: str, column: str, counter: str) -> None:
    """Gives the day to those of ours who have none; what there is already is never replaced.

    A date that is only known to the month or the year is none, and counted as `imprecise`.
    """
    counters = dict.fromkeys(["politiciansProcessed", counter, "imprecise", "errors"], 0)
    over = Pass(call, counters, key)

    def plan(found: Found) -> Write:
        days: dict[int, tuple[str, date]] = {}
        for one, entity in found:
            try:
                day = _day(entity, property_)
            except RecordError as error:
                over.wrong(f"{one.qid} ({one.slug})", error)
                continue
            if day:
                days[one.politician_id] = one.slug, day
            elif entity.statements(property_):
                counters["imprecise"] += 1

        def write(session: Session) -> None:
            for politician_id, (its_slug, day) in days.items():
                if learn(session, politician_id, only_gaps=True, **{column: day}):
                    counters[counter] += 1
                    call.report.detail(f"{its_slug}: {day}")

        return write

    over.over(plan, getattr(Politician, column).is_(None), resume=own.resume)
    call.report.result(counters)


def _day(entity: Entity, property_: str) -> date | None:
    """Raises RecordError where the item contradicts itself, or the calendar."""
    day = entity.day(property_)
    if day and day > today():
        raise RecordError(f"has {day} as {property_}, a day to come")
    born, died = (_or_none(entity, one) for one in (BORN, DIED))
    if born and died and died < born:
        raise RecordError(f"died on {died}, before the birth on {born}")
    return day


def _or_none(entity: Entity, property_: str) -> date | None:
    """For comparison: that Wikidata is not sure of one day says nothing against the other."""
    try:
        return entity.day(property_)
    except RecordError:
        return None
