"""Datan's CSV of the sitting deputies: UTF-8, comma, one line a deputy."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date

from scripts.errors import BadSource, RecordError
from scripts.text import clean

COLUMNS = frozenset(
    "id legislature civ nom prenom villeNaissance naissance groupe groupeAbrev departementNom departementCode circo "  # noqa: SIM905
    "datePriseFonction job mail twitter website dateMaj".split()
)
TOO_MANY = "columns without a name"

Line = dict[str, str | None]


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
    try:
        text = content.decode("utf-8-sig")
        reader: csv.DictReader[str] = csv.DictReader(io.StringIO(text, newline=""), restkey=TOO_MANY, strict=True)
        missing = COLUMNS.difference(reader.fieldnames or ())
        if missing:
            raise BadSource(f"The deputies' CSV lacks the columns {', '.join(sorted(missing))}.")
        found: list[Line] = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadSource(f"The deputies' CSV cannot be read: {error}.") from error
    if not found:
        raise BadSource("The deputies' CSV has a header and no line.")
    return found


def deputy(line: Line) -> Deputy:
    """Raises RecordError."""
    if TOO_MANY in line or None in line.values():
        raise RecordError("has not as many columns as the header")
    pa, legislature, birth = _needed(line, "id"), _needed(line, "legislature"), _given(line, "naissance")
    if not re.fullmatch(r"PA[0-9]{1,9}", pa):
        raise RecordError(f"has the id {pa!r}, not PA and a number")
    if not re.fullmatch(r"[0-9]{1,3}", legislature):
        raise RecordError(f"has the legislature {legislature!r}")
    return Deputy(
        id=pa,
        legislature=int(legislature),
        first_name=_needed(line, "prenom"),
        last_name=_needed(line, "nom"),
        group_code=_needed(line, "groupeAbrev"),
        group_name=_needed(line, "groupe"),
        started_on=_day("datePriseFonction", _needed(line, "datePriseFonction")),
        as_of=_day("dateMaj", _needed(line, "dateMaj")),
        civility=_given(line, "civ"),
        birth_date=_day("naissance", birth) if birth else None,
        birth_place=_given(line, "villeNaissance"),
        department_code=_given(line, "departementCode"),
        department_name=_given(line, "departementNom"),
        constituency=_given(line, "circo"),
        profession=_given(line, "job"),
        email=_given(line, "mail"),
        twitter=_given(line, "twitter"),
        website=_website(_given(line, "website")),
    )


def _given(line: Line, column: str) -> str | None:
    return clean(line[column] or "") or None


def _needed(line: Line, column: str) -> str:
    value = _given(line, column)
    if value is None:
        raise RecordError(f"has no {column}")
    return value


def _day(column: str, written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise RecordError(f"has {written!r} as {column}, not a day such as 2024-07-08") from None


def _website(written: str | None) -> str | None:
    """Most are written without a scheme. What is no address of the web is left out."""
    found = re.fullmatch(r"(?:(https?)://)?([\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?)", written or "")
    return f"{found[1] or 'https'}://{found[2]}" if found else None
