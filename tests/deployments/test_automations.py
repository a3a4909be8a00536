"""Runs that nobody reports on any more become Crashed, and finished ones never do.

Tried on copies of the automations that wait 10 s, the least that Prefect takes, or little more, and that see the
test's own runs alone.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.events import AutomationCore, EventTrigger
from prefect.events.schemas.events import ResourceSpecification
from prefect.states import Completed, Pending, Running

from admin_api import causes
from deployments.automations import HEARTBEAT, RUN, WANTED, make_automations
from deployments.bootstrap import AUTOMATIONS, NOT_BEGUN, SILENT
from tests.stack import Stack


async def run_in(state: State[Any]) -> UUID:
    """A flow run that no process stands behind."""
    async with get_client() as client:
        deployment = await client.read_deployment_by_name("sync-script/sync-careers")
        return (await client.create_flow_run_from_deployment(deployment.id, state=state)).id


async def becomes(run: UUID, state: State[Any]) -> None:
    async with get_client() as client:
        await client.set_flow_run_state(run, state)


async def state_of(run: UUID) -> tuple[str | None, str | None]:
    async with get_client() as client:
        state = (await client.read_flow_run(run)).state
    return (state.name, state.message) if state else (None, None)


async def crashed(run: UUID, within: float = 90) -> str:
    """The message that it crashed with."""
    until = time.monotonic() + within
    while (state := await state_of(run))[0] != "Crashed":
        assert time.monotonic() < until, f"it is {state}"
        await asyncio.sleep(0.5)
    return state[1] or ""


@asynccontextmanager
async def impatient(name: str, *runs: UUID, seconds: int = 10) -> AsyncIterator[UUID]:
    """A copy of the automation that waits so long, and only for these runs; its id."""
    async with get_client() as client:
        (automation,) = await client.read_automations_by_name(name)
        assert isinstance(automation.trigger, EventTrigger)
        assert automation.trigger.within > timedelta(seconds=seconds)
        match = ResourceSpecification(root={"prefect.resource.id": [f"{RUN}.{run}" for run in runs]})
        trigger = automation.trigger.model_copy(update={"within": timedelta(seconds=seconds), "match": match})
        copy = await client.create_automation(
            AutomationCore(name=f"of a test: {name}", trigger=trigger, actions=automation.actions)
        )
        try:
            await asyncio.sleep(2)  # until the server has taken notice of it
            yield copy
        finally:
            await client.delete_automation(copy)


async def beat(stack: Stack, *runs: UUID) -> None:
    """A heartbeat of each, as a flow's process sends them."""
    events = [
        {
            "id": str(uuid4()),
            "occurred": datetime.now(UTC).isoformat(),
            "event": HEARTBEAT,
            "resource": {"prefect.resource.id": f"{RUN}.{run}"},
        }
        for run in runs
    ]
    async with httpx.AsyncClient(base_url=stack.api_url) as prefect:
        (await prefect.post("/events", json=events)).raise_for_status()


async def refusals(stack: Stack, automation: UUID) -> list[str]:
    """Why its actions could not be done."""
    wanted = {
        "event": {"name": ["prefect.automation.action.failed"]},
        "any_resource": {"id": [f"prefect.automation.{automation}"]},
    }
    async with httpx.AsyncClient(base_url=stack.api_url) as prefect:
        answer = (await prefect.post("/events/filter", json={"filter": wanted})).raise_for_status()
    return [event["payload"]["reason"] for event in answer.json()["events"]]


async def test_a_run_whose_heartbeats_stop_has_crashed_and_a_finished_one_stays_as_it_is(stack: Stack) -> None:
    silent, finished, alive = [await run_in(Running()) for _ in range(3)]
    async with impatient(SILENT, silent, finished, alive) as automation:
        await beat(stack, silent, finished, alive)
        await becomes(finished, Completed(message="all of it"))
        await asyncio.sleep(2)
        await beat(stack, finished)  # one that was late on its way
        until = time.monotonic() + 40
        while not (said := await refusals(stack, automation)):
            assert time.monotonic() < until, "nobody tried to end the finished one"
            await beat(stack, alive)
            await asyncio.sleep(2)
        assert "already in terminal state COMPLETED" in said[0]
        assert await crashed(silent) == "No sign of life for 90 seconds: the run's process, or its machine, is gone."
        assert await state_of(finished) == ("Completed", "all of it")
        assert await state_of(alive) == ("Running", None)
        await becomes(alive, Completed())


async def test_an_outage_of_the_server_is_not_taken_for_the_end_of_a_run(stack: Stack) -> None:
    silent, alive = [await run_in(Running()) for _ in range(2)]
    async with impatient(SILENT, silent, alive, seconds=20):
        await beat(stack, silent, alive)
        await asyncio.sleep(1)
        stack.process.send_signal(signal.SIGSTOP)  # or it would be started again at once
        stack.part("server").kill()
        await asyncio.sleep(25)
        stack.process.send_signal(signal.SIGCONT)
        stack.wait_for("server is back")
        await asyncio.sleep(8)  # the server has looked at least once
        assert (await state_of(alive))[0] == "Running"
        await beat(stack, alive)
        assert (await crashed(silent)).startswith("No sign of life")
        assert (await state_of(alive))[0] == "Running"
        await becomes(alive, Completed())


async def test_a_run_that_was_taken_up_and_never_began_has_crashed(stack: Stack) -> None:
    # The first worker hands it back, for its group runs already; the second one is gone with it.
    stuck, begun = [await run_in(Pending()) for _ in range(2)]
    async with impatient(NOT_BEGUN, stuck, begun):
        for run in (stuck, begun):
            await becomes(run, Pending(name="Submitting"))
        await becomes(begun, Running())
        await becomes(stuck, Pending(name="InfrastructurePending"))
        assert (await crashed(stuck)).endswith("the worker was probably stopped meanwhile. Start it again.")
        assert (await state_of(begun))[0] == "Running"
        await becomes(begun, Completed())


async def test_they_are_made_once_so_that_no_wait_is_forgotten(stack: Stack) -> None:
    async def triggers() -> list[str]:
        async with httpx.AsyncClient(base_url=stack.api_url) as prefect:
            answer = (await prefect.post("/automations/filter", json={})).raise_for_status()
        return sorted(one["trigger"]["id"] for one in answer.json() if one["name"] in AUTOMATIONS)

    before = await triggers()
    assert len(before) == len(AUTOMATIONS)
    async with get_client() as client:
        await make_automations(client)
    assert await triggers() == before


@pytest.mark.usefixtures("stack")
async def test_all_are_there_and_enabled() -> None:
    async with get_client() as client:
        for name in AUTOMATIONS:
            (automation,) = await client.read_automations_by_name(name)
            assert automation.enabled


def test_the_admin_api_knows_their_words() -> None:
    assert {wanted.description for wanted in WANTED} == set(causes.OF_AUTOMATIONS)
