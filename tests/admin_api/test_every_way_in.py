"""Whoever starts a run: it is a job within two seconds, and the job says who."""

import asyncio
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName
from prefect.client.schemas.schedules import IntervalSchedule

from flows.catalog import SYNC_DAILY
from tests.admin import SYNCS, known, start, until
from tests.command import syncs
from tests.plans import Plans
from tests.stack import Stack

PROMISED = 2.0  #: seconds


async def when_known(api: httpx.AsyncClient, job: str | UUID) -> tuple[dict[str, Any], float]:
    """The job and when it was first seen, in seconds since the epoch."""
    found = await known(api, job, within=20)
    return found, time.time()


async def made_at(run: str | UUID) -> float:
    async with get_client() as client:
        created = (await client.read_flow_run(UUID(str(run)))).created
    assert created is not None
    return created.timestamp()


async def test_syncs_trigger(api: httpx.AsyncClient, plans: Plans) -> None:
    command = asyncio.create_task(asyncio.to_thread(syncs, "trigger", "sync-hatvp", "--limit=3", "--json"))
    job = await seen_in_list(api, "sync-hatvp")
    said = json.loads((await command).stdout)
    assert (job["id"], job["flowRunId"]) == (said["job"], said["run"] if "run" in said else job["flowRunId"])
    assert (job["trigger"], job["parameters"]) == ("cli", {"limit": 3})
    assert job["seen"] - await made_at(job["flowRunId"]) < PROMISED
    await until(api, job["id"], "COMPLETED")


async def test_prefect_deployment_run(api: httpx.AsyncClient, plans: Plans) -> None:
    command = asyncio.create_task(asyncio.to_thread(prefect, "deployment", "run", "sync-script/sync-careers"))
    job = await seen_in_list(api, "sync-careers")
    await command
    assert (job["trigger"], job["id"], job["deployment"]) == ("prefect", job["flowRunId"], "sync-script/sync-careers")
    assert job["seen"] - await made_at(job["flowRunId"]) < PROMISED
    await until(api, job["id"], "COMPLETED")


async def seen_in_list(api: httpx.AsyncClient, script: str, within: float = 40) -> dict[str, Any]:
    """The first job of the script that is not in the list yet, and `seen`: when it came."""
    before = {job["id"] for job in await _list(api, script)}
    deadline = time.monotonic() + within
    while not (new := [job for job in await _list(api, script) if job["id"] not in before]):
        assert time.monotonic() < deadline, f"no job of {script} within {within} s"
        await asyncio.sleep(0.05)
    return {**new[0], "seen": time.time()}


async def _list(api: httpx.AsyncClient, script: str) -> list[dict[str, Any]]:
    return list((await api.get(SYNCS, params={"script": script, "limit": 100})).json()["data"])


def prefect(*words: str) -> None:
    subprocess.run([Path(sys.executable).with_name("prefect"), *words], env=os.environ, check=True, timeout=60)


async def test_prefects_ui(api: httpx.AsyncClient, stack: Stack, plans: Plans) -> None:
    async with get_client() as client:
        deployment = (await client.read_deployment_by_name("sync-press/prod")).id
    async with httpx.AsyncClient(trust_env=False) as browser:
        asked = {"parameters": {"limit": 4}, "state": {"type": "SCHEDULED"}}
        answer = await browser.post(f"{stack.api_url}/deployments/{deployment}/create_flow_run", json=asked)
    assert answer.status_code == 201, answer.text
    job, seen = await when_known(api, answer.json()["id"])
    assert (job["script"], job["trigger"], job["parameters"]) == ("press", "prefect", {"limit": 4})
    assert seen - await made_at(job["flowRunId"]) < PROMISED
    await until(api, job["id"], "COMPLETED")


async def test_a_copy_that_prefects_ui_makes_of_our_run_is_a_job_of_its_own(
    api: httpx.AsyncClient, plans: Plans
) -> None:
    job = await until(api, await start(api, "sync-parties"), "COMPLETED")
    async with get_client() as client:
        original = await client.read_flow_run(UUID(job["flowRunId"]))
        assert original.deployment_id
        copied = await client.create_flow_run_from_deployment(
            original.deployment_id, parameters=original.parameters, tags=original.tags
        )
    copy, _ = await when_known(api, copied.id)
    assert (copy["id"], copy["trigger"]) == (str(copied.id), "prefect")
    await until(api, copy["id"], "COMPLETED")
    assert (await until(api, job["id"], "COMPLETED"))["flowRunId"] == job["flowRunId"]


async def test_a_schedule(api: httpx.AsyncClient, plans: Plans) -> None:
    async with get_client() as client:
        deployment = await client.read_deployment_by_name("sync-script/sync-president")
        soon = IntervalSchedule(interval=timedelta(days=1), anchor_date=datetime.now(UTC) + timedelta(seconds=35))
        made = await client.create_deployment_schedules(
            deployment.id, [DeploymentScheduleCreate(schedule=soon, slug="of-a-test")]
        )
        try:
            job = await seen_in_list(api, "sync-president", within=90)
            states = await client.read_flow_run_states(UUID(job["flowRunId"]))
        finally:
            await client.delete_deployment_schedule(deployment.id, made[0].id)
    assert job["trigger"] == "schedule"
    due = next(state for state in sorted(states, key=lambda one: one.timestamp) if state.name != "Scheduled")
    assert job["seen"] - due.timestamp.timestamp() < PROMISED
    await until(api, job["id"], "COMPLETED")
    # And what it has only planned is no job.
    assert len([one for one in await _list(api, "sync-president") if one["trigger"] == "schedule"]) == 1


async def test_each_step_of_a_day_is_a_job_of_its_own(api: httpx.AsyncClient, plans: Plans) -> None:
    day = await until(api, await start(api, "daily"), "COMPLETED", within=120)
    assert [step["name"] for step in day["steps"]] == [step.name for step in SYNC_DAILY.steps]
    for shown, step in zip(day["steps"], SYNC_DAILY.steps, strict=True):
        child = await until(api, shown["jobId"], "COMPLETED")
        assert (child["script"], child["step"]) == (step.script.name, step.name)
        assert (child["parentId"], child["deployment"], child["trigger"]) == (day["id"], None, "admin")
        assert child["id"] == child["flowRunId"]
    children = {step["jobId"] for step in day["steps"]}
    assert not children & {job["id"] for job in (await api.get(SYNCS, params={"limit": 100})).json()["data"]}
    async with get_client() as client:
        runs = await client.read_flow_runs(
            flow_run_filter=FlowRunFilter(name=FlowRunFilterName(any_=[step.name for step in SYNC_DAILY.steps]))
        )
    assert children <= {str(run.id) for run in runs}
