"""The turns in which a worker starts its runs, without a server."""

import asyncio
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Cancelling, Completed, Running, Scheduled
from prefect.workers.process import ProcessWorker

from deployments.warm import estate
from deployments.warm import worker as warm
from deployments.warm.estate import Estate
from deployments.warm.watching import Cancellations
from deployments.warm.worker import STARTS_AT_ONCE, WarmWorker


class Prefect:
    """Knows in which state runs are by now."""

    def __init__(self) -> None:
        self.states: dict[UUID, State[Any]] = {}
        self.away = 0  #: questions that it will not answer
        self._began: State[Any] = Running()

    async def set_flow_run_state(self, id_: UUID, state: State[Any], force: bool = False) -> None:
        self.states[id_] = state

    async def read_flow_run_states(self, id_: UUID) -> list[State[Any]]:
        if self.away:
            self.away -= 1
            raise OSError("not now")
        return [self._began, self.states[id_]]

    async def read_flow_run(self, id_: UUID) -> FlowRun:
        return FlowRun(id=id_, flow_id=uuid4(), state=self.states.get(id_, Scheduled()))


class Starts:
    """What becomes of a run whose turn it is: it takes until `done` says so."""

    def __init__(self) -> None:
        self.begun: list[UUID] = []
        self.done: dict[UUID, asyncio.Future[None]] = {}

    async def start(self, worker: WarmWorker, flow_run: FlowRun) -> None:
        self.begun.append(flow_run.id)
        await self.done.setdefault(flow_run.id, asyncio.get_running_loop().create_future())


@pytest.fixture
def prefect() -> Prefect:
    return Prefect()


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> Starts:
    starts = Starts()

    async def start(self: WarmWorker, flow_run: FlowRun) -> None:
        await starts.start(self, flow_run)

    monkeypatch.setattr(ProcessWorker, "_submit_run", start)
    return starts


@pytest.fixture
async def worker(prefect: Prefect, starts: Starts) -> WarmWorker:
    worker = WarmWorker("a pool", "a worker")
    worker._remembering = cast("Any", prefect)
    worker._estate = Estate(cast("Any", prefect), Cancellations(), "a pool", "a worker")
    return worker


def submit(worker: WarmWorker, number: int) -> tuple[list[FlowRun], list[asyncio.Task[None]]]:
    runs = [FlowRun(id=uuid4(), flow_id=uuid4(), state=Scheduled()) for _ in range(number)]
    worker._estate.mine |= {run.id for run in runs}
    return runs, [asyncio.create_task(worker._submit_run(run)) for run in runs]


async def soon() -> None:
    await asyncio.sleep(0.05)


async def test_a_few_begin_and_each_that_is_done_makes_room(worker: WarmWorker, starts: Starts) -> None:
    runs, tasks = submit(worker, STARTS_AT_ONCE + 2)
    await soon()
    assert starts.begun == [run.id for run in runs[:STARTS_AT_ONCE]]
    starts.done[runs[1].id].set_result(None)
    await soon()
    assert starts.begun == [run.id for run in runs[: STARTS_AT_ONCE + 1]]
    for run in runs:
        starts.done.setdefault(run.id, asyncio.get_running_loop().create_future())
        if not starts.done[run.id].done():
            starts.done[run.id].set_result(None)
    await asyncio.gather(*tasks)
    assert starts.begun == [run.id for run in runs]


async def test_what_is_over_when_its_turn_comes_is_not_started_again(
    worker: WarmWorker, starts: Starts, prefect: Prefect
) -> None:
    runs, tasks = submit(worker, STARTS_AT_ONCE + 1)
    prefect.states[runs[-1].id] = Completed()
    await soon()
    for done in starts.done.values():
        done.set_result(None)
    await asyncio.gather(*tasks)
    assert starts.begun == [run.id for run in runs[:-1]]
    assert runs[-1].id not in worker._estate.mine


async def test_what_is_cancelled_while_it_waits_is_not_started_and_is_cancelled(
    worker: WarmWorker, starts: Starts, prefect: Prefect
) -> None:
    """One that is run again has had a process, and so Prefect does not call it Cancelled at once."""
    runs, tasks = submit(worker, STARTS_AT_ONCE + 1)
    await soon()
    prefect.states[runs[-1].id] = Cancelling()
    worker._estate.cancel(runs[-1].id)
    for done in starts.done.values():
        done.set_result(None)
    await asyncio.gather(*tasks)
    await soon()
    assert starts.begun == [run.id for run in runs[:-1]]
    assert prefect.states[runs[-1].id].is_cancelled()


async def test_a_cancellation_is_told_although_prefect_does_not_answer_at_first(
    worker: WarmWorker, prefect: Prefect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estate, "AGAIN", 0.01)
    told: list[UUID] = []
    monkeypatch.setattr(worker._estate._cancellations, "tell", told.append)
    run = uuid4()
    worker._estate.mine.add(run)
    prefect.states[run], prefect.away = Cancelling(), 3
    worker._estate.cancel(run)
    await soon()
    assert told == [run]


async def test_of_two_attempts_of_a_run_the_end_of_the_first_is_not_the_runs(
    worker: WarmWorker, prefect: Prefect
) -> None:
    run = uuid4()
    worker._estate.mine.add(run)
    worker._going[run] = 1  # the first one's process has gone
    worker._perhaps_over(run)
    assert run in worker._estate.mine
    worker._going[run] = 0
    worker._submitting_flow_run_ids.add(run)
    worker._perhaps_over(run)
    assert run in worker._estate.mine
    worker._submitting_flow_run_ids.discard(run)
    worker._perhaps_over(run)
    assert run not in worker._estate.mine


async def test_a_start_that_fails_ends_nothing_else_and_gives_its_turn_back(
    worker: WarmWorker, starts: Starts, caplog: pytest.LogCaptureFixture
) -> None:
    runs, tasks = submit(worker, STARTS_AT_ONCE + 1)
    await soon()
    starts.done[runs[0].id].set_exception(RuntimeError("500 Internal Server Error"))
    await soon()
    assert starts.begun == [run.id for run in runs]
    assert runs[0].id not in worker._estate.mine
    for run in runs[1:]:
        starts.done[run.id].set_result(None)
    await asyncio.gather(*tasks)


async def test_starts_that_hang_hold_the_others_up_for_a_moment_only(
    worker: WarmWorker, starts: Starts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "A_TURN_TAKES", 0.1)
    runs, tasks = submit(worker, STARTS_AT_ONCE + 1)
    await soon()
    assert runs[-1].id not in starts.begun
    await asyncio.sleep(0.15)
    assert starts.begun == [run.id for run in runs]
    for done in starts.done.values():
        done.set_result(None)
    await asyncio.gather(*tasks)
    # Each turn was given back once.
    assert worker._starting._value == STARTS_AT_ONCE
