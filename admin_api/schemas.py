"""What goes over the wire: camelCase keys, times in UTC with their zone."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr
from pydantic.alias_generators import to_camel

from admin_api.models import Status, Trigger

ID = UUID("0199e6a4-7c1e-7d3a-9d0e-3f1c5a7b9d11")
AT = "2026-11-22T05:00:04.120000Z"


class Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


def example(**values: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [values]})


class Job(Wire):
    """A run, as far as Prefect has told."""

    id: UUID = Field(examples=[ID])
    script: str = Field(description="The catalog's name: a group's, `daily`, or a script's.", examples=["press"])
    deployment: str | None = Field(description="Null for a day's step.", examples=["sync-press/prod"])
    flow_run_id: UUID | None = Field(description="Null while, and where, Prefect has no run of it.", examples=[ID])
    prefect_url: str | None = Field(description="The run's page in Prefect's UI.", examples=[None])
    parent_id: UUID | None = Field(description="The day's job, of which this is a step.", examples=[None])
    status: Status = Field(examples=["RUNNING"])
    trigger: Trigger = Field(examples=["admin"])
    parameters: dict[str, Any] = Field(
        description="The flags given. What looks like a secret is never in clear.", examples=[{"limit": 50}]
    )
    progress: int = Field(ge=0, le=100, description="Per cent; it never goes back.", examples=[72])
    processed: int | None = Field(description="Records, of the current step; of the day: steps.", examples=[120])
    total: int | None = Field(examples=[272])
    step: str | None = Field(description="The current step, or the last one.", examples=["ai-analysis"])
    attempt: int | None = Field(description="Of that step, from 1.", examples=[1])
    result: Any = Field(description="What the run brought, once it ended well.", examples=[None])
    error: str | None = Field(description="Why it failed: at most 2,000 characters, the last ones.", examples=[None])
    skipped: bool = Field(description="None of its steps was configured: it did nothing.", examples=[False])
    warning: str | None = Field(description="It ended well, but brought less than expected.", examples=[None])
    created_at: datetime = Field(examples=[AT])
    started_at: datetime | None = Field(examples=[AT])
    completed_at: datetime | None = Field(examples=[None])


class StepStatus(StrEnum):
    """A step's. SKIPPED is not configured, and no failure; NOT_RUN is one that its run did not reach."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    NOT_RUN = "NOT_RUN"


class Step(Wire):
    """A step of a job, in the order of the catalog."""

    name: str = Field(examples=["parse-rss"])
    script: str = Field(examples=["sync-press"])
    status: StepStatus = Field(examples=["COMPLETED"])
    attempt: int = Field(description="Attempts until now, 0 before the first.", examples=[1])
    progress: int = Field(ge=0, le=100, examples=[100])
    processed: int | None = Field(examples=[272])
    total: int | None = Field(examples=[272])
    message: str | None = Field(description="What came of it, in a line or more.", examples=["created 3, updated 9"])
    started_at: datetime | None = Field(examples=[AT])
    completed_at: datetime | None = Field(examples=[AT])
    job_id: UUID | None = Field(description="The job of its own, which only a day's step has.", examples=[None])


class Event(Wire):
    """A change of status."""

    old: Status | None = Field(examples=["PENDING"])
    new: Status = Field(examples=["RUNNING"])
    at: datetime = Field(examples=[AT])
    why: str | None = Field(examples=[None])


class JobDetail(Job):
    """A job with its steps and what happened to it."""

    steps: list[Step]
    events: list[Event]


class Pagination(Wire):
    page: int = Field(examples=[1])
    limit: int = Field(examples=[20])
    total: int = Field(examples=[1])
    total_pages: int = Field(examples=[1])


class JobPage(Wire):
    """Newest first. `running` holds every job under way, whatever the page and the filters."""

    data: list[Job]
    running: list[Job]
    pagination: Pagination


Page = Annotated[int, Field(ge=1, le=1_000_000)]
Limit = Annotated[int, Field(ge=1, le=100)]
FlagValue = StrictBool | StrictInt | StrictStr


