"""Whether a run that ended well brought what the catalog expects of it (DESIGN.md 3.2)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from statistics import median
from typing import Any, Literal, TypedDict

from admin_api.step_progress import StepRow
from flows.catalog import SCRIPT

#: Of a script's own last runs, the ones that a run is compared with, and the fewest that say anything.
LAST_RUNS, FEWEST_RUNS = 5, 3


class Shortfall(TypedDict):
    """`expected` is the least that the catalog asks for, or the median of the script's last runs."""

    script: str
    kind: Literal["at-least", "drop"]
    processed: int
    expected: int


#: What the last whole runs of a script have processed, the newest first.
LastRuns = Callable[[str], Awaitable[Sequence[int]]]


async def shortfalls(steps: Sequence[StepRow], result: Any, last_runs: LastRuns) -> list[Shortfall]:
    """Those of the steps of one job, whose result is given as its flow returned it."""
    found: list[Shortfall] = []
    for step in steps:
        expect = SCRIPT[step["script"]].expect
        outcome = result.get(step["name"], result) if isinstance(result, dict) else {}
        if not step["whole"] or step["status"] != "COMPLETED" or _saw_nothing_new(outcome):
            continue
        processed = step["processed"] or 0
        if processed < expect.at_least:
            found.append(
                Shortfall(script=step["script"], kind="at-least", processed=processed, expected=expect.at_least)
            )
        elif expect.drop is not None:
            before = (await last_runs(step["script"]))[:LAST_RUNS]
            usual = int(median(before)) if len(before) >= FEWEST_RUNS else 0
            if processed < usual * (1 - expect.drop):
                found.append(Shortfall(script=step["script"], kind="drop", processed=processed, expected=usual))
    return found


def _saw_nothing_new(outcome: Any) -> bool:
    """The source has not changed since it was last read, so that nothing was processed, and rightly."""
    return isinstance(outcome, dict) and bool(outcome.get("sourceUnchanged"))
