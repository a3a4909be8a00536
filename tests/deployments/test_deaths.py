"""Whatever dies, and whenever: of its run nothing is left, its state is right, and nothing ran twice or unasked.

Each death twenty times over, at random moments. DEATHS_SEED=<number> draws the same ones again; a failure says it.
"""

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType
from prefect.states import Cancelling, Pending

from flows.catalog import SCRIPT, SCRIPTS
from tests.brief import brief
from tests.plans import Plans
from tests.runs import logs
from tests.scripted import birth
from tests.stack import Stack
from tests.witness import OUTLIVED, PROMISED, Case, Witness

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform != "linux", reason="the fence is the Linux kernel's"),
]

SEED = int(os.environ.get("DEATHS_SEED") or random.randrange(1 << 32))
TIMES = 20
BATCH = 7  #: runs that see the same worker or engine die


def drawn(kind: str) -> list[Case]:
    """Half of them die some time after the call, while they are taken up and start; half after their script began."""
    chance = random.Random(f"{SEED} {kind}")
    scripts = chance.sample([script.name for script in SCRIPTS], TIMES)
    return [Case(name, chance.uniform(0, 2), turn % 2 == 1, chance.uniform(0, 2)) for turn, name in enumerate(scripts)]


def batches(kind: str) -> list[list[Case]]:
    cases = drawn(kind)
    return [cases[begin : begin + BATCH] for begin in range(0, TIMES, BATCH)]


@pytest.fixture
async def witness(stack: Stack, plans: Plans) -> AsyncIterator[Witness]:
    async with get_client() as client:
        yield Witness(stack, plans, client)


async def under_way(witness: Witness, cases: Sequence[Case]) -> None:
    """Returns at the one moment that is each case's own; one in which the script has begun may be past it."""

    async def begin(cases: Sequence[Case]) -> None:
        last = max(case.moment for case in cases)

        async def one(case: Case) -> None:
            witness.plan(case)
            await asyncio.sleep(last - case.moment)
            await witness.start(case)

        await asyncio.gather(*map(one, cases))

    await begin([case for case in cases if case.begun])
    await begin([case for case in cases if not case.begun])


def times_back(stack: Stack, part: str) -> int:
    return sum(f" {part} is back" in line for line in stack.lines)


async def back(stack: Stack, part: str, before: int) -> float:
    """When `syncs up` has said once more that the part is back: after a pause, which grows with each of its deaths."""
    until = time.monotonic() + 60
    while times_back(stack, part) <= before:
        assert time.monotonic() < until, "\n".join(stack.lines)
        await asyncio.sleep(0.1)
    return time.time()


async def test_runs_outlive_the_worker_or_begin_when_it_is_back(witness: Witness) -> None:
    wrong: list[str] = []
    for cases in batches("worker"):
        await under_way(witness, cases)
        before, worker = times_back(witness.stack, "worker"), witness.stack.part("worker").pid
        for case in cases:
            witness.note(case)
        os.kill(worker, signal.SIGKILL)
        is_back = await back(witness.stack, "worker", before)

        async def course(case: Case, is_back: float = is_back) -> None:
            await witness.completed(case, within=is_back + OUTLIVED - (case.died or 0))

        wrong += await witness.each(cases, course)
    await witness.verdict(SEED, wrong)


async def test_a_run_whose_worker_was_killed_before_it_put_its_name_to_it_is_taken_up_anew(witness: Witness) -> None:
    case = Case("sync-press", moment=0, begun=False, seconds=0.2, died=time.time())
    witness.plan(case)
    deployment = await witness.prefect.read_deployment_by_name(SCRIPT[case.script].deployment)
    case.run = (await witness.prefect.create_flow_run_from_deployment(deployment.id, state=Pending())).id
    before = times_back(witness.stack, "worker")
    witness.stack.part("worker").kill()
    is_back = await back(witness.stack, "worker", before)
    await witness.completed(case, within=is_back + OUTLIVED - (case.died or 0))
    await witness.verdict(SEED, [])


async def test_runs_outlive_the_engine_and_others_begin_without_it(witness: Witness) -> None:
    wrong: list[str] = []
    others = sorted(SCRIPT.keys() - {case.script for case in drawn("engine")})
    for cases in batches("engine"):
        await under_way(witness, cases)
        before, engine = times_back(witness.stack, "engine"), witness.stack.part("engine").pid
        for case in cases:
            witness.note(case)
        os.kill(engine, signal.SIGKILL)
        other = Case(others.pop(), moment=0, begun=False, seconds=0.2, died=time.time())
        witness.plan(other)
        await witness.start(other)
        wrong += await witness.each([*cases, other], witness.completed)
        await back(witness.stack, "engine", before)
    await witness.verdict(SEED, wrong)


