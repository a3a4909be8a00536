"""What Prefect listens for on behalf of one run, each on a connection of its own: that it is cancelled, and suspended.

To open one, and to be told of what came before, cost the server as much as a state of the run. So a worker's runs share
the connection that the worker has anyway, and a run looks whether it is suspended once it has lasted for a while.

Prefect has no public way to either: two names of its own are replaced, and tests/deployments/test_warm_watching.py says
when they are no longer what it calls.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Self
from uuid import UUID

import prefect._internal.observers as of_the_worker
import prefect.flow_engine as of_the_run
from prefect._flow_run_suspension import FlowRunSuspensionRequest, observe_flow_run_suspension
from prefect.events import Event

#: Seconds that a run has lasted when it first looks. What has happened until then it finds in its state.
SUSPENSION_AFTER = 5.0
LEAVING_TAKES = 2.0  #: seconds at most, as Prefect itself gives it


class Cancellations:
    """Those that a worker hears of, for each of its runs that listens."""

    def __init__(self) -> None:
        self._connected = False
        self._listeners: set[_Listener] = set()

    def use(self) -> None:
        """From now on Prefect asks here, in this process, in place of opening a connection."""
        vars(of_the_worker)["get_events_subscriber"] = self.subscriber

    def subscriber(self, *_: Any, **__: Any) -> _Listener:
        """What `get_events_subscriber` would return: to be entered, and then iterated over."""
        return _Listener(self)

    def connected(self) -> None:
        self._connected = True

    def hear(self, event: Event) -> None:
        for listener in self._listeners:
            listener.news.put_nowait(event)

    def disconnected(self) -> None:
        """Whoever listens is told by an exception, after which Prefect looks at the run's state now and then."""
        self._connected = False
        for listener in self._listeners:
            listener.news.put_nowait(ConnectionError("Prefect's events are not heard any more"))

    def add(self, listener: _Listener) -> None:
        if not self._connected:
            raise ConnectionError("Prefect's events are not heard")
        self._listeners.add(listener)

    def remove(self, listener: _Listener) -> None:
        self._listeners.discard(listener)


class _Listener:
    def __init__(self, cancellations: Cancellations) -> None:
        self._cancellations = cancellations
        self.news: asyncio.Queue[Event | ConnectionError] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._cancellations.add(self)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._cancellations.remove(self)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        event = await self.news.get()
        if isinstance(event, ConnectionError):
            raise event
        return event


def put_off_suspensions() -> None:
    """From now on, in this process and its forks, a run that is over in SUSPENSION_AFTER never looks."""
    vars(of_the_run)["observe_flow_run_suspension"] = observed_later


@contextmanager
def observed_later(
    flow_run_id: UUID, suspension_request: FlowRunSuspensionRequest, polling_interval: float = 10
) -> Iterator[None]:
    with ExitStack() as observing:
        # A thread has no context of its own, and the settings are in it.
        context = contextvars.copy_context()
        observe = observe_flow_run_suspension(flow_run_id, suspension_request, polling_interval)
        timer = threading.Timer(SUSPENSION_AFTER, context.run, (observing.enter_context, observe))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            # It may be asking a server that hangs.
            timer.join(LEAVING_TAKES)
