"""Whether two affairs of one politician are the same one, and how sure that is.

Two that have different ECLIs are of two decisions, and no pair, whatever else they share.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from scripts.models import Affair, Confidence, Offence, Stage
from scripts.offences import CLEARED
from scripts.text import fold

NEAR = timedelta(days=30)
VERDICTS = frozenset({Stage.CONDAMNATION_PREMIERE_INSTANCE, Stage.CONDAMNATION_DEFINITIVE, *CLEARED})


@dataclass(frozen=True)
class Likeness:
    """`score` puts likenesses in order, also those of one confidence."""

    confidence: Confidence
    score: float
    why: str


def alike(one: Affair, other: Affair) -> Likeness | None:
    """What makes it surest that they are one."""
    if one.politician_id != other.politician_id or (one.ecli and other.ecli and one.ecli != other.ecli):
        return None
    return next(_likenesses(one, other), None)


def _likenesses(one: Affair, other: Affair) -> Iterator[Likeness]:
    """The surest first."""
    if one.ecli and one.ecli == other.ecli:
        yield Likeness(Confidence.CERTAIN, 1.0, f"both are {one.ecli}")
    if shared := _shared(one.appeal_numbers, other.appeal_numbers):
        yield Likeness(Confidence.HIGH, 0.95, f"both name the appeal {shared}")
    if shared := _shared(one.case_numbers, other.case_numbers):
        yield Likeness(Confidence.HIGH, 0.8, f"both name the case {shared}")
    if _contains(one.title, other.title) or _contains(other.title, one.title):
        yield Likeness(Confidence.POSSIBLE, 0.5, "one title contains the other")
    if _same_verdict(one, other):
        yield Likeness(Confidence.POSSIBLE, 0.4, f"both are {one.category}, judged within {NEAR.days} days")


def _shared(numbers: list[str], others: list[str]) -> str:
    return ", ".join(sorted({*numbers} & {*others}))


def _contains(long: str, short: str) -> bool:
    """By whole words."""
    words = fold(short)
    return bool(words) and f" {words} " in f" {fold(long)} "


def _same_verdict(one: Affair, other: Affair) -> bool:
    judged = one.stage in VERDICTS and other.stage in VERDICTS
    if not judged or one.stage_on is None or other.stage_on is None or Offence.AUTRE in (one.category, other.category):
        return False
    return one.category == other.category and abs(one.stage_on - other.stage_on) <= NEAR
