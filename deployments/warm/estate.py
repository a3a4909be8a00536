"""The runs on a worker's name: those it has started, and those that one before it, which was killed, has left.

What goes on is let go on, and can be cancelled. What did not outlive its worker is called what it is, and what had not
begun is scheduled anew.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import Cancelled, Crashed, Scheduled

from deployments.warm import attempts
from deployments.warm.watching import Cancellations

logger = logging.getLogger("prefect.workers.estate")

#: Seconds after which a run that is just being started is known to be this worker's own.
MOMENT = 1.0
#: Seconds after which a worker that has taken up a run, and has not put its name to it, did not live to.
NAMELESS = 5.0
OFTEN = 0.5  #: seconds between two looks at processes that are not this one's children
AGAIN = 2.0  #: seconds until Prefect is asked once more, where it did not answer
UNDER_WAY = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
#: The label by which Prefect's workers tell whose run it is.
WORKER = "prefect.worker.name"


class Estate:
    """`mine` are the runs that this very worker starts or waits for; whoever takes one up enters it there."""

    def __init__(self, client: PrefectClient, cancellations: Cancellations, pool: str, worker: str) -> None:
        self._client = client
        self._cancellations = cancellations
        self._pool = pool
        self._worker = worker
        self.mine: set[UUID] = set()
        self._left: set[UUID] = set()
        self._cancelled: set[UUID] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def look(self) -> None:
        """At the start, and when something may have been missed: which of its own runs are being cancelled.

        And takes over what is under way and nobody waits for, on Linux, where it can be seen whether it is alive.
        """
        self._do(self._look())

    def cancel(self, run: UUID) -> None:
        """`run` is to be cancelled, or was: what is heard may be old. Prefect's runner ends this worker's own."""
        self._cancelled.add(run)
        if run in self.mine:
            self._do(self._tell(run))
        elif run not in self._left and sys.platform == "linux":
            self._do(self._take(run, after=MOMENT))

    def is_over(self, run: UUID) -> None:
        """The process of one of `mine` has ended. One that was cancelled may not have begun, and then says nothing."""
        self.mine.discard(run)
        if run in self._cancelled:
            self._do(self._close(run))

    def leave(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _tell(self, run: UUID) -> None:
        while run in self.mine:
            try:
                cancelling = await self._is_cancelled_while_it_runs(run)
            except Exception as error:
                # Nobody else would tell it.
                logger.warning("Run %s is perhaps to be cancelled, and Prefect does not say: %s", run, error)
                await asyncio.sleep(AGAIN)
                continue
            if cancelling:
                self._cancellations.tell(run)
            return

    async def _is_cancelled_while_it_runs(self, run: UUID) -> bool:
        """One that had not begun may not begin, and its process leaves: told to end, it would call the run Crashed."""
        states = sorted(await self._client.read_flow_run_states(run), key=lambda state: state.timestamp)
        if not states or not states[-1].is_cancelling():
            return False
        before = [state for state in states if not state.is_cancelling()]
        return bool(before) and before[-1].is_running()

    async def _look(self) -> None:
        runs = await self._client.read_flow_runs(
            work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[self._pool])),
            flow_run_filter=FlowRunFilter(
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=UNDER_WAY)),
            ),
        )
        for run in runs:
            if run.id in self.mine and _is_cancelling(run):
                self._cancelled.add(run.id)
                self._do(self._tell(run.id))
        if sys.platform == "linux":
            await asyncio.sleep(MOMENT)
            for run in runs:
                self._do(self._take(run.id))

    async def _take(self, id_: UUID, after: float = 0) -> None:
        """Until its last process has ended, and then until Prefect knows it."""
        await asyncio.sleep(after)
        if id_ in self.mine:
            if id_ in self._cancelled:
                await self._tell(id_)
            return
        if id_ in self._left:
            return
        run = await self._client.read_flow_run(id_)
        if _is_nameless(run):
            await asyncio.sleep(NAMELESS)
            run = await self._client.read_flow_run(id_)
        if id_ in self.mine or id_ in self._left:
            return  # meanwhile
        if _is_over(run) or not (_is_nameless(run) or run.labels.get(WORKER) == self._worker):
            return
        self._left.add(id_)
        try:
            asked = False
            while attempts.processes(str(id_)):
                if id_ in self._cancelled and not asked:
                    asked = _is_cancelling(await self._client.read_flow_run(id_))
                    if asked:
                        logger.info("Run %r of an earlier worker is cancelled, and ended.", run.name)
                        attempts.end_silently(str(id_))
                    else:
                        self._cancelled.discard(id_)  # what was heard is old
                await asyncio.sleep(OFTEN)
            await self._close(id_)
        finally:
            self._left.discard(id_)

    async def _close(self, id_: UUID) -> None:
        """Nothing of it is alive on this machine."""
        run = await self._client.read_flow_run(id_)
        begins_anew = id_ in self.mine or attempts.processes(str(id_))
        if not begins_anew and not _is_over(run):
            state = _what_became_of(run)
            logger.info("Run %r is %s: %s", run.name, state.name, state.message)
            # By force only what Prefect's own workers force, too: nothing else may follow on Cancelling.
            await self._client.set_flow_run_state(id_, state, force=not state.is_crashed())
        self._cancelled.discard(id_)

    def _do(self, what: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._well(what))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _well(self, what: Coroutine[Any, Any, None]) -> None:
        try:
            await what
        except Exception as error:
            # The next look finds it again; and so does the admin API's clean-up.
            logger.warning("What an earlier worker has left could not be looked after: %s", error)


def _is_over(run: FlowRun) -> bool:
    return run.state is None or run.state.is_final() or run.state.type not in UNDER_WAY


def _is_nameless(run: FlowRun) -> bool:
    """Whether it was taken up, and nobody has said by whom: Prefect's workers do that some requests later."""
    return run.start_time is None and WORKER not in run.labels


def _is_cancelling(run: FlowRun) -> bool:
    return run.state is not None and run.state.is_cancelling()


def _what_became_of(run: FlowRun) -> State[Any]:
    if _is_cancelling(run):
        began = run.start_time is not None
        return Cancelled(message="It was cancelled." if began else "It was cancelled before it began.")
    if run.state is not None and run.state.is_pending():
        return Scheduled(message="Its worker was killed before it began: it is scheduled anew.")
    return Crashed(message="Its process was killed, and its worker, too.")
