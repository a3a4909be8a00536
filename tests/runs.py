"""Runs on the session's stack: started, awaited, retried, as people do."""

import asyncio
import time
from typing import Any
from uuid import UUID

import psutil
from prefect.client.orchestration import get_client
from prefect.client.schemas import OrchestrationResult
from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Scheduled

from admin_api import prefect_gateway as gateway
from flows.catalog import resolve
from tests.plans import Plans


async def start(name: str, **flags: Any) -> UUID:
    return (await gateway.start(resolve(name), flags, "cli")).id


async def ended(run_id: UUID, within: float = 60) -> FlowRun:
    """The run, once its state is final. The client is a new one each time: waiting is not what is tested here."""
    until = time.monotonic() + within
    async with get_client() as client:
        while True:
            run = await client.read_flow_run(run_id)
            if run.state is not None and run.state.is_final():
                return run
            assert time.monotonic() < until, f"{run.name} is still {run.state and run.state.name} after {within} s"
            await asyncio.sleep(0.25)


async def begun(plans: Plans, script: str, times: int = 1, within: float = 40) -> int:
    """Waits until the script has been started so often; the last one's process id."""
    until = time.monotonic() + within
    while len(runs := plans.executions(script)) < times:
        assert time.monotonic() < until, f"{script} was not started"
        await asyncio.sleep(0.1)
    pid: int = runs[-1]["pid"]
    return pid


async def retry(run_id: UUID) -> None:
    """What `prefect flow-run retry` and the button in Prefect's UI do."""
    async with get_client() as client:
        answer: OrchestrationResult[Any] = await client.set_flow_run_state(
            run_id, Scheduled(name="AwaitingRetry"), force=True
        )
        assert answer.status.value == "ACCEPT"


async def logs(run_id: UUID, at_least: int, within: float = 20) -> list[str]:
    """The run's log lines, oldest first, once there are so many: they reach the server in batches."""
    until = time.monotonic() + within
    while len(lines := await _logs(run_id)) < at_least:
        assert time.monotonic() < until, f"{len(lines)} lines of {at_least}"
        await asyncio.sleep(0.5)
    return lines


async def _logs(run_id: UUID) -> list[str]:
    lines: list[str] = []
    async with get_client() as client:
        while True:
            page = await client.read_logs(
                LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run_id])), limit=200, offset=len(lines)
            )
            lines += [log.message for log in page]
            if len(page) < 200:
                return lines


def outcome(run: FlowRun) -> tuple[StateType, str]:
    assert run.state is not None
    return run.state.type, run.state.message or ""


def flow_of(script: int) -> psutil.Process:
    """The process of the flow that runs a script: the tap's parent, whose parent in turn is the worker."""
    return psutil.Process(script).parents()[1]
