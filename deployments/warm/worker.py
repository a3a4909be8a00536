"""`python -m deployments.warm.worker POOL NAME`: Prefect's process worker, which hears of a run when it is made.

`prefect worker start` asks for runs every so many seconds. Asking often costs more than a whole stack does at rest, and
asking seldom is what people wait for. This one listens to Prefect's events and asks when there is something; now and
then it asks besides, for what was scheduled for later, and where an event was lost.
"""

from __future__ import annotations

import abc
import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import anyio
from anyio.abc import TaskStatus
from prefect.client.schemas.objects import FlowRun
from prefect.events import ResourceSpecification
from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventFilter, EventNameFilter, EventResourceFilter
from prefect.flows import load_flow_from_flow_run
from prefect.runner._flow_run_executor import FlowRunExecutionResult, FlowRunExecutorContext
from prefect.runner._process_manager import ProcessHandle
from prefect.runner._starter_engine import EngineCommandStarter
from prefect.utilities.services import critical_service_loop
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker, ProcessWorkerResult

logger = logging.getLogger("prefect.worker.pickup")

#: Seconds between two questions though nothing was heard. A worker is handed what is due within the next ten
#: (PREFECT_WORKER_PREFETCH_SECONDS), and the run's process waits for its time.
SELDOM = 5.0
#: Seconds between two questions at most: fifty starts at once are ten questions, not fifty.
GAP = 0.1
#: Seconds after an answer until it is asked once more, should an event have come before what it tells of could be read.
ONCE_MORE = 0.5
CONNECTING_TAKES = 10.0
RECONNECT_AFTER = 1.0
HEARTBEAT = 30.0  #: seconds, as Prefect's own


class Pickup:
    """When to ask for runs."""

    def __init__(self) -> None:
        self._heard = asyncio.Event()

    async def listen(self) -> None:
        """Hears of runs that are to be picked up, for good; and asks after each silence."""
        while True:
            try:
                async with _scheduled() as events:
                    self._heard.set()
                    async for _ in events:
                        self._heard.set()
            except Exception as error:
                logger.debug("Prefect's events are not heard: %s", error)
            await asyncio.sleep(RECONNECT_AFTER)

    async def turns(self) -> AsyncIterator[None]:
        """One turn for each time to ask."""
        wait = 0.0
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._heard.wait(), wait)
            heard = self._heard.is_set()
            self._heard.clear()
            yield
            wait = ONCE_MORE if heard else SELDOM
            await asyncio.sleep(GAP)


@asynccontextmanager
async def _scheduled() -> AsyncIterator[AsyncIterator[object]]:
    """What happens to runs that now wait for their start, whoever started or retried them."""
    wanted = EventFilter(
        event=EventNameFilter(prefix=["prefect.flow-run."]),
        resource=EventResourceFilter(labels=ResourceSpecification({"prefect.state-type": "SCHEDULED"})),
    )
    async with AsyncExitStack() as stack:
        async with asyncio.timeout(CONNECTING_TAKES):
            events = await stack.enter_async_context(get_events_subscriber(filter=wanted, reconnection_attempts=0))
        yield events


class WarmWorker(ProcessWorker, abc.ABC):  # as an abstract one Prefect does not list it as a kind of worker
    """The process worker with one connection for all its runs, where the stock one opens three for each."""

    async def __aenter__(self) -> Self:
        self._executors = FlowRunExecutorContext()
        await self._executors.__aenter__()
        await super().__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await super().__aexit__(*error)
        await self._executors.__aexit__(*error)

    async def _propose_submitting_state(self, flow_run: FlowRun) -> None:
        """A fork takes no time that a state of its own would be worth, with all that follows from one."""

    async def run(
        self,
        flow_run: FlowRun,
        configuration: ProcessJobConfiguration,
        task_status: TaskStatus[int] | None = None,
    ) -> ProcessWorkerResult:
        with _folder(configuration) as folder:
            starter = EngineCommandStarter(
                command=configuration.command,
                cwd=folder,
                env=configuration.env,
                stream_output=configuration.stream_output,
                control_channel=self._executors.control_channel,
            )
            executor = self._executors.create_executor(
                flow_run, starter, resolve_flow=load_flow_from_flow_run, propose_submitting=False
            )
            async with anyio.create_task_group() as running:
                ended: list[FlowRunExecutionResult | None] = []

                async def execute(*, task_status: TaskStatus[ProcessHandle] = anyio.TASK_STATUS_IGNORED) -> None:
                    ended.append(await executor.submit(task_status=task_status))

                handle = await running.start(execute)
                if task_status:
                    task_status.started(handle.pid)
        if not ended or ended[0] is None:
            raise RuntimeError("The flow's process could not be started.")
        return ProcessWorkerResult(status_code=ended[0].status_code or 0, identifier=str(handle.pid))


@contextmanager
def _folder(configuration: ProcessJobConfiguration) -> Iterator[Path]:
    if configuration.working_dir:
        yield configuration.working_dir
    else:
        with TemporaryDirectory(prefix="syncs-run-") as folder:
            yield Path(folder)


async def work(pool: str, name: str) -> None:
    """Runs until it is cancelled, and then ends the runs that it has started."""
    async with WarmWorker(work_pool_name=pool, name=name) as worker, asyncio.TaskGroup() as loops:
        pickup = Pickup()
        loops.create_task(pickup.listen())
        loops.create_task(critical_service_loop(worker.sync_with_backend, HEARTBEAT, jitter_range=0.3, backoff=4))
        async for _ in pickup.turns():
            try:
                await worker.get_and_submit_flow_runs()
            except Exception as error:
                logger.warning("Prefect was asked for runs in vain: %s", error)


def main() -> int:
    pool, name = sys.argv[1:]
    with suppress(KeyboardInterrupt):
        asyncio.run(work(pool, name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
