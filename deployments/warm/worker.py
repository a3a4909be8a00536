"""`python -m deployments.warm.worker POOL NAME`: Prefect's process worker, which hears of a run when it is made.

`prefect worker start` asks for runs every so many seconds. Asking often costs more than a whole stack does at rest, and
asking seldom is what people wait for. This one listens to Prefect's events and asks when there is something; now and
then it asks besides, for what was scheduled for later, and where an event was lost.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from prefect.events.clients import get_events_subscriber
from prefect.events import ResourceSpecification
from prefect.events.filters import EventFilter, EventNameFilter, EventResourceFilter
from prefect.utilities.services import critical_service_loop
from prefect.workers.process import ProcessWorker

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


async def work(pool: str, name: str) -> None:
    """Runs until it is cancelled, and then ends the runs that it has started."""
    async with ProcessWorker(work_pool_name=pool, name=name) as worker, asyncio.TaskGroup() as loops:
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
