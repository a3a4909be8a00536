"""An item of Wikidata: its label and its statements, each with a rank, a typed value and a period.

The format is Wikibase's JSON (doc.wikimedia.org/Wikibase, "Wikibase JSON format"). A deprecated statement is one that
Wikidata itself holds to be wrong: it is never seen here.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from scripts.errors import RecordError
from scripts.paris import today_in_paris
from scripts.text import clean

START, END = "P580", "P582"
REFERENCE = "P854"
FRENCH = "frwiki"  # the French Wikipedia, among the sites that an item links
LONGEST_ADDRESS = 2000  # bytes: a longer one would not fit into the index of a key
_GREGORIAN = "Q1985727"
_MONTH, _DAY = 10, 11  # Wikibase's precisions; 9 is a year, and what is lower says less than a year
_RANKS = {"preferred": True, "normal": False}


@dataclass(frozen=True)
class Moment:
    """A time, which may be a day or all the days of a month or a year: the first and the last that it can mean."""

    first: date
    last: date

    @property
    def day(self) -> date | None:
        return self.first if self.first == self.last else None


SOME_TIME = Moment(date.min, date.max)


@dataclass(frozen=True)
class Snak:
    """One value, or that there is one which nobody knows (`somevalue`), or none (`novalue`)."""

    kind: str
    type: str | None = None
    value: Any = None

    def item(self) -> str | None:
        """An item's id. All three raise RecordError for a value of another type; None: there is no known value."""
        value = self._of("wikibase-entityid")
        return None if value is None else qid(value.get("id") if isinstance(value, dict) else value)

    def text(self) -> str | None:
        value = self._of("string")
        if value is None:
            return None
        if not isinstance(value, str) or not clean(value):
            raise RecordError("has a text that is none")
        return clean(value)

    def moment(self) -> Moment | None:
        value = self._of("time")
        return None if value is None else _moment(value)

    def french(self) -> str | None:
        """A text of one language, where that is French."""
        value = self._of("monolingualtext")
        if value is None:
            return None
        if not isinstance(value, dict) or not isinstance(value.get("text"), str):
            raise RecordError("has a text in a language that is none")
        return (clean(value["text"]) or None) if value.get("language") == "fr" else None

    def _of(self, type_: str) -> Any:
        if self.kind != "value":
            return None
        if self.type != type_:
            raise RecordError(f"has a value of type {self.type!r}, not {type_}")
        return self.value


@dataclass(frozen=True)
class Period:
    """From when until when. Null where Wikidata does not know the day; an end to come is none yet.

    `ended_some_day`: it is over, and the day is not known: nobody may take it for what still is. `not_before` is the
    first day on which it can have started, where only the month or the year is known.
    """

    started_on: date | None
    ended_on: date | None
    ended_some_day: bool = False
    is_dated: bool = True
    not_before: date = date.min


@dataclass(frozen=True)
class Statement:
    """What Wikidata states of an item by one property; `id` is the statement's own and lasts."""

    id: str
    preferred: bool
    main: Snak
    qualifiers: Mapping[str, tuple[Snak, ...]]
    references: Any = None

    def addresses(self) -> list[str]:
        """Where the statement can be read, by its references (P854). One that is broken is no evidence, and none."""
        listed = self.references if isinstance(self.references, list) else []
        snaks = (one.get("snaks") for one in listed if isinstance(one, dict))
        told = (snak for one in snaks if isinstance(one, dict) for snak in _listed(one.get(REFERENCE)))
        return list(dict.fromkeys(found for snak in told if (found := _address(snak))))

    def period(self) -> Period:
        """Raises RecordError."""
        start, end = self._when(START), self._when(END)
        started_on = start.day if start else None
        if end is not None and end.first > today_in_paris():
            end = None
        if start and end and end.last < start.first:
            raise RecordError(f"ends on {end.last}, before it starts on {start.first}")
        ended_on = end.day if end else None
        is_dated = bool(self.qualifiers.keys() & {START, END})
        not_before = start.first if start else date.min
        return Period(started_on, ended_on, end is not None and ended_on is None, is_dated, not_before)

    def _when(self, property_: str) -> Moment | None:
        snaks = self.qualifiers.get(property_, ())
        found = {SOME_TIME if snak.kind == "somevalue" else snak.moment() for snak in snaks}
        if len(found) > 1:
            raise RecordError(f"has several {property_}")
        return next(iter(found), None)


@dataclass(frozen=True)
class Entity:
    """An item. Its statements are only looked at where they are asked for: one that is broken harms no other."""

    id: str
    label: str | None
    #: None: the answer has none, which is not the same as that there are none.
    claims: Mapping[str, Any] | None
    #: What its article is called in the French Wikipedia, where that was asked for.
    article: str | None = None

    def statements(self, property_: str) -> list[Statement]:
        """All but the deprecated, in Wikidata's order. Raises RecordError."""
        if self.claims is None:
            raise RecordError("came without its statements")
        listed = self.claims.get(property_, [])
        if not isinstance(listed, list):
            raise RecordError(f"has statements of {property_} that are no list")
        found = (_statement(one, property_) for one in listed)
        return [one for one in found if one is not None]

    def best(self, property_: str) -> list[Statement]:
        """The preferred ones, or all where none is: where Wikidata has several answers, those that it stands by."""
        found = self.statements(property_)
        return [one for one in found if one.preferred] or found

    def day(self, property_: str) -> date | None:
        """The one day that `best` states; None where it is not known to the day.

        Raises RecordError where the statements do not agree.
        """
        moments = [moment for one in self.best(property_) if (moment := one.main.moment())]
        days = {moment.day for moment in moments} - {None}
        first, last = max((m.first for m in moments), default=None), min((m.last for m in moments), default=None)
        if len(days) > 1 or (first and last and first > last):
            said = ", ".join(sorted(f"{m.first}" if m.day else f"{m.first} to {m.last}" for m in moments))
            raise RecordError(f"has several dates as {property_}: {said}")
        return next(iter(days), None)


