"""The day: sixteen steps, each waiting only for what it needs, none stopping another (DESIGN.md 3.1)."""

import asyncio
from collections.abc import Mapping
from typing import Any, TypedDict

from prefect import Flow, State, allow_failure, flow
from prefect.artifacts import acreate_table_artifact
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from flows.catalog import SYNC_DAILY, Step
from flows.command import Result, run_step, skip_reason, summary, this_run


class Day(TypedDict):
    total: int
    succeeded: int
    failed: int
    failures: list[str]
    #: Why, by step.
    skipped: dict[str, str]


def _flow_of(step: Step) -> Flow[[str], Any]:
    """A flow of the step's own, down to its function's name.

    When a parent is retried, Prefect takes a subflow for the one whose function had the same name and code and was
    called in the same turn. Steps that run side by side take turns as it comes: with one name for all, a retried day
    gave a step its neighbour's result (seen on 3.8.8).
    """

    async def daily_step(run: str) -> Result:
        return await run_step(step, step.flags({}), run)

    daily_step.__name__ = daily_step.__qualname__ = f"daily_{step.name.replace('-', '_')}"
    return flow(name=f"daily-{step.name}", flow_run_name=step.name, persist_result=True, result_serializer="json")(
        daily_step
    )


FLOWS = {step.name: _flow_of(step) for step in SYNC_DAILY.steps}


@flow(name=SYNC_DAILY.name, persist_result=True, result_serializer="json")
async def sync_daily() -> State[Day]:
    """Every step of the day. FAILED when one failed, and then every other one has run all the same."""
    run = this_run()
    steps: dict[str, asyncio.Task[State[Result]]] = {}
    # In catalog order each step comes after those that it waits for (a test holds the catalog to that).
    for step in SYNC_DAILY.steps:
        steps[step.name] = asyncio.create_task(_start(step, run, [steps[name] for name in step.after]))
    return await _sum_up(dict(zip(steps, await asyncio.gather(*steps.values()), strict=True)))


async def _start(step: Step, run: str, after: list[asyncio.Task[State[Result]]]) -> State[Result]:
    before = await asyncio.gather(*after)
    try:
        return await FLOWS[step.name](run, return_state=True, wait_for=[allow_failure(state) for state in before])
    except Exception as error:
        # Not the step's own failure, which is a state, but Prefect's: the other steps go on here, too.
        get_run_logger().exception("Step %s could not be run.", step.name)
        return Failed(message=f"Prefect could not run it: {error}")


async def _sum_up(states: Mapping[str, State[Result]]) -> State[Day]:
    failures: list[str] = []
    skipped: dict[str, str] = {}
    table: list[dict[str, str | None]] = []
    for name, state in states.items():
        result = await state.aresult() if state.is_completed() else None
        if result is None:
            failures.append(name)
            outcome, detail = "failed", state.message or state.name
        elif reason := skip_reason(result):
            outcome, detail = "skipped", reason
            skipped[name] = reason
        else:
            outcome, detail = "succeeded", summary(result)
        table.append({"step": name, "outcome": outcome, "detail": detail})
    try:
        await acreate_table_artifact(table, key=SYNC_DAILY.name, description="The day, step by step")
    except Exception:
        # A table that could not be drawn is no reason to fail a day that went well.
        get_run_logger().warning("The day's table could not be shown in Prefect: %s", table, exc_info=True)
    day = Day(
        total=len(states),
        succeeded=len(states) - len(failures) - len(skipped),
        failed=len(failures),
        failures=failures,
        skipped=skipped,
    )
    if failures:
        return Failed(data=day, message=f"{len(failures)} of {len(states)} steps failed: {', '.join(failures)}")
    return Completed(data=day)
