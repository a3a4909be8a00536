"""PATCH /api/admin/syncs/{id}, on the whole stack."""

import asyncio
import time
from uuid import UUID

import httpx
import psutil
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType

from tests.admin import SYNCS, cancel, start, start_job, until
from tests.plans import Plans
from tests.runs import begun


@pytest.mark.parametrize("body", [None, b"", b"{}", b"null", b'{"action": "cancel"}'], ids=str)
async def test_a_running_job_is_cancelled_and_its_processes_are_gone_within_10_seconds(
    api: httpx.AsyncClient, plans: Plans, body: bytes | None
) -> None:
    plans.make("sync-parties", seconds=60)
    job = await start(api, "sync-parties")
    script = psutil.Process(await begun(plans, "sync-parties"))
    answer = await api.patch(f"{SYNCS}/{job}", content=body, headers={"Content-Type": "application/json"})
    asked = time.monotonic()
    assert answer.status_code == 202, answer.text
    assert answer.json()["id"] == job
    over = await until(api, job, "CANCELLED", within=10)
    script.wait(max(0, asked + 10 - time.monotonic()))
    assert over["completedAt"] is not None
    assert over["progress"] < 100
    assert [(event["old"], event["new"]) for event in over["events"]][-1] == ("RUNNING", "CANCELLED")
    again = await api.patch(f"{SYNCS}/{job}")
    assert again.status_code == 409
    assert again.json()["type"] == "/problems/already-over"
    assert "Cancelled" in again.json()["error"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"action": "stop"}',
        b'{"action": null}',
        b'{"action": "cancel", "force": true}',
        b"[]",
        b'"cancel"',
        b"{",
        b"1",
    ],
    ids=str,
)
async def test_what_is_no_cancel_cancels_nothing(api: httpx.AsyncClient, plans: Plans, body: bytes) -> None:
    job = await _completed(api, plans)
    answer = await api.patch(f"{SYNCS}/{job}", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text


_JOBS: list[str] = []


async def _completed(api: httpx.AsyncClient, plans: Plans) -> str:
    """A job that is over, the same for all."""
    if not _JOBS:
        _JOBS.append(await start(api, "sync-mep-parties"))
        await until(api, _JOBS[0], "COMPLETED")
    return _JOBS[0]


async def test_a_job_that_was_completed_is_not_cancelled(api: httpx.AsyncClient, plans: Plans) -> None:
    job = await _completed(api, plans)
    answer = await api.patch(f"{SYNCS}/{job}")
    assert answer.status_code == 409
    assert (await until(api, job, "COMPLETED"))["progress"] == 100


async def test_a_run_that_was_taken_up_and_has_not_begun_is_cancelled_and_never_begins(
    api: httpx.AsyncClient, plans: Plans
) -> None:
    job = await start_job(api, "sync-gouvernement")
    run = job["id"]
    while job["status"] == "PENDING" and not await _is_pending(job["flowRunId"]):
        job = (await api.get(f"{SYNCS}/{run}")).json()
    assert (await api.patch(f"{SYNCS}/{run}")).status_code == 202
    over = await until(api, run, "CANCELLED", within=45)
    assert [event["new"] for event in over["events"]] in (
        ["PENDING", "RUNNING", "CANCELLED"],
        ["PENDING", "CANCELLED"],
    )
    assert plans.executions("sync-gouvernement") == []
    # Nothing holds its script up.
    again = await start(api, "sync-gouvernement")
    await until(api, again, "COMPLETED")


async def _is_pending(run: str) -> bool:
    async with get_client() as client:
        state = (await client.read_flow_run(UUID(run))).state
        return state is not None and state.type is StateType.PENDING


async def test_a_step_of_the_day_is_cancelled_with_its_day_alone(api: httpx.AsyncClient, plans: Plans) -> None:
    plans.make("sync-votes-an", seconds=90)
    plans.make("sync-press", seconds=90)
    day = await start(api, "daily")
    await begun(plans, "sync-votes-an")
    await begun(plans, "sync-press")
    child = await _job_of_step(api, day, "votes-an")
    for answer in (await api.patch(f"{SYNCS}/{child}"), await api.post(f"{SYNCS}/{child}/retry")):
        assert answer.status_code == 409
        assert answer.json()["type"] == "/problems/is-a-step"
        assert answer.json()["parentId"] == day
    assert (await until(api, child, "RUNNING"))["parentId"] == day
    await cancel(api, day)
    over = await until(api, child, "CANCELLED", within=10)
    assert over["completedAt"] is not None


async def _job_of_step(api: httpx.AsyncClient, day: str, name: str, within: float = 10) -> str:
    """The step's own job, once it has one."""
    deadline = time.monotonic() + within
    while True:
        steps = (await until(api, day, "RUNNING"))["steps"]
        if job := next(step["jobId"] for step in steps if step["name"] == name):
            return str(job)
        assert time.monotonic() < deadline, steps
        await asyncio.sleep(0.1)
