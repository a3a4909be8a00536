"""Writes pool, tag limits, automations and deployments to Prefect's server.

All at once, where `prefect deploy` takes turns.
"""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import (
    DeploymentScheduleCreate,
    DeploymentUpdate,
    WorkPoolCreate,
    WorkPoolUpdate,
)
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.client.schemas.objects import ConcurrencyOptions
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectNotFound
from prefect.flows import load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema
from prefect.workers.process import ProcessWorker

from deployments.automations import make_automations
from deployments.bootstrap import FLOWS_LOG, POOL, TAG_LIMIT
from deployments.warm import LAUNCH
from flows.catalog import SCRIPTS

#: What the worker starts for a run: the launcher that its environment names (deployments.warm), or else a flow's
#: process directly. Without a command it would first start a Python to see what to start. The output goes to a file,
#: and not to the worker: when that was killed, the next line ended the run (seen on 3.8.8).
COMMAND = f"""sh -c 'eval "exec ${{{LAUNCH}:-python -m prefect.engine}}" >>"${{{FLOWS_LOG}:-/dev/null}}" 2>&1'"""


#: What a deployment that is no longer in prefect.yaml is tagged with instead.
RETIRED = "syncs-retired"

Known = dict[tuple[UUID, str], DeploymentResponse]


async def register(stanzas: list[dict[str, Any]], version: str) -> str:
    """Makes the server hold exactly these deployments of ours, in this version; says what it did.

    What an operator did in Prefect's UI stays: a pause, of an automation too, schedules without a slug, the pool's
    other variables. A deployment that no stanza names any more is paused and tagged, not deleted: its runs can still be
    looked at.
    """
    async with get_client() as client:
        known, *_ = await asyncio.gather(
            _known(client), _make_pool(client), _make_limits(client), make_automations(client)
        )
        kept = await asyncio.gather(*(_make(client, stanza, version, known) for stanza in stanzas))
        gone = [deployment for deployment in known.values() if deployment.id not in kept]
        retired = [deployment for deployment in gone if RETIRED not in deployment.tags]
        for deployment in retired:
            await client.update_deployment(deployment.id, DeploymentUpdate(paused=True, tags=[RETIRED]))
    names = ", ".join(deployment.name for deployment in retired)
    said = f"{len(kept)} deployments registered"
    return f"{said}; {names} paused and tagged {RETIRED}, since prefect.yaml names them no more" if retired else said


async def _known(client: PrefectClient) -> Known:
    ours = DeploymentFilter(tags=DeploymentFilterTags(any_=[POOL, RETIRED]))
    deployments = await client.read_deployments(deployment_filter=ours, limit=200)
    return {(deployment.flow_id, deployment.name): deployment for deployment in deployments}


async def _make_pool(client: PrefectClient) -> None:
    template = ProcessWorker.get_default_base_job_template()
    try:
        template = (await client.read_work_pool(POOL)).base_job_template or template
        command = template["variables"]["properties"]["command"]
        if command.get("default") != COMMAND:
            command["default"] = COMMAND
            await client.update_work_pool(POOL, WorkPoolUpdate(base_job_template=template))
    except ObjectNotFound:
        template["variables"]["properties"]["command"]["default"] = COMMAND
        await client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template))


async def _make_limits(client: PrefectClient) -> None:
    limits = await client.read_concurrency_limits(limit=200, offset=0)
    right = {limit.tag for limit in limits if limit.concurrency_limit == TAG_LIMIT}
    missing = [script.tag for script in SCRIPTS if script.tag not in right]
    await asyncio.gather(*(client.create_concurrency_limit(tag, TAG_LIMIT) for tag in missing))


async def _make(client: PrefectClient, stanza: dict[str, Any], version: str, known: Known) -> UUID:
    flow: Flow[..., Any] = load_flow_from_entrypoint(stanza["entrypoint"])
    flow_id = await client.create_flow_from_name(flow.name)
    before = known.get((flow_id, stanza["name"]))
    limit = stanza.get("concurrency_limit")
    return await client.create_deployment(
        flow_id=flow_id,
        name=stanza["name"],
        version=version,
        description=stanza.get("description") or flow.description,
        entrypoint=stanza["entrypoint"],
        # `prefect deploy` adds one of its own, with this machine's path in it.
        pull_steps=[],
        parameters=stanza.get("parameters"),
        parameter_openapi_schema=parameter_schema(flow).model_dump_for_openapi(),
        enforce_parameter_schema=stanza.get("enforce_parameter_schema"),
        schedules=_schedules(stanza, before),
        concurrency_limit=limit and limit["limit"],
        concurrency_options=limit and ConcurrencyOptions(collision_strategy=limit["collision_strategy"]),
        tags=stanza.get("tags"),
        # One that returns goes on; an operator's own pause is left alone.
        paused=False if before and RETIRED in before.tags else None,
        work_pool_name=stanza["work_pool"]["name"],
        job_variables=stanza["work_pool"].get("job_variables"),
    )


def _schedules(stanza: dict[str, Any], before: DeploymentResponse | None) -> list[DeploymentScheduleCreate]:
    """The stanza's schedules, each as active as its namesake on the server is, and those that an operator added."""
    there = before.schedules if before else []
    active = {schedule.slug: schedule.active for schedule in there}
    ours = [
        DeploymentScheduleCreate(
            schedule=CronSchedule(cron=schedule["cron"], timezone=schedule["timezone"]),
            slug=schedule["slug"],
            active=active.get(schedule["slug"], True),
        )
        for schedule in stanza.get("schedules", [])
    ]
    added = [
        DeploymentScheduleCreate(
            schedule=schedule.schedule,
            active=schedule.active,
            parameters=schedule.parameters,
            max_scheduled_runs=schedule.max_scheduled_runs,
        )
        for schedule in there
        if schedule.slug is None
    ]
    return ours + added
