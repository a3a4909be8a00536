"""Schedules, as Prefect plans by them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateName,
)
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.client.schemas.sorting import FlowRunSort

from admin_api.prefect_gateway.errors import reachable
from flows.catalog import GROUPS, Group

PLANNED = 3  #: next runs told of each schedule


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A schedule of a group's deployment, and when it starts it next."""

    id: UUID
    deployment_id: UUID
    slug: str | None
    group: Group
    cron: str | None
    timezone: str | None
    active: bool
    next_runs: tuple[datetime, ...]


async def plans(client: PrefectClient) -> list[Plan]:
    """Every schedule of the catalog's groups, in its order. Raises PrefectUnreachable."""
    async with reachable():
        known = await client.read_deployments(
            deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=["prod"])), limit=200
        )
        flows = await asyncio.gather(*(client.read_flow(deployment.flow_id) for deployment in known))
        by_name = {flow.name: deployment for flow, deployment in zip(flows, known, strict=True)}
        ours = [(group, by_name[group.name]) for group in GROUPS if group.name in by_name]
        with_schedules = [(group, deployment) for group, deployment in ours if deployment.schedules]
        planned = await asyncio.gather(*(_next_runs(client, deployment.id) for _, deployment in with_schedules))
        return [
            plan
            for (group, deployment), times in zip(with_schedules, planned, strict=True)
            for plan in _plans(group, deployment, times)
        ]


async def switch(client: PrefectClient, plan: Plan, *, active: bool) -> None:
    """Pauses or resumes. Prefect deletes the runs that a paused one had planned. Raises PrefectUnreachable."""
    async with reachable():
        await client.update_deployment_schedule(plan.deployment_id, plan.id, active=active)


def _plans(group: Group, deployment: DeploymentResponse, times: tuple[datetime, ...]) -> list[Plan]:
    return [
        Plan(
            id=schedule.id,
            deployment_id=deployment.id,
            slug=schedule.slug,
            group=group,
            cron=schedule.schedule.cron if isinstance(schedule.schedule, CronSchedule) else None,
            timezone=getattr(schedule.schedule, "timezone", None),
            active=bool(schedule.active) and not deployment.paused,
            # Of a deployment with several schedules Prefect does not say which one plans which run.
            next_runs=times if schedule.active and not deployment.paused else (),
        )
        for schedule in deployment.schedules
    ]


async def _next_runs(client: PrefectClient, deployment: UUID) -> tuple[datetime, ...]:
    runs = await client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[deployment]),
            state=FlowRunFilterState(name=FlowRunFilterStateName(any_=["Scheduled"])),
            expected_start_time=FlowRunFilterExpectedStartTime.model_validate({"after_": datetime.now(UTC)}),
        ),
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=PLANNED,
    )
    return tuple(run.expected_start_time for run in runs if run.expected_start_time and run.auto_scheduled)
