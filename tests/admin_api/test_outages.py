"""Each part goes away while runs go on. Afterwards every job says what Prefect says, and nothing was lost."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import httpx
import psutil
import pytest

from tests import admin, runs
from tests.plans import Plans
from tests.stack import Stack

#: Seconds that Prefect's server hangs: longer than a tag's lease.
A_MINUTE = 60


@pytest.fixture
async def api(stack: Stack, plans: Plans) -> AsyncIterator[httpx.AsyncClient]:
    async with admin.client(stack) as client:
        await admin.ready(client)
        yield client
        await admin.ready(client)


async def test_prefect_is_down_at_the_start_of_a_job(stack: Stack, api: httpx.AsyncClient) -> None:
    async with _kept_down(stack, "server"):
        answer = await api.post("/api/admin/syncs", json={"script": "sync-president"})
    assert answer.status_code == 503
    problem = answer.json()
    assert problem["type"] == "/problems/prefect-away"
    job = (await api.get(f"/api/admin/syncs/{problem['jobId']}")).json()
    assert job["status"] == "FAILED"
    assert "Prefect did not answer" in job["error"]
    assert job["flowRunId"] is None

    await admin.ready(api)
    again = await api.post(f"/api/admin/syncs/{job['id']}/retry")
    assert again.status_code == 202, again.text
    done = await admin.until(api, job["id"], "COMPLETED")
    assert done["error"] is None
    assert done["flowRunId"]


async def test_prefect_is_killed_while_a_run_goes_on(stack: Stack, plans: Plans, api: httpx.AsyncClient) -> None:
    plans.make("sync-president", seconds=4)
    job = await admin.start(api, "sync-president")
    await runs.begun(plans, "sync-president")
    stack.part("server").kill()
    await asyncio.sleep(1)
    await admin.ready(api)
    await _is_as_prefect_has_it(api, job)


@pytest.mark.timeout(300)
async def test_prefect_hangs_for_a_minute_while_runs_go_on(stack: Stack, plans: Plans, api: httpx.AsyncClient) -> None:
    plans.make("sync-president", seconds=5)
    plans.make("sync-senat", seconds=A_MINUTE / 2, exits=[1])
    jobs = [await admin.start(api, "sync-president"), await admin.start(api, "sync-senat")]
    await runs.begun(plans, "sync-president")
    await runs.begun(plans, "sync-senat")
    server = stack.part("server")
    server.send_signal(signal.SIGSTOP)
    try:
        hung = time.monotonic()
        assert (await api.get("/ready")).json()["prefect"] is False
        assert (await api.get("/api/admin/syncs")).status_code == 200
        refused = await api.post("/api/admin/syncs", json={"script": "sync-europarl"})
        assert refused.status_code == 503
        await asyncio.sleep(A_MINUTE - (time.monotonic() - hung))
    finally:
        server.send_signal(signal.SIGCONT)
    await admin.ready(api)
    for job in jobs:
        await _is_as_prefect_has_it(api, job)
    # What could not be started then is not started now: its job says that it failed, or Prefect did take it up.
    late = refused.json()["jobId"]
    await _is_as_prefect_has_it(api, late)


async def test_the_api_is_killed_while_a_run_goes_on(stack: Stack, plans: Plans, api: httpx.AsyncClient) -> None:
    plans.make("sync-president", seconds=3, report=[{"processed": 3, "total": 4}])
    job = await admin.start(api, "sync-president")
    await runs.begun(plans, "sync-president")
    stack.part("api").kill()
    during = await runs.start("sync-senat")  # nobody hears of this one
    await runs.ended(during)
    await admin.ready(api)
    assert (await admin.until(api, job, "COMPLETED"))["processed"] == 3
    assert (await admin.until(api, str(await _job_of(api, during)), "COMPLETED"))["trigger"] == "cli"


async def test_the_database_is_killed_while_a_run_goes_on(stack: Stack, plans: Plans, api: httpx.AsyncClient) -> None:
    plans.make("sync-president", seconds=4)
    job = await admin.start(api, "sync-president")
    await runs.begun(plans, "sync-president")
    stack.part("postgres").kill()
    seen = set()
    until = time.monotonic() + 3
    while time.monotonic() < until:
        answer = await api.get("/api/admin/syncs")
        seen.add((answer.status_code, answer.json().get("type")))
        await asyncio.sleep(0.02)
    assert (503, "/problems/database-away") in seen
    assert {status for status, _ in seen} <= {200, 503}
    await admin.ready(api)
    await _is_as_prefect_has_it(api, job)


@asynccontextmanager
async def _kept_down(stack: Stack, part: str) -> AsyncIterator[None]:
    """A part that is killed as often as it is started again."""

    async def kill() -> None:
        while True:
            with suppress(ValueError, psutil.Error):  # it is not there just now
                stack.part(part).kill()
            await asyncio.sleep(0.2)

    killing = asyncio.create_task(kill())
    try:
        yield
    finally:
        killing.cancel()


async def _is_as_prefect_has_it(api: httpx.AsyncClient, job: str) -> None:
    """Waits for the end of the job, and looks at the run."""
    found = await admin.until(api, job, "COMPLETED", "FAILED", "CANCELLED", within=180)
    if found["flowRunId"] is None:
        assert found["status"] == "FAILED"
        return
    run = await runs.ended(UUID(found["flowRunId"]))
    assert run.state is not None
    expected = {"COMPLETED": "COMPLETED", "CANCELLED": "CANCELLED"}.get(run.state.type.value, "FAILED")
    await admin.until(api, job, expected, within=10)


async def _job_of(api: httpx.AsyncClient, run: UUID) -> str:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for job in (await api.get("/api/admin/syncs", params={"limit": 100})).json()["data"]:
            if job["flowRunId"] == str(run):
                return str(job["id"])
        await asyncio.sleep(0.2)
    raise AssertionError(f"run {run} has no job")
