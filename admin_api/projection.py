"""What a run is as a job (DESIGN.md 3.3): a function of what Prefect has, and of nothing else.

That is what makes the table right after any outage: whoever reads the same run gets the same row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from admin_api import causes
from admin_api.masking import masked, masked_text
from admin_api.models import Status, Trigger
from admin_api.prefect_gateway import RunSnapshot, State
from admin_api.schemas import StepStatus
from admin_api.step_progress import Steps, day_steps, group_steps
from flows.catalog import GROUPS, SCRIPT, SYNC_DAILY, Group, Step, single

LONGEST_ERROR = 2000  #: characters, the last ones: the tail is the useful part
LONGEST_WHY = 500
NEWLINE = "\n"

_GROUP = {group.name: group for group in GROUPS}
_DAY_STEP = {step.name: step for step in SYNC_DAILY.steps}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The columns of a job that follow from its run as it stands."""

    script: str
    deployment: str | None
    flow_run_id: UUID
    parent_id: UUID | None
    status: Status
    trigger: Trigger
    parameters: dict[str, Any]
    progress: int
    processed: int | None
    total: int | None
    step: str | None
    attempt: int | None
    error: str | None
    steps: Steps
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of status, from a run's history."""

    old: Status | None
    new: Status
    at: datetime
    why: str | None


def facts(run: RunSnapshot, of_day: RunSnapshot | None = None) -> Facts | None:
    """The job of a run, or None where it is none: another's flow, or one that is only planned."""
    status = status_of(run.state, planned=run.scheduled)
    subject = _subject(run)
    if status is None or subject is None:
        return None
    cut_off = None
    if status.over:
        cut_off = StepStatus.CANCELLED if status is Status.CANCELLED else StepStatus.FAILED
    if subject.group is SYNC_DAILY:
        steps = day_steps(SYNC_DAILY.steps, run.children, cut_off=cut_off)
    else:
        steps = group_steps(subject.steps, run.tasks, cut_off=cut_off)
    newest = max(
        (step for step in steps if step["started_at"]), key=lambda step: step["started_at"] or "", default=None
    )
    processed, total = (newest["processed"], newest["total"]) if newest else (None, None)
    if subject.group is SYNC_DAILY:
        processed, total = sum(step["completed_at"] is not None for step in steps), len(steps)
    return Facts(
        script=subject.name,
        deployment=run.deployment,
        flow_run_id=run.id,
        parent_id=of_day.job if of_day else None,
        status=status,
        trigger=_trigger(of_day or run),
        parameters=masked(subject.parameters),
        progress=_progress(steps, status),
        processed=processed,
        total=total,
        step=newest["name"] if newest else None,
        attempt=newest["attempt"] if newest else None,
        error=_error(run, steps) if status is Status.FAILED else None,
        steps=steps,
        created_at=run.expected if run.scheduled else run.created,
        started_at=run.began,
        completed_at=run.state.at if status.over else None,
    )


def status_of(state: State, *, planned: bool) -> Status | None:
    """The table of DESIGN.md 3.3. None: a schedule's plan for later. `planned`: a schedule has made the run."""
    match state.type:
        case "SCHEDULED" if state.name in ("AwaitingRetry", "Sleeping"):
            return Status.RUNNING
        case "SCHEDULED":
            return None if planned and state.name == "Scheduled" else Status.PENDING
        case "PENDING":
            return Status.PENDING
        case "RUNNING" | "PAUSED" | "CANCELLING":
            return Status.RUNNING
        case "COMPLETED":
            return Status.COMPLETED
        case "CANCELLED":
            return Status.CANCELLED
        case _:
            return Status.FAILED


def changes(history: Iterable[State], *, planned: bool) -> list[Change]:
    """Every change of status among the states that a run has had, oldest first."""
    told: list[Change] = []
    for state in history:
        status = status_of(state, planned=planned)
        before = told[-1].new if told else None
        if status is not None and status is not before:
            told.append(Change(old=before, new=status, at=state.at, why=_why(state)))
    return told


@dataclass(frozen=True, kw_only=True)
class _Subject:
    name: str
    steps: Sequence[Step]
    parameters: dict[str, Any]
    group: Group | None = None


def _subject(run: RunSnapshot) -> _Subject | None:
    """What of the catalog was run, by the flow's name: it stays right where a deployment is gone."""
    if group := _GROUP.get(run.flow):
        given = {name.replace("_", "-"): value for name, value in run.parameters.items()}
        return _Subject(name=group.short, steps=group.steps, parameters=given, group=group)
    if run.flow == "sync-script":
        name, flags = run.parameters.get("script"), run.parameters.get("flags")
        given = flags if isinstance(flags, dict) else {}
        script = SCRIPT.get(name) if isinstance(name, str) else None
        if script is None:  # Prefect's UI takes any name, and the run then says that nothing is called so
            return _Subject(name=masked_text(str(name))[:100], steps=(), parameters=given)
        return _Subject(name=script.name, steps=(single(script, given),), parameters=given)
    step = _DAY_STEP.get(run.flow.removeprefix("daily-"))
    if run.day is not None and step is not None:
        return _Subject(name=step.script.name, steps=(step,), parameters=dict(step.flags({})))
    return None


def _trigger(run: RunSnapshot) -> Trigger:
    """Of a run without a job's key the tags say nothing: Prefect's UI has copied them from another."""
    ours = run.job != run.id
    tags = {tag.removeprefix("trigger:") for tag in run.tags if ours and tag.startswith("trigger:")}
    named = next((trigger for trigger in Trigger if trigger.value in tags), None)
    return named or (Trigger.SCHEDULE if run.scheduled else Trigger.PREFECT)


def _progress(steps: Steps, status: Status) -> int:
    """Steps done plus what the others have shown: a failed one counts for what it did, so a retry never goes back."""
    if status is Status.COMPLETED:
        return 100
    share = sum(step["progress"] for step in steps) / len(steps) if steps else 0
    return min(99, int(share))


def _error(run: RunSnapshot, steps: Steps) -> str:
    message = masked_text(run.state.message)
    if run.state.type == "CRASHED":
        if run.state.name == "Crashed" and message in causes.OF_AUTOMATIONS:
            return message
        cause = causes.KILLED if _KILLED_BY.search(message) else causes.DIED
        return f"{cause}{NEWLINE}{message}"[:LONGEST_ERROR] if message else cause
    failed = [step for step in steps if step["status"] == "FAILED"]
    if run.flow == SYNC_DAILY.name and failed:
        lines = [f"{step['name']}: {(step['message'] or '').partition(NEWLINE)[0]}" for step in failed]
        return NEWLINE.join([causes.STEPS_FAILED, *lines])[:LONGEST_ERROR]
    return message[-LONGEST_ERROR:] or causes.FAILED_SILENTLY


#: The exit code of who was killed, as a process's or a shell's; an id may well have the same digits.
_KILLED_BY = re.compile(r"(?<!\w)-9\b|(?<![\w-])137\b")


def _why(state: State) -> str | None:
    if state.message:
        return masked_text(state.message)[:LONGEST_WHY]
    return None if state.name.upper() == state.type else state.name
