"""A flow's process is killed, or its run is cancelled: what is left of it is closed."""

import asyncio
import time
from uuid import UUID

import httpx
import psutil
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId, FlowRunFilterParentFlowRunId
from prefect.client.schemas.objects import FlowRun, TaskRun

from admin_api.causes import KILLED
from admin_api.cleanup import Cleanup
from admin_api.prefect_gateway import Gateway
from tests.admin import cancel, start, until
from tests.plans import Plans
from tests.runs import begun, flow_of

PROMISED = 10.0  #: seconds


async def family(run: str) -> tuple[list[FlowRun], list[TaskRun]]:
    """A run, its subflows' runs, and the task runs of them all."""
    async with get_client() as client:
        runs = await client.read_flow_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[UUID(run)])))
        of_parent = FlowRunFilterParentFlowRunId(any_=[UUID(run)])
        runs += await client.read_flow_runs(flow_run_filter=FlowRunFilter(parent_flow_run_id=of_parent))
        ids = FlowRunFilterId(any_=[run.id for run in runs])
        return runs, await client.read_task_runs(flow_run_filter=FlowRunFilter(id=ids))


async def going_on(run: str) -> list[str]:
    """What of it is not over. Prefect's own stand-ins for subflows are no step's, and are left alone."""
    runs, tasks = await family(run)
    steps = [task for task in tasks if any(tag.startswith("script:") for tag in task.tags)]
    everything: list[FlowRun | TaskRun] = [*runs, *steps]
    return [one.name for one in everything if one.state is None or not one.state.is_final()]


async def nothing_goes_on(run: str, within: float) -> None:
    deadline = time.monotonic() + within
    while left := await going_on(run):
        assert time.monotonic() < deadline, left
        await asyncio.sleep(0.2)


async def test_a_killed_run_is_failed_in_words_and_its_script_can_be_started_at_once(
    api: httpx.AsyncClient, plans: Plans
) -> None:
    plans.make("sync-photos", seconds=300)
    job = await start(api, "sync-photos")
    script = psutil.Process(await begun(plans, "sync-photos"))
    flow_of(script.pid).kill()
    killed = time.monotonic()
    failed = await until(api, job, "FAILED", within=PROMISED)
    assert failed["error"].startswith(KILLED)
    assert (failed["steps"][0]["status"], failed["progress"]) == ("FAILED", 0)
    await nothing_goes_on(failed["flowRunId"], within=killed + PROMISED - time.monotonic())
    script.wait(5)
    plans.make("sync-photos")
    again = await start(api, "sync-photos")
    await begun(plans, "sync-photos", times=2, within=PROMISED)
    await until(api, again, "COMPLETED")
    # Its own word for what happened stands.
    assert (await until(api, job, "FAILED"))["error"] == failed["error"]


async def test_of_a_killed_day_every_step_that_went_on_is_closed(api: httpx.AsyncClient, plans: Plans) -> None:
    plans.make("sync-votes-an", seconds=300)
    plans.make("sync-press", seconds=300)
    day = await start(api, "daily")
    scripts = [psutil.Process(await begun(plans, name)) for name in ("sync-votes-an", "sync-press")]
    flow_of(scripts[0].pid).kill()
    killed = time.monotonic()
    failed = await until(api, day, "FAILED", within=PROMISED)
    await nothing_goes_on(failed["flowRunId"], within=killed + PROMISED - time.monotonic())
    psutil.wait_procs(scripts, timeout=5)
    assert not [one for one in scripts if one.is_running()]
    steps = {step["name"]: step for step in (await until(api, day, "FAILED"))["steps"]}
    for name in ("votes-an", "press-rss"):
        assert steps[name]["status"] == "FAILED"
        assert (await until(api, steps[name]["jobId"], "FAILED", within=5))["error"]
    assert not {step["status"] for step in steps.values()} & {"PENDING", "RUNNING"}
    plans.make("sync-press")
    await until(api, await start(api, "sync-press"), "COMPLETED", within=20)


async def test_what_a_cancelled_day_leaves_is_closed_as_cancelled(api: httpx.AsyncClient, plans: Plans) -> None:
    plans.make("sync-votes-an", seconds=300)
    day = await start(api, "daily")
    await begun(plans, "sync-votes-an")
    await cancel(api, day)
    job = await until(api, day, "CANCELLED")
    await nothing_goes_on(job["flowRunId"], within=PROMISED)
    child = next(step["jobId"] for step in job["steps"] if step["name"] == "votes-an")
    assert (await until(api, child, "CANCELLED", within=5))["error"] is None


@pytest.mark.parametrize("exit_code", [0, 64])
async def test_a_state_that_is_final_is_never_touched(api: httpx.AsyncClient, plans: Plans, exit_code: int) -> None:
    plans.make("sync-mep-parties", exits=[exit_code])
    job = await until(api, await start(api, "sync-mep-parties"), "COMPLETED", "FAILED")
    run = UUID(job["flowRunId"])
    before = await _states(run)
    async with Gateway.connected() as prefect:
        (snapshot,) = await prefect.snapshots([run])
        await Cleanup(prefect).close(snapshot)
        await prefect.close_run(run, "never", cancelled=False)
        await prefect.close_run(run, "never", cancelled=True)
        await prefect.close_task(snapshot.tasks[0].id, "never", cancelled=False)
        await prefect.cancel(run)
    assert await _states(run) == before


async def _states(run: UUID) -> list[UUID]:
    async with get_client() as client:
        states = await client.read_flow_run_states(run)
        tasks = await client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run])))
        return [state.id for state in states] + [task.state_id for task in tasks if task.state_id]


async def test_a_run_that_goes_on_is_not_closed(api: httpx.AsyncClient, plans: Plans) -> None:
    plans.make("sync-senat", seconds=60)
    job = await start(api, "sync-senat")
    await begun(plans, "sync-senat")
    # The mirror hears of a run and of its task one after the other.
    while (shown := await until(api, job, "RUNNING"))["steps"][0]["status"] != "RUNNING":
        await asyncio.sleep(0.1)
    async with Gateway.connected() as prefect:
        (snapshot,) = await prefect.snapshots([UUID(shown["flowRunId"])])
        await Cleanup(prefect).close(snapshot)
        (after,) = await prefect.snapshots([snapshot.id])
    assert [task.state for task in after.tasks] == [task.state for task in snapshot.tasks]
    assert (await until(api, job, "RUNNING"))["steps"][0]["status"] == "RUNNING"
    await cancel(api, job)
