"""Runs of which nobody says what became: the worker is killed with the flow, or the flow goes silent."""

import time
from collections.abc import AsyncIterator

import httpx
import psutil
import pytest

from tests import admin, runs
from tests.plans import Plans
from tests.stack import Stack

#: Three missed heartbeats, and what Prefect's server takes to notice.
NOTICED = 3 * 30 + 30


@pytest.fixture
async def api(stack: Stack, plans: Plans) -> AsyncIterator[httpx.AsyncClient]:
    async with admin.client(stack) as client:
        await admin.ready(client)
        yield client


async def test_a_run_that_died_with_its_worker_is_failed_when_a_worker_is_back_and_the_script_is_free(
    stack: Stack, plans: Plans, api: httpx.AsyncClient
) -> None:
    plans.make("sync-gouvernement", seconds=60)
    job = await admin.start_job(api, "sync-gouvernement")
    script = await runs.begun(plans, "sync-gouvernement")
    flow = runs.flow_of(script)
    psutil.Process(stack.part("worker").pid).kill()
    flow.kill()
    failed = await admin.until(api, job["id"], "FAILED", within=30)
    assert failed["error"].endswith("Its process was killed, and its worker, too.")
    assert not psutil.pid_exists(script)

    plans.make("sync-gouvernement")
    again = await admin.start_job(api, "sync-gouvernement")
    asked = time.monotonic()
    await runs.begun(plans, "sync-gouvernement", times=2, within=20)
    assert time.monotonic() - asked < 15
    await admin.until(api, again["id"], "COMPLETED")


@pytest.mark.timeout(300)
async def test_after_three_missed_heartbeats_a_job_is_failed(
    stack: Stack, plans: Plans, api: httpx.AsyncClient
) -> None:
    plans.make("sync-president", seconds=200)
    job = await admin.start_job(api, "sync-president")
    script = await runs.begun(plans, "sync-president")
    flow = runs.flow_of(script)
    flow.suspend()
    try:
        failed = await admin.until(api, job["id"], "FAILED", within=NOTICED)
        assert failed["error"].startswith("No sign of life for 90 seconds")
    finally:
        flow.kill()
    psutil.wait_procs([psutil.Process(script)] if psutil.pid_exists(script) else [], timeout=15)
    assert not psutil.pid_exists(script)
