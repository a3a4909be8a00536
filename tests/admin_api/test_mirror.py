"""A day and its steps in a table of their own, from the session's Prefect."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from prefect import Task
from prefect.states import Completed, Pending, Running
from sqlalchemy import make_url, select

from admin_api.db import Sessions, connected
from admin_api.migrate import migrate
from admin_api.mirror import Mirror
from admin_api.models import SyncJob
from admin_api.prefect_gateway import Gateway
from admin_api.settings import database_url
from flows.sync_daily import FLOWS
from tests.stack import Stack


@dataclass(frozen=True)
class Scene:
    prefect: Gateway
    sessions: Sessions
    mirror: Mirror

    async def day(self) -> tuple[UUID, UUID]:
        """A run of the day that no worker takes up, and the job that it was started as."""
        job = uuid4()
        deployment = await self.prefect.client.read_deployment_by_name("sync-daily/prod")
        run = await self.prefect.client.create_flow_run_from_deployment(
            deployment.id, state=Pending(), tags=[f"job:{job}", "trigger:admin"], idempotency_key=str(job)
        )
        await self.prefect.client.set_flow_run_state(run.id, Running(), force=True)
        return run.id, job

    async def step(self, day: UUID, name: str) -> UUID:
        """As the day's flow starts one: a subflow, for which a task run of the day's stands."""
        stand_in = await self.prefect.client.create_task_run(
            Task(lambda: None, name=name), flow_run_id=day, dynamic_key=name
        )
        run = await self.prefect.client.create_flow_run(
            FLOWS[name], parameters={"run": str(day)}, parent_task_run_id=stand_in.id, state=Running()
        )
        return run.id

    async def rows(self) -> dict[UUID | None, SyncJob]:
        async with self.sessions() as session:
            return {row.flow_run_id: row for row in await session.scalars(select(SyncJob))}


@pytest.fixture
async def scene(stack: Stack, tmp_path: Path) -> AsyncIterator[Scene]:
    url = make_url(database_url(f"sqlite:///{tmp_path}/jobs.db"))
    await migrate(url)
    async with Gateway.connected() as prefect, connected(url) as sessions:
        yield Scene(prefect, sessions, Mirror(sessions, prefect))


async def over(scene: Scene, *runs: UUID) -> None:
    for run in runs:
        await scene.prefect.client.set_flow_run_state(run, Completed(), force=True)


async def test_a_new_step_of_a_day_that_is_heard_alone_is_a_job(scene: Scene) -> None:
    day, job = await scene.day()
    await scene.mirror.take([day])
    step = await scene.step(day, "votes-an")
    began = time.monotonic()
    await scene.mirror.take([step])
    assert time.monotonic() - began < 2
    rows = await scene.rows()
    assert (rows[day].id, rows[step].parent_id, rows[step].script) == (job, job, "sync-votes-an")
    await over(scene, step, day)


async def test_a_day_whose_tags_are_taken_away_is_the_job_that_it_was(scene: Scene) -> None:
    day, job = await scene.day()
    steps = [await scene.step(day, name) for name in ("votes-an", "press-rss")]
    await scene.mirror.take([day])
    await scene.prefect.client.update_flow_run(day, tags=["x"])
    steps.append(await scene.step(day, "judilibre"))
    await over(scene, *steps, day)
    await scene.mirror.take([day, *steps])
    rows = await scene.rows()
    assert (rows[day].id, rows[day].status) == (job, "COMPLETED")
    assert {rows[step].parent_id for step in steps} == {job}
    assert {rows[step].status for step in steps} == {"COMPLETED"}
