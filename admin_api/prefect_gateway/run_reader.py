"""Runs, read from Prefect's API: many with few questions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterType,
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterId,
    FlowRunFilterIdempotencyKey,
    FlowRunFilterParentFlowRunId,
    FlowRunFilterState,
    FlowRunFilterStateName,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import Artifact, FlowRun, StateType, TaskRun
from prefect.client.schemas.objects import State as PrefectState
from prefect.client.schemas.sorting import ArtifactSort, FlowRunSort, TaskRunSort
from prefect.exceptions import ObjectNotFound

from admin_api.prefect_gateway.errors import reachable
from admin_api.prefect_gateway.snapshots import RunSnapshot, State, day_of, is_step, run_of, state_of, task_of
from flows.catalog import SYNC_DAILY

PAGE = 200  #: the most that Prefect gives at once
UNDER_WAY = [StateType.PENDING, StateType.RUNNING, StateType.PAUSED, StateType.CANCELLING]

Found = TypeVar("Found")


class RunReader:
    """Every method raises PrefectUnreachable where Prefect is away."""

    def __init__(self, client: PrefectClient) -> None:
        self.client = client
        self._flows: dict[UUID, str] = {}
        self._deployments: dict[UUID, str | None] = {}

    async def snapshots(self, ids: Collection[UUID]) -> list[RunSnapshot]:
        """Those of these runs that Prefect knows. In place of a day's step comes its day, which holds it."""
        async with reachable():
            runs = {run.id: run for run in await self._runs(id=FlowRunFilterId(any_=list(ids)))} if ids else {}
            flows = {run.id: await self._flow(run.flow_id) for run in runs.values()}
            days = {day_of(run, flows[run.id]) for run in runs.values()} - {None, *runs}
            if days:
                found = await self._runs(id=FlowRunFilterId(any_=[day for day in days if day]))
                runs |= {run.id: run for run in found}
                flows |= {run.id: await self._flow(run.flow_id) for run in found}
            parents = [id_ for id_, flow in flows.items() if flow == SYNC_DAILY.name]
            children = await self._children(parents)
            flows |= {run.id: await self._flow(run.flow_id) for run in children}
            everything = {**runs, **{run.id: run for run in children}}
            tasks, bars = await self._tasks_of(list(everything))
            steps = {
                run.id: await self._snapshot(run, flows[run.id], tasks.get(run.id, []), bars, ())
                for run in everything.values()
            }
            family: dict[UUID, list[RunSnapshot]] = {}
            for child in children:
                if (day := steps[child.id].day) is not None:
                    family.setdefault(day, []).append(steps[child.id])
            return [
                await self._snapshot(run, flows[run.id], tasks.get(run.id, []), bars, tuple(family.get(run.id, ())))
                for run in runs.values()
                # A step whose day is gone stands for itself.
                if steps[run.id].day not in runs
            ]

    async def under_way(self) -> list[UUID]:
        """Every run that goes on, or is late to."""
        async with reachable():
            going, late = await asyncio.gather(
                self._runs(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=UNDER_WAY))),
                # A planned run is Scheduled, too, and no job yet: any other name of that type is one.
                self._runs(
                    state=FlowRunFilterState(
                        type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]),
                        name=FlowRunFilterStateName(not_any_=["Scheduled"]),
                    )
                ),
            )
            # Most of these are a schedule's plans for the next days, which only time tells from what is due.
            waiting = await self._runs(
                state=FlowRunFilterState(name=FlowRunFilterStateName(any_=["Scheduled"])),
                expected_start_time=FlowRunFilterExpectedStartTime.model_validate(
                    {"before_": datetime.now(UTC) + timedelta(minutes=1)}
                ),
            )
            return [run.id for run in [*going, *late, *waiting] if not _is_planned(run)]

    async def ended_since(self, since: datetime | None) -> AsyncIterator[list[UUID]]:
        """The runs that ended then or later, or all that ever ended, oldest first, a page at a time."""
        ended = FlowRunFilterEndTime.model_validate({"after_": since} if since else {"is_null_": False})
        offset = 0
        while True:
            async with reachable():
                page = await self.client.read_flow_runs(
                    flow_run_filter=FlowRunFilter(end_time=ended),
                    sort=FlowRunSort.EXPECTED_START_TIME_ASC,
                    limit=PAGE,
                    offset=offset,
                )
            if page:
                yield [run.id for run in page]
            if len(page) < PAGE:
                return
            offset += PAGE

    async def started_as(self, jobs: Collection[UUID]) -> dict[UUID, UUID]:
        """The runs that these jobs have become, by job; a job that never reached Prefect is not among them."""
        async with reachable():
            runs = (
                await self._runs(idempotency_key=FlowRunFilterIdempotencyKey(any_=[str(job) for job in jobs]))
                if jobs
                else []
            )
            return {UUID(run.idempotency_key): run.id for run in runs if run.idempotency_key}

    async def history(self, run: UUID) -> list[State]:
        """Every state that the run has had, oldest first."""
        async with reachable():
            states = await self.client.read_flow_run_states(run)
            return sorted(map(state_of, states), key=lambda state: state.at)

    async def result(self, run: RunSnapshot) -> Any:
        """What a run that is over has returned; None where that was nothing, is gone, or is no plain JSON."""
        async with reachable():
            return await _result_of(run.state.original) if run.state.original is not None else None

    async def _snapshot(
        self,
        run: FlowRun,
        flow: str,
        tasks: list[TaskRun],
        bars: dict[UUID, list[Artifact]],
        children: tuple[RunSnapshot, ...],
    ) -> RunSnapshot:
        steps = tuple(task_of(task, bars.get(task.id, [])) for task in tasks)
        deployment = await self._deployment(run.deployment_id) if run.deployment_id else None
        return run_of(run, flow=flow, deployment=deployment, tasks=steps, children=children)

    async def _runs(self, **filters: Any) -> list[FlowRun]:
        return await _pages(
            lambda offset: self.client.read_flow_runs(
                flow_run_filter=FlowRunFilter(**filters), sort=FlowRunSort.ID_DESC, limit=PAGE, offset=offset
            )
        )

    async def _children(self, parents: list[UUID]) -> list[FlowRun]:
        if not parents:
            return []
        return await self._runs(parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=parents))

    async def _tasks_of(self, ids: list[UUID]) -> tuple[dict[UUID, list[TaskRun]], dict[UUID, list[Artifact]]]:
        """The step tasks by run, and their progress artifacts by task run, both oldest first."""
        if not ids:
            return {}, {}
        runs = FlowRunFilter(id=FlowRunFilterId(any_=ids))
        tasks, bars = await asyncio.gather(
            _pages(
                lambda offset: self.client.read_task_runs(
                    flow_run_filter=runs, sort=TaskRunSort.ID_DESC, limit=PAGE, offset=offset
                )
            ),
            _pages(
                lambda offset: self.client.read_artifacts(
                    flow_run_filter=runs, artifact_filter=_BARS, sort=ArtifactSort.ID_DESC, limit=PAGE, offset=offset
                )
            ),
        )
        steps = sorted((task for task in tasks if is_step(task)), key=lambda task: (task.created, task.id))
        return _by(steps, lambda task: task.flow_run_id), _by(
            sorted(bars, key=lambda bar: (bar.created, bar.id)), lambda bar: bar.task_run_id
        )

    async def _flow(self, id_: UUID) -> str:
        if id_ not in self._flows:
            self._flows[id_] = (await self.client.read_flow(id_)).name
        return self._flows[id_]

    async def _deployment(self, id_: UUID) -> str | None:
        if id_ not in self._deployments:
            try:
                deployment = await self.client.read_deployment(id_)
                self._deployments[id_] = f"{await self._flow(deployment.flow_id)}/{deployment.name}"
            except ObjectNotFound:
                self._deployments[id_] = None
        return self._deployments[id_]


_BARS = ArtifactFilter(type=ArtifactFilterType(any_=["progress"]))


async def _pages(read: Callable[[int], Awaitable[list[Found]]]) -> list[Found]:
    found: list[Found] = []
    while True:
        page = await read(len(found))
        found += page
        if len(page) < PAGE:
            return found


def _by(items: Iterable[Found], key: Callable[[Found], UUID | None]) -> dict[UUID, list[Found]]:
    grouped: dict[UUID, list[Found]] = {}
    for item in items:
        if (group := key(item)) is not None:
            grouped.setdefault(group, []).append(item)
    return grouped


def _is_planned(run: FlowRun) -> bool:
    return bool(run.auto_scheduled) and run.state is not None and run.state.name == "Scheduled"


async def _result_of(state: PrefectState[Any]) -> Any:
    # Written as JSON by our flows; a pickle, which could be anybody's, is not opened.
    serializer = getattr(getattr(state.data, "serializer", None), "type", None)
    if serializer != "json":
        return None
    try:
        result = await state.aresult(raise_on_failure=False, retry_result_failure=False)
    except Exception:
        return None
    return None if isinstance(result, BaseException) else result
