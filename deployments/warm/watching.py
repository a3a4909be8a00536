"""What Prefect opens a connection for with each run: to hear that it is cancelled, or suspended, and to tell of it.

To open one, and to be told of what came before, cost the server as much as a state of the run. So a worker's runs share
the connection that the worker has anyway, tell on one that is opened when there is something to tell, and a run looks
whether it is suspended once it has lasted for a while.

Prefect has no public way to any of it: names of its own are replaced, and tests/deployments/test_warm_watching.py says
when they are no longer what it calls.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Self
from uuid import UUID

import prefect._internal.observers as of_the_worker
import prefect.events.clients as clients
import prefect.flow_engine as of_the_run
from prefect._flow_run_suspension import FlowRunSuspensionRequest, observe_flow_run_suspension
from prefect.events import Event, Resource
from prefect.events.clients import EventsClient, get_events_client

#: Seconds that a run has lasted when it first looks, and finds in its state that it is suspended. One that was
#: suspended and resumed before that goes on as if it had been neither.
SUSPENSION_AFTER = 5.0
LEAVING_TAKES = 2.0  #: seconds at most, as Prefect itself gives it


class Cancellations:
    """Those that a worker hears of, handed on to its runs: to each of Prefect's watchers, which knows its own run.

    Who watches over the connection (deployments.warm.estate) sees to it that none is missed while there is none.
    """

    def __init__(self) -> None:
        self._listeners: set[_Listener] = set()

    def use(self) -> None:
        """From now on Prefect listens here, in this process, in place of opening a connection."""
        vars(of_the_worker)["get_events_subscriber"] = self.subscriber

    def subscriber(self, *_: Any, **__: Any) -> _Listener:
        """What `get_events_subscriber` would return: to be entered, and then iterated over."""
        return _Listener(self._listeners)

    def tell(self, run: UUID) -> None:
        """`run` is being cancelled, now."""
        resource = Resource({"prefect.resource.id": f"prefect.flow-run.{run}"})
        for listener in self._listeners:
            listener.news.put_nowait(Event(event="prefect.flow-run.Cancelling", resource=resource))


class _Listener:
    def __init__(self, listeners: set[_Listener]) -> None:
        self._listeners = listeners
        self.news: asyncio.Queue[Event] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._listeners.add(self)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listeners.discard(self)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        return await self.news.get()


def tell_on_demand() -> None:
    """From now on, in this process, what a run's runner would tell waits for something to tell."""
    vars(clients)["get_events_client"] = OnDemand


class OnDemand(EventsClient):
    """Opens a connection for each event. There is one for a run that is cancelled, and none for any other."""

    def __init__(self, *words: Any, **more: Any) -> None:
        self._connect = functools.partial(get_events_client, *words, **more)

    async def _emit(self, event: Event) -> None:
        async with self._connect() as client:
            await client.emit(event)


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
