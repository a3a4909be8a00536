"""`python -m deployments.warm.worker POOL NAME`: Prefect's process worker, prompt, and answerable for what it started.

It hears of a run when it is made (deployments.warm.pickup); a run that is cancelled before it has begun is Cancelled as
soon as its process has gone, and what an earlier worker has left is this one's (deployments.warm.estate).
"""

from __future__ import annotations

import abc
import asyncio
import logging
import os
import signal
import sys
from collections import Counter
from contextlib import suppress
from uuid import UUID

from anyio.abc import TaskStatus
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.context import SettingsContext, get_settings_context
from prefect.settings import Settings
from prefect.utilities.services import critical_service_loop
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker, ProcessWorkerResult
from pydantic import PrivateAttr

from deployments.warm import certificates
from deployments.warm.answers import remembering
from deployments.warm.estate import Estate
from deployments.warm.pickup import Pickup
from deployments.warm.watching import Cancellations, tell_on_demand

logger = logging.getLogger("prefect.workers.warm")

HEARTBEAT = 30.0  #: seconds, as Prefect's own
#: Runs that are being started side by side, the others wait for their turn. Fifty at once would all begin late, and ask
#: the server so much at once that the processors have nothing else to do meanwhile.
STARTS_AT_ONCE = 1 + (os.cpu_count() or 1)
A_TURN_TAKES = 5.0  #: seconds after which the next run has its turn, too


class WarmWorker(ProcessWorker, abc.ABC):  # as an abstract one it is not listed among Prefect's kinds of worker
    def __init__(self, pool: str, name: str) -> None:
        super().__init__(work_pool_name=pool, name=name)
        self._pool = pool
        self._starting = asyncio.Semaphore(STARTS_AT_ONCE)
        self._going: Counter[UUID] = Counter()  #: processes by run

    @property
    def client(self) -> PrefectClient:
        return self._remembering

    async def setup(self) -> None:
        await super().setup()
        self._remembering = remembering(super().client)

    async def work(self) -> None:
        """Until it is cancelled; then the runs that it has started are ended."""
        async with self, asyncio.TaskGroup() as loops:
            cancellations = Cancellations()
            cancellations.use()
            self._estate = Estate(self.client, cancellations, self._pool, self.name)
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
            # From now on: one of them is Pending for a while before it has a process.
            self._estate.mine |= {run.id for run in await self.get_and_submit_flow_runs()}
        except Exception as error:
            logger.warning("Prefect was asked for runs in vain: %s", error)

    async def _submit_run(self, flow_run: FlowRun) -> None:
        """In its turn; until then it is Scheduled, and nobody's. It returns when the run has a process.

        Private, and so tests/deployments/test_warm_worker.py says when it is called otherwise.
        """
        had_to_wait = self._starting.locked()
        await self._starting.acquire()
        # A server that does not answer is asked again for minutes: meanwhile others try.
        turn = asyncio.get_running_loop().call_later(A_TURN_TAKES, self._starting.release)
        try:
            if not had_to_wait or await self._is_still_due(flow_run):
                await super()._submit_run(flow_run)
        except Exception as error:
            # Prefect lets it end the worker, and all its runs. The run is still Scheduled, or else the estate's.
            logger.warning("Run %r could not be started: %s", flow_run.name, error)
        finally:
            if turn.when() > asyncio.get_running_loop().time():
                turn.cancel()
                self._starting.release()
            self._submitting_flow_run_ids.discard(flow_run.id)
            self._perhaps_over(flow_run.id)

    async def _is_still_due(self, flow_run: FlowRun) -> bool:
        """Not over by now, and not the answer to a question from before it was started the last time."""
        state = (await self.client.read_flow_run(flow_run.id)).state
        return state is not None and state.is_scheduled()

    async def run(
        self,
        flow_run: FlowRun,
        configuration: ProcessJobConfiguration,
        task_status: TaskStatus[int] | None = None,
    ) -> ProcessWorkerResult:
        self._going[flow_run.id] += 1
        self._estate.mine.add(flow_run.id)
        try:
            return await super().run(flow_run, configuration, task_status)
        finally:
            self._going[flow_run.id] -= 1
            self._perhaps_over(flow_run.id)

    def _perhaps_over(self, run: UUID) -> None:
        """Unless it is about to have a process, or has one: one that is run again at once may have two for a moment."""
        if not self._going[run] and run not in self._submitting_flow_run_ids:
            del self._going[run]
            self._estate.is_over(run)

    async def _propose_submitting_state(self, flow_run: FlowRun) -> None:
        """Nothing: a fork takes no time that a state of its own would be worth, with all that follows from one.

        Prefect has no setting for it. tests/deployments/test_warm_worker.py says when it is called otherwise.
        """


class Unchanging(Settings):
    """Prefect's settings, which a worker that goes on does not read anew, and asks twice for with every run.

    To write them down as an environment was half of all that a worker did.
    """

    _written: dict[tuple[bool, bool, bool], dict[str, str]] = PrivateAttr(default_factory=dict)

    def to_environment_variables(
        self, exclude_unset: bool = False, include_secrets: bool = True, include_aliases: bool = False
    ) -> dict[str, str]:
        how = exclude_unset, include_secrets, include_aliases
        if how not in self._written:
            self._written[how] = super().to_environment_variables(*how)
        return dict(self._written[how])


async def work(pool: str, name: str) -> None:
    certificates.share()
    tell_on_demand()
    task = asyncio.current_task()
    assert task  # noqa: S101 - this is a coroutine
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    unchanging = SettingsContext(profile=get_settings_context().profile, settings=Unchanging())
    with suppress(asyncio.CancelledError), unchanging:
        await WarmWorker(pool, name).work()


def main() -> int:
    asyncio.run(work(*sys.argv[1:]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
