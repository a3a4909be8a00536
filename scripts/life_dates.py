"""Days of birth and death, from Wikidata: two scripts of one pass, that differ in the property and the column.

A death is never taken back, and one edit of Wikidata suffices to state it. So nobody dies here whose item was born on
another day than ours, nor who sits: their chamber closes the seat first. Whether a death that is written down came from
Wikidata nobody can say afterwards.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.errors import RecordError
from scripts.identity import learn
from scripts.models import Mandate, Politician
from scripts.paris import today_in_paris
from scripts.passes import Found, Pass, Subject, Write
from scripts.script import Call
from scripts.statements import Entity

BORN, DIED = "P569", "P570"
STILL = "stillInOffice"


def sync(call: Call, own: argparse.Namespace, key: str, *, property_: str, column: str, counter: str) -> None:
    """Gives the day to those of ours who have none; what there is already is never replaced.

    A date that is only known to the month or the year is none, and counted as `imprecise`.
    """
    is_death = property_ == DIED
    names = ["politiciansProcessed", counter, "imprecise", *([STILL] if is_death else []), "errors"]
    counters = dict.fromkeys(names, 0)
    over = Pass(call, counters, key)

    def plan(found: Found) -> Write:
        days: list[tuple[Subject, Entity, date]] = []
        for one, entity in found:
            try:
                day = _day(entity, property_)
            except RecordError as error:
                over.wrong(f"{one.qid} ({one.slug})", error)
                continue
            if day:
                days.append((one, entity, day))
            elif entity.statements(property_):
                counters["imprecise"] += 1

        def write(session: Session) -> None:
            seated = _seated(session, [one.politician_id for one, *_ in days]) if is_death else set()
            for one, entity, day in days:
                if is_death and (ours := _other_birth(session, one, entity)):
                    why = RecordError(f"died on {day}, and was not born on {ours} as ours was")
                    over.wrong(f"{one.qid} ({one.slug})", why)
                elif one.politician_id in seated:
                    counters[STILL] += 1
                    call.report.detail(f"{one.slug}: {day}, and still sits")
                elif learn(session, one.politician_id, only_gaps=True, **{column: day}):
                    counters[counter] += 1
                    call.report.detail(f"{one.slug}: {day}")

        return write

    over.over(plan, getattr(Politician, column).is_(None), resume=own.resume)
    call.report.result(counters)


def _day(entity: Entity, property_: str) -> date | None:
    """Raises RecordError where the item contradicts itself, or the calendar."""
    day = entity.day(property_)
    if day and day > today_in_paris():
        raise RecordError(f"has {day} as {property_}, a day to come")
    born, died = (_or_none(entity, one) for one in (BORN, DIED))
    if born and died and died < born:
        raise RecordError(f"died on {died}, before the birth on {born}")
    return day


def _seated(session: Session, people: Sequence[int]) -> set[int]:
    """Who of these holds a seat of a chamber today: of those alone the chamber's own script says when they end."""
    seats = select(Mandate.politician_id).where(
        Mandate.politician_id.in_(people), Mandate.chamber.is_not(None), Mandate.ended_on.is_(None)
    )
    return set(session.scalars(seats))


def _other_birth(session: Session, one: Subject, entity: Entity) -> date | None:
    """Our day of birth, if it is none of those that the item's statements can mean."""
    ours = session.get_one(Politician, one.politician_id).birth_date
    if ours is None:
        return None
    try:
        moments = [moment for it in entity.best(BORN) if (moment := it.main.moment())]
    except RecordError:
        return None
    return ours if moments and not any(moment.first <= ours <= moment.last for moment in moments) else None


def _or_none(entity: Entity, property_: str) -> date | None:
    """For comparison: that Wikidata is not sure of one day says nothing against the other."""
    try:
        return entity.day(property_)
    except RecordError:
        return None
