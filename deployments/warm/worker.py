"""`python -m deployments.warm.worker POOL NAME`: Prefect's process worker, prompt, and answerable for what it started.

It hears of a run when it is made (deployments.warm.pickup); a run that is cancelled before it has begun is Cancelled as
soon as its process has gone, and what an earlier worker has left is this one's (deployments.warm.estate).
"""

from __future__ import annotations

import abc
import asyncio
import logging
import signal
import sys
from contextlib import suppress

from anyio.abc import TaskStatus
from prefect.client.schemas.objects import FlowRun
from prefect.utilities.services import critical_service_loop
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker, ProcessWorkerResult

from deployments.warm.estate import Estate
from deployments.warm.pickup import Pickup

logger = logging.getLogger("prefect.workers.warm")

HEARTBEAT = 30.0  #: seconds, as Prefect's own


class WarmWorker(ProcessWorker, abc.ABC):  # as an abstract one it is not listed among Prefect's kinds of worker
    def __init__(self, pool: str, name: str) -> None:
        super().__init__(work_pool_name=pool, name=name)
        self._pool = pool

    async def work(self) -> None:
        """Until it is cancelled; then the runs that it has started are ended."""
        async with self, asyncio.TaskGroup() as loops:
            self._estate = Estate(self.client, self._pool, self.name)
            pickup = Pickup(cancelling=self._estate.cancel, connected=self._estate.look)
            loops.create_task(pickup.listen())
            loops.create_task(critical_service_loop(self.sync_with_backend, HEARTBEAT, jitter_range=0.3, backoff=4))
            try:
                async for _ in pickup.turns():
                    await self._pick_up()
            finally:
                self._estate.leave()

    async def _pick_up(self) -> None:
        try:
            # From now on: before one of them has a process it is Pending for a while, longer in a crowd.
            self._estate.mine |= {run.id for run in await self.get_and_submit_flow_runs()}
        except Exception as error:
            logger.warning("Prefect was asked for runs in vain: %s", error)

    async def run(
        self,
        flow_run: FlowRun,
        configuration: ProcessJobConfiguration,
        task_status: TaskStatus[int] | None = None,
    ) -> ProcessWorkerResult:
        self._estate.mine.add(flow_run.id)
        try:
            return await super().run(flow_run, configuration, task_status)
        finally:
            self._estate.is_over(flow_run.id)

    async def _propose_submitting_state(self, flow_run: FlowRun) -> None:
        """Nothing: a fork takes no time that a state of its own would be worth, with all that follows from one.

        Prefect has no setting for it. tests/deployments/test_warm_worker.py says when it is called otherwise.
        """


async def work(pool: str, name: str) -> None:
    task = asyncio.current_task()
    assert task  # noqa: S101 - this is a coroutine
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await WarmWorker(pool, name).work()


def main() -> int:
    asyncio.run(work(*sys.argv[1:]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
