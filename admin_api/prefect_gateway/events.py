"""What Prefect says as it happens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

from prefect.events import Event
from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventFilter, EventNameFilter

from admin_api.prefect_gateway.errors import reachable

PREFIXES = ["prefect.flow-run.", "prefect.task-run.", "syncs.step."]
HEARTBEAT = "prefect.flow-run.heartbeat"
_FLOW_RUN = "prefect.flow-run."


@asynccontextmanager
async def listening() -> AsyncIterator[AsyncIterator[UUID]]:
    """The ids of runs to which something happens, from when this is entered until Prefect hangs up.

    Raises PrefectUnreachable at any time. An id is a hint and no more: events may come twice, late, or (where more than
    256 wait) not at all, so what happened is read from the run.
    """
    wanted = EventFilter(event=EventNameFilter(prefix=PREFIXES, exclude_name=[HEARTBEAT]))
    async with AsyncExitStack() as stack:
        # Prefect's own client would wait for good for a server that takes the connection and then hangs.
        async with reachable():
            subscriber = await stack.enter_async_context(get_events_subscriber(filter=wanted, reconnection_attempts=0))

        async def runs() -> AsyncIterator[UUID]:
            async for event in subscriber:
                if (run := _run_of(event)) is not None:
                    yield run

        async with reachable(within=None):
            yield runs()


def _run_of(event: Event) -> UUID | None:
    names = [event.resource.id, *(one.id for one in event.related if one.role == "flow-run")]
    for name in names:
        if name.startswith(_FLOW_RUN):
            try:
                return UUID(name.removeprefix(_FLOW_RUN))
            except ValueError:
                return None
    return None
