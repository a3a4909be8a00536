"""What a list takes away by what it lacks, and when that is not believed.

A list of who sits tells nobody's end: whom it has no more has left. So one that was cut off on its way would end the
mandates of everyone it lacks, and one of before would open again what has ended since.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import NoReturn

from sqlalchemy import ColumnElement, bindparam, func, select, update
from sqlalchemy.orm import Session

from scripts.errors import BadSource
from scripts.models import Chamber, Mandate


def open_in(chamber: Chamber) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The condition of a mandate that is open there."""
    return Mandate.chamber == chamber, Mandate.ended_on.is_(None)


def count_open(session: Session, chamber: Chamber) -> int:
    return session.scalar(select(func.count()).select_from(Mandate).where(*open_in(chamber))) or 0


def close(session: Session, ends: Mapping[int, date]) -> None:
    """Ends these mandates, each on its day."""
    statement = update(Mandate).where(Mandate.id == bindparam("which"))
    ended = statement.values(ended_on=bindparam("day"), updated_at=datetime.now(UTC))
    if ends:
        session.connection().execute(ended, [{"which": id_, "day": day} for id_, day in ends.items()])


def refuse_a_short_list(what: str, has: int, known: int, things: str = "open mandates") -> None:
    """Raises BadSource where it has less than half of what is known."""
    if has * 2 < known:
        raise BadSource(
            f"{what} has {has}, and we have {known} {things} from it: nothing was written, see whether it is whole."
        )


def refuse_an_old_list(what: str, day_or_term: str, known: str) -> NoReturn:
    """Raises BadSource: `known` is of a later day or term."""
    raise BadSource(f"{what} is of {day_or_term}, and {known}: nothing was written, see whether it is an old one.")
