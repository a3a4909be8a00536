"""Who is who: one politician across all sources, and nobody guessed.

Somebody of a source is, in this order:

1. who has this id of that source already, or one of the ids of other sources that it names;
2. who a person has said that it is (`python -m scripts decide`);
3. who has the same name and was born on the same day;
4. somebody new, where nobody of ours could be meant.

Everything between 3 and 4 is a doubt: the same name while one birth date is not known, or two who fit, or the same
birth date and last name under another first name. It is written into `doubts`, and nothing else of it anywhere, until a
person decides. A source has one id a person: who has another id of the same source is somebody else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scripts.errors import RecordError
from scripts.models import Doubt, ExternalId, IdSource, Politician
from scripts.text import fold, slug
from scripts.upsert import upsert


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
        return fold(f"{self.first_name} {self.last_name}")


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
        self._doubts = {(doubt.source, doubt.external_id): doubt for doubt in session.scalars(select(Doubt))}

    def find(self, source: IdSource, external_id: str) -> Placed | None:
        """Who has this id, and nothing else: where a source names nobody, only ids."""
        one = self._by_id.get((source, external_id))
        return Placed(one.id, one.slug) if one else None

    def place(self, person: Person) -> Placed | None:
        """Who it is, found or made, with its ids written down. None: a doubt, which is kept aside.

        Raises RecordError where two of the ids that a source states belong to two people of ours.
        """
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
        found = self._look_for(person)
        if isinstance(found, _Doubtful):
            one, *more = found.candidates
            if more or one.id not in among or one.name != fold(person.name):
                self._keep_aside(person, found)
                return None
            found = one
        if self.is_doubtful(person):
            self._forget_doubt(person)
            del self._doubts[person.source, person.external_id]
        if found is None:
            return None
        self._write_ids(found, person)
        return Placed(found.id, found.slug)

    def is_doubtful(self, person: Person) -> bool:
        """Whether somebody has yet to decide who it is."""
        doubt = self._doubts.get((person.source, person.external_id))
        return doubt is not None and doubt.politician_id is None and not doubt.is_new

    def _look_for(self, person: Person) -> _One | _Doubtful | None:
        key = (person.source, person.external_id)
        if found := self._known(person):
            if self._doubts.pop(key, None) is not None:
                self._forget_doubt(person)
            return found
        if (decided := self._doubts.get(key)) is not None and decided.politician_id is not None:
            return self._all[decided.politician_id]
        return self._named(person) if decided is None or not decided.is_new else None

    def _known(self, person: Person) -> _One | None:
        ids = {person.source: person.external_id, **person.others}
        found = {one.id: one for key in ids.items() if (one := self._by_id.get(key))}
        if len(found) > 1:
            slugs = ", ".join(sorted(one.slug for one in found.values()))
            raise RecordError(f"has the ids of several politicians: {slugs}")
        return next(iter(found.values()), None)

    def _named(self, person: Person) -> _One | _Doubtful | None:
        namesakes = [one for one in self._by_name[fold(person.name)] if not self._is_another(one, person)]
        born_alike = [one for one in namesakes if person.birth_date and one.birth_date == person.birth_date]
        if len(born_alike) == 1:
            return born_alike[0]
        if born_alike:
            return _Doubtful("several have this name and this birth date", born_alike)
        unknown = [one for one in namesakes if person.birth_date is None or one.birth_date is None]
        if unknown:
            return _Doubtful("the same name, and a birth date is not known", unknown)
        if person.birth_date:
            family = self._by_birth[person.birth_date, fold(person.last_name)]
            if alike := [one for one in family if not self._is_another(one, person)]:
                return _Doubtful("the same last name and birth date, and another first name", alike)
        return None

    def _is_another(self, one: _One, person: Person) -> bool:
        """Whether a source itself tells the two apart."""
        ids = {person.source: person.external_id, **person.others}
        return any(source in one.ids and one.ids[source] != id_ for source, id_ in ids.items())

    def _make(self, person: Person) -> _One:
        plain = slug(person.name) or slug(person.external_id)
        its_slug = f"{plain}-{slug(person.external_id)}" if plain in self._slugs else plain
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
        for source, id_ in {person.source: person.external_id, **person.others}.items():
            if one.ids.get(source) == id_:
                continue
            row = {"source": source, "external_id": id_, "politician_id": one.id}
            upsert(self._session, ExternalId, [row], key=("source", "external_id"))
            self._link(one, source, id_)

    def _keep_aside(self, person: Person, doubt: _Doubtful) -> None:
        row: dict[str, object] = {
            "source": person.source,
            "external_id": person.external_id,
            "name": person.name,
            "birth_date": person.birth_date,
            "why": doubt.why,
            "candidates": sorted(one.slug for one in doubt.candidates),
            "politician_id": None,
            "is_new": False,
        }
        before = self._doubts.get((person.source, person.external_id))
        if before is None or any(getattr(before, name) != value for name, value in row.items()):
            if before is not None:
                self._forget_doubt(person)
            kept = Doubt(**row, **_stamps())
            self._session.add(kept)
            self._session.flush()
            self._doubts[person.source, person.external_id] = kept

    def _forget_doubt(self, person: Person) -> None:
        mine = (Doubt.source == person.source, Doubt.external_id == person.external_id)
        self._session.execute(delete(Doubt).where(*mine))

    def _know(self, one: _One) -> None:
        self._all[one.id] = one
        self._by_name[one.name].append(one)
        if one.birth_date:
            self._by_birth[one.birth_date, fold(one.last_name)].append(one)

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
    row = session.get_one(Politician, politician_id)
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


def _stamps() -> dict[str, datetime]:
    now = datetime.now(UTC)
    return {"created_at": now, "updated_at": now}