class Start(BaseModel):
    """What to start: any spelling that the catalog knows, and its flags."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"script": "press", "flags": {"limit": 50}}]}
    )

    script: str = Field(min_length=1, max_length=200)
    flags: dict[Annotated[str, Field(max_length=100)], FlagValue] = Field(default_factory=dict, max_length=50)


class Cancel(BaseModel):
    """The one thing that a job can be told while it goes on. An empty body says the same."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"action": "cancel"}]})

    action: Literal["cancel"] = "cancel"


class LogLine(Wire):
    id: UUID = Field(description="Prefect's own.", examples=[ID])
    at: datetime = Field(examples=[AT])
    level: str = Field(examples=["INFO"])
    step: str | None = Field(examples=["parse-rss"])
    message: str = Field(examples=["lemonde: 20 articles"])


class LogPagination(Wire):
    """Prefect does not count its lines: only whether there are more is known."""

    page: int = Field(examples=[1])
    limit: int = Field(examples=[200])
    has_more: bool = Field(examples=[False])


class LogPage(Wire):
    """Oldest first."""

    data: list[LogLine]
    pagination: LogPagination


class Schedule(Wire):
    id: UUID = Field(examples=[ID])
    slug: str | None = Field(examples=["daily"])
    deployment: str = Field(examples=["sync-daily/prod"])
    script: str = Field(examples=["daily"])
    cron: str | None = Field(description="Null for one that is no cron.", examples=["0 5,11,19 * * *"])
    timezone: str | None = Field(examples=["UTC"])
    active: bool = Field(description="Whether it starts runs.", examples=[True])
    next_runs: list[datetime] = Field(description="The next three at most; none while paused.", examples=[[AT]])


class SchedulePage(Wire):
    data: list[Schedule]


class Switch(BaseModel):
    """Pauses a schedule, or resumes it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"active": False}]})

    active: StrictBool


class Label(Wire):
    fr: str = Field(examples=["Presse"])
    en: str = Field(examples=["Press"])


class Flag(Wire):
    name: str = Field(examples=["limit"])
    kind: Literal["integer", "switch", "choice", "text"]
    help: str
    default: bool | int | str | None
    minimum: int | None
    maximum: int | None
    choices: list[str]
    max_length: int | None


class CatalogStep(Wire):
    name: str
    script: str
    after: list[str]
    time_limit: int = Field(description="Seconds an attempt.")


class CatalogGroup(Wire):
    script: str = Field(description="The name to start it by.")
    cli: str
    event: str
    deployment: str
    label: Label
    flags: list[Flag]
    steps: list[CatalogStep]
    schedules: list[Schedule] | None = Field(description="Null while Prefect does not answer.")


class CatalogScript(Wire):
    script: str
    deployment: str
    category: str
    label: Label
    flags: list[Flag]


class Category(Wire):
    name: str
    label: Label


class Catalog(Wire):
    categories: list[Category]
    groups: list[CatalogGroup]
    scripts: list[CatalogScript]


class AuditEntry(Wire):
    id: int
    at: datetime
    action: str = Field(examples=["start"])
    entity: str = Field(examples=["job"])
    entity_id: str | None
    changes: dict[str, Any]
    actor: str = Field(examples=["token"])
    address: str | None = Field(examples=["127.0.0.1"])
    user_agent: str | None


class AuditPage(Wire):
    data: list[AuditEntry]
    pagination: Pagination


class Problem(BaseModel):
    """RFC 9457, with `error`: the same sentence as `detail`, in the caller's language."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/problems/already-under-way"])
    title: str = Field(examples=["Conflict"])
    status: int = Field(examples=[409])
    detail: str
    error: str


class Health(Wire):
    status: Literal["ok"]


class Ready(Wire):
    """Whether the parts that the API needs answer, and whether the mirror hears Prefect's events."""

    ready: bool
    database: bool
    prefect: bool
    events: bool
