"""The Assemblée's ZIP of legislative files: one JSON file each, `json/dossierParlementaire/DLR5L17N<number>.json`."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from scripts.archive import Archive
from scripts.errors import RecordError
from scripts.fields import at, listed, number, text
from scripts.file_status import Act, status
from scripts.models import FileStatus
from scripts.paris import PARIS
from scripts.text import fold

#: Under which a file holds its dossier.
KEY = "dossierParlementaire"

PAGE = "https://www.assemblee-nationale.fr/dyn/{leg}/dossiers/{path}"
# The legislature 17 has no file deeper than 4 nor with more than 150 acts.
MAX_ACTS = 5_000


@dataclass(frozen=True)
class Dossier:
    """A legislative file as it is stored; the fields are LegislativeFile's."""

    external_id: str
    legislature: int
    title: str
    procedure: str
    status: FileStatus
    filed_on: date | None
    last_act_on: date | None
    text_ref: str | None
    source_url: str
    senate_url: str | None

    @property
    def hash(self) -> str:
        """Of all that is stored."""
        told = json.dumps(asdict(self), default=str, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


def archive(content: bytes) -> Archive:
    """The files of one legislature, and those of older ones that it has taken up again. Raises BadSource."""
    names = re.compile(r"json/dossierParlementaire/(DLR5L[0-9]{1,2}N([0-9]{1,9}))\.json")
    return Archive(content, names, "The archive of legislative files")


def is_legislative(raw: dict[str, Any]) -> bool:
    """Whether this makes law: missions, resolutions and inquiries are filed beside it (SOURCES A.2).

    Raises RecordError.
    """
    kind, procedure = text(raw, "@xsi:type"), text(raw, "procedureParlementaire", "libelle")
    return "Legislatif" in kind or "Loi" in kind or "loi" in fold(procedure).split()


def dossier(raw: dict[str, Any], *, lapsed: bool) -> Dossier:
    """Raises RecordError. `lapsed`: what has not ended by itself has ended with its legislature."""
    legislature = number(raw, "legislature")
    acts = list(_acts(at(raw, "actesLegislatifs")))
    days = [act.day for act in acts if act.day]
    deposits = [act for act in acts if act.code.endswith("-DEPOT")]
    return Dossier(
        external_id=text(raw, "uid"),
        legislature=legislature,
        title=text(raw, "titreDossier", "titre"),
        procedure=text(raw, "procedureParlementaire", "libelle"),
        status=status(acts, lapsed=lapsed),
        filed_on=min((act.day for act in deposits if act.day), default=None),
        last_act_on=max(days, default=None),
        text_ref=next((act.text_ref for act in deposits if act.text_ref), None),
        source_url=_page(raw, legislature),
        senate_url=_senate(raw),
    )


def last_act_on(raw: dict[str, Any]) -> date | None:
    """The day of the last act, which may be planned only. Raises RecordError."""
    return max((act.day for act in _acts(at(raw, "actesLegislatifs")) if act.day), default=None)


def _acts(told: Any) -> Iterator[Act]:
    """All acts, in the order of the file, which is the procedure's; an act holds those that it consists of."""
    waiting = [told]
    met = 0
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict) and "codeActe" in one:
            met += 1
            if met > MAX_ACTS:
                raise RecordError(f"has more than {MAX_ACTS:,} acts")
            yield _act(one)
            one = one.get("actesLegislatifs")
        if one is not None:
            waiting += reversed(_within(one))


def _within(told: Any) -> Sequence[Any]:
    acts = listed(at(told, "acteLegislatif"))
    for act in acts:
        text(act, "codeActe")
    return acts


def _act(told: dict[str, Any]) -> Act:
    conclusion = told.get("statutConclusion")
    concluded = conclusion.get("libelle") if isinstance(conclusion, dict) else None
    return Act(
        code=text(told, "codeActe"),
        day=_day(told.get("dateActe")),
        text_ref=_text_ref(told.get("texteAssocie")),
        conclusion=concluded if isinstance(concluded, str) else None,
    )


def _day(written: Any) -> date | None:
    """A moment with its zone, such as 2025-06-12T00:00:00.000+02:00, is a day in Paris."""
    if written is None:
        return None
    try:
        moment = datetime.fromisoformat(written)
        if moment.tzinfo:
            return moment.astimezone(PARIS).date()
    except (TypeError, ValueError, OverflowError):
        pass
    raise RecordError(f"has {written!r} as dateActe, not a moment such as 2025-06-12T00:00:00.000+02:00")


def _text_ref(written: Any) -> str | None:
    if written is None:
        return None
    # It becomes a part of an address.
    if not (isinstance(written, str) and re.fullmatch(r"[A-Z][A-Za-z0-9-]{5,59}", written)):
        raise RecordError(f"has {written!r} as texteAssocie, not an id such as PIONANR5L17B0123")
    return written


def _page(raw: dict[str, Any], legislature: int) -> str:
    # The Assemblée finds a file by its uid, too; some have no other path.
    path = at(raw, "titreDossier").get("titreChemin")
    path = text(raw, "uid") if path is None else text(raw, "titreDossier", "titreChemin")
    return PAGE.format(leg=legislature, path=quote(path, safe=""))


def _senate(raw: dict[str, Any]) -> str | None:
    if at(raw, "titreDossier").get("senatChemin") is None:
        return None
    written = text(raw, "titreDossier", "senatChemin")
    if not re.fullmatch(r"https?://[^\s/]+/\S*", written):
        raise RecordError(f"has {written!r} as titreDossier.senatChemin, not an http address")
    return written
