"""A run as Prefect has it at one moment, in words of our own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from prefect.client.schemas.objects import Artifact, FlowRun, TaskRun
from prefect.client.schemas.objects import State as PrefectState

from admin_api.escapes import without_escapes

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class State:
    """`type` is one of Prefect's (SCHEDULED, RUNNING, ...), `name` its finer name (Late, AwaitingRetry, Skipped...)."""

    id: UUID | None
    type: str
    name: str
    #: As a person would read it: without what Prefect puts before an exception's own words, without control characters.
    message: str
    at: datetime
    over: bool
    #: As Prefect has it, with where the result is: for RunReader.result.
    original: PrefectState[Any] | None = field(default=None, repr=False, compare=False)

    @property
    def well(self) -> bool:
        return self.type == "COMPLETED"


@dataclass(frozen=True, kw_only=True)
class StepTask:
    """A task run that runs a step. A run that was retried has several of one step."""

    id: UUID
    run_id: UUID
    step: str
    script: str
    state: State
    #: Attempts until now.
    attempts: int
    #: Its result was there already, and nothing was run.
    cached: bool
    created: datetime
    began: datetime | None
    ended: datetime | None
    #: The most that any of its attempts has shown, 0 to 100.
    percent: float
    #: As the newest of its attempts has shown and counted.
    percent_now: float
    processed: int | None
    total: int | None


@dataclass(frozen=True, kw_only=True)
class RunSnapshot:
    """A flow run with its step tasks, and a day's with those of its steps' runs."""

    id: UUID
    name: str
    flow: str
    #: `<flow>/<name>`; None where no deployment was run, or it is gone.
    deployment: str | None
    state: State
    parameters: dict[str, Any]
    tags: frozenset[str]
    idempotency_key: str | None
    #: Made by a schedule.
    scheduled: bool
    created: datetime
    #: When it was meant to start.
    expected: datetime
    began: datetime | None
    ended: datetime | None
    #: The run whose step this one is, for a subflow of the day.
    day: UUID | None
    tasks: tuple[StepTask, ...]
    children: tuple[RunSnapshot, ...]

    @property
    def job(self) -> UUID:
        """The job that it is: the one it was started as, or else one of the run's own id.

        The key says so, which stays as it was made: Prefect's UI copies a run with its tags, and lets them be changed.
        """
        key = self.idempotency_key or ""
        return UUID(key) if _is_uuid(key) else self.id


def state_of(state: PrefectState[Any] | None) -> State:
    if state is None:  # for a moment, while a run is being made
        return State(id=None, type="PENDING", name="", message="", at=_EPOCH, over=False)
    return State(
        id=state.id,
        type=state.type.value,
        name=state.name or "",
        message=readable(state.message or ""),
        at=state.timestamp,
        over=state.is_final(),
        original=state,
    )


def task_of(task: TaskRun, bars: list[Artifact]) -> StepTask:
    """`bars` are the progress artifacts of this task run's attempts, oldest first."""
    state = state_of(task.state)
    counts = (bars[-1].metadata_ or {}) if bars else {}
    percents = [float(str(bar.data)) for bar in bars]
    assert task.flow_run_id is not None  # noqa: S101 - we read those of flow runs
    assert task.created is not None  # noqa: S101 - every one that is read back has it
    return StepTask(
        id=task.id,
        run_id=task.flow_run_id,
        step=step_name(task),
        script=next(tag.removeprefix(SCRIPT_TAG) for tag in task.tags if tag.startswith(SCRIPT_TAG)),
        state=state,
        attempts=task.run_count,
        cached=state.name == "Cached",
        created=task.created,
        began=task.start_time,
        ended=task.end_time if state.over else None,
        percent=max(percents, default=0.0),
        percent_now=percents[-1] if percents else 0.0,
        processed=_count(counts.get("processed")),
        total=_count(counts.get("total")),
    )


def run_of(
    run: FlowRun,
    *,
    flow: str,
    deployment: str | None,
    tasks: tuple[StepTask, ...],
    children: tuple[RunSnapshot, ...],
) -> RunSnapshot:
    assert run.created is not None  # noqa: S101 - every one that is read back has it
    return RunSnapshot(
        id=run.id,
        name=run.name,
        flow=flow,
        deployment=deployment,
        state=state_of(run.state),
        parameters=run.parameters,
        tags=frozenset(run.tags),
        idempotency_key=run.idempotency_key,
        scheduled=bool(run.auto_scheduled),
        created=run.created,
        expected=run.expected_start_time or run.created,
        began=run.start_time,
        ended=run.end_time,
        day=day_of(run, flow),
        tasks=tasks,
        children=children,
    )


def day_of(run: FlowRun, flow: str) -> UUID | None:
    """The day's run is the one parameter that it gives to its steps' runs (flows/sync_daily.py)."""
    if run.parent_task_run_id is None or not flow.startswith(STEP_OF_A_DAY):
        return None
    try:
        return UUID(str(run.parameters.get("run")))
    except ValueError:
        return None


SCRIPT_TAG = "script:"
JOB_TAG = "job:"
TRIGGER_TAG = "trigger:"
STEP_OF_A_DAY = "daily-"


def is_step(task: TaskRun) -> bool:
    """A day's own task runs, which stand for its subflows, are none."""
    return any(tag.startswith(SCRIPT_TAG) for tag in task.tags)


def step_name(task: TaskRun) -> str:
    """The step's; until it begins, Prefect's own name for it ends with the first letters of a key."""
    return re.sub(r"-[0-9a-f]{3}$", "", task.name) if task.run_count == 0 else task.name


def readable(message: str) -> str:
    return without_escapes(_PREFIX.sub("", message))


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _count(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() else None


#: What Prefect puts before an exception's own words.
_PREFIX = re.compile(r"^(Flow|Task) run encountered an exception:? \w+: ")
