"""Starting a run, for the API and the command line both."""

from __future__ import annotations

from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.deployments.flow_runs import arun_deployment
from prefect.exceptions import ObjectNotFound

from admin_api.prefect_gateway.errors import NotRegistered, reachable
from admin_api.prefect_gateway.snapshots import JOB_TAG, TRIGGER_TAG
from flows.catalog import Flags, Group, Target


def parameters(target: Target, flags: Flags) -> dict[str, object]:
    """What the target's flow is called with: a group's flags are its parameters, a script's come as one."""
    if isinstance(target, Group):
        return {name.replace("-", "_"): value for name, value in flags.items()}
    return {"script": target.name, "flags": dict(flags)}


async def start(client: PrefectClient, target: Target, flags: Flags, trigger: str, job: UUID) -> FlowRun:
    """Starts a run and does not wait for it. Raises PrefectUnreachable or NotRegistered.

    The run carries the job's id, by which the mirror knows whose it is; asked twice for one job, it is one run.
    """
    async with reachable():
        try:
            return await arun_deployment(
                target.deployment,
                client=client,
                parameters=parameters(target, flags),
                timeout=0,
                as_subflow=False,
                tags=[f"{JOB_TAG}{job}", f"{TRIGGER_TAG}{trigger}"],
                idempotency_key=str(job),
            )
        except ObjectNotFound:
            raise NotRegistered(target.deployment) from None
