"""Parties and who is or was in them, as Wikidata states it: a row a party, and one a statement."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scripts.errors import RecordError
from scripts.models import Party, PartyMembership, PartyRole
from scripts.passes import Found, Pass, Write
from scripts.script import Call
from scripts.statements import Entity, Period, Statement
from scripts.text import slug
from scripts.upsert import upsert
from scripts.wikidata import Memory

MEMBER_OF = "P102"
#: What a party itself says of people.
ROLES = {"P488": PartyRole.LEADER, "P112": PartyRole.FOUNDER}
#: « Sans étiquette » is written down as if it were a party.
INDEPENDENT = "Q327591"
PREFIX = "wikidata-"  # of our ids of its statements
COUNTERS = (
    "partiesCreated", "partiesUpdated", "membershipsCreated", "membershipsUpdated", "membershipsRemoved", "vague",
    "errors",
)  # fmt: skip


@dataclass(frozen=True)
class Membership:
    statement: str
    party: str
    politician_id: int
    role: PartyRole
    period: Period


class Parties:
    """One run's parties: each item is read once. `over` counts what cannot be used."""

    def __init__(self, call: Call, counters: dict[str, int]) -> None:
        self.over = Pass(call, counters)
        self._call, self._counters = call, counters
        self._items = Memory(self.over.wikidata)
        self._rows: dict[str, dict[str, object] | None] = {}

    @property
    def any_was_read(self) -> bool:
        return any(self._rows.values())

    def members(self, found: Found) -> Write:
        """The plan of a pass: the parties that these politicians' statements name, and what they are there."""
        told: list[Membership] = []
        whole: set[int] = set()
        for subject, entity in found:
            what = f"{subject.qid} ({subject.slug})"
            mine, is_whole = self._told(entity, MEMBER_OF, what, lambda party: party != INDEPENDENT)
            told += [
                Membership(one.id, party, subject.politician_id, PartyRole.MEMBER, period)
                for one, party, period in mine
            ]
            if is_whole:
                whole.add(subject.politician_id)
        self.read({one.party for one in told})
        usable = [one for one in told if self._rows[one.party]]
        # Of whom not all could be read nothing goes: what is missing may be what was not read.
        whole -= {one.politician_id for one in told if not self._rows[one.party]}
        there = (PartyMembership.role == PartyRole.MEMBER, PartyMembership.politician_id.in_(whole))

        def write(session: Session) -> None:
            ids = self._write_parties(session, {one.party for one in usable})
            self._write(session, usable, ids, session.scalars(select(PartyMembership.external_id).where(*there)))

        return write

    def read(self, ids: Iterable[str]) -> None:
        """Reads parties' items, and names those that cannot be used, once each."""
        new = {one for one in ids if one not in self._rows}
        self._items.read(new)
        for one in sorted(new):
            try:
                self._rows[one] = _party(self._items.get(one), self._items.label(one))
            except RecordError as error:
                self._rows[one] = None
                self.over.wrong("the party", error)

    def write_roles(
        self, session: Session, id_: str, politicians: Mapping[str, int], roles: Mapping[str, PartyRole]
    ) -> None:
        """Who of ours leads or has founded one party, which has been read."""
        # One that was merged into another is looked at as that other.
        if self._rows[id_] is None or (entity := self._items.get(id_)).id != id_:
            return
        ids = self._write_parties(session, [id_])
        for property_, role in roles.items():
            mine, is_whole = self._told(entity, property_, f"the party {id_}", politicians.__contains__)
            told = [Membership(one.id, id_, politicians[who], role, period) for one, who, period in mine]
            there = (PartyMembership.role == role, PartyMembership.party_id == ids[id_])
            known = session.scalars(select(PartyMembership.external_id).where(*there)) if is_whole else ()
            self._write(session, told, ids, known)

    def _told(
        self, entity: Entity, property_: str, what: str, wanted: Callable[[str], bool]
    ) -> tuple[list[tuple[Statement, str, Period]], bool]:
        """The statements of a wanted item, with that item and the period; and whether all of them can be read.

        What is over, and nobody knows since when, is left out: without an end it would be what still is. So is what
        has no end and is contradicted by others, of whomever they are.
        """
        read: list[tuple[Statement, str | None, Period]] = []
        is_whole = True
        try:
            statements = entity.statements(property_)
        except RecordError as error:
            self.over.wrong(what, error)
            return [], False
        for one in statements:
            try:
                named, period = one.main.item(), one.period()
            except RecordError as error:
                self.over.wrong(f"{one.id} of {what}", error)
                is_whole = False
            else:
                read.append((one, named, period))
        doubtful = set() if ROLES.get(property_) == PartyRole.FOUNDER else _contradicted(read)
        found: list[tuple[Statement, str, Period]] = []
        for one, named, period in read:
            if named is None or not wanted(named):
                continue
            if period.ended_some_day or one.id in doubtful:
                self._counters["vague"] += 1
            else:
                found.append((one, named, period))
        return found, is_whole

    def _write_parties(self, session: Session, ids: Iterable[str]) -> dict[str, int]:
        """Our ids of those, which can all be used. A slug, once given, stays: addresses are made of it."""
        slugs = dict(session.execute(select(Party.wikidata_id, Party.slug)).tuples().all())
        taken = set(slugs.values())
        facts = {one: row for one in ids if (row := self._rows[one]) is not None}
        rows: dict[str, dict[str, object]] = {}
        for row in sorted(facts.values(), key=lambda row: int(str(row["wikidata_id"])[1:])):
            id_ = str(row["wikidata_id"])
            plain = slug(str(row["name"])) or id_.lower()
            rows[id_] = row | {"slug": slugs.get(id_) or (f"{plain}-{id_.lower()}" if plain in taken else plain)}
            taken.add(str(rows[id_]["slug"]))
        written = upsert(session, Party, list(rows.values()), key=("wikidata_id",))
        self._counters["partiesCreated"] += len(written.created)
        self._counters["partiesUpdated"] += len(written.updated)
        ours = dict(
            session.execute(select(Party.wikidata_id, Party.id).where(Party.wikidata_id.in_(rows))).tuples().all()
        )
        return {one: ours[str(row["wikidata_id"])] for one, row in facts.items()}

    def _write(
        self, session: Session, told: Iterable[Membership], parties: Mapping[str, int], there: Iterable[str]
    ) -> None:
        """`there` are the keys of what was written before, of which what is not told any more goes."""
        rows = {
            f"{PREFIX}{one.statement}": {
                "external_id": f"{PREFIX}{one.statement}",
                "party_id": parties[one.party],
                "politician_id": one.politician_id,
                "role": one.role,
                "started_on": one.period.started_on,
                "ended_on": one.period.ended_on,
            }
            for one in told
        }
        written = upsert(session, PartyMembership, list(rows.values()), key=("external_id",))
        self._counters["membershipsCreated"] += len(written.created)
        self._counters["membershipsUpdated"] += len(written.updated)
        if self._call.options.limit is None:
            gone = {key for key in there if key not in rows and key.startswith(PREFIX)}
            session.execute(delete(PartyMembership).where(PartyMembership.external_id.in_(gone)))
            self._counters["membershipsRemoved"] += len(gone)


