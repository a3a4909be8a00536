"""The only file here that speaks to Prefect. Everyone else sees the words of this module."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypedDict
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterType,
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterParentFlowRunId,
)
from prefect.client.schemas.objects import FlowRun, State, TaskRun, WorkPoolStatus
from prefect.client.schemas.sorting import ArtifactSort, TaskRunSort
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.settings import get_current_settings

from flows.catalog import Flags, Group, Target


class PrefectUnreachable(Exception):
    """Prefect does not answer."""

    def __init__(self, reason: object) -> None:
        url = get_current_settings().api.url
        super().__init__(f"Prefect does not answer at {url} ({reason}). Is `syncs up` running?")


class NotRegistered(Exception):
    """Prefect knows no such deployment yet."""

    def __init__(self, deployment: str) -> None:
        super().__init__(f"Prefect has no deployment {deployment}. `syncs deploy` registers every one.")


@dataclass(frozen=True, kw_only=True)
class Run:
    """A flow run, as far as those who started it care."""

    id: UUID
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
        return f"{get_current_settings().ui_url}/runs/flow-run/{self.id}"


@dataclass(frozen=True, kw_only=True)
class StepRun:
    """A step of a run, as it stands. `message` is its outcome in a line: counts, why it was skipped, how it failed."""

    name: str
    state: str
    message: str
    over: bool
    well: bool
    #: 0 to 100; None where the script has not said.
    percent: float | None


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except PrefectHTTPStatusError as error:
        raise PrefectUnreachable(f"it answered {error.response.status_code}") from error
    except httpx.HTTPError as error:
        raise PrefectUnreachable(type(error).__name__) from error


def parameters(target: Target, flags: Flags) -> dict[str, object]:
    """What the target's flow is called with: a group's flags are its parameters, a script's come as one."""
    if isinstance(target, Group):
        return {name.replace("-", "_"): value for name, value in flags.items()}
    return {"script": target.name, "flags": dict(flags)}


async def start(target: Target, flags: Flags, trigger: str) -> Run:
    """Starts a run and does not wait for it. Raises PrefectUnreachable or NotRegistered."""
    with _reachable():
        try:
            run = await run_deployment(  # type: ignore[misc]  # typed for both its sync and async form
                target.deployment,
                parameters=parameters(target, flags),
                timeout=0,
                as_subflow=False,
                tags=[f"trigger:{trigger}"],
            )
        except ObjectNotFound:
            raise NotRegistered(target.deployment) from None
    return _run(run)


async def has_worker(pool: str) -> bool:
    """Whether somebody is there to take up a run. Raises PrefectUnreachable."""
    with _reachable():
        async with get_client() as client:
            return (await client.read_work_pool(pool)).status == WorkPoolStatus.READY


async def watch(run_id: UUID, every: float = 0.5) -> AsyncIterator[tuple[Run, list[StepRun]]]:
    """The run and those of its steps that have begun, every so many seconds, until it is over."""
    with _reachable():
        async with get_client() as client:
            while True:
                run = _run(await client.read_flow_run(run_id))
                yield run, await _steps(client, run_id)
                if run.over:
                    return
                await asyncio.sleep(every)


async def _steps(client: PrefectClient, run_id: UUID) -> list[StepRun]:
    children = await client.read_flow_runs(
        flow_run_filter=FlowRunFilter(parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[run_id]))
    )
    runs = FlowRunFilter(id=FlowRunFilterId(any_=[run_id, *(child.id for child in children)]))
    tasks, bars = await asyncio.gather(
        client.read_task_runs(flow_run_filter=runs, sort=TaskRunSort.EXPECTED_START_TIME_DESC, limit=PAGE),
        client.read_artifacts(flow_run_filter=runs, artifact_filter=_BARS, sort=ArtifactSort.CREATED_DESC, limit=PAGE),
    )
    # Each attempt has a bar of its own, and each try of a retried run a task run: the newest ones count.
    percents = {bar.task_run_id: float(str(bar.data)) for bar in reversed(bars)}
    steps = {_name(task): _step(task, percents.get(task.id)) for task in reversed(tasks) if _is_step(task)}
    return list(steps.values())


PAGE = 200  #: the most that Prefect gives at once
_BARS = ArtifactFilter(type=ArtifactFilterType(any_=["progress"]))


def _is_step(task: TaskRun) -> bool:
    """A day's own task runs, which stand for its subflows, are none."""
    return any(tag.startswith("script:") for tag in task.tags)


def _name(task: TaskRun) -> str:
    """The step's; until it begins, Prefect's own name for it ends with the first letters of a key."""
    return re.sub(r"-[0-9a-f]{3}$", "", task.name) if task.run_count == 0 else task.name


def _run(run: FlowRun) -> Run:
    return Run(id=run.id, name=run.name, **_state(run.state))


def _step(task: TaskRun, percent: float | None) -> StepRun:
    return StepRun(name=_name(task), percent=percent, **_state(task.state))


class _State(TypedDict):
    state: str
    message: str
    over: bool
    well: bool


def _state(state: State[Any] | None) -> _State:
    if state is None:
        return _State(state="", message="", over=False, well=False)
    message = _UNSHOWN.sub("", _PREFIX.sub("", state.message or ""))
    return _State(state=state.name or "", message=message, over=state.is_final(), well=state.is_completed())


#: What Prefect puts before an exception's own words.
_PREFIX = re.compile(r"^(Flow|Task) run encountered an exception:? \w+: ")
#: Colours, and whatever else a script's words would do to a terminal.
_UNSHOWN = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]")
