"""The worker on the session's stack: prompt, warm, and with Prefect's own words."""

import asyncio
import inspect
import json
import shlex
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.settings import get_current_settings
from prefect.states import Cancelling, Scheduled
from prefect.workers.base import BaseWorker
from prefect.workers.process import ProcessWorker

from deployments.bootstrap import POOL
from deployments.warm import pickup
from deployments.warm.worker import STARTS_AT_ONCE, Unchanging, WarmWorker
from flows.catalog import SCRIPTS
from tests.plans import Plans
from tests.runs import begun, ended, logs, outcome, start
from tests.stack import Stack

pytestmark = pytest.mark.usefixtures("stack")

#: A flow that says what it finds, and what its script finds.
PROBE = """
import asyncio, json, os, resource, sys, threading
from collections import Counter
from datetime import timedelta
from prefect import flow
from prefect.settings import get_current_settings
from flows.catalog import SCRIPT, Step
from flows.command import run_step, this_run

NUMBER = 1

def look():
    return {
        "number": NUMBER,
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "arguments": sys.argv,
        "search path": sys.path,
        "input": os.readlink("/proc/self/fd/0"),
        "output": [os.readlink(f"/proc/self/fd/{fd}") for fd in (1, 2)],
        "kinds of open files": sorted({os.readlink(f"/proc/self/fd/{fd}").partition(":")[0] for fd in
            os.listdir("/proc/self/fd") if int(fd) > 2 and os.path.exists(f"/proc/self/fd/{fd}")}),
        "signals": [line for line in open("/proc/self/status") if line[:6] in ("SigBlk", "SigIgn", "SigCgt")],
        "umask": [os.umask(0o77), os.umask(0o22)][0],
        "limits": [resource.getrlimit(limit) for limit in range(10)],
        "nice": os.nice(0),
        "threads": Counter(thread.name.partition("-")[0] for thread in threading.enumerate()),
        "event loop": [type(asyncio.get_event_loop_policy()).__name__, type(asyncio.get_running_loop()).__name__],
        "settings": get_current_settings().model_dump(mode="json"),
    }

@flow(name="a-probe-of-a-test", persist_result=False)
async def probe(note: str) -> None:
    script = Step(name="sync-press", script=SCRIPT["sync-press"], time_limit=timedelta(seconds=20))
    of_script = await run_step(script, {}, this_run())
    await asyncio.sleep(1)  # until Prefect's threads are all there
    found = {**look(), "script": of_script}
    with open(note, "w") as file:
        json.dump(found, file)
"""
SCRIPT = """
import json, os
found = {
    "environment": dict(os.environ), "folder": os.getcwd(), "group": os.getpgrp() == os.getsid(0) == os.getpid(),
    "files": sorted(os.listdir("/proc/self/fd")), "input": os.readlink("/proc/self/fd/0"),
    "signals": [line for line in open("/proc/self/status") if line[:6] in ("SigBlk", "SigIgn", "SigCgt")],
}
print("@sync " + json.dumps({"result": found}))
"""
#: What the pool's command starts where no launcher is named.
STOCK = {"SYNCS_LAUNCH": "python -m prefect.engine"}


@dataclass
class Probe:
    deployment: UUID
    folder: Path

    async def run(self, environment: Mapping[str, str] = {}) -> tuple[FlowRun, dict[str, Any]]:
        """A run with this in its environment, and what it found."""
        note = self.folder / "note"
        note.unlink(missing_ok=True)
        script = shlex.join([sys.executable, "-c", SCRIPT, "{script}"])
        variables = {"env": {"SYNCS_COMMAND": script, **environment}}
        async with get_client() as client:
            run = await client.create_flow_run_from_deployment(
                self.deployment, parameters={"note": str(note)}, job_variables=variables
            )
        run = await ended(run.id)
        assert outcome(run)[0] is StateType.COMPLETED, run.state
        return run, json.loads(note.read_text())


@pytest.fixture(scope="module")
async def probe(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Probe]:
    folder = tmp_path_factory.mktemp("probe")
    (folder / "probe.py").write_text(PROBE)
    async with get_client() as client:
        flow = await client.create_flow_from_name("a-probe-of-a-test")
        deployment = await client.create_deployment(
            flow,
            "probe",
            work_pool_name=POOL,
            entrypoint=f"{folder / 'probe.py'}:probe",
            pull_steps=[],
            tags=["probing"],
        )
        yield Probe(deployment, folder)
        await client.delete_deployment(deployment)
        await client.delete_flow(flow)


@dataclass
class Both:
    """A warm run and a stock one of the same flow."""

    warm: tuple[FlowRun, dict[str, Any]]
    stock: tuple[FlowRun, dict[str, Any]]


@pytest.fixture(scope="module")
async def both(probe: Probe) -> Both:
    return Both(await probe.run(), await probe.run(STOCK))


#: What the launcher has taken for itself, and what it has set. The rest differs between any two runs.
KNOWN = {"SYNCS_ENGINE", "SYNCS_LAUNCH", "SYNCS_STACK", "SYNCS_RUN"}
OF_ONE_RUN = {"PWD", "PREFECT__FLOW_RUN_ID", "PREFECT__CONTROL_PORT", "PREFECT__CONTROL_TOKEN"}


