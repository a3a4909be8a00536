"""Slots of limits that nobody holds any more.

Prefect gives a slot with a lease, and takes back those whose lease ends. Where its server dies between the two, the
slot is taken and no lease says by whom: it would stay so for good, and whatever waits for it, too (seen on 3.8.8).
"""

from __future__ import annotations

import asyncio
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    TaskRunFilter,
    TaskRunFilterState,
    TaskRunFilterStateType,
    TaskRunFilterTags,
)
from prefect.client.schemas.objects import StateType

from admin_api.prefect_gateway.errors import reachable
from admin_api.prefect_gateway.snapshots import SCRIPT_TAG

PAGE = 200
#: In any of these a run may hold its slot. A task keeps it while it waits to be tried again, too.
HOLDING = [StateType.PENDING, StateType.RUNNING, StateType.PAUSED, StateType.CANCELLING]
_TAG = f"tag:{SCRIPT_TAG}"
_DEPLOYMENT = "deployment:"


async def unheld(client: PrefectClient) -> set[str]:
    """The limits with a slot taken while no run is under way that could have it. Raises PrefectUnreachable."""
    async with reachable():
        limits = await client.read_global_concurrency_limits(limit=PAGE)
        while len(limits) % PAGE == 0 and (more := await client.read_global_concurrency_limits(PAGE, len(limits))):
            limits += more
        taken = [limit.name for limit in limits if limit.active_slots and limit.name.startswith((_TAG, _DEPLOYMENT))]
        held = await asyncio.gather(*(_is_held(client, name) for name in taken))
        return {name for name, is_held in zip(taken, held, strict=True) if not is_held}


async def free(client: PrefectClient, limit: str) -> None:
    """Raises PrefectUnreachable."""
    async with reachable():
        await client.update_global_concurrency_limit(limit, GlobalConcurrencyLimitUpdate(active_slots=0))


async def _is_held(client: PrefectClient, limit: str) -> bool:
    if limit.startswith(_DEPLOYMENT):
        runs = FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[UUID(limit.removeprefix(_DEPLOYMENT))]),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=HOLDING)),
        )
        return bool(await client.read_flow_runs(flow_run_filter=runs, limit=1))
    tasks = TaskRunFilter(
        tags=TaskRunFilterTags(all_=[limit.removeprefix("tag:")]),
        state=TaskRunFilterState(type=TaskRunFilterStateType(any_=[*HOLDING, StateType.SCHEDULED])),
    )
    # One that waits for the slot is Pending, and does not have it.
    found = await client.read_task_runs(task_run_filter=tasks, limit=PAGE)
    return any(task.state is not None and not task.state.is_pending() for task in found)
