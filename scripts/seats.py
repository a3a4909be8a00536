"""Which seat in the European Parliament each listed member holds.

The list says that somebody sits, and not since when nor in which term: their own document does. It is read for those of
whom something is not known yet.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from scripts.closing import open_in, refuse_an_old_list
from scripts.errors import RecordError, SourceRefused
from scripts.meps import Member, Profile, Seat, profile
from scripts.models import Chamber, ExternalId, IdSource, Mandate, Politician
from scripts.paris import today_in_paris
from scripts.script import Call
from scripts.source import Source

API = "https://data.europarl.europa.eu/api/v2/"
DETAIL = "meps/{id}"
ACCEPT = "application/ld+json"
MAX_BYTES = 5_000_000  # a member's document has 100 kB at most
BATCH = 20  # members read and written at a time: what a kill can lose

OPEN = open_in(Chamber.PARLEMENT_EUROPEEN)
OF_THE_EP = ExternalId.source == IdSource.PARLEMENT_EUROPEEN


@dataclass(frozen=True)
class Known:
    """What the site has of a member: whether a birth date, and the seat that is open."""

    has_birth_date: bool = False
    seat: Seat | None = None


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


class Sitting:
    """By id: the documents read, and the seats. Who is without a seat here is not written, and was counted.

    `term` is the one that most members sit in. A document of another one is a bad one, whichever it is.
    """

    def __init__(self, call: Call, known: Mapping[str, Known]) -> None:
        self.term = 0
        self.profiles: dict[str, Profile] = {}
        self.seats: dict[str, Seat] = {}
        self.errors = 0
        self._call = call
        self._known = known
        self._asked: set[str] = set()

    def find_term(self, wanted: Sequence[Member], members: Sequence[Member]) -> None:
        """As few documents as tell it are read: one that speaks of another term than the site has may be wrong, or be
        the first of a new term, which then others tell, too.

        Raises BadSource where most are of an earlier term than the site has.
        """
        newest = _most(one.seat.term for one in self._known.values() if one.seat)
        self.term = newest
        self._read_until_enough([one for one in wanted if self._lacks(one)])
        if len(self._terms(members)) > 1:
            self._read_until_enough(members)
        # Of those whose document was asked for and does not say it, what is known counts.
        asked = [one for one in members if one.id in self._asked]
        self.term = _most((self._term_of(one) for one in asked), otherwise=newest)
        if self.term < newest:
            known = f"mandates of term {newest} are open"
            refuse_an_old_list("What the members' documents tell", f"term {self.term}", known)

    def read(self, members: Sequence[Member]) -> None:
        """The documents of these members, of whom something is not known yet."""
        for one in members:
            if self._lacks(one):
                self._read(one)
            self._settle(one)

    def _read_until_enough(self, members: Sequence[Member]) -> None:
        for one in members:
            if len(self.seats) >= BATCH:
                return
            self._read(one)

    def _terms(self, members: Sequence[Member]) -> set[int]:
        return {term for one in members if (term := self._term_of(one))}

    def _term_of(self, one: Member) -> int:
        seat = self.seats.get(one.id) or self._of_us(one).seat
        return seat.term if seat else 0

    def _of_us(self, one: Member) -> Known:
        return self._known.get(one.id, Known())

    def _lacks(self, one: Member) -> bool:
        known = self._of_us(one)
        return (
            self._call.options.force or not known.has_birth_date or known.seat is None or known.seat.term != self.term
        )

    def _read(self, one: Member) -> None:
        if one.id in self._asked:
            return
        self._asked.add(one.id)
        try:
            self.profiles[one.id] = told = read_profile(self._call.source, one.id)
        except (RecordError, SourceRefused) as error:
            self._refuse(one, str(error))
            return
        if seat := told.seat_on(today_in_paris()):
            self.seats[one.id] = seat

    def _settle(self, one: Member) -> None:
        """Without a document of theirs it is the seat that is known; one that contradicts the list is not used."""
        seat, known = self.seats.get(one.id), self._of_us(one).seat
        if one.id in self.profiles and (seat is None or seat.term != self.term):
            self._refuse(one, f"is of term {seat.term}, others of {self.term}" if seat else "has no seat of today")
            del self.profiles[one.id]
            self.seats.pop(one.id, None)
        elif seat is None and known:
            self.seats[one.id] = known

    def _refuse(self, one: Member, why: str) -> None:
        self._call.report.error(f"{DETAIL.format(id=one.id)} ({one.first_name} {one.last_name}) {why.rstrip('.')}.")
        self.errors += 1


def _most(terms: Iterable[int], otherwise: int = 0) -> int:
    """What is there most often; of several `otherwise`, or else the greatest."""
    counts = Counter(term for term in terms if term)
    return max(counts, key=lambda term: (counts[term], term == otherwise, term), default=otherwise)
