"""Prefect's API, as far as the admin API needs it. Every method raises PrefectUnreachable where Prefect is away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    LogFilter,
    LogFilterFlowRunId,
)
from prefect.client.schemas.objects import Log
from prefect.client.schemas.objects import State as PrefectState
from prefect.client.schemas.sorting import LogSort
from prefect.events.filters import EventFilter
from prefect.exceptions import ObjectNotFound
from prefect.settings import get_current_settings
from prefect.states import Cancelled, Cancelling, Crashed, Scheduled

from admin_api.prefect_gateway import schedules, slots, starting
from admin_api.prefect_gateway.errors import reachable
from admin_api.prefect_gateway.events import HEARTBEAT
from admin_api.prefect_gateway.run_reader import RunReader
from admin_api.prefect_gateway.schedules import Plan
from flows.catalog import Flags, Target

#: Seconds for a log, without which all else of a job can be shown.
LOG_PATIENCE = 3.0


class Gateway(RunReader):
    """One client, kept for as long as the API runs."""

    @classmethod
    @asynccontextmanager
    async def connected(cls) -> AsyncIterator[Self]:
        """Asks nothing of Prefect yet, so this works while it is down."""
        async with get_client() as client:
            yield cls(client)

    async def ping(self, within: float = 3) -> None:
        async with reachable(within):
            if error := await self.client.api_healthcheck():
                raise OSError(str(error)) from error

    async def logs(self, runs: Collection[UUID], offset: int, limit: int) -> list[Log]:
        """Lines of these runs, oldest first; `limit` at most PAGE."""
        return await self._logs(runs, offset, limit, LogSort.TIMESTAMP_ASC)

    async def last_logs(self, runs: Collection[UUID], limit: int) -> list[Log]:
        """Their last lines, oldest first; `limit` at most PAGE."""
        return (await self._logs(runs, 0, limit, LogSort.TIMESTAMP_DESC))[::-1]

    async def _logs(self, runs: Collection[UUID], offset: int, limit: int, sort: LogSort) -> list[Log]:
        of_these = LogFilter(flow_run_id=LogFilterFlowRunId(any_=list(runs)))
        async with reachable(LOG_PATIENCE):
            return await self.client.read_logs(of_these, limit=limit, offset=offset, sort=sort)

    async def plans(self) -> list[Plan]:
        return await schedules.plans(self.client)

    # Changing runs

    async def start(self, target: Target, flags: Flags, trigger: str, job: UUID) -> UUID:
        """The flow run that the job is from now on. Raises NotRegistered, too."""
        return (await starting.start(self.client, target, flags, trigger, job)).id

    async def cancel(self, run: UUID) -> bool:
        """The worker ends its processes; what has not begun is Cancelled at once. False where it is gone."""
        async with reachable():
            try:
                await self.client.set_flow_run_state(run, Cancelling())
            except ObjectNotFound:
                return False
            return True

    async def retry(self, run: UUID) -> bool:
        """The same run again: its finished steps have kept their results. False where it is gone."""
        async with reachable():
            try:
                await self.client.set_flow_run_state(run, Scheduled(name="AwaitingRetry"), force=True)
            except ObjectNotFound:
                return False
            return True

    async def gave_a_sign(self, run: UUID, since: datetime) -> bool:
        """Whether a heartbeat of it has come since then."""
        heartbeats = EventFilter.model_validate(
            {
                "event": {"name": [HEARTBEAT]},
                "resource": {"id": [f"prefect.flow-run.{run}"]},
                "occurred": {"since": since, "until": datetime.now(UTC) + timedelta(minutes=1)},
            }
        )
        async with reachable():
            return bool((await self.client.read_events(heartbeats, limit=1)).events)

    async def close_run(self, run: UUID, why: str, *, cancelled: bool) -> None:
        """Ends a run that nobody runs any more. One that is over by now, or gone, is left alone."""
        async with reachable():
            with suppress(ObjectNotFound):
                state: PrefectState[Any] = Cancelled(message=why) if cancelled else Crashed(message=why)
                if not _is_over((await self.client.read_flow_run(run)).state):
                    await self.client.set_flow_run_state(run, state)

    async def close_task(self, task: UUID, why: str, *, cancelled: bool) -> None:
        """Ends a task run that nobody runs any more, which frees its tag's slot. One that is over is left alone."""
        async with reachable():
            with suppress(ObjectNotFound):
                state: PrefectState[Any] = Cancelled(message=why) if cancelled else Crashed(message=why)
                if not _is_over((await self.client.read_task_run(task)).state):
                    await self.client.set_task_run_state(task, state, force=True)

    async def unheld_slots(self) -> set[str]:
        return await slots.unheld(self.client)

    async def free_slots(self, limit: str) -> None:
        await slots.free(self.client, limit)

    async def switch(self, plan: Plan, *, active: bool) -> None:
        await schedules.switch(self.client, plan, active=active)


def page_of(run: UUID) -> str:
    """A run's page in Prefect's UI."""
    return f"{get_current_settings().ui_url}/runs/flow-run/{run}"


def _is_over(state: PrefectState[Any] | None) -> bool:
    return state is not None and state.is_final()
