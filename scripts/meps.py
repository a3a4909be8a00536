"""The European Parliament's open data on its members: JSON-LD, as api/v2 sends it (data.europarl.europa.eu).

`meps/show-current` lists who sits today, of all countries; `meps/{id}` is one member with every seat they have had.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from scripts.errors import BadSource, RecordError
from scripts.text import clean

FRANCE = "FR"
#: The property of a seat, among the memberships of committees, groups and parties.
SEAT = "def/ep-roles/MEMBER_PARLIAMENT"
CIVILITIES = {"MALE": "M.", "FEMALE": "Mme"}

#: The groups' French names; the list has codes alone, English ones or French ones. Another's name is its code.
GROUPS = {
    "PPE": "Groupe du Parti populaire européen (Démocrates-Chrétiens)",
    "EPP": "Groupe du Parti populaire européen (Démocrates-Chrétiens)",
    "S&D": "Groupe de l'Alliance progressiste des socialistes et démocrates au Parlement européen",
    "PfE": "Groupe Patriotes pour l'Europe",
    "ECR": "Groupe des Conservateurs et réformistes européens",
    "Renew": "Groupe Renew Europe",
    "Verts/ALE": "Groupe des Verts/Alliance libre européenne",
    "Greens/EFA": "Groupe des Verts/Alliance libre européenne",
    "The Left": "Le groupe de la gauche au Parlement européen - GUE/NGL",
    "GUE/NGL": "Le groupe de la gauche au Parlement européen - GUE/NGL",
    "ESN": "Groupe L'Europe des nations souveraines",
    "ID": "Groupe Identité et démocratie",
    "NI": "Non-inscrits",
}


@dataclass(frozen=True)
class Member:
    """A French member, as the list of the sitting ones has them; `id` is the Parliament's own, e.g. 124831."""

    id: str
    first_name: str
    last_name: str
    #: Null until the group of somebody who has just come is known.
    group_code: str | None


@dataclass(frozen=True)
class Seat:
    """A stay in the Parliament: at most one term, and shorter for who came late or left early."""

    term: int
    started_on: date
    ended_on: date | None

    def key(self, member_id: str) -> str:
        return f"mep-{member_id}-{self.term}"


@dataclass(frozen=True)
class Profile:
    """What a member's own document adds."""

    birth_date: date | None
    birth_place: str | None
    civility: str | None
    email: str | None
    seats: tuple[Seat, ...]

    def seat_on(self, day: date) -> Seat | None:
        """The seat held on that day. One whose end is told in advance is still held."""
        held = [
            seat for seat in self.seats if seat.started_on <= day and (seat.ended_on is None or seat.ended_on > day)
        ]
        return max(held, key=lambda seat: seat.started_on, default=None)

    def end_of(self, term: int) -> date | None:
        """When they left the Parliament of that term; None where the document does not say that they did."""
        last = max((seat for seat in self.seats if seat.term == term), key=lambda seat: seat.started_on, default=None)
        return last.ended_on if last else None


def listed(content: bytes) -> list[object]:
    """The records of either document, unchecked. Raises BadSource where this is not the API's answer."""
    try:
        # RecursionError: a few kB of brackets are enough.
        records = json.loads(content)["data"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadSource(f"The European Parliament's answer cannot be read: {type(error).__name__}, {error}.") from error
    if not isinstance(records, list) or not records:
        raise BadSource("The European Parliament's answer lists nobody.")
    return records


def member(record: object) -> Member | None:
    """None: whom another country has sent. Raises RecordError."""
    if not isinstance(record, dict):
        raise RecordError("is not an object")
    country = _needed(record, "api:country-of-representation")
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise RecordError(f"has the country {country!r}, not two letters")
    if country != FRANCE:
        return None
    return Member(
        id=_id(record),
        first_name=_needed(record, "givenName"),
        last_name=_needed(record, "familyName"),
        group_code=_given(record, "api:political-group"),
    )


def profile(content: bytes, member_id: str) -> Profile:
    """Raises RecordError: the document is one record."""
    try:
        record = listed(content)[0]
    except BadSource as error:
        raise RecordError(str(error).rstrip(".")) from error
    if not isinstance(record, dict) or _id(record) != member_id:
        raise RecordError("is not about this member")
    email, gender, born = _given(record, "hasEmail"), _given(record, "hasGender"), _given(record, "bday")
    memberships = record.get("hasMembership") or []
    return Profile(
        birth_date=_day("bday", born) if born else None,
        birth_place=_given(record, "placeOfBirth"),
        civility=CIVILITIES.get((gender or "").rpartition("/")[2]),
        email=email.removeprefix("mailto:") if email else None,
        # One is an object, several are a list.
        seats=tuple(
            _seat(one)
            for one in (memberships if isinstance(memberships, list) else [memberships])
            if isinstance(one, dict) and one.get("role") == SEAT
        ),
    )


def _seat(membership: Mapping[str, object]) -> Seat:
    period = membership.get("memberDuring")
    organization = _needed(membership, "organization")
    term = re.fullmatch(r"(?:.*/)?ep-([0-9]{1,2})", organization)
    if term is None:
        raise RecordError(f"has a seat in {organization!r}, not in a term such as org/ep-10")
    if not isinstance(period, dict):
        raise RecordError(f"has a seat in {organization} and not since when")
    ended = _given(period, "endDate")
    return Seat(
        int(term[1]), _day("startDate", _needed(period, "startDate")), _day("endDate", ended) if ended else None
    )


def _id(record: Mapping[str, object]) -> str:
    found = _needed(record, "identifier")
    if not re.fullmatch(r"[0-9]{1,9}", found):
        raise RecordError(f"has the identifier {found!r}, not a number")
    return found


def _given(record: Mapping[str, object], name: str) -> str | None:
    value = record.get(name)
    if value is not None and not isinstance(value, str):
        raise RecordError(f"has {value!r} as {name}, not a text")
    return clean(value or "") or None


def _needed(record: Mapping[str, object], name: str) -> str:
    value = _given(record, name)
    if value is None:
        raise RecordError(f"has no {name}")
    return value


def _day(name: str, written: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
        raise RecordError(f"has {written!r} as {name}, not a day such as 2024-07-16")
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise RecordError(f"has {written!r} as {name}, which is no day") from None
