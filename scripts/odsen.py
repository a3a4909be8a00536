"""The Sénat's open data about its people, data.senat.fr/data/senateurs/: CSV, cp1252, comma.

Lines that begin with % stand before the header: the query, and how many lines it gave. ODSEN_GENERAL has everybody who
sits or ever sat in the Fifth Republic, ODSEN_ELUSEN a line a mandate.
"""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from scripts.errors import BadSource, RecordError
from scripts.senators import matricule
from scripts.text import clean

GENERAL = "ODSEN_GENERAL.csv"
ELUSEN = "ODSEN_ELUSEN.csv"
COLUMNS = {
    GENERAL: (
        "Matricule", "Qualité", "Nom usuel", "Prénom usuel", "État", "Date naissance", "Date de décès",
        "Courrier électronique", "Description de la profession",
    ),
    ELUSEN: ("Matricule", "Date de début de mandat", "Date de fin de mandat"),
}  # fmt: skip
TOO_MANY = "columns without a name"

Line = dict[str, str | None]


@dataclass(frozen=True)
class Recorded:
    """Somebody who sits or has sat."""

    id: str
    first_name: str
    last_name: str
    civility: str | None
    sits: bool
    birth_date: date | None
    death_date: date | None
    email: str | None
    profession: str | None


@dataclass(frozen=True)
class Term:
    """One mandate of a senator; `ended_on` is None while it lasts."""

    id: str
    started_on: date
    ended_on: date | None


def lines(content: bytes, name: str) -> list[Line]:
    """Every line, unchecked. Raises BadSource where this is not that file of the Sénat's, or not all of it."""
    try:
        written = io.StringIO(content.decode("cp1252"), newline="").readlines()
        start = next((number for number, line in enumerate(written) if not line.startswith("%")), len(written))
        reader: csv.DictReader[str] = csv.DictReader(written[start:], restkey=TOO_MANY, strict=True)
        missing = set(COLUMNS[name]).difference(reader.fieldnames or ())
        if missing:
            raise BadSource(f"{name} lacks the columns {', '.join(sorted(missing))}.")
        found: list[Line] = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadSource(f"{name} cannot be read: {error}.") from error
    announced = re.search(r"^% *([0-9]+) ligne", "".join(written[:start]), re.MULTILINE)
    if announced and int(announced[1]) != len(found):
        raise BadSource(f"{name} announces {announced[1]} lines and has {len(found)}: it is not whole.")
    if not found:
        raise BadSource(f"{name} has a header and no line.")
    return found


def recorded(line: Line) -> Recorded:
    """Raises RecordError."""
    state = _needed(line, "État")
    if state not in ("ACTIF", "ANCIEN"):
        raise RecordError(f"has the État {state!r}, neither ACTIF nor ANCIEN")
    email = _given(line, "Courrier électronique")
    return Recorded(
        id=_matricule(line),
        first_name=_needed(line, "Prénom usuel"),
        last_name=_needed(line, "Nom usuel"),
        civility=_given(line, "Qualité"),
        sits=state == "ACTIF",
        birth_date=_day(line, "Date naissance"),
        death_date=_day(line, "Date de décès"),
        # « Non public » is none.
        email=email if email and re.fullmatch(r"\S+@\S+\.\S+", email) else None,
        profession=_given(line, "Description de la profession"),
    )


def term(line: Line) -> Term:
    """Raises RecordError."""
    started, ended = _day(line, "Date de début de mandat"), _day(line, "Date de fin de mandat")
    if started is None:
        raise RecordError("has no Date de début de mandat")
    if ended and ended < started:
        raise RecordError(f"ends on {ended}, before it began on {started}")
    return Term(_matricule(line), started, ended)


def latest(terms: Iterable[Term]) -> dict[str, Term]:
    """Everybody's last mandate."""
    return {one.id: one for one in sorted(terms, key=lambda one: one.started_on)}


def _matricule(line: Line) -> str:
    if TOO_MANY in line or None in line.values():
        raise RecordError("has not as many columns as the header")
    return matricule(line["Matricule"])


def _given(line: Line, column: str) -> str | None:
    return clean(line[column] or "") or None


def _needed(line: Line, column: str) -> str:
    value = _given(line, column)
    if value is None:
        raise RecordError(f"has no {column}")
    return value


def _day(line: Line, column: str) -> date | None:
    """« 1930-06-19 00:00:00.0 »: the Sénat's days have an hour, always midnight."""
    written = _given(line, column)
    if written is None:
        return None
    found = re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?: 00:00:00(?:\.0+)?)?", written)
    try:
        return date.fromisoformat(found[1] if found else "")
    except ValueError:
        raise RecordError(f"has {written!r} as {column}, not a day such as 1930-06-19 00:00:00.0") from None
