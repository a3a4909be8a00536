"""That cron deployments really get scheduled runs: on the wrong SQLAlchemy Prefect's scheduler dies without a word."""

import asyncio
import time
from datetime import timedelta
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.schedules import IntervalSchedule

from tests.plans import Plans

pytestmark = pytest.mark.usefixtures("stack")


async def runs_of(deployment: UUID) -> list[FlowRun]:
    async with get_client() as client:
        return await client.read_flow_runs(deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment])))


async def test_the_day_is_scheduled_three_times_a_day_in_utc() -> None:
    async with get_client() as client:
        deployment = await client.read_deployment_by_name("sync-daily/prod")
    until = time.monotonic() + 60
    while len(scheduled := [run for run in await runs_of(deployment.id) if run.auto_scheduled]) < 3:
        assert time.monotonic() < until, "the scheduler made no runs"
        await asyncio.sleep(1)
    assert {run.expected_start_time.hour for run in scheduled if run.expected_start_time} == {5, 11, 19}


async def test_a_scheduled_run_runs(plans: Plans) -> None:
    async with get_client() as client:
        deployment = await client.read_deployment_by_name("sync-script/sync-president")
        every_few_seconds = IntervalSchedule(interval=timedelta(seconds=5))
        made = await client.create_deployment_schedules(
            deployment.id, [DeploymentScheduleCreate(schedule=every_few_seconds, slug="of-a-test")]
        )
        try:
            until = time.monotonic() + 60
            while not plans.executions("sync-president"):
                assert time.monotonic() < until, "no scheduled run was started"
                await asyncio.sleep(0.5)
        finally:
            await client.delete_deployment_schedule(deployment.id, made[0].id)
