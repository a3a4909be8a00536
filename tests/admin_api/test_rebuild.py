"""Whatever happens, in whatever order, the table is what `syncs rebuild` makes of Prefect's runs."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed, Crashed, Failed, Pending, Running, Scheduled
from sqlalchemy import make_url

from admin_api.migrate import migrate
from admin_api.prefect_gateway import PrefectUnreachable
from admin_api.rebuild import rebuild
from admin_api.settings import database_url
from flows.catalog import SCRIPTS
from flows.sync_script import sync_script
from tests import admin, runs
from tests.admin_api.table import Table, difference, rows, url_of
from tests.plans import Plans
from tests.stack import Stack

OPERATIONS = 200
#: The same operations every time: what a failure of this test says can be seen again.
SEED = 20261122

#: How often each is drawn. A real run takes the worker seconds of work; most are driven by the test instead, through
#: Prefect's own API, where every state and every order of states can be had.
WEIGHTS = {"drive": 110, "run": 25, "cancel": 35, "retry": 22, "restart": 8}
#: Postgres takes Prefect's server down with it.
PARTS = ("api", "api", "worker", "engine", "server", "postgres")


#: What is raised where a part is away.
AWAY = (httpx.HTTPError, OSError, PrefectUnreachable)


@pytest.fixture
async def api(stack: Stack, plans: Plans) -> AsyncIterator[httpx.AsyncClient]:
    async with admin.client(stack) as client:
        await admin.ready(client)
        yield client
        await admin.ready(client)


@pytest.mark.timeout(900)
async def test_after_random_runs_cancels_retries_and_restarts_the_table_is_what_prefect_tells(
    stack: Stack, plans: Plans, api: httpx.AsyncClient, tmp_path: Path
) -> None:
    dice = random.Random(SEED)
    world = World(stack, plans, api, dice)
    operations: dict[str, Callable[[], Awaitable[None]]] = {
        "drive": world.drive,
        "run": world.run,
        "cancel": world.cancel,
        "retry": world.retry,
        "restart": world.restart,
    }
    for operation in dice.choices(list(WEIGHTS), weights=list(WEIGHTS.values()), k=OPERATIONS):
        with suppress(*AWAY):  # that is what this is about
            await operations[operation]()
        await asyncio.sleep(dice.uniform(0, 0.3))
    await world.come_to_rest()

    fresh = make_url(database_url(f"sqlite:///{tmp_path}/fresh.db"))
    await migrate(fresh)
    await rebuild(fresh.render_as_string())
    wanted = await rows(fresh)
    assert len(wanted) > OPERATIONS / 3
    url = url_of(stack)
    until = time.monotonic() + 90  # a look of the mirror's own and some
    while (off := difference(await _still_in_prefect(url, wanted), wanted)) and time.monotonic() < until:
        await asyncio.sleep(1)
    assert off == []

    again = await rebuild(url)
    assert again.changed == 0
    assert difference(await _still_in_prefect(url, wanted), wanted) == []


async def _still_in_prefect(url: str, wanted: Table) -> Table:
    """The table without the jobs whose runs were deleted, which a rebuild keeps: other tests have deleted some."""
    table = await rows(make_url(url))
    more = [table[id_]["flow_run_id"] for id_ in table.keys() - wanted.keys()]
    async with get_client() as client:
        known = (
            await client.read_flow_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=more))) if more else []
        )
    there = {run.id for run in known}
    return {id_: row for id_, row in table.items() if id_ in wanted or row["flow_run_id"] in there}


class World:
    """What there is to do, and to whom."""

    def __init__(self, stack: Stack, plans: Plans, api: httpx.AsyncClient, dice: random.Random) -> None:
        self._stack = stack
        self._plans = plans
        self._api = api
        self._dice = dice
        self._driven: list[UUID] = []

    async def drive(self) -> None:
        """A run that the test makes in Prefect and takes through some states, or one of those to some more."""
        async with get_client() as client:
            if not self._driven or self._dice.random() < 0.5:
                script = self._dice.choice(SCRIPTS).name
                flags = self._dice.choice([{}, {"limit": 5}, {"token": "s3cret"}])
                made = await client.create_flow_run(sync_script, parameters={"script": script, "flags": flags})
                self._driven.append(made.id)
            run = self._dice.choice(self._driven)
            for _ in range(self._dice.randint(1, 3)):
                await client.set_flow_run_state(run, self._state(), force=self._dice.random() < 0.7)

    async def run(self) -> None:
        script = self._dice.choice(SCRIPTS).name
        self._plans.make(
            script,
            seconds=self._dice.choice([0, 0, 0.5, 3]),
            exits=self._dice.choice([[0], [1], [1, 0], [78], [64]]),
            report=[{"processed": self._dice.randint(0, 600), "total": 600}],
            stderr=self._dice.choice(["", "no such thing", "postgres://u:pw@db/x"]),
        )
        if self._dice.random() < 0.5:
            await runs.start(script)
        else:
            await self._api.post("/api/admin/syncs", json={"script": script, "flags": {"limit": 5}})

    async def cancel(self) -> None:
        under_way = (await self._api.get("/api/admin/syncs")).json().get("running", [])
        if under_way:
            await self._api.patch(f"/api/admin/syncs/{self._dice.choice(under_way)['id']}")

    async def retry(self) -> None:
        listed = await self._api.get("/api/admin/syncs", params={"status": self._dice.choice(["FAILED", "CANCELLED"])})
        # A driven run has no deployment, and nobody would take it up again.
        if jobs := [job for job in listed.json().get("data", []) if job["deployment"]]:
            await self._api.post(f"/api/admin/syncs/{self._dice.choice(jobs)['id']}/retry")

    async def restart(self) -> None:
        self._stack.part(self._dice.choice(PARTS)).kill()
        if self._dice.random() < 0.5:
            await admin.ready(self._api, within=90)

    async def come_to_rest(self) -> None:
        """Everything is over."""
        await admin.ready(self._api, within=90)
        async with get_client() as client:
            for run in self._driven:
                over: State[Any] = self._dice.choice([Completed(), Failed(message="x"), Cancelled()])
                await client.set_flow_run_state(run, over, force=True)
        until = time.monotonic() + 240
        while under_way := (await self._api.get("/api/admin/syncs")).json()["running"]:
            assert time.monotonic() < until, [(job["script"], job["status"], job["flowRunId"]) for job in under_way]
            for job in under_way:
                await self._api.patch(f"/api/admin/syncs/{job['id']}")
            await asyncio.sleep(2)

    def _state(self) -> Any:
        return self._dice.choice(
            [
                Pending(),
                Running(),
                Running(),
                Scheduled(name="AwaitingRetry"),
                Completed(message="done"),
                Failed(message="Flow run encountered an exception: StepFailed: it failed\nBearer abcdefghijkl"),
                Crashed(message="Process exited with status code: -9."),
                Cancelled(),
            ]
        )
