"""Runs of Prefect's, made by hand, for what is a function of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from admin_api.prefect_gateway import RunSnapshot, State, StepTask

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
_OVER = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def state(type_: str, name: str | None = None, message: str = "", seconds: float = 0) -> State:
    return State(
        id=uuid4(),
        type=type_,
        name=type_.capitalize() if name is None else name,
        message=message,
        at=at(seconds),
        over=type_ in _OVER,
    )


def task(step: str, now: State | None = None, seconds: float = 0, **values: Any) -> StepTask:
    """A task run of a step, made so many seconds after noon."""
    now = now or state("COMPLETED", seconds=seconds + 1)
    made = StepTask(
        id=uuid4(),
        run_id=uuid4(),
        step=step,
        script="sync-press",
        state=now,
        attempts=1,
        cached=now.name == "Cached",
        created=at(seconds),
        began=at(seconds),
        ended=now.at if now.over else None,
        percent=0,
        percent_now=0,
        processed=None,
        total=None,
    )
    return replace(made, **values)


def run(flow: str = "sync-press", now: State | None = None, seconds: float = 0, **values: Any) -> RunSnapshot:
    """A run of `<flow>/prod`, made so many seconds after noon."""
    made = RunSnapshot(
        id=uuid4(),
        name="gentle-otter",
        flow=flow,
        deployment=f"{flow}/prod",
        state=now or state("RUNNING", seconds=seconds),
        parameters={},
        tags=frozenset(),
        idempotency_key=None,
        scheduled=False,
        created=at(seconds),
        expected=at(seconds),
        began=at(seconds),
        ended=None,
        day=None,
        tasks=(),
        children=(),
    )
    return replace(made, **values)


def started_as(job: UUID, trigger: str = "admin") -> dict[str, Any]:
    """What the API and the command line give the run of a job."""
    return {"idempotency_key": str(job), "tags": frozenset({f"job:{job}", f"trigger:{trigger}"})}


def child(day: UUID, step: str, now: State | None = None, seconds: float = 0, **values: Any) -> RunSnapshot:
    """The run of a day's step."""
    return run(f"daily-{step}", now, seconds, deployment=None, day=day, parameters={"run": str(day)}, **values)