def qid(written: object) -> str:
    """An item's id, from itself or from its address. Raises RecordError."""
    tail = written.removeprefix("http://www.wikidata.org/entity/") if isinstance(written, str) else ""
    if not re.fullmatch(r"Q[1-9][0-9]{0,11}", tail, re.ASCII):
        raise RecordError(f"has {written!r}, not an item's id such as Q142")
    return tail


def entity(told: object) -> Entity:
    """Raises RecordError."""
    if not isinstance(told, dict):
        raise RecordError("is no JSON object")
    if is_gone(told):
        raise RecordError("is not in Wikidata any more")
    # Wikibase writes an empty object as an empty list.
    claims, labels = told.get("claims"), told.get("labels") or {}
    claims = {} if claims == [] else claims
    if not (claims is None or isinstance(claims, dict)) or not isinstance(labels, dict):
        raise RecordError("has claims or labels that are no objects")
    label = labels.get("fr") or {}
    value = label.get("value") if isinstance(label, dict) else None
    return Entity(qid(told.get("id")), clean(value) or None if isinstance(value, str) else None, claims, _article(told))


def is_gone(told: object) -> bool:
    """Whether Wikidata answers of an item that it has it no more."""
    return isinstance(told, dict) and "missing" in told


def _article(told: Mapping[str, Any]) -> str | None:
    sitelinks = told.get("sitelinks") or {}
    link = sitelinks.get(FRENCH) if isinstance(sitelinks, dict) else None
    title = link.get("title") if isinstance(link, dict) else None
    return clean(title) or None if isinstance(title, str) else None


def _listed(told: object) -> list[Any]:
    return told if isinstance(told, list) else []


def _address(told: object) -> str | None:
    try:
        written = _snak(told, REFERENCE).text()
        parts = urlsplit(written or "")
    except ValueError:  # RecordError is one
        return None
    is_one = parts.scheme in {"http", "https"} and parts.hostname and len((written or "").encode()) <= LONGEST_ADDRESS
    return written if is_one and " " not in (written or " ") else None


def _statement(told: object, property_: str) -> Statement | None:
    rank = told.get("rank") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(told.get("id"), str) or not clean(told["id"]):
        raise RecordError(f"has a statement of {property_} without an id")
    if rank == "deprecated":
        return None
    if not isinstance(rank, str) or rank not in _RANKS:
        raise RecordError(f"has a statement of {property_} with the rank {rank!r}")
    qualifiers = told.get("qualifiers") or {}
    if not isinstance(qualifiers, dict) or not all(isinstance(listed, list) for listed in qualifiers.values()):
        raise RecordError(f"has a statement of {property_} whose qualifiers are no lists")
    return Statement(
        id=clean(told["id"]),
        preferred=_RANKS[rank],
        main=_snak(told.get("mainsnak"), property_),
        qualifiers={name: tuple(_snak(one, name) for one in listed) for name, listed in qualifiers.items()},
        references=told.get("references"),
    )


def _snak(told: object, property_: str) -> Snak:
    kind = told.get("snaktype") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(kind, str) or kind not in {"value", "somevalue", "novalue"}:
        raise RecordError(f"has a value of {property_} that is none")
    if kind != "value":
        return Snak(kind)
    data = told.get("datavalue")
    if not isinstance(data, dict) or "value" not in data or not isinstance(data.get("type"), str):
        raise RecordError(f"has a value of {property_} that is none")
    return Snak(kind, data["type"], data["value"])


def _moment(value: Any) -> Moment:
    written = value.get("time") if isinstance(value, dict) else None
    # Where month or day are not known they are 00; a year before our era has a minus.
    parts = re.fullmatch(r"([+-])([0-9]{4,16})-([0-9]{2})-([0-9]{2})T00:00:00Z", str(written), re.ASCII)
    precision = value.get("precision") if isinstance(value, dict) else None
    if parts is None or not isinstance(precision, int) or not 0 <= precision <= _DAY:
        raise RecordError(f"has the time {written!r} of precision {precision!r}")
    year, month, day = int(parts[2]), int(parts[3]), int(parts[4])
    is_gregorian = str(value.get("calendarmodel")).endswith(f"/{_GREGORIAN}")
    if precision < _MONTH - 1 or not is_gregorian or parts[1] == "-" or not 1 <= year <= date.max.year:
        return SOME_TIME
    try:
        if precision == _DAY:
            return Moment(date(year, month, day), date(year, month, day))
        if precision == _MONTH:
            return Moment(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
    except ValueError:  # IllegalMonthError is one
        raise RecordError(f"has the time {written!r}, which is no day") from None
    return Moment(date(year, 1, 1), date(year, 12, 31))