def _contradicted(told: Sequence[tuple[Statement, object, Period]]) -> set[str]:
    """Which statements without an end are not to be taken for what still is: where one is preferred, every other; and
    the undated beside any that is dated or preferred, as nobody has said when they were true.
    """
    open_ = [(one, period) for one, _, period in told if period.ended_on is None and not period.ended_some_day]
    one_is_preferred = any(one.preferred for one, _ in open_)
    one_says_more = any(one.preferred or period.is_dated for one, _, period in told)
    return {
        one.id
        for one, period in open_
        if not one.preferred and (one_is_preferred or (one_says_more and not period.is_dated))
    }


def _party(entity: Entity, name: str) -> dict[str, object]:
    """Raises RecordError."""
    try:
        return {
            "wikidata_id": entity.id,
            "name": name,
            "short_name": _only(entity, "P1813"),
            "founded_on": entity.day("P571"),
            "dissolved_on": entity.day("P576"),
            "website": _website(entity),
        }
    except RecordError as error:
        raise RecordError(f"{entity.id} {error}") from error


def _only(entity: Entity, property_: str) -> str | None:
    """The one French text that holds now; of several none is chosen."""
    found = {text for one in entity.best(property_) if _holds(one) and (text := one.main.french())}
    return found.pop() if len(found) == 1 else None


def _website(entity: Entity) -> str | None:
    """The first that holds now."""
    found = (text for one in entity.best("P856") if _holds(one) and (text := one.main.text()))
    return next((text for text in found if re.fullmatch(r"https?://[^\s/]+\.\S+", text)), None)


def _holds(one: Statement) -> bool:
    period = one.period()
    return period.ended_on is None and not period.ended_some_day
