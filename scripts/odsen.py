"""The Sénat's open data about its people, data.senat.fr/data/senateurs/: CSV, cp1252, comma.

Lines that begin with % stand before the header: the query, and how many lines it gave. ODSEN_GENERAL has everybody who
sits or ever sat in the Fifth Republic, ODSEN_ELUSEN a line a mandate.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from scripts import tables
from scripts.errors import BadSource, RecordError
from scripts.senators import matricule
from scripts.tables import Line, given, needed

GENERAL = "ODSEN_GENERAL.csv"
ELUSEN = "ODSEN_ELUSEN.csv"
COLUMNS = {
    GENERAL: (
        "Matricule", "Qualité", "Nom usuel", "Prénom usuel", "État", "Date naissance", "Date de décès",
        "Courrier électronique", "Description de la profession",
    ),
    ELUSEN: ("Matricule", "Date de début de mandat", "Date de fin de mandat"),
}  # fmt: skip
_PREAMBLE = re.compile(rb"(?:%[^\r\n]*[\r\n]*)*")


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
    preamble = _PREAMBLE.match(content)
    told = preamble[0] if preamble else b""
    found = tables.lines(content[len(told) :], COLUMNS[name], name=name, encoding="cp1252")
    announced = re.search(rb"^% *([0-9]{1,9}) ligne", told, re.MULTILINE)
    if announced and int(announced[1]) != len(found):
        raise BadSource(f"{name} announces {int(announced[1])} lines and has {len(found)}: it is not whole.")
    return found


def recorded(line: Line) -> Recorded:
    """Raises RecordError."""
    state = needed(line, "État")
    if state not in ("ACTIF", "ANCIEN"):
        raise RecordError(f"has the État {state!r}, neither ACTIF nor ANCIEN")
    email = given(line, "Courrier électronique")
    return Recorded(
        id=_matricule(line),
        first_name=needed(line, "Prénom usuel"),
        last_name=needed(line, "Nom usuel"),
        civility=given(line, "Qualité"),
        sits=state == "ACTIF",
        birth_date=_day(line, "Date naissance"),
        death_date=_day(line, "Date de décès"),
        # « Non public » is none.
        email=email if email and re.fullmatch(r"\S+@\S+\.\S+", email) else None,
        profession=given(line, "Description de la profession"),
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
    tables.refuse_ragged(line)
    return matricule(line["Matricule"])


def _day(line: Line, column: str) -> date | None:
    """« 1930-06-19 00:00:00.0 »: the Sénat's days have an hour, always midnight."""
    written = given(line, column)
    if written is None:
        return None
    found = re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?: 00:00:00(?:\.0+)?)?", written)
    try:
        return date.fromisoformat(found[1] if found else "")
    except ValueError:
        raise RecordError(f"has {written!r} as {column}, not a day such as 1930-06-19 00:00:00.0") from None
