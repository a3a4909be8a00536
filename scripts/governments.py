"""The list of the members of the governments of the Fifth Republic: UTF-8, semicolons, a line a function held.

Its `id` is the government's (546: the 46th of the Fifth Republic), and nobody in it has an id, nor a birth date. So
within it a name is a person: the same whatever its accents and capitals, which the list itself writes in two ways.
"""

import re
from dataclasses import dataclass
from datetime import date

from scripts import tables
from scripts.errors import RecordError
from scripts.french_dates import written_day
from scripts.models import Office
from scripts.tables import Line, given, needed
from scripts.text import slug

COLUMNS = frozenset(
    ["id", "gouvernement", "code_fonction", "prenom", "nom", "fonction", "date_debut_fonction", "date_fin_fonction"]
)
OFFICES = {
    "PM": Office.PREMIER_MINISTRE,
    "PE": Office.PREMIER_MINISTRE,  # as the list has it since 2024
    "ME": Office.MINISTRE_ETAT,
    "M": Office.MINISTRE,
    "MD": Office.MINISTRE_DELEGUE,
    "SE": Office.SECRETAIRE_ETAT,
    "HC": Office.AUTRE,  # haut-commissaire
}


@dataclass(frozen=True)
class Function:
    """What somebody was in a government, and when; still is where `ended_on` is None."""

    government: str
    code: str
    first_name: str
    last_name: str
    title: str
    started_on: date
    ended_on: date | None

    @property
    def member(self) -> str:
        """Who it is, within the list."""
        return slug(f"{self.first_name} {self.last_name}")

    @property
    def key(self) -> str:
        """Of the mandate. Most of a government have the same code from the same day on, hence the name."""
        return f"gouv-{self.government}-{self.code}-{self.started_on}-{self.member}"

    def other_day(self, key: str) -> date | None:
        """The first day that `key` has for this very function, in the same government, or None: it is another's."""
        day = re.fullmatch(rf"gouv-{self.government}-{self.code}-([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})-{self.member}", key)
        return date.fromisoformat(day[1]) if day else None

    @property
    def office(self) -> Office:
        return OFFICES[self.code]


def lines(content: bytes) -> list[Line]:
    """Every line, unchecked. Raises BadSource where this is not the list at all."""
    return tables.lines(content, COLUMNS, name="The list of members of the governments", delimiter=";")


def function(line: Line) -> Function:
    """Raises RecordError."""
    tables.refuse_ragged(line)
    government, code = needed(line, "id"), needed(line, "code_fonction")
    if not re.fullmatch(r"[0-9]{1,9}", government):
        raise RecordError(f"has the id {government!r}, not a government's number")
    if code not in OFFICES:
        raise RecordError(f"has the unknown code_fonction {code!r}")
    end = given(line, "date_fin_fonction")
    one = Function(
        government=government,
        code=code,
        first_name=needed(line, "prenom"),
        last_name=needed(line, "nom"),
        title=needed(line, "fonction"),
        started_on=_day("date_debut_fonction", needed(line, "date_debut_fonction")),
        ended_on=_day("date_fin_fonction", end) if end else None,
    )
    if not one.member:
        raise RecordError("has a name without a letter")
    if one.ended_on and one.ended_on < one.started_on:
        raise RecordError(f"ends on {one.ended_on}, before it begins")
    return one


def _day(column: str, written: str) -> date:
    """A spreadsheet that saves the list anew writes its days as 2024-12-13, which is as clear."""
    day = written_day(written)
    if day is None and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
        return tables.day(column, written)
    if day is None:
        raise RecordError(f"has {written!r} as {column}, not a day such as vendredi 13 décembre 2024")
    return day
