"""What a crash left behind in Prefect, closed through the gateway.

When a run's process is killed, Prefect learns that the run is over, but the task runs in it stay Running, and with them
the slots of their tags: every later run of those scripts would wait until a lease ends. So do a day's own steps' runs.

A run that is cancelled between being taken up by a worker and beginning stays Cancelling for good: its process finds
that it may not begin, and goes without a word (seen on 3.8.8). So does one whose worker was killed before: nobody is
there to cancel it. While it gives signs of life it is not over, and after that it is closed.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

from admin_api import causes
from admin_api.prefect_gateway import Gateway, PrefectUnreachable, RunSnapshot, State

logger = logging.getLogger(__name__)

#: Seconds to wait before something is called a leftover, by the type of its run's state: what a process said before it
#: died may still be on its way. A run that has not begun must not be called Cancelled before its process has come and
#: gone, for that one would begin all the same.
GRACES = {"CRASHED": 2.0, "CANCELLED": 2.0, "CANCELLING": 30.0}
#: The same where the run itself said that it was over, and so was alive: its last words take a while at most.
GRACE_OF_THE_LIVING = 30.0

#: Four heartbeats.
SILENCE = timedelta(minutes=2)

#: Seconds that a slot is seen taken by nobody: a run takes it some moments before it says that it runs.
UNHELD = 30.0


class Cleanup:
    """Closes leftovers a moment after they are noticed, if they are still there and their run has not begun again."""

    def __init__(self, prefect: Gateway) -> None:
        self._prefect = prefect
        self._pending: dict[tuple[UUID, str], asyncio.Task[None]] = {}
        self._unheld: dict[str, float] = {}

    def notice(self, run: RunSnapshot) -> None:
        """`run` is over, and something in it is not; or it is to be cancelled, and may not know yet."""
        key = (run.id, run.state.type)
        if key not in self._pending:
            self._pending[key] = asyncio.create_task(self._close_soon(run))

    async def look(self) -> None:
        """Frees slots that nobody has held for a while. Raises PrefectUnreachable."""
        now = asyncio.get_running_loop().time()
        self._unheld = {limit: self._unheld.get(limit, now) for limit in await self._prefect.unheld_slots()}
        for limit in [limit for limit, since in self._unheld.items() if now - since >= UNHELD]:
            logger.warning("A slot of %s is taken and nobody has it: it is freed.", limit)
            await self._prefect.free_slots(limit)
            del self._unheld[limit]

    async def settled(self) -> None:
        """Waits until all that was noticed is dealt with."""
        await asyncio.gather(*self._pending.values())

    async def stop(self) -> None:
        for task in self._pending.values():
            task.cancel()
        await asyncio.gather(*self._pending.values(), return_exceptions=True)

    async def _close_soon(self, run: RunSnapshot) -> None:
        try:
            await asyncio.sleep(_grace(run.state))
            for now in await self._prefect.snapshots([run.id]):
                if not run.state.over and run.state.type != "CANCELLING":
                    await self._prefect.cancel(run.id)
                if now.state.type == "CANCELLING" and now.state.id == run.state.id:
                    await self._finish_cancel(now)
                await self.close(now)
        except PrefectUnreachable as error:
            # The next look at the jobs notices it again.
            logger.warning("What run %r left could not be closed. %s", run.name, error)
        except Exception:
            logger.exception("What run %r left could not be closed.", run.name)
        finally:
            del self._pending[run.id, run.state.type]

    async def close(self, run: RunSnapshot) -> None:
        """Ends what goes on in a run that is over. A run that is not, and a state that is final, stay as they are."""
        if not run.state.over:
            return
        cancelled = run.state.type == "CANCELLED"
        for child in run.children:
            if not child.state.over:
                await self._prefect.close_run(child.id, causes.ENDED_WITH_ITS_RUN, cancelled=cancelled)
        for member in (run, *run.children):
            for task in member.tasks:
                if not task.state.over:
                    logger.info("Step %r of run %r is closed: %s", task.step, run.name, causes.ENDED_WITH_ITS_RUN)
                    await self._prefect.close_task(task.id, causes.ENDED_WITH_ITS_RUN, cancelled=cancelled)

    async def _finish_cancel(self, run: RunSnapshot) -> None:
        """What its worker should have done by now, if nothing of the run is there that could still end by itself."""
        before = [state for state in await self._prefect.history(run.id) if state.type != "CANCELLING"]
        now = datetime.now(UTC)
        if not before or before[-1].type != "RUNNING":
            await self._prefect.close_run(run.id, causes.BEFORE_IT_BEGAN, cancelled=True)
        elif now - run.state.at > SILENCE and not await self._prefect.gave_a_sign(run.id, now - SILENCE):
            await self._prefect.close_run(run.id, causes.NOBODY_LEFT, cancelled=True)


def _grace(state: State) -> float:
    if state.type in GRACES:
        return GRACES[state.type]
    return GRACE_OF_THE_LIVING if state.over else 0.0