def differing(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


def test_a_warm_run_has_the_environment_of_a_stock_one(both: Both) -> None:
    warm, stock = both.warm[1]["environment"], both.stock[1]["environment"]
    assert KNOWN <= differing(warm, stock) <= KNOWN | OF_ONE_RUN
    assert (warm["PWD"], stock["PWD"]) == (both.warm[1]["folder"], both.stock[1]["folder"])
    assert "SYNCS_ENGINE" not in warm
    assert "SYNCS_LAUNCH" not in warm
    assert warm["SYNCS_RUN"] == str(both.warm[0].id)
    assert warm["SYNCS_STACK"].startswith("run:")


def test_a_script_has_the_environment_of_a_stock_runs_script(both: Both) -> None:
    warm, stock = both.warm[1]["script"], both.stock[1]["script"]
    assert differing(warm["environment"], stock["environment"]) == KNOWN
    for found in (warm, stock):
        del found["environment"]
    assert warm == stock


SAME = "arguments,search path,output,kinds of open files,signals,umask,limits,nice,threads,event loop,settings"


@pytest.mark.parametrize("name", SAME.split(","))
def test_a_warm_flow_finds_what_a_stock_one_finds(both: Both, name: str) -> None:
    # Each run has a temporary folder of its own, which is also the first place of the search path.
    warm, stock = (
        json.loads(json.dumps(found[name]).replace(found["folder"], "FOLDER"))
        for found in (both.warm[1], both.stock[1])
    )
    assert warm == stock


def test_the_one_other_difference_is_that_nothing_can_be_read(both: Both) -> None:
    """A stock run's standard input is a pipe of the worker's, which is never written to: who reads it hangs."""
    assert both.warm[1]["input"] == "/dev/null"
    assert both.stock[1]["input"].startswith("pipe:")


async def test_it_says_nothing_of_its_own_in_the_log(both: Both) -> None:
    assert not [line for line in await logs(both.warm[0].id, at_least=1) if "stock way" in line]


async def test_a_setting_of_one_run_is_heeded_by_a_stock_start_that_says_so_in_the_runs_log(probe: Probe) -> None:
    run, found = await probe.run({"PREFECT_LOGGING_LEVEL": "DEBUG"})
    assert found["settings"]["logging"]["level"] == "DEBUG"
    said = "Started the stock way, which takes seconds longer: PREFECT_LOGGING_LEVEL is not what the engine was started"
    assert any(line.startswith(said) for line in await logs(run.id, at_least=1))


async def test_a_variable_of_one_run_is_that_runs_alone(probe: Probe, both: Both) -> None:
    _, found = await probe.run({"OF_A_TEST": "a=b\nc", "TZ": "Asia/Kathmandu"})
    assert found["environment"]["OF_A_TEST"] == "a=b\nc"
    assert found["script"]["environment"]["TZ"] == "Asia/Kathmandu"
    assert "OF_A_TEST" not in both.warm[1]["environment"]


async def test_a_flow_that_was_changed_runs_as_it_is_now(probe: Probe) -> None:
    file = probe.folder / "probe.py"
    try:
        file.write_text(PROBE.replace("NUMBER = 1", "NUMBER = 2"))
        assert (await probe.run())[1]["number"] == 2
    finally:
        file.write_text(PROBE)
    assert (await probe.run())[1]["number"] == 1


async def test_the_states_of_a_run_are_prefects_without_submitting(both: Both) -> None:
    """What takes no time is no state. That a stock worker has one is what makes the private method worth its name."""
    async with get_client() as client:
        states = await client.read_flow_run_states(both.warm[0].id)
    assert [state.name for state in states] == ["Scheduled", "Pending", "Running", "Completed"]
    assert "Submitting" in inspect.getsource(BaseWorker._propose_submitting_state)


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("_propose_submitting_state", "await self._propose_submitting_state(flow_run)"),
        ("_submit_run", "start_soon(\n                    self._submit_run,\n                    flow_run,"),
    ],
)
def test_prefect_calls_what_the_worker_overrides(name: str, call: str) -> None:
    """Private, and so this fails loudly where it is called otherwise, or not at all."""
    prefects, ours = getattr(BaseWorker, name), getattr(WarmWorker, name)
    assert inspect.iscoroutinefunction(prefects)
    assert inspect.iscoroutinefunction(ours)
    assert list(inspect.signature(prefects).parameters) == list(inspect.signature(ours).parameters)
    assert call in inspect.getsource(BaseWorker)


async def test_of_many_runs_at_once_each_has_its_turn_and_the_others_are_nobodys(plans: Plans) -> None:
    names = [script.name for script in SCRIPTS]
    runs = await asyncio.gather(*map(start, names))
    async with get_client() as client:
        these = FlowRunFilter(id=FlowRunFilterId(any_=runs))
        pending = []
        while True:
            now = await client.read_flow_runs(flow_run_filter=these)
            if all(run.state and run.state.is_final() for run in now):
                break
            pending.append(sum(run.state_type is StateType.PENDING for run in now))
            await asyncio.sleep(0.1)
    assert {outcome(run)[0] for run in now} == {StateType.COMPLETED}
    # One more for each that has a process, which has not said yet that it runs.
    assert 0 < max(pending) <= 3 * STARTS_AT_ONCE


