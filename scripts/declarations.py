"""The HATVP's list of declarations: UTF-8, semicolons, a line a declaration that was made or is awaited.

Who it is, over all of their offices, is the number at the end of `classement` (« NOM Prénom1234 »), and of
`url_dossier` where that has one; how the name before it is spelt has changed before. `id_origine` is there for members
of Parliament: a deputy's number at the Assemblée without its PA, or a senator's matricule.
"""

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from scripts import tables
from scripts.errors import RecordError
from scripts.models import GOVERNMENT, IdSource, Office
from scripts.senators import matricule
from scripts.tables import Line, given, needed
from scripts.text import clean, fold

COLUMNS = frozenset(
    "prenom nom classement type_mandat qualite type_document date_publication date_depot "  # noqa: SIM905 - words are easier to read
    "nom_fichier statut_publication id_origine".split()
)
DOSSIERS = "https://www.hatvp.fr/livraison/dossiers/"
#: Of interests (di), interests and activities (dia), assets (dsp; dspfm at the end of office); with m, an amendment.
KINDS = frozenset({"di", "dim", "dia", "diam", "dsp", "dspm", "dspfm"})
PUBLISHED = "livree"

OFFICES: dict[str, frozenset[Office]] = {
    "depute": frozenset({Office.DEPUTE}),
    "senateur": frozenset({Office.SENATEUR}),
    "europe": frozenset({Office.DEPUTE_EUROPEEN}),
    "gouvernement": GOVERNMENT,
}


@dataclass(frozen=True)
class Listed:
    """A published declaration, by its file. `declarant` is the HATVP's own id of who made it."""

    file: str
    declarant: str
    first_name: str
    last_name: str
    kind: str
    office: str
    sits_as: frozenset[Office]
    filed_on: date | None
    published_on: date | None

    @property
    def url(self) -> str:
        return DOSSIERS + quote(self.file)


def lines(content: bytes) -> list[Line]:
    """Every line, unchecked. Raises BadSource where this is not the list at all."""
    return tables.lines(content, COLUMNS, name="The HATVP's list", delimiter=";", strict=False)


def refuse_broken(line: Line) -> None:
    """Raises RecordError."""
    tables.refuse_ragged(line)
    if any("\n" in (value or "") for value in line.values()):
        raise RecordError("goes over several lines, as after a stray quotation mark")


def is_cut(line: Line) -> bool:
    """Whether it ends before its last columns: the last line of a file that lost its end on the way does."""
    return None in line.values()


def words(line: Line) -> set[str]:
    """Every field that a line has, and of the lines that a stray quotation mark has drawn into one of its fields."""
    fields = [part for value in line.values() for part in (value if isinstance(value, list) else [value or ""])]
    return {clean(part) for field in fields for part in re.split(r'[;\r\n"]', field)}


def is_published(line: Line) -> bool:
    """What is awaited, exempt or laid out in a prefecture has no file, or is not delivered."""
    return given(line, "nom_fichier") is not None and fold(line["statut_publication"] or "") == PUBLISHED


def declarant(line: Line) -> str:
    """The HATVP's number of who made it. Raises RecordError."""
    written, page = needed(line, "classement"), clean(line.get("url_dossier") or "")
    number = re.search(r"[0-9]+$", written)
    if number is None:
        raise RecordError(f"has the classement {written!r}, without a person's number at its end")
    # Pages of old have the name alone.
    on_page = re.search(r"-([0-9]+)/?$", page)
    if on_page and on_page[1] != number[0]:
        raise RecordError(f"has the classement {written!r}, and the url_dossier {page!r} of somebody else")
    return number[0]


def origin(line: Line) -> tuple[IdSource, str] | None:
    """By which id its chamber knows a member of Parliament. Raises RecordError."""
    written = given(line, "id_origine")
    office = given(line, "type_mandat")
    if written is None or office not in ("depute", "senateur"):
        return None
    if office == "depute":
        if not re.fullmatch(r"(PA)?[0-9]{1,9}", written):
            raise RecordError(f"has the id_origine {written!r}, not a deputy's number")
        return IdSource.ASSEMBLEE_NATIONALE, f"PA{written.removeprefix('PA')}"
    return IdSource.SENAT, matricule(written)


def listed(line: Line) -> Listed:
    """Raises RecordError."""
    file, kind = needed(line, "nom_fichier"), needed(line, "type_document")
    if not re.fullmatch(r"[^\s./\\][^/\\]{0,250}\.pdf", file):
        raise RecordError(f"has the nom_fichier {file!r}, not a file's name")
    if kind not in KINDS:
        raise RecordError(f"has the unknown type_document {kind!r}")
    return Listed(
        file=file,
        declarant=declarant(line),
        first_name=needed(line, "prenom"),
        last_name=needed(line, "nom"),
        kind=kind,
        office=needed(line, "qualite"),
        sits_as=OFFICES.get(needed(line, "type_mandat"), frozenset()),
        filed_on=_day(line, "date_depot"),
        published_on=_day(line, "date_publication"),
    )


def _day(line: Line, column: str) -> date | None:
    written = given(line, column)
    return tables.day(column, written) if written else None
