"""The numbers by which courts name a decision or a case, found in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: European Case Law Identifier: country, court, year, and what the court calls it.
_ECLI = re.compile(r"\bECLI:[A-Z]{2}:[A-Z0-9]{1,7}:[0-9]{4}:[A-Z0-9](?:[A-Z0-9.]{0,23}[A-Z0-9])?")
#: Of an appeal to the Cour de cassation, as 19-19.463.
_APPEAL = re.compile(r"(?<![\d.-])([0-9]{2}-[0-9]{2}\.[0-9]{3})(?!\.?\d|-)")
#: Of a court's general register, as « RG n° 19/01234 », and of a prosecutor's office, of eleven digits.
_REGISTER = re.compile(r"\bRG\b[^0-9\n]{0,12}([0-9]{2}/[0-9]{3,6})\b")
_PROSECUTOR = re.compile(r"\bparquet\b[^0-9\n]{0,12}([0-9]{11})\b", re.IGNORECASE)
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"))


@dataclass(frozen=True)
class Numbers:
    """`ecli` is null where the text names several: it does not say which is the affair's own."""

    ecli: str | None
    appeals: list[str]
    cases: list[str]


def numbers(text: str) -> Numbers:
    text = text.translate(_DASHES)
    eclis = set(_ECLI.findall(text))
    return Numbers(
        ecli=eclis.pop() if len(eclis) == 1 else None,
        appeals=sorted(set(_APPEAL.findall(text))),
        cases=sorted({f"RG {one}" for one in _REGISTER.findall(text)} | set(_PROSECUTOR.findall(text))),
    )
