"""What the command line sees of a run: it speaks to Prefect alone, and works without the admin API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import WorkPoolStatus

from admin_api.prefect_gateway import starting
from admin_api.prefect_gateway.errors import PrefectUnreachable, reachable
from admin_api.prefect_gateway.gateway import Gateway, page_of
from admin_api.prefect_gateway.snapshots import RunSnapshot, StepTask, state_of
from flows.catalog import Flags, Target


@dataclass(frozen=True, kw_only=True)
class Run:
    """A flow run, as far as those who started it care."""

    id: UUID
    #: The SyncJob that it is, in the admin API.
    job: UUID
    name: str
    #: Prefect's own name of the state, e.g. Late or AwaitingConcurrencySlot; empty before there is one.
    state: str
    message: str
    #: Whether it is over, and then whether it ended well.
    over: bool
    well: bool

    @property
    def url(self) -> str:
        """Its page in Prefect's UI."""
        return page_of(self.id)


@dataclass(frozen=True, kw_only=True)
class StepRun:
    """A step of a run, as it stands. `message` is its outcome in a line: counts, why it was skipped, how it failed."""

    name: str
    state: str
    message: str
    over: bool
    well: bool
    #: 0 to 100, of the attempt that goes on.
    percent: float


async def start(target: Target, flags: Flags, trigger: str) -> Run:
    """Starts a run and does not wait for it. Raises PrefectUnreachable or NotRegistered."""
    job = uuid4()
    async with get_client() as client:
        run = await starting.start(client, target, flags, trigger, job)
    state = state_of(run.state)
    return Run(
        id=run.id, job=job, name=run.name, state=state.name, message=state.message, over=state.over, well=state.well
    )


async def has_worker(pool: str) -> bool:
    """Whether somebody is there to take up a run. Raises PrefectUnreachable."""
    async with reachable(), get_client() as client:
        return (await client.read_work_pool(pool)).status == WorkPoolStatus.READY


async def watch(run_id: UUID, every: float = 0.5) -> AsyncIterator[tuple[Run, list[StepRun]]]:
    """The run and those of its steps that have begun, every so many seconds, until it is over."""
    async with Gateway.connected() as prefect:
        while True:
            found = await prefect.snapshots([run_id])
            if not found:
                raise PrefectUnreachable("the run is gone: it was deleted in Prefect")
            run = _run(found[0])
            yield run, _steps(found[0])
            if run.over:
                return
            await asyncio.sleep(every)


def _run(run: RunSnapshot) -> Run:
    state = run.state
    return Run(
        id=run.id, job=run.job, name=run.name, state=state.name, message=state.message, over=state.over, well=state.well
    )


def _steps(run: RunSnapshot) -> list[StepRun]:
    """Each try of a retried run has a task run: the newest one counts."""
    tasks = [*run.tasks, *(task for child in run.children for task in child.tasks)]
    return list({task.step: _step(task) for task in sorted(tasks, key=lambda task: task.created)}.values())


def _step(task: StepTask) -> StepRun:
    state = task.state
    return StepRun(
        name=task.step,
        state=state.name,
        message=state.message,
        over=state.over,
        well=state.well,
        percent=task.percent_now,
    )
