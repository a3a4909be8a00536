"""Which seat in the European Parliament each listed member holds.

The list says that somebody sits, and not since when nor in which term: their own document does. It is read for those of
whom something is not known yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from scripts.errors import BadSource, RecordError, SourceRefused
from scripts.meps import Member, Profile, Seat, profile
from scripts.models import Chamber, ExternalId, IdSource, Mandate, Politician
from scripts.script import Call
from scripts.source import Source

API = "https://data.europarl.europa.eu/api/v2/"
DETAIL = "meps/{id}"
ACCEPT = "application/ld+json"
MAX_BYTES = 5_000_000  # a member's document has 100 kB at most
PARIS = ZoneInfo("Europe/Paris")

OPEN = (Mandate.chamber == Chamber.PARLEMENT_EUROPEEN, Mandate.ended_on.is_(None))
OF_THE_EP = ExternalId.source == IdSource.PARLEMENT_EUROPEEN


@dataclass(frozen=True)
class Known:
    """What the site has of a member: whether a birth date, and the seat that is open."""

    has_birth_date: bool = False
    seat: Seat | None = None


@dataclass
class Sitting:
    """By id: the documents read, and the seats. Who is without a seat here is not written, and was counted."""

    profiles: dict[str, Profile] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    errors: int = 0


def known_members(session: Session) -> dict[str, Known]:
    known: dict[str, Known] = {}
    of_all = (
        select(ExternalId.external_id, Politician.birth_date, Mandate.legislature, Mandate.started_on)
        .join(Politician, ExternalId.politician_id == Politician.id)
        .outerjoin(Mandate, and_(Mandate.politician_id == Politician.id, *OPEN))
        .where(OF_THE_EP)
        .order_by(Mandate.legislature)
    )
    for id_, born, term, started_on in session.execute(of_all).tuples():
        seat = Seat(term, started_on, None) if term is not None and started_on is not None else None
        if seat or id_ not in known:
            known[id_] = Known(born is not None, seat)
    return known


def read_profile(source: Source, id_: str) -> Profile:
    """Raises RecordError where the document is not what it should be, and SourceRefused where there is none."""
    name = DETAIL.format(id=id_)
    document = source.read(name, API + name, max_bytes=MAX_BYTES, accept=ACCEPT)
    if document is None:
        raise RecordError("was not sent")
    return profile(document.content, id_)


def read_sitting(call: Call, members: Sequence[Member], known: Mapping[str, Known]) -> Sitting:
    """Once somebody's document tells of a new term, those of an earlier one have theirs read, too.

    Raises BadSource where all that is told is of an earlier term than the site has.
    """
    found = Sitting()
    of_us = {one.id: known.get(one.id, Known()) for one in members}
    for one in members:
        if call.options.force or not of_us[one.id].has_birth_date or not of_us[one.id].seat:
            _read(call, one, found)
    told = max((seat.term for seat in found.seats.values()), default=0)
    newest = max((one.seat.term for one in known.values() if one.seat), default=0)
    if 0 < told < newest:
        raise BadSource(
            f"The members' documents are of term {told} and mandates of term {newest} are open: nothing was written, "
            "see whether they are old ones."
        )
    for one in members:
        seat = of_us[one.id].seat
        if one.id not in found.profiles and seat and seat.term < told:
            _read(call, one, found)
    for one in members:
        _settle(call, one, found, max(told, newest), of_us[one.id].seat)
    return found


def _read(call: Call, one: Member, found: Sitting) -> None:
    try:
        found.profiles[one.id] = told = read_profile(call.source, one.id)
    except (RecordError, SourceRefused) as error:
        _refuse(call, one, found, str(error))
        return
    if seat := told.seat_on(today()):
        found.seats[one.id] = seat


def _settle(call: Call, one: Member, found: Sitting, term: int, known: Seat | None) -> None:
    """Without a document of theirs it is the seat that is known; one that contradicts the list is not used."""
    seat = found.seats.get(one.id)
    if one.id in found.profiles and (seat is None or seat.term < term):
        _refuse(call, one, found, f"is of term {seat.term}, others of {term}" if seat else "has no seat of today")
        del found.profiles[one.id]
        found.seats.pop(one.id, None)
    elif seat is None and known:
        found.seats[one.id] = known


def _refuse(call: Call, one: Member, found: Sitting, why: str) -> None:
    call.report.error(f"{DETAIL.format(id=one.id)} ({one.first_name} {one.last_name}) {why.rstrip('.')}.")
    found.errors += 1


def today() -> date:
    return datetime.now(PARIS).date()
