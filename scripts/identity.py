"""Who is who: one politician across all sources, and nobody guessed.

Somebody of a source is, in this order:

1. who has this id of that source already, or one of the ids of other sources that it names;
2. who a person has said that it is (`python -m scripts decide`);
3. who has the same name and was born on the same day;
4. somebody new, where nobody of ours could be meant.

Everything between 3 and 4 is a doubt: the same name while one birth date is not known, or two who fit, or the same
birth date and last name under another first name. It is written into `doubts`, and nothing else of it anywhere, until a
person decides, or the sources know more; then it is gone. A source has one id a person: who has another id of the same
source is somebody else, and ids that say otherwise are refused.

Who was erased (scripts.erasure) is nobody, by each of their ids: neither found, nor made, nor a doubt.

Names are the same whatever their case, accents, hyphens and apostrophes; in letters that have no such plain form
(« Παπαδάκης ») only as they are written.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.erasure import digest, erased
from scripts.errors import RecordError
from scripts.models import Doubt, ExternalId, IdSource, Politician
from scripts.text import fold, slug
from scripts.upsert import upsert

LONGEST_NAME = 200  # characters; of several lines drawn into one field PostgreSQL would not even index the slug


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody as a source knows them. `others` are ids of other sources that this one states."""

    source: IdSource
    external_id: str
    first_name: str
    last_name: str
    birth_date: date | None = None
    others: Mapping[IdSource, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def ids(self) -> dict[IdSource, str]:
        """Its own and those that it states."""
        return {**self.others, self.source: self.external_id}


@dataclass(frozen=True)
class Placed:
    """Who it is. The slug is what lasts: addresses are made of it."""

    politician_id: int
    slug: str
    is_new: bool = False


@dataclass
class _One:
    id: int
    slug: str
    first_name: str
    last_name: str
    birth_date: date | None
    ids: dict[IdSource, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def other_id(self, ids: Mapping[IdSource, str]) -> IdSource | None:
        """The source, if any, by which these are somebody else's ids."""
        return next((source for source, id_ in ids.items() if self.ids.get(source, id_) != id_), None)


class Identities:
    """All politicians of the session's database, as they are when it is made and as this one adds to them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._all: dict[int, _One] = {}
        self._by_id: dict[tuple[IdSource, str], _One] = {}
        self._by_name: defaultdict[str, list[_One]] = defaultdict(list)
        self._by_birth: defaultdict[tuple[date, str], list[_One]] = defaultdict(list)
        people = select(
            Politician.id, Politician.slug, Politician.first_name, Politician.last_name, Politician.birth_date
        )
        for row in session.execute(people.order_by(Politician.id)).tuples():
            self._know(_One(*row))
        ids = select(ExternalId.politician_id, ExternalId.source, ExternalId.external_id)
        for politician_id, source, external_id in session.execute(ids).tuples():
            self._link(self._all[politician_id], source, external_id)
        self._slugs = {one.slug for one in self._all.values()}
        self._erased = erased(session)
        self._doubts = {(doubt.source, doubt.external_id): doubt for doubt in session.scalars(select(Doubt))}

    def find(self, source: IdSource, external_id: str) -> Placed | None:
        """Who has this id, and nothing else: where a source names nobody, only ids."""
        one = self._by_id.get((source, external_id))
        return Placed(one.id, one.slug) if one else None

    def place(self, person: Person) -> Placed | None:
        """Who it is, found or made, with its ids written down. None: a doubt, which is kept aside
        (`is_doubtful`), or somebody who was erased.

        Raises RecordError where the ids that a source states belong to two people of ours, or to one who has another
        id of one of these sources; and where the name is none.
        """
        if self._is_erased(person):
            return None
        found = self._look_for(person)
        if isinstance(found, _Doubtful):
            self._keep_aside(person, found)
            return None
        one = found or self._make(person)
        self._write_ids(one, person)
        return Placed(one.id, one.slug, is_new=found is None)

    def recognise(self, person: Person, *, among: Set[int] = frozenset()) -> Placed | None:
        """Like `place`, and nobody is ever made: for a source that also lists people who are none of ours.

        `among` are who holds or held the office that the source gives this person: the only one of ours who has the
        name is them, if among those. None: nobody of ours, or a doubt (`is_doubtful`).
        """
        if self._is_erased(person):
            return None
        found = self._look_for(person)
        if isinstance(found, _Doubtful):
            one, *more = found.candidates
            if more or one.id not in among or _key(one.name) != _key(person.name):
                self._keep_aside(person, found)
                return None
            found = one
        if found is None:
            if self.is_doubtful(person):
                self._session.delete(self._doubts.pop((person.source, person.external_id)))
                self._session.flush()
            return None
        self._write_ids(found, person)
        return Placed(found.id, found.slug)

    def is_doubtful(self, person: Person) -> bool:
        """Whether somebody has yet to decide who it is."""
        doubt = self._doubts.get((person.source, person.external_id))
        return doubt is not None and doubt.politician_id is None and not doubt.is_new

    def _is_erased(self, person: Person) -> bool:
        return any(digest(source, id_) in self._erased for source, id_ in person.ids.items())

    def _look_for(self, person: Person) -> _One | _Doubtful | None:
        if len(person.name) > LONGEST_NAME:
            raise RecordError(f"has a name of {len(person.name):,} characters, more than {LONGEST_NAME}")
        found = self._known(person)
        return found if found or self._is_new(person) else self._named(person)

    def _known(self, person: Person) -> _One | None:
        """By an id, its own or one that it states: as it is written down, or as a person has decided."""
        known = {one.id: one for key in person.ids.items() if (one := self._by_id.get(key) or self._decided(key))}
        if len(known) > 1:
            slugs = ", ".join(sorted(one.slug for one in known.values()))
            raise RecordError(f"has the ids of several politicians: {slugs}")
        one = next(iter(known.values()), None)
        unwritten = {source: id_ for source, id_ in person.ids.items() if (source, id_) not in self._by_id}
        if one and (source := one.other_id(unwritten)):
            raise RecordError(f"would be {one.slug}, who is {one.ids[source]} in {source}, not {person.ids[source]}")
        return one

    def _decided(self, key: tuple[IdSource, str]) -> _One | None:
        doubt = self._doubts.get(key)
        return self._all[doubt.politician_id] if doubt and doubt.politician_id is not None else None

    def _is_new(self, person: Person) -> bool:
        """Whether a person has decided that it is nobody of ours."""
        doubt = self._doubts.get((person.source, person.external_id))
        return doubt is not None and doubt.is_new

    def _named(self, person: Person) -> _One | _Doubtful | None:
        namesakes = [one for one in self._by_name[_key(person.name)] if not one.other_id(person.ids)]
        born_alike = [one for one in namesakes if person.birth_date and one.birth_date == person.birth_date]
        if len(born_alike) == 1:
            return born_alike[0]
        if born_alike:
            return _Doubtful("several have this name and this birth date", born_alike)
        unknown = [one for one in namesakes if person.birth_date is None or one.birth_date is None]
        if unknown:
            return _Doubtful("the same name, and a birth date is not known", unknown)
        if person.birth_date:
            family = self._by_birth[person.birth_date, _key(person.last_name)]
            if alike := [one for one in family if not one.other_id(person.ids)]:
                return _Doubtful("the same last name and birth date, and another first name", alike)
        return None

    def _make(self, person: Person) -> _One:
        its_slug = next(one for one in _slugs(person) if one not in self._slugs)
        row = Politician(
            slug=its_slug,
            first_name=person.first_name,
            last_name=person.last_name,
            birth_date=person.birth_date,
            **_stamps(),
        )
        self._session.add(row)
        self._session.flush()
        one = _One(row.id, its_slug, person.first_name, person.last_name, person.birth_date)
        self._slugs.add(its_slug)
        self._know(one)
        return one

    def _write_ids(self, one: _One, person: Person) -> None:
        """And with them, nobody doubts any more who it is."""
        for source, id_ in person.ids.items():
            if (doubt := self._doubts.pop((source, id_), None)) is not None:
                self._session.delete(doubt)
            if source not in one.ids:
                row = {"source": source, "external_id": id_, "politician_id": one.id}
                upsert(self._session, ExternalId, [row], key=("source", "external_id"))
                self._link(one, source, id_)
        self._session.flush()

    def _keep_aside(self, person: Person, doubt: _Doubtful) -> None:
        says = {
            "name": person.name,
            "birth_date": person.birth_date,
            "why": doubt.why,
            "candidates": sorted(one.slug for one in doubt.candidates),
        }
        key = (person.source, person.external_id)
        kept = self._doubts.get(key)
        if kept is None:
            kept = Doubt(source=person.source, external_id=person.external_id, is_new=False, **says, **_stamps())
            self._doubts[key] = kept
            self._session.add(kept)
        elif any(getattr(kept, name) != value for name, value in says.items()):
            for name, value in says.items():
                setattr(kept, name, value)
            kept.updated_at = datetime.now(UTC)
        self._session.flush()

    def _know(self, one: _One) -> None:
        self._all[one.id] = one
        self._by_name[_key(one.name)].append(one)
        if one.birth_date:
            self._by_birth[one.birth_date, _key(one.last_name)].append(one)

    def _link(self, one: _One, source: IdSource, external_id: str) -> None:
        one.ids[source] = external_id
        self._by_id[source, external_id] = one


@dataclass(frozen=True)
class _Doubtful:
    why: str
    candidates: list[_One]


def learn(session: Session, politician_id: int, *, only_gaps: bool = False, **facts: object) -> bool:
    """Writes what a source says of somebody into their row; whether anything has changed.

    What a source does not say (None) takes nothing away. `only_gaps`: nor does what it says replace what is there; that
    is for sources that know somebody less well than the one they sit for.
    """
    # As it is in the table: an upsert of this transaction has passed by what the session has in mind.
    row = session.get_one(Politician, politician_id, populate_existing=True)
    changed = False
    for name, value in facts.items():
        now = getattr(row, name)
        if value is not None and value != now and not (only_gaps and now is not None):
            setattr(row, name, value)
            changed = True
    if changed:
        row.updated_at = datetime.now(UTC)
        session.flush()
    return changed


def _key(name: str) -> str:
    """By this names are compared. What `fold` would leave out of a name is part of it."""
    if all(fold(letter) for letter in name if letter.isalnum()):
        return fold(name)
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _slugs(person: Person) -> Iterator[str]:
    """As its slug may be, the best first."""
    plain, id_ = slug(person.name), slug(person.external_id)
    yield from filter(None, (plain, f"{plain}-{id_}".strip("-")))
    for number in count(2):
        yield "-".join(filter(None, (plain, slug(person.source), id_, str(number))))


def _stamps() -> dict[str, datetime]:
    now = datetime.now(UTC)
    return {"created_at": now, "updated_at": now}