def test_the_settings_of_a_worker_are_written_down_as_prefect_writes_them() -> None:
    ours, prefects = Unchanging(), get_current_settings()
    for how in ({"exclude_unset": True}, {}, {"include_secrets": False}, {"include_aliases": True}):
        for _ in range(2):
            written = ours.to_environment_variables(**how)
            assert written == prefects.to_environment_variables(**how)
            written["PREFECT_API_URL"] = "of one run"


async def test_a_runs_sign_of_life_says_what_it_belongs_to_as_a_stock_ones_does(both: Both) -> None:
    warm, stock = [await related(run) for run, _ in (both.warm, both.stock)]
    assert warm == stock
    run = both.warm[0]
    assert {
        ("flow", f"prefect.flow.{run.flow_id}", "a-probe-of-a-test"),
        ("deployment", f"prefect.deployment.{run.deployment_id}", None),
        ("work-queue", f"prefect.work-queue.{run.work_queue_id}", "default"),
        ("tag", "prefect.tag.probing", None),
    } <= warm
    assert ("work-pool", POOL) in {(role, name) for role, _, name in warm}


async def related(run: FlowRun, within: float = 20) -> set[tuple[str, str, str | None]]:
    """Role, id and name of what the heartbeats of a run speak of besides it."""
    wanted = {
        "event": {"name": ["prefect.flow-run.heartbeat"]},
        "resource": {"id": [f"prefect.flow-run.{run.id}"]},
        "occurred": {"since": (datetime.now(UTC) - timedelta(hours=1)).isoformat()},
    }
    async with get_client() as client:
        until = asyncio.get_running_loop().time() + within
        while not (events := (await client._client.post("/events/filter", json={"filter": wanted})).json()["events"]):
            assert asyncio.get_running_loop().time() < until, "no heartbeat"
            await asyncio.sleep(0.5)
    key = "prefect.resource."
    return {
        (one[f"{key}role"], one[f"{key}id"], one.get(f"{key}name"))
        for one in events[0]["related"]
        if one[f"{key}role"] not in ("flow-run", "worker")
    }


async def test_a_run_is_heard_of_when_it_is_made(monkeypatch: pytest.MonkeyPatch, plans: Plans) -> None:
    """Not when the next time to ask has come, which here never does."""
    monkeypatch.setattr(pickup, "SELDOM", 1_000.0)
    connected = asyncio.Event()
    heard = pickup.Pickup(cancelling=lambda run: None, connected=connected.set)
    listening = asyncio.create_task(heard.listen())
    turns = heard.turns()
    try:
        await asyncio.wait_for(connected.wait(), 20)
        with suppress(TimeoutError):
            # The first, and those of what was heard at the beginning.
            while True:
                await asyncio.wait_for(asyncio.shield(next_turn := asyncio.ensure_future(anext(turns))), 3)
        run = await start("sync-photos")
        await asyncio.wait_for(next_turn, 20)
        assert outcome(await ended(run))[0] is StateType.COMPLETED
    finally:
        listening.cancel()
        await asyncio.wait([listening])
        await turns.aclose()  # type: ignore[attr-defined]


async def test_it_hears_which_runs_are_to_be_cancelled(plans: Plans) -> None:
    plans.make("sync-photos", seconds=60)
    cancelled: list[UUID] = []
    heard = pickup.Pickup(cancelling=cancelled.append, connected=lambda: None)
    listening = asyncio.create_task(heard.listen())
    run = await start("sync-photos")
    await begun(plans, "sync-photos")
    await cancel(run)
    assert outcome(await ended(run))[0] is StateType.CANCELLED
    while run not in cancelled:
        await asyncio.sleep(0.1)
    listening.cancel()
    await asyncio.wait([listening])


async def test_a_run_that_is_cancelled_before_it_begins_is_cancelled_by_itself_and_never_runs(plans: Plans) -> None:
    async with get_client() as client:
        deployment = await client.read_deployment_by_name("sync-script/sync-photos")
        soon: State[Any] = Scheduled(scheduled_time=datetime.now(UTC) + timedelta(seconds=8))
        run = await client.create_flow_run_from_deployment(deployment.id, state=soon)
        while (now := await client.read_flow_run(run.id)).state_type is StateType.SCHEDULED:
            await asyncio.sleep(0.1)
        assert now.state_type is StateType.PENDING
    await cancel(run.id)
    # By Prefect's runner or by the worker, whichever is first; the words are its own.
    assert outcome(await ended(run.id))[0] is StateType.CANCELLED
    await asyncio.sleep(1)
    assert plans.executions("sync-photos") == []


async def cancel(run: UUID) -> None:
    async with get_client() as client:
        await client.set_flow_run_state(run, Cancelling(), force=True)


def test_a_worker_of_this_project_does_not_stand_in_for_prefects_own() -> None:
    assert BaseWorker.get_worker_class_from_type("process") is ProcessWorker
