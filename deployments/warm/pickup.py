"""When a worker asks Prefect for runs, and which runs it hears are to be cancelled.

`prefect worker start` asks every so many seconds. To ask often costs more than a whole stack does at rest, and to ask
seldom is what people wait for. So this listens to Prefect's events, and has it asked when there is something; now and
then besides, for what was scheduled for later, and where an event was lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from uuid import UUID

from prefect.events import Event, ResourceSpecification
from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventFilter, EventNameFilter, EventResourceFilter

logger = logging.getLogger("prefect.workers.pickup")

#: Seconds between two questions though nothing was heard. A worker is handed what is due within the next ten
#: (PREFECT_WORKER_PREFETCH_SECONDS), and the run's process waits for its time.
SELDOM = 5.0
#: Seconds between two questions at least: fifty starts at once are ten questions, not fifty.
GAP = 0.1
#: Seconds after an answer until it is asked once more, should an event have come before what it tells of could be read.
ONCE_MORE = 0.5
CONNECTING_TAKES = 10.0  #: seconds at most; a server that hangs takes a connection and says nothing
RECONNECT_AFTER = 1.0

_FLOW_RUN = "prefect.flow-run."
_STATE = "prefect.state-type"


class Pickup:
    """`cancelling` is called with each run that is to be cancelled, `connected` when something may have been missed."""

    def __init__(self, cancelling: Callable[[UUID], None], connected: Callable[[], None]) -> None:
        self._cancelling = cancelling
        self._connected = connected
        self._scheduled = asyncio.Event()

    async def listen(self) -> None:
        """For good."""
        while True:
            try:
                async with _events() as events:
                    self._scheduled.set()
                    self._connected()
                    async for event in events:
                        self._hear(event)
            except Exception as error:
                # Whatever it is (a bare Exception, where the server ends during the handshake): it is tried again.
                logger.debug("Prefect's events are not heard: %s", error)
            await asyncio.sleep(RECONNECT_AFTER)

    async def turns(self) -> AsyncIterator[None]:
        """One for each time to ask."""
        wait = 0.0
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._scheduled.wait(), wait)
            heard = self._scheduled.is_set()
            self._scheduled.clear()
            yield
            wait = ONCE_MORE if heard else SELDOM
            await asyncio.sleep(GAP)

    def _hear(self, event: Event) -> None:
        if event.resource.get(_STATE) == "SCHEDULED":
            self._scheduled.set()
        else:
            self._cancelling(UUID(event.resource.id.removeprefix(_FLOW_RUN)))


@asynccontextmanager
async def _events() -> AsyncIterator[AsyncIterator[Event]]:
    """What happens to runs that now wait for their start, whoever started or retried them, or for their end."""
    wanted = EventFilter(
        event=EventNameFilter(prefix=[_FLOW_RUN]),
        resource=EventResourceFilter(labels=ResourceSpecification({_STATE: ["SCHEDULED", "CANCELLING"]})),
    )
    async with AsyncExitStack() as stack:
        async with asyncio.timeout(CONNECTING_TAKES):
            events = await stack.enter_async_context(get_events_subscriber(filter=wanted, reconnection_attempts=0))
        yield events
