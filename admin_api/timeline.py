"""When each step of a job went on, as a part of the whole: what a page draws beside its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from admin_api.schemas import Step

#: Of what would be too short to be seen, in per cent.
LEAST = 0.5


@dataclass(frozen=True)
class Span:
    """From the beginning of the first step to the end of the last, in per cent: where it starts, and how long it is."""

    start: float
    width: float


def spans(steps: Sequence[Step], now: datetime) -> dict[str, Span]:
    """By name, of those that have begun. One that goes on goes on until `now`."""
    begun = [(step.name, step.started_at, step.completed_at or now) for step in steps if step.started_at]
    if not begun:
        return {}
    first = min(began for _, began, _ in begun)
    whole = max(ended for _, _, ended in begun) - first
    return {name: _span(began - first, ended - began, whole) for name, began, ended in begun}


def _span(offset: timedelta, lasted: timedelta, whole: timedelta) -> Span:
    if not whole:
        return Span(0, 100)
    width = min(max(100 * (lasted / whole), LEAST), 100)
    return Span(round(min(max(100 * (offset / whole), 0), 100 - width), 2), round(width, 2))
