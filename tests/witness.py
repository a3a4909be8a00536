"""One run that something dies in, and whether what became of it is what was promised."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import psutil
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, StateType

from admin_api import prefect_gateway as gateway
from admin_api.cleanup import UNHELD
from admin_api.prefect_gateway import slots
from deployments.warm import FLOW_RUN, RUN
from flows.catalog import SCRIPT
from tests.anatomy import Anatomy
from tests.plans import Plans
from tests.runs import begun, logs
from tests.scripted import birth
from tests.stack import Stack

AT_ONCE = 10  #: runs; with more of them two cores are what is tested
PROMISED = 10.0  #: seconds from a death until all is as it should be
#: The same from a death that the run outlives: it has another attempt to make, and a deaf daemon to end (flows.tap).
OUTLIVED = PROMISED + 10


@dataclass
class Case:
    """One run, and when in its life something dies."""

    script: str
    moment: float  #: seconds after the call that makes the run or, for `begun`, after its script has begun
    begun: bool
    seconds: float  #: that the script's first execution takes
    run: UUID | None = None
    died: float | None = None  #: seconds since the epoch; None where there was nothing left to die
    seen: dict[int, str] = field(default_factory=dict)  #: the run's processes at that time, with their births
    state: str = "?"

    def __str__(self) -> str:
        since = "its script had begun" if self.begun else "the call"
        return f"{self.script} ({self.seconds:.2f} s), {self.moment:.2f} s after {since}"


class Witness:
    """Has the runs of one test begun, looks at what becomes of them, and fails where it is not what was promised."""

    def __init__(self, stack: Stack, plans: Plans, prefect: PrefectClient) -> None:
        self.stack = stack
        self.plans = plans
        self.prefect = prefect
        self._cases: list[Case] = []

    # --- what happens to them ---

    def plan(self, case: Case, first: float | None = None) -> None:
        """Its script is a hostile one; a second attempt is short."""
        self._cases.append(case)
        seconds = [case.seconds if first is None else first, 0.2]
        self.plans.make(case.script, family=True, seconds=seconds, report=[{"processed": 1, "total": 2}])

    async def start(self, case: Case) -> None:
        """Returns at the case's moment."""
        since = time.monotonic()
        # Not by its name, which a group may have, too.
        case.run = (await gateway.start(SCRIPT[case.script], {}, "cli")).id
        if case.begun:
            await begun(self.plans, case.script)
            since = time.monotonic()
        await asyncio.sleep(case.moment - (time.monotonic() - since))

    def note(self, case: Case, anatomy: Anatomy | None = None) -> Anatomy:
        """Just before something dies."""
        anatomy = anatomy or Anatomy.of(case.run, self.stack)
        case.seen = anatomy.everything()
        case.died = time.time()
        return anatomy

    async def kill(self, case: Case, part: str) -> None:
        """As soon as the part is there, unless the run is over before."""
        anatomy = Anatomy.of(case.run, self.stack)
        looks = 0
        while True:
            if pid := anatomy.part(part):
                self.note(case, anatomy)
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    return
                case.died = None
            looks += 1
            if looks % 25 == 0 and _is_over(await self.of(case)):
                return
            await asyncio.sleep(0.02)

    async def each(
        self, cases: Sequence[Case], course: Callable[[Case], Awaitable[object]], at_once: int = AT_ONCE
    ) -> list[str]:
        """What went wrong, of all of them."""
        room = asyncio.Semaphore(at_once)

        async def one(case: Case) -> str | None:
            async with room:
                try:
                    await course(case)
                except Exception as error:
                    return f"{case}: {type(error).__name__} {error} ({await self._story(case)})"
                return None

        return [wrong for wrong in await asyncio.gather(*map(one, cases)) if wrong]

    # --- what is promised of one ---

    async def of(self, case: Case) -> FlowRun:
        assert case.run, "it was not started"
        return await self.prefect.read_flow_run(case.run)

    async def over(self, case: Case, by: float) -> FlowRun:
        """The run, once it is over."""
        while not _is_over(run := await self.of(case)):
            assert time.time() < by, f"its run is still {run.state and run.state.name}"
            await asyncio.sleep(0.2)
        case.state = (run.state and run.state.name) or "?"
        return run

    async def ended_by_it(self, case: Case, how: StateType) -> None:
        """After a death that ends the run, if it had not come to its end before."""
        died = case.died or time.time()
        run = await self.over(case, died + PROMISED)
        assert run.state
        if run.state.is_completed():
            assert run.state.timestamp.timestamp() < died + 1, "it went on, and was Completed"
        else:
            assert run.state.type is how, run.state
        assert len(self.plans.executions(case.script)) <= 1
        await self.nothing_left(case, died + PROMISED)

    async def completed(self, case: Case, within: float = OUTLIVED, executions: int = 1) -> None:
        """After a death that the run outlives."""
        run = await self.over(case, (case.died or time.time()) + within)
        assert run.state
        assert run.state.is_completed(), run.state
        assert len(self.plans.executions(case.script)) <= executions, "its script ran more often than it should"
        assert self.plans.ends(case.script), "it is Completed, and its script has not come to its end"
        await self.nothing_left(case, time.time() + PROMISED)

    async def nothing_left(self, case: Case, by: float) -> None:
        """Neither a process nor a slot."""
        everything = {**case.seen, **self.plans.family(case.script)}
        while left := {pid: _name(pid) for pid, born in everything.items() if birth(pid) == born}:
            assert time.time() < by, f"left alive: {left}"
            await asyncio.sleep(0.1)
        limit = f"tag:{SCRIPT[case.script].tag}"
        until = time.time() + PROMISED
        while (await self.prefect.read_global_concurrency_limit_by_name(limit)).active_slots:
            if time.time() > until:
                # It died between taking the slot and saying that it ran: nobody has it, which has its own time.
                assert limit in await slots.unheld(self.prefect), f"a slot of {limit} is still taken"
                assert time.time() < until + UNHELD + PROMISED, f"a slot of {limit}, which nobody has, is still taken"
            await asyncio.sleep(0.3)

    async def started_the_stock_way(self, case: Case) -> bool:
        """Its guard died before it had forked the flow's process: its launcher has taken its place."""
        until = (case.died or 0) + 3
        while time.time() < until and case.run and not _is_over(await self.of(case)):
            if any(line.startswith("Started the stock way") for line in await logs(case.run, at_least=0)):
                return True
            await asyncio.sleep(0.2)
        return False

    # --- what is promised of all ---

    async def verdict(self, seed: int, wrong: list[str]) -> None:
        """Fails with all that went wrong, and says in which phase of their lives the deaths came."""
        for case in self._cases:
            run = await self.of(case)
            for one in self.plans.executions(case.script):
                if one["alive"]:
                    wrong.append(f"{case}: when its script began, of the last time these were alive: {one['alive']}")
                if run.state and run.state.is_final() and one["started"] > run.state.timestamp.timestamp():
                    wrong.append(f"{case}: its script began after its run was {run.state.name}")
        until = time.time() + PROMISED
        while (left := list(filter(_is_of_a_run, self.stack.left()))) and time.time() < until:
            await asyncio.sleep(0.2)
        wrong += [f"left alive: {process}" for process in left]
        tally = Counter(f"{case.state}, {self._phase(case)}" for case in self._cases)
        told = "; ".join(f"{number} {what}" for what, number in sorted(tally.items()))
        print(f"DEATHS_SEED={seed}: {told}")
        assert not wrong, "\n".join([f"DEATHS_SEED={seed}: {len(wrong)} of {len(self._cases)} ({told})", *wrong])

    def _phase(self, case: Case) -> str:
        if case.died is None:
            return "it was over"
        began = [one for one in self.plans.executions(case.script) if one["started"] < case.died]
        ended = [end for end in self.plans.ends(case.script) if end < case.died]
        return "its script had ended" if ended else "its script ran" if began else "its script had not begun"

    async def _story(self, case: Case) -> str:
        """What happened when, in seconds since the death."""
        told = [(one["started"], f"script {one['pid']} began") for one in self.plans.executions(case.script)]
        told += [(end, "script ended") for end in self.plans.ends(case.script)]
        if case.run:
            states = await self.prefect.read_flow_run_states(case.run)
            told += [(state.timestamp.timestamp(), state.name or "?") for state in states]
        return ", ".join(f"{at - (case.died or 0):+.1f} {what}" for at, what in sorted(told))


def _is_over(run: FlowRun) -> bool:
    return run.state is not None and run.state.is_final()


def _name(pid: int) -> str:
    try:
        return psutil.Process(pid).name()
    except psutil.Error:
        return "?"


def _is_of_a_run(process: psutil.Process) -> bool:
    """By its name, its marks or, for a daemon that has cleared its environment, its last word (tests.scripted)."""
    try:
        environment, words = process.environ(), process.cmdline()
        return (
            process.name() in ("syncs-guard", "syncs-flow", "syncs-tap")
            or bool({RUN, FLOW_RUN} & environment.keys())
            or (bool(words) and words[-1] == os.environ["SYNCS_HOME"])
        )
    except psutil.Error:
        return False
