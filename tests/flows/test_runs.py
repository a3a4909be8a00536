"""Groups on the real thing: `syncs up`, PostgreSQL, Prefect's server, its worker. Scripts are tests/scripted.py."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType

from flows.catalog import GROUPS, SYNC_DAILY, arguments
from tests.plans import Plans
from tests.runs import begun, ended, outcome, retry, start

pytestmark = pytest.mark.usefixtures("stack")


async def test_each_group_runs_through_its_deployment_its_steps_in_order_with_their_flags(plans: Plans) -> None:
    groups = [group for group in GROUPS if group is not SYNC_DAILY]
    runs = await asyncio.gather(*(start(group.cli) for group in groups))
    for group, run in zip(groups, await asyncio.gather(*(ended(run, 120) for run in runs)), strict=True):
        assert outcome(run)[0] is StateType.COMPLETED, f"{group.name}: {outcome(run)}"
        defaults = {flag.name: flag.default for flag in group.flags if flag.default is not None}
        executed = [plans.executions(step.script.name) for step in group.steps]
        assert [len(executions) for executions in executed] == [1] * len(group.steps)
        assert [one["flags"] for (one,) in executed] == [arguments(step.flags(defaults)) for step in group.steps]
        times = [one["started"] for (one,) in executed]
        assert times == sorted(times)


async def test_prefect_deployment_run_does_what_it_says(plans: Plans) -> None:
    command = ["prefect", "deployment", "run", "sync-press/prod", "--param", "limit=7", "--watch"]
    ran = subprocess.run(
        command,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert [one["flags"] for one in plans.executions("sync-press-analysis")] == [["--limit=7"]]


async def test_a_step_that_fails_twice_and_then_works_is_retried_and_the_run_is_completed(plans: Plans) -> None:
    plans.make("sync-hatvp", exits=[1, 75, 0])
    run = await ended(await start("sync-hatvp"))
    assert outcome(run)[0] is StateType.COMPLETED
    assert len(plans.executions("sync-hatvp")) == 3


async def test_a_step_that_always_fails_fails_its_group_after_three_attempts_and_says_why(plans: Plans) -> None:
    plans.make("sync-votes-an", exits=[3], stderr="the archive is corrupt")
    run = await ended(await start("votes"))
    state, message = outcome(run)
    assert state is StateType.FAILED
    assert "sync-votes-an failed after" in message
    assert "with exit code 3\nthe archive is corrupt" in message
    assert len(plans.executions("sync-votes-an")) == 3
    assert plans.executions("sync-votes-senat") == []


async def test_a_script_called_wrongly_is_not_retried(plans: Plans) -> None:
    plans.make("sync-deceased", exits=[64])
    run = await ended(await start("sync-deceased"))
    assert outcome(run)[0] is StateType.FAILED
    assert len(plans.executions("sync-deceased")) == 1


async def test_exit_78_is_a_skip_with_its_reason_and_the_group_goes_on(plans: Plans) -> None:
    plans.make("sync-factchecks", exits=[78], stderr="GOOGLE_FACTCHECK_API_KEY is not set.")
    run = await ended(await start("factchecks"))
    assert outcome(run)[0] is StateType.COMPLETED
    assert run.state is not None
    assert (await run.state.aresult())["sync-factchecks"] == {"skipped": "GOOGLE_FACTCHECK_API_KEY is not set."}
    assert len(plans.executions("sync-factchecks")) == 1
    assert len(plans.executions("sync-judilibre")) == 1


async def test_a_group_retried_after_its_second_step_failed_does_not_repeat_the_first(plans: Plans) -> None:
    plans.make("assign-publication-status", exits=[1, 1, 1, 0])
    run_id = await start("maintenance")
    assert outcome(await ended(run_id))[0] is StateType.FAILED
    await retry(run_id)
    await begun(plans, "assign-publication-status", 4)
    run = await ended(run_id)
    assert outcome(run)[0] is StateType.COMPLETED
    assert len(plans.executions("recalculate-prominence")) == 1
    assert len(plans.executions("assign-publication-status")) == 4
    assert run.state is not None
    assert (await run.state.aresult())["recalculate-prominence"]["script"] == "recalculate-prominence"


async def test_two_runs_of_a_script_never_overlap_whoever_started_them(plans: Plans) -> None:
    plans.make("sync-press", seconds=1.5)
    runs = [await start(name) for name in ("sync-press", "press", "sync-press", "sync/sync-press")]
    for run in await asyncio.gather(*(ended(run, 120) for run in runs)):
        assert outcome(run)[0] is StateType.COMPLETED
    starts = sorted(one["started"] for one in plans.executions("sync-press"))
    ends = sorted(plans.ends("sync-press"))
    assert len(starts) == len(ends) == 4
    assert all(end <= begin for end, begin in zip(ends, starts[1:], strict=False))


async def test_a_groups_second_run_waits_for_the_first(plans: Plans) -> None:
    plans.make("generate-biographies", seconds=2)
    runs = [await start("generate:ai"), await start("generate:ai")]
    for run in await asyncio.gather(*(ended(run, 90) for run in runs)):
        assert outcome(run)[0] is StateType.COMPLETED
    second = plans.executions("generate-biographies")[1]["started"]
    assert second >= plans.ends("classify-themes")[0]


@pytest.mark.parametrize("value", ["two\nlines", "x" * 10_240, ""])
async def test_what_a_flag_does_not_allow_is_refused_before_anything_starts(plans: Plans, value: str) -> None:
    async with get_client() as client:
        deployment = await client.read_deployment_by_name("sync-script/sync-photos")
        # As Prefect's UI would: past the command line's own check.
        run = await client.create_flow_run_from_deployment(
            deployment.id, parameters={"script": "sync-photos", "flags": {"slug": value}}
        )
    state, message = outcome(await ended(run.id))
    assert state is StateType.FAILED
    assert "--slug: " in message
    assert "is not allowed" in message
    assert plans.executions("sync-photos") == []
