"""What nobody is left to close, on the session's Prefect."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Cancelling, Completed, Pending, Running

from admin_api import causes, cleanup
from admin_api.cleanup import Cleanup
from admin_api.prefect_gateway import Gateway, RunSnapshot
from flows.sync_script import sync_script
from tests.stack import Stack

PATIENCE = 4.0  #: seconds
LIMIT = "tag:script:sync-careers"


@pytest.fixture
async def prefect(stack: Stack) -> AsyncIterator[Gateway]:
    async with Gateway.connected() as gateway:
        yield gateway


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The API's own cleanup goes on beside, with its minutes."""
    monkeypatch.setattr(cleanup, "SILENCE", timedelta(seconds=PATIENCE))
    monkeypatch.setattr(cleanup, "GRACES", {"CANCELLING": 0.0})
    monkeypatch.setattr(cleanup, "UNHELD", 0.0)


async def run_through(prefect: Gateway, *states: State[Any]) -> RunSnapshot:
    made = await prefect.client.create_flow_run(sync_script, parameters={"script": "sync-careers"})
    for state in states:
        await prefect.client.set_flow_run_state(made.id, state, force=True)
    (snapshot,) = await prefect.snapshots([made.id])
    return snapshot


async def closed(prefect: Gateway, run: RunSnapshot) -> tuple[str, str]:
    """Its state's name and message, once the cleanup has looked."""
    tidy = Cleanup(prefect)
    tidy.notice(run)
    await tidy.settled()
    (now,) = await prefect.snapshots([run.id])
    return now.state.name, now.state.message


async def beat(stack: Stack, run: UUID, at: datetime) -> None:
    event = {
        "id": str(uuid4()),
        "occurred": at.isoformat(),
        "event": "prefect.flow-run.heartbeat",
        "resource": {"prefect.resource.id": f"prefect.flow-run.{run}"},
    }
    async with httpx.AsyncClient(base_url=stack.api_url, trust_env=False) as http:
        (await http.post("/events", json=[event])).raise_for_status()


async def test_a_run_cancelled_before_it_began_is_cancelled(prefect: Gateway) -> None:
    run = await run_through(prefect, Pending(), Cancelling())
    assert await closed(prefect, run) == ("Cancelled", causes.BEFORE_IT_BEGAN)


async def test_so_is_one_that_was_to_begin_again(prefect: Gateway) -> None:
    run = await run_through(prefect, Running(), Cancelled(), Pending(), Cancelling())
    assert await closed(prefect, run) == ("Cancelled", causes.BEFORE_IT_BEGAN)


async def test_one_that_runs_and_was_cancelled_just_now_is_its_workers(prefect: Gateway) -> None:
    run = await run_through(prefect, Running(), Cancelling())
    assert (await closed(prefect, run))[0] == "Cancelling"
    await prefect.client.set_flow_run_state(run.id, Cancelled(), force=True)


async def test_one_of_which_nothing_was_heard_for_long_is_cancelled(prefect: Gateway) -> None:
    run = await run_through(prefect, Running(), Cancelling())
    await asyncio.sleep(PATIENCE + 0.5)
    assert await closed(prefect, run) == ("Cancelled", causes.NOBODY_LEFT)


async def test_one_that_gives_signs_of_life_is_not(stack: Stack, prefect: Gateway) -> None:
    run = await run_through(prefect, Running(), Cancelling())
    await asyncio.sleep(PATIENCE + 0.5)
    now = datetime.now(UTC)
    await beat(stack, run.id, now + timedelta(seconds=30))
    until = time.monotonic() + 30
    while not await prefect.gave_a_sign(run.id, now):  # Prefect writes events down by and by
        assert time.monotonic() < until
        await asyncio.sleep(0.5)
    assert (await closed(prefect, run))[0] == "Cancelling"
    await prefect.client.set_flow_run_state(run.id, Cancelled(), force=True)


async def test_one_that_ended_meanwhile_stays_as_it_ended(prefect: Gateway) -> None:
    run = await run_through(prefect, Pending(), Cancelling())
    await prefect.client.set_flow_run_state(run.id, Completed(message="all of it"), force=True)
    assert await closed(prefect, run) == ("Completed", "all of it")


async def test_a_slot_that_nobody_has_is_freed_at_the_second_look(prefect: Gateway) -> None:
    await prefect.client.update_global_concurrency_limit(LIMIT, GlobalConcurrencyLimitUpdate(active_slots=1))
    tidy = Cleanup(prefect)
    assert LIMIT in await prefect.unheld_slots()
    await tidy.look()
    await tidy.look()
    assert LIMIT not in await prefect.unheld_slots()
    limit = await prefect.client.read_global_concurrency_limit_by_name(LIMIT)
    assert limit.active_slots == 0
