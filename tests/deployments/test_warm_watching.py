"""That a run is cancelled or suspended, heard by fewer connections than Prefect opens for it."""

import asyncio
import inspect
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID, uuid4

import prefect._internal.observers as of_the_worker
import prefect.events.clients as clients
import prefect.flow_engine as of_the_run
import pytest
from prefect._flow_run_suspension import FlowRunSuspensionRequest, observe_flow_run_suspension
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.context import get_settings_context
from prefect.events.clients import AssertingEventsClient, get_events_client, get_events_subscriber
from prefect.runner._event_emitter import EventEmitter
from prefect.states import Cancelled, Cancelling, Pending, Running, Scheduled, Suspended

from deployments.warm import watching
from deployments.warm.estate import Estate
from deployments.warm.watching import Cancellations
from flows.catalog import SYNC_FACTCHECKS
from tests.plans import Plans
from tests.runs import begun, ended, outcome, start
from tests.stack import Stack


@pytest.fixture
def cancellations(monkeypatch: pytest.MonkeyPatch) -> Cancellations:
    monkeypatch.setattr(of_the_worker, "get_events_subscriber", get_events_subscriber)
    cancellations = Cancellations()
    cancellations.use()
    return cancellations


@pytest.mark.usefixtures("stack")
async def test_prefects_own_observer_hears_of_its_run_and_of_no_other(cancellations: Cancellations) -> None:
    """Fails where Prefect listens in some other way: the name that is replaced is private."""
    mine, other, cancelled = uuid4(), uuid4(), asyncio.Queue[UUID]()

    def on_cancelling(flow_run_id: UUID) -> None:
        cancelled.put_nowait(flow_run_id)

    async with of_the_worker.FlowRunCancellingObserver(on_cancelling) as observer:
        observer.add_in_flight_flow_run_id(mine)
        cancellations.tell(other)
        cancellations.tell(mine)
        assert await asyncio.wait_for(cancelled.get(), 5) == mine
    assert cancelled.empty()
    cancellations.tell(mine)  # to nobody: it has left


async def test_a_run_that_saw_prefects_server_go_and_come_back_is_cancelled_as_promptly_as_any(
    stack: Stack, plans: Plans
) -> None:
    plans.make("sync-photos", seconds=120)
    run = await start("sync-photos")
    await begun(plans, "sync-photos")
    before = [line for line in stack.lines if " server is back" in line]
    stack.part("server").kill()
    until = time.monotonic() + 60
    while [line for line in stack.lines if " server is back" in line] == before:
        assert time.monotonic() < until, stack.lines
        await asyncio.sleep(0.1)
    async with get_client() as client:
        await client.set_flow_run_state(run, Cancelling())
    assert outcome(await ended(run, within=10))[0] is StateType.CANCELLED
    assert plans.ends("sync-photos") == []


async def told_of(run: UUID, *states: State[Any]) -> list[UUID]:
    """Which cancellations a worker's runs are told of when it hears one of `run`, which has had these states."""
    told: list[UUID] = []

    class Prefect:
        async def read_flow_run_states(self, id_: UUID) -> list[State[Any]]:
            return list(states)

    class Told(Cancellations):
        def tell(self, run: UUID) -> None:
            told.append(run)

    estate = Estate(cast("PrefectClient", Prefect()), Told(), "a pool", "a worker")
    estate.mine.add(run)
    estate.cancel(run)
    await asyncio.sleep(0.1)
    return told


async def test_a_cancellation_that_is_told_again_later_does_not_end_the_runs_next_attempt() -> None:
    run = uuid4()
    assert await told_of(run, Pending(), Running(), Cancelling()) == [run]
    assert await told_of(run, Pending(), Running(), Cancelling(), Cancelled(), Running()) == []


