"""Datan's CSV of the sitting deputies: UTF-8, comma, one line a deputy."""

import re
from dataclasses import dataclass
from datetime import date

from scripts import tables
from scripts.errors import RecordError
from scripts.tables import Line, day, given, needed

COLUMNS = frozenset(
    "id legislature civ nom prenom villeNaissance naissance groupe groupeAbrev departementNom "  # noqa: SIM905 - easier to read
    "departementCode circo datePriseFonction job mail twitter website dateMaj".split()
)


@dataclass(frozen=True)
class Deputy:
    """One line of the CSV; `id` is the Assemblée's own, e.g. PA1008."""

    id: str
    legislature: int
    first_name: str
    last_name: str
    group_code: str
    group_name: str
    started_on: date
    as_of: date
    civility: str | None
    birth_date: date | None
    birth_place: str | None
    department_code: str | None
    department_name: str | None
    constituency: str | None
    profession: str | None
    email: str | None
    twitter: str | None
    website: str | None

    @property
    def mandate(self) -> str:
        """A mandate's own key: one a person and legislature."""
        return f"{self.id}-leg{self.legislature}"


def lines(content: bytes) -> list[Line]:
    """Every line, unchecked. Raises BadSource where this is not Datan's CSV at all."""
    return tables.lines(content, COLUMNS, name="The deputies' CSV")


def deputy(line: Line) -> Deputy:
    """Raises RecordError."""
    tables.refuse_ragged(line)
    pa, legislature, birth = needed(line, "id"), needed(line, "legislature"), given(line, "naissance")
    if not re.fullmatch(r"PA[0-9]{1,9}", pa):
        raise RecordError(f"has the id {pa!r}, not PA and a number")
    if not re.fullmatch(r"[0-9]{1,3}", legislature):
        raise RecordError(f"has the legislature {legislature!r}")
    return Deputy(
        id=pa,
        legislature=int(legislature),
        first_name=needed(line, "prenom"),
        last_name=needed(line, "nom"),
        group_code=needed(line, "groupeAbrev"),
        group_name=needed(line, "groupe"),
        started_on=day("datePriseFonction", needed(line, "datePriseFonction")),
        as_of=day("dateMaj", needed(line, "dateMaj")),
        civility=given(line, "civ"),
        birth_date=day("naissance", birth) if birth else None,
        birth_place=given(line, "villeNaissance"),
        department_code=given(line, "departementCode"),
        department_name=given(line, "departementNom"),
        constituency=given(line, "circo"),
        profession=given(line, "job"),
        email=given(line, "mail"),
        twitter=given(line, "twitter"),
        website=_website(given(line, "website")),
    )


def _website(written: str | None) -> str | None:
    """Most are written without a scheme. What is no address of the web is left out."""
    found = re.fullmatch(r"(?:(https?)://)?([\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?)", written or "")
    return f"{found[1] or 'https'}://{found[2]}" if found else None
