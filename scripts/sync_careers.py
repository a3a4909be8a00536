"""sync-careers: the offices that our politicians have held, from Wikidata (P39), where no other script keeps them.

Only where Wikidata says when: a mandate without an end is one that is held today, so that an office that is over and
whose last day is not known is left out, and so is one of which nobody may have written down that it is over.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scripts.errors import RecordError
from scripts.models import GOVERNMENT, Mandate, Office
from scripts.offices import KNOWN_ELSEWHERE, MAYORS, OFFICES, office_of
from scripts.paris import today_in_paris
from scripts.passes import Found, Pass, Subject, Write, resume_flag
from scripts.script import Call, Script
from scripts.statements import Entity, Period, Statement
from scripts.text import fold
from scripts.upsert import upsert
from scripts.wikidata import LABELS, Memory

CURSOR = "sync-careers:politicians"
PREFIX = "wikidata-"  # of our ids of its statements
HELD, DIED = "P39", "P570"
#: Where the place of a mayor's office stands: of, applies to jurisdiction, electoral district.
PLACES = ("P642", "P1001", "P768")
#: The longest of these mandates lasts six years, and an election has been put off by up to one. Of what began before
#: that and has no end, nobody knows whether it goes on or whether its end was never written down.
LONGEST_OPEN = timedelta(days=7 * 365)


@dataclass(frozen=True)
class Held:
    """One statement: somebody has held this office, here, then."""

    subject: Subject
    statement: str
    office: str
    place: str | None
    period: Period

    @property
    def key(self) -> str:
        return f"{PREFIX}{self.statement}"


class Careers:
    """One run, and the offices and towns that it has read."""

    def __init__(self, call: Call, counters: dict[str, int]) -> None:
        self.over = Pass(call, counters, CURSOR)
        self._call, self._counters = call, counters
        self._offices, self._towns = Memory(self.over.wikidata), Memory(self.over.wikidata, LABELS)

    def plan(self, found: Found) -> Write:
        self._unread: set[int] = set()
        held = [one for subject, entity in found for one in self._held(subject, entity)]
        self._offices.read(one.office for one in held if one.office not in OFFICES)
        self._towns.read(one.place for one in held if one.place)
        rows = {one.key: row for one in held if (row := self._row(one)) is not None}
        # What is gone from Wikidata goes here too: only where all of somebody's statements were read, and all of ours.
        whole = {subject.politician_id for subject, _ in found} - self._unread
        return lambda session: self._write(session, rows, whole, [one.politician_id for one, _ in found])

    def _held(self, subject: Subject, entity: Entity) -> Iterator[Held]:
        try:
            statements, is_dead = entity.statements(HELD), bool(entity.statements(DIED))
        except RecordError as error:
            self._wrong(subject, f"{subject.qid} ({subject.slug})", error)
            return
        for one in statements:
            try:
                office, period = one.main.item(), one.period()
                if office is None or not self._is_told(period, is_dead):
                    self._counters["vague"] += 1
                    continue
                place = _place(one) if office in MAYORS else None
            except RecordError as error:
                self._wrong(subject, f"{one.id} ({subject.slug})", error)
            else:
                yield Held(subject, one.id, office, place, period)

    @staticmethod
    def _is_told(period: Period, is_dead: bool) -> bool:
        if period.ended_some_day or not period.is_dated:
            return False
        # The dead hold no office, whatever nobody has written down.
        return period.ended_on is not None or not is_dead

    def _wrong(self, subject: Subject, what: str, error: RecordError) -> None:
        self._unread.add(subject.politician_id)
        self.over.wrong(what, error)

    def _row(self, one: Held) -> dict[str, object] | None:
        try:
            office = OFFICES.get(one.office) or office_of(self._offices.get(one.office))
            if one.period.ended_on is None and not _may_be_open(office, one.period):
                self._counters["vague"] += 1
                return None
            title = None if one.office in OFFICES else self._offices.label(one.office)
            if one.place:
                title = self._towns.label(one.place)
        except RecordError as error:
            self._wrong(one.subject, f"{one.statement} ({one.subject.slug}):", error)
            return None
        return {
            "external_id": one.key,
            "politician_id": one.subject.politician_id,
            "office": office,
            "title": title,
            "group_id": None,
            "chamber": None,
            "legislature": None,
            "started_on": one.period.started_on,
            "ended_on": one.period.ended_on,
        }

    def _write(
        self, session: Session, rows: Mapping[str, dict[str, object]], whole: set[int], people: Sequence[int]
    ) -> None:
        kept: defaultdict[int, list[Mandate]] = defaultdict(list)
        there: dict[str, int] = {}
        for mandate in session.scalars(select(Mandate).where(Mandate.politician_id.in_(people))):
            if mandate.external_id.startswith(PREFIX):
                there[mandate.external_id] = mandate.politician_id
            else:
                kept[mandate.politician_id].append(mandate)
        ours = {key: row for key, row in rows.items() if not _is_kept(row, kept[int(str(row["politician_id"]))])}
        written = upsert(session, Mandate, list(ours.values()), key=("external_id",))
        gone = [key for key, politician_id in there.items() if key not in ours and politician_id in whole]
        if self._call.options.limit is None:
            session.execute(delete(Mandate).where(Mandate.external_id.in_(gone)))
            self._counters["mandatesRemoved"] += len(gone)
        self._counters["mandatesCreated"] += len(written.created)
        self._counters["mandatesUpdated"] += len(written.updated)
        self._counters["mandatesKeptElsewhere"] += len(rows) - len(ours)
        for how, keys in (("created", written.created), ("updated", written.updated)):
            for (key,) in sorted(keys, key=str):
                self._call.report.detail(f"{how} {key}")


def _may_be_open(office: Office, period: Period) -> bool:
    """Whether Wikidata may say of this office, by giving no end, that it is held today."""
    return office not in KNOWN_ELSEWHERE and today_in_paris() - LONGEST_OPEN < period.not_before <= today_in_paris()


def _place(statement: Statement) -> str | None:
    """The first that is told, by the first of the qualifiers that tells one. Raises RecordError."""
    snaks = (snak for name in PLACES for snak in statement.qualifiers.get(name, ()))
    return next((found for snak in snaks if (found := snak.item())), None)


def _is_kept(row: Mapping[str, object], mandates: Iterable[Mandate]) -> bool:
    """Whether another script, which knows better, keeps this office of the same person in the same time."""
    office, title = row["office"], row["title"]
    for one in mandates:
        # Within a government, a minister may be called otherwise there than here.
        is_same = one.office == office if office != Office.AUTRE else fold(one.title or "") == fold(str(title))
        if (is_same or {one.office, office} <= GOVERNMENT) and _meet(row, one):
            return True
    return False


def _meet(row: Mapping[str, object], mandate: Mandate) -> bool:
    """Whether they have more than one day in common: the end of one may be the beginning of the next."""
    started, ended = row["started_on"], row["ended_on"]
    first = max(_or(started, date.min), mandate.started_on or date.min)
    last = min(_or(ended, date.max), mandate.ended_on or date.max)
    return first < last


def _or(told: object, else_: date) -> date:
    return told if isinstance(told, date) else else_


def run(call: Call, own: argparse.Namespace) -> None:
    counters = dict.fromkeys(
        [
            "politiciansProcessed", "mandatesCreated", "mandatesUpdated", "mandatesRemoved", "mandatesKeptElsewhere",
            "vague", "errors",
        ],
        0,
    )  # fmt: skip
    careers = Careers(call, counters)
    careers.over.over(careers.plan, resume=own.resume)
    call.report.result(counters)


SCRIPT = Script(
    name="sync-careers",
    summary="The offices that politicians have held, from Wikidata.",
    flags=resume_flag,
    run=run,
)
