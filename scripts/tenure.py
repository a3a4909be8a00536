"""Who is in office on a day, in SQL. The dead are in none, whether or not a source says that it has ended."""

from datetime import date

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, func, not_, or_, select

from scripts.models import Mandate, Office, Party, PartyMembership, PartyRole, Politician

_LIVED_UNTIL = Politician.death_date


def offices(today: date) -> Select[tuple[int, Office, int, date | None]]:
    """A row for each politician and kind of office that has begun: is it held (1, 0), and when was it left last?

    An office whose beginning no source says has begun.
    """
    held = and_(_still(Mandate.ended_on, today), _still(_LIVED_UNTIL, today))
    return (
        select(
            Mandate.politician_id,
            Mandate.office,
            func.max(case((held, 1), else_=0)),
            func.max(case((not_(held), func.coalesce(Mandate.ended_on, _LIVED_UNTIL)))),
        )
        .join(Politician)
        .where(_begun(Mandate.started_on, today))
        .group_by(Mandate.politician_id, Mandate.office)
    )


def leaders(today: date) -> Select[tuple[int]]:
    """Who leads or has founded a party that there still is."""
    return (
        select(PartyMembership.politician_id)
        .join(Party)
        .join(Politician)
        .where(
            PartyMembership.role != PartyRole.MEMBER,
            _begun(PartyMembership.started_on, today),
            *(_still(end, today) for end in (PartyMembership.ended_on, Party.dissolved_on, _LIVED_UNTIL)),
        )
        .distinct()
    )


def _begun(start: SQLColumnExpression[date | None], today: date) -> ColumnElement[bool]:
    return or_(start.is_(None), start <= today)


def _still(end: SQLColumnExpression[date | None], today: date) -> ColumnElement[bool]:
    """The day on which something ended is the first without it."""
    return or_(end.is_(None), end > today)