async def test_a_run_that_may_not_begin_is_not_told_to_end() -> None:
    """It would call itself Crashed. A run that is tried again has run before, and this attempt has not."""
    run = uuid4()
    assert await told_of(run, Scheduled(), Pending(), Cancelling()) == []
    assert await told_of(run, Pending(), Running(), Scheduled(), Pending(), Cancelling()) == []


async def test_prefects_own_emitter_opens_a_connection_when_it_has_something_to_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fails where Prefect connects in some other way."""
    connected: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

    def connect(*words: Any, **more: Any) -> AssertingEventsClient:
        connected.append((words, more))
        return AssertingEventsClient()

    monkeypatch.setattr(watching, "get_events_client", connect)
    monkeypatch.setattr(clients, "get_events_client", get_events_client)
    watching.tell_on_demand()
    run = FlowRun(id=uuid4(), flow_id=uuid4(), state=Running())
    async with EventEmitter(runner_name="of a test", client=cast("PrefectClient", None)) as emitter:
        assert connected == []
        await emitter.emit_flow_run_cancelled(flow_run=run, flow=None, deployment=None)
    assert connected == [((), {"checkpoint_every": 1})]
    last = AssertingEventsClient.last
    assert last
    assert [event.event for event in last.events] == ["prefect.runner.cancelled-flow-run"]


def test_prefect_still_looks_for_suspensions_where_it_is_put_off() -> None:
    """Private, and so this fails loudly where Prefect does it otherwise."""
    assert vars(of_the_run)["observe_flow_run_suspension"] is observe_flow_run_suspension
    assert "observe_flow_run_suspension(" in inspect.getsource(of_the_run.BaseFlowRunEngine)
    ours, prefects = (
        list(inspect.signature(one).parameters.values())
        for one in (watching.observed_later, observe_flow_run_suspension)
    )
    assert [(one.name, one.default) for one in ours] == [(one.name, one.default) for one in prefects]


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a run's watch does, in place of asking Prefect."""
    looks: list[str] = []

    @contextmanager
    def observe(*_: Any) -> Iterator[None]:
        looks.append(f"looks with {get_settings_context().profile.name}")
        yield
        looks.append("leaves")

    monkeypatch.setattr(watching, "observe_flow_run_suspension", observe)
    monkeypatch.setattr(watching, "SUSPENSION_AFTER", 0.2)
    return looks


def test_a_short_run_never_looks_whether_it_is_suspended(looks: list[str]) -> None:
    with watching.observed_later(uuid4(), FlowRunSuspensionRequest()):
        pass
    time.sleep(0.5)
    assert looks == []
    assert not any(isinstance(thread, threading.Timer) for thread in threading.enumerate())


def test_a_longer_one_looks_once_with_its_own_settings_and_leaves_nothing(looks: list[str]) -> None:
    with watching.observed_later(uuid4(), FlowRunSuspensionRequest()):
        time.sleep(0.5)
        assert looks == [f"looks with {get_settings_context().profile.name}"]
    assert looks[1:] == ["leaves"]


async def test_a_run_that_is_suspended_stops_before_its_next_step_and_goes_on_there(stack: Stack, plans: Plans) -> None:
    first, second = (step.script.name for step in SYNC_FACTCHECKS.steps)
    plans.make(first, seconds=watching.SUSPENSION_AFTER + 3)
    run = await start(SYNC_FACTCHECKS.cli)
    await begun(plans, first)
    async with get_client() as client:
        # Before it looks for the first time.
        await client.set_flow_run_state(run, Suspended(timeout_seconds=300), force=True)
        until = time.monotonic() + 60
        while not plans.ends(first):
            assert time.monotonic() < until
            await asyncio.sleep(0.2)
        await asyncio.sleep(3)
        assert (await client.read_flow_run(run)).state_name == "Suspended"
        assert plans.executions(second) == []
        await client.resume_flow_run(run)
    assert outcome(await ended(run))[0] is StateType.COMPLETED
    assert len(plans.executions(first)) == len(plans.executions(second)) == 1
