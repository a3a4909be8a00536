"""How far each step of a run is, from its task runs: right across attempts, and across retries of the whole run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from admin_api.masking import masked_text
from admin_api.prefect_gateway import RunSnapshot, State, StepTask
from admin_api.schemas import StepStatus
from flows.catalog import Step

LONGEST_MESSAGE = 1000  #: characters, the last ones

#: Flags that do not narrow what a script looks at.
_WHOLE = {"verbose", "force"}


class StepRow(TypedDict):
    """A step of a job as its row keeps it. Times are ISO 8601."""

    name: str
    script: str
    #: A StepStatus.
    status: str
    attempt: int
    #: 0 to 100: the most that any attempt has shown.
    progress: int
    processed: int | None
    total: int | None
    message: str | None
    started_at: str | None
    completed_at: str | None
    job_id: str | None
    #: Whether it looked at all there is: without --limit, --today and the like.
    whole: bool
    #: Its task runs in Prefect, oldest first.
    tasks: list[str]


Steps = list[StepRow]


def group_steps(steps: Sequence[Step], tasks: Sequence[StepTask], *, cut_off: StepStatus | None) -> Steps:
    """`cut_off`: what a step is that was killed, as its run is over; None while that goes on."""
    return [
        _step(step, sorted((task for task in tasks if task.step == step.name), key=lambda task: task.created), cut_off)
        for step in steps
    ]


def day_steps(steps: Sequence[Step], children: Sequence[RunSnapshot], *, cut_off: StepStatus | None) -> Steps:
    """A day's steps: each has runs of its own, of which a retried day may have several."""
    rows: Steps = []
    for step in steps:
        runs = sorted((run for run in children if run.flow == f"daily-{step.name}"), key=lambda run: run.created)
        tasks = sorted((task for run in runs for task in run.tasks), key=lambda task: task.created)
        row = _step(step, tasks, cut_off)
        if runs:
            row["job_id"] = str(runs[-1].job)
            row["status"] = _status_of_run(runs[-1], row["status"], cut_off)
            row["message"] = row["message"] or _message(runs[-1].state)
            row["started_at"] = row["started_at"] or _iso(runs[0].began)
            row["completed_at"] = _iso(runs[-1].state.at) if runs[-1].state.over else None
        rows.append(row)
    return rows


def _step(step: Step, tasks: Sequence[StepTask], cut_off: StepStatus | None) -> StepRow:
    # Where a retried run found the step done, what tells of it is the task run that did it.
    ran = [task for task in tasks if not task.cached] or list(tasks)
    last = ran[-1] if ran else None
    done = any(task.state.well for task in tasks)
    if done:
        last = next(task for task in reversed(ran) if task.state.well)
    counted = next((task for task in reversed(ran) if task.processed is not None), None)
    return StepRow(
        name=step.name,
        script=step.script.name,
        status=_status(last.state if last else None, cut_off),
        attempt=sum(task.attempts for task in ran),
        progress=100 if done else int(max((task.percent for task in ran), default=0)),
        processed=counted.processed if counted else None,
        total=counted.total if counted else None,
        message=_message(last.state) if last else None,
        started_at=_iso(min((task.began for task in ran if task.began), default=None)),
        completed_at=_iso(last.ended) if last else None,
        job_id=None,
        whole={name for name, value in step.given.items() if value is not False} <= _WHOLE,
        tasks=[str(task.id) for task in tasks],
    )


def _status(state: State | None, cut_off: StepStatus | None) -> StepStatus:
    if state is None:
        return StepStatus.NOT_RUN if cut_off else StepStatus.PENDING
    match state.type:
        case "COMPLETED":
            return StepStatus.SKIPPED if state.name == "Skipped" else StepStatus.COMPLETED
        case "CANCELLED":
            return StepStatus.CANCELLED
        case "FAILED":
            return StepStatus.FAILED
        case "CRASHED":
            return cut_off or StepStatus.FAILED
        case _ if cut_off:  # its run ended without it
            return cut_off
        case "RUNNING":
            return StepStatus.RUNNING
        case "SCHEDULED" if state.name == "AwaitingRetry":
            return StepStatus.RUNNING
        case _:
            return StepStatus.PENDING


def _status_of_run(run: RunSnapshot, by_tasks: str, cut_off: StepStatus | None) -> StepStatus:
    """The step's own run knows better than its tasks whether it is over, but not whether it was skipped."""
    if by_tasks == StepStatus.SKIPPED and run.state.well:
        return StepStatus.SKIPPED
    return _status(run.state, cut_off)


def _message(state: State) -> str | None:
    return masked_text(state.message)[-LONGEST_MESSAGE:] or None


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
