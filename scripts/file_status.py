"""How far a legislative file is, by what has been done with it (SOURCES A.2)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scripts.models import FileStatus
from scripts.text import fold

#: Those of a file that may still become law.
UNDER_WAY = frozenset(
    {FileStatus.DEPOSE, FileStatus.EN_COMMISSION, FileStatus.EN_COURS, FileStatus.CONSEIL_CONSTITUTIONNEL}
)


@dataclass(frozen=True)
class Act:
    """A step of the procedure, e.g. AN1-DEBATS-DEC: a reading of a chamber, then what is done in it."""

    code: str
    day: date | None = None
    text_ref: str | None = None
    #: How a decision went, in the source's words: « adopté », « rejetée ».
    conclusion: str | None = None


#: The first that fits some act's code decides.
_ENDED = (
    (re.compile(r"PROM(-.+)?"), FileStatus.ADOPTE),
    (re.compile(r".*REJET.*"), FileStatus.REJETE),
    (re.compile(r".*(RETRAIT|RTRINI).*"), FileStatus.RETIRE),
    (re.compile(r"CC-SAISIE.*"), FileStatus.CONSEIL_CONSTITUTIONNEL),
)
_GOING_ON = (
    # Debated in a chamber, between the two, or in a last reading.
    (re.compile(r"(CMP|ANLUNI|ANLDEF|SNLDEF).*|.*-DEBATS(-.+)?"), FileStatus.EN_COURS),
    # Every file is referred to a committee when it is filed; the committee has worked once it has reported.
    (re.compile(r".*COM-(FOND|AVIS)-RAPPORT"), FileStatus.EN_COMMISSION),
)


#: AN1-DEBATS-DEC, SNNLEC-DEBATS-DEC, ANLDEF-DEBATS-DEC; after a joint committee CMP-DEBATS-SN-DEC or CMP-DEBATS-DEC.
_DECISION = re.compile(r"(?:(?P<chamber>AN|SN)(?:(?P<final>LDEF|LUNI)|[A-Z0-9]*)|CMP)-DEBATS(?:-(?P<joint>AN|SN))?-DEC")


def status(acts: Sequence[Act], *, lapsed: bool) -> FileStatus:
    """`lapsed`: the legislature is over, and no later one has taken the file up."""
    codes = [act.code for act in acts]
    for which, meant in _ENDED:
        if any(which.fullmatch(code) for code in codes):
            return meant
    if _rejected(acts):
        return FileStatus.REJETE
    if lapsed:
        return FileStatus.CADUQUE
    for which, meant in _GOING_ON:
        if any(which.fullmatch(code) for code in codes):
            return meant
    return FileStatus.DEPOSE


def _rejected(acts: Sequence[Act]) -> bool:
    """Whether Parliament has left it at a rejection, of which no code tells, but the decisions' words.

    A rejection by one chamber ends nothing where the other has adopted or has the text before it (Constitution,
    article 45): every chamber that has decided must have rejected at last, and no text have been filed since. In the
    final reading, and in one that has no other, the Assemblée's word alone counts.
    """
    last: dict[str, bool] = {}
    filed_since = False
    for act in acts:
        if act.code.endswith("-DEPOT"):
            filed_since = True
        elif decided := _DECISION.fullmatch(act.code):
            filed_since = False
            rejects = "rejet" in fold(act.conclusion or "")
            if decided["final"]:
                last.clear()
            last[decided["chamber"] or decided["joint"] or ""] = rejects
    return bool(last) and all(last.values()) and not filed_since
