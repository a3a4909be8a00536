"""Jobs as they go over the wire, said in the caller's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from admin_api import schemas
from admin_api.models import SyncJob, SyncJobEvent
from admin_api.prefect_gateway import Plan, page_of
from admin_api.words import Words
from flows.catalog import CATEGORIES, GROUPS, SCRIPTS, Flag, Group, Label, Script, Sentence


def job(row: SyncJob, words: Words) -> schemas.Job:
    return schemas.Job(**_columns(row, words))


def job_detail(row: SyncJob, events: Sequence[SyncJobEvent], words: Words) -> schemas.JobDetail:
    return schemas.JobDetail(
        **_columns(row, words),
        steps=[schemas.Step.model_validate(step) for step in row.steps],
        events=[_event(event, words) for event in events],
    )


def _columns(row: SyncJob, words: Words) -> dict[str, Any]:
    columns = {name: getattr(row, name) for name in schemas.Job.model_fields if hasattr(SyncJob, name)}
    return columns | {
        "prefect_url": page_of(row.flow_run_id) if row.flow_run_id else None,
        "skipped": bool(row.steps) and all(step["status"] == schemas.StepStatus.SKIPPED for step in row.steps),
        "error": _said(row.error, words),
        "warning": " ".join(words.say(_shortfall(found)) for found in row.shortfalls) or None,
    }


def _shortfall(found: Mapping[str, Any]) -> Sentence:
    if found["kind"] == "at-least":
        return Sentence("{script} brought {processed} records, and at least {expected} were expected.", found)
    return Sentence("{script} brought {processed} records, and its last runs about {expected}.", found)


def _event(event: SyncJobEvent, words: Words) -> schemas.Event:
    return schemas.Event.model_validate(event).model_copy(update={"why": _said(event.why, words)})


def _said(text: str | None, words: Words) -> str | None:
    """Our own sentence comes first, and is translated; what a script or Prefect said stays as it is."""
    if not text:
        return text
    first, newline, rest = text.partition("\n")
    return words.translated(first) + newline + rest


def schedule(plan: Plan) -> schemas.Schedule:
    return schemas.Schedule(
        id=plan.id,
        slug=plan.slug,
        deployment=plan.group.deployment,
        script=plan.group.short,
        cron=plan.cron,
        timezone=plan.timezone,
        active=plan.active,
        next_runs=list(plan.next_runs),
    )


def catalog(plans: Sequence[Plan] | None) -> schemas.Catalog:
    """`plans` is None while Prefect does not answer."""
    return schemas.Catalog(
        categories=[schemas.Category(name=one.name, label=_label(one.label)) for one in CATEGORIES],
        groups=[_group(group, plans) for group in GROUPS],
        scripts=[_script(script) for script in SCRIPTS],
    )


def _group(group: Group, plans: Sequence[Plan] | None) -> schemas.CatalogGroup:
    return schemas.CatalogGroup(
        script=group.short,
        cli=group.cli,
        event=group.event,
        deployment=group.deployment,
        label=_label(group.label),
        flags=[_flag(flag) for flag in group.flags],
        steps=[
            schemas.CatalogStep(
                name=step.name,
                script=step.script.name,
                after=list(step.after),
                time_limit=int(step.time_limit.total_seconds()),
            )
            for step in group.steps
        ],
        schedules=None if plans is None else [schedule(plan) for plan in plans if plan.group is group],
    )


def _script(script: Script) -> schemas.CatalogScript:
    return schemas.CatalogScript(
        script=script.name,
        deployment=script.deployment,
        category=script.category.name,
        label=_label(script.label),
        flags=[_flag(flag) for flag in script.flags],
    )


def _flag(flag: Flag) -> schemas.Flag:
    return schemas.Flag(
        name=flag.name,
        kind=flag.kind.value,
        help=flag.help,
        default=flag.default,
        minimum=flag.minimum if flag.kind == "integer" else None,
        maximum=flag.maximum if flag.kind == "integer" else None,
        choices=list(flag.choices),
        max_length=flag.max_length if flag.kind == "text" else None,
    )


def _label(label: Label) -> schemas.Label:
    return schemas.Label(fr=label.fr, en=label.en)