@pytest.mark.parametrize("part", ["flow", "guard", "launcher"])
async def test_a_run_that_loses_its_process_or_what_fences_it_is_crashed(witness: Witness, part: str) -> None:
    async def course(case: Case) -> None:
        witness.plan(case)
        await witness.start(case)
        await witness.kill(case, part)
        if part == "guard" and await witness.started_the_stock_way(case):
            await witness.completed(case)
        else:
            await witness.ended_by_it(case, StateType.CRASHED)

    await witness.verdict(SEED, await witness.each(drawn(part), course))


@pytest.mark.parametrize("part", ["script", "tap"])
async def test_a_step_that_loses_its_script_or_its_tap_is_tried_again(witness: Witness, part: str) -> None:
    async def course(case: Case) -> None:
        witness.plan(case)
        await witness.start(case)
        await witness.kill(case, part)
        await witness.completed(case, executions=2)

    await witness.verdict(SEED, await witness.each(drawn(part), course))


async def test_a_script_whose_time_is_over_is_ended_and_tried_again(witness: Witness) -> None:
    deployment = await witness.prefect.create_deployment(
        await witness.prefect.create_flow(brief),
        "tests",
        entrypoint="tests.brief.brief",
        work_pool_name="syncs",
        pull_steps=[],
    )

    async def course(case: Case) -> None:
        witness.plan(case, first=60)
        limit = 0.5 + case.moment
        parameters = {"script": case.script, "seconds": limit}
        case.run = (await witness.prefect.create_flow_run_from_deployment(deployment, parameters=parameters)).id
        await witness.completed(case, within=2 * OUTLIVED, executions=2)
        first, second = witness.plans.executions(case.script)
        assert limit - 0.5 < second["started"] - first["started"] < limit + PROMISED

    await witness.verdict(SEED, await witness.each(drawn("time limit"), course))


async def test_a_run_that_is_cancelled_is_cancelled_and_says_which_processes_ended(witness: Witness) -> None:
    async def course(case: Case) -> None:
        witness.plan(case)
        await witness.start(case)
        family = witness.plans.family(case.script)
        witness.note(case)
        alive = {pid for pid, born in family.items() if birth(pid) == born}
        assert case.run
        await witness.prefect.set_flow_run_state(case.run, Cancelling())
        await witness.ended_by_it(case, StateType.CANCELLED)
        # Of a script that came to its end meanwhile there is nothing to tell.
        if alive and not witness.plans.ends(case.script):
            told = [line for line in await logs(case.run, at_least=len(alive)) if line.startswith("Process ")]
            assert alive <= {int(line.split()[1]) for line in told if " after " in line}, told

    await witness.verdict(SEED, await witness.each(drawn("cancel"), course))


async def test_runs_that_lose_worker_and_flow_are_crashed_when_the_worker_is_back(witness: Witness) -> None:
    wrong: list[str] = []
    for cases in batches("worker and flow"):
        await under_way(witness, cases)
        before, worker = times_back(witness.stack, "worker"), witness.stack.part("worker").pid
        flows = {case.script: witness.note(case).part("flow") for case in cases}
        for pid in (worker, *filter(None, flows.values())):
            os.kill(pid, signal.SIGKILL)
        # To look at all of them took a moment, in which one may have begun.
        for case in cases:
            case.died = time.time()
        is_back = await back(witness.stack, "worker", before)

        async def course(case: Case, flows: dict[str, int | None] = flows, is_back: float = is_back) -> None:
            died, killed = case.died or 0, flows[case.script]
            run = await witness.over(case, is_back + OUTLIVED)
            assert run.state
            assert run.start_time
            ended = run.state.timestamp.timestamp()
            # One that had not begun is taken up anew, with or without a process that was killed.
            had_begun = run.start_time.timestamp() < died < ended
            assert run.state.type is (StateType.CRASHED if killed and had_begun else StateType.COMPLETED), run.state
            assert run.state.is_completed() or ended < is_back + PROMISED
            assert len(witness.plans.executions(case.script)) <= 1
            await witness.nothing_left(case, time.time() + PROMISED)

        wrong += await witness.each(cases, course)
    await witness.verdict(SEED, wrong)
