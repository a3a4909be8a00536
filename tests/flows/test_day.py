"""The day on the real thing."""

import asyncio
import json
import time
from datetime import UTC, datetime
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterType,
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterParentFlowRunId,
)
from prefect.client.schemas.objects import StateType
from prefect.states import Crashed

from flows.catalog import SYNC_DAILY, arguments
from tests.plans import Plans
from tests.runs import begun, ended, flow_of, outcome, retry, start
from tests.scripted import result_of

pytestmark = [pytest.mark.usefixtures("stack"), pytest.mark.timeout(300)]

DAY = 120  #: seconds that a day of scripts that do nothing may take here, the machine being busy


async def test_a_failing_step_stops_no_other_of_the_day_and_a_retried_day_repeats_none_and_mixes_none(
    plans: Plans,
) -> None:
    plans.make("sync-press", exits=[1, 1, 1, 0], stderr="no feed answers")
    plans.make("sync-judilibre", exits=[78], stderr="JUDILIBRE_API_KEY is not set.")
    run_id = await start("daily")
    run = await ended(run_id, DAY)
    assert run.state is not None
    assert outcome(run) == (StateType.FAILED, "1 of 16 steps failed: press-rss")
    day = await run.state.aresult(raise_on_failure=False)
    assert day == {
        "total": 16,
        "succeeded": 14,
        "failed": 1,
        "failures": ["press-rss"],
        "skipped": {"judilibre": "JUDILIBRE_API_KEY is not set."},
    }
    before = {step.script.name: len(plans.executions(step.script.name)) for step in SYNC_DAILY.steps}
    assert before == {step.script.name: 1 for step in SYNC_DAILY.steps} | {"sync-press": 3, "index-embeddings": 2}
    table = await day_table(run_id)
    assert [row["step"] for row in table] == [step.name for step in SYNC_DAILY.steps]
    assert [row["step"] for row in table if row["outcome"] == "failed"] == ["press-rss"]
    assert "no feed answers" in next(row["detail"] for row in table if row["step"] == "press-rss")

    await retry(run_id)
    await begun(plans, "sync-press", 4)
    run = await ended(run_id, DAY)
    assert outcome(run)[0] is StateType.COMPLETED
    after = {step.script.name: len(plans.executions(step.script.name)) for step in SYNC_DAILY.steps}
    assert after == before | {"sync-press": 4}
    # Each subflow gave the parent its own step's result, and not a neighbour's.
    for row, step in zip(await day_table(run_id), SYNC_DAILY.steps, strict=True):
        if step.name != "judilibre":
            called = result_of(step.script.name, arguments(step.flags({})))["called"]
            assert row["detail"] == f"called {called}", step.name


async def day_table(run_id: UUID) -> list[dict[str, str]]:
    async with get_client() as client:
        tables = await client.read_artifacts(
            flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run_id])),
            artifact_filter=ArtifactFilter(type=ArtifactFilterType(any_=["table"])),
        )
    newest = max(tables, key=lambda table: table.created or datetime.min.replace(tzinfo=UTC))
    rows: list[dict[str, str]] = json.loads(str(newest.data))
    return rows


async def test_a_day_killed_in_its_middle_and_retried_repeats_no_finished_step(plans: Plans) -> None:
    plans.make("generate-summaries", seconds=6)
    run_id = await start("daily")
    script = await begun(plans, "generate-summaries", within=60)
    await asyncio.sleep(3)
    flow_of(script).kill()
    killed = time.time()
    assert outcome(await ended(run_id))[0] is StateType.CRASHED
    before = {step.script.name: len(plans.executions(step.script.name)) for step in SYNC_DAILY.steps}
    # A script that ended just before the kill may not be known to have: its step is done again, as after any crash.
    finished = [name for name in before if len(ends := plans.ends(name)) == before[name] > 0 and max(ends) < killed - 2]
    assert "sync-legislation" in finished
    await free_slot(run_id)
    await retry(run_id)
    await begun(plans, "assign-publication-status", within=DAY)
    assert outcome(await ended(run_id, DAY))[0] is StateType.COMPLETED
    for name in finished:
        assert len(plans.executions(name)) == {"index-embeddings": 2}.get(name, before[name]), name


async def free_slot(run_id: UUID) -> None:
    """Closes the task runs that the killed process left Running: their slots would be held for 60 s more."""
    async with get_client() as client:
        children = FlowRunFilter(parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[run_id]))
        for task in await client.read_task_runs(flow_run_filter=children):
            if task.state and task.state.is_running():
                await client.set_task_run_state(task.id, Crashed(), force=True)
