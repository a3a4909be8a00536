"""One step, in a flow of this process, on the real server: what its script prints, how it ends, how it is ended."""

import asyncio
import shlex
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterType, FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import State, StateType
from prefect.events import Event
from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventFilter, EventNameFilter
from prefect.states import Cancelling

from admin_api import prefect_gateway as gateway
from flows.catalog import SCRIPT, Flags, Step
from flows.command import run_step, this_run
from flows.progress import EVENT
from flows.settings import settings
from tests.plans import Plans
from tests.runs import begun, ended, flow_of, logs, outcome, start
from tests.stack import Stack

pytestmark = pytest.mark.usefixtures("stack")

Command = Any


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Sets SYNCS_COMMAND, as words, for the flows of this process."""

    def set_command(*words: str) -> None:
        monkeypatch.setenv("SYNCS_COMMAND", shlex.join(words))
        settings.cache_clear()

    yield set_command
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def program(command: Command) -> Command:
    """Makes a Python program the script."""

    def set_program(text: str) -> None:
        command(sys.executable, "-u", "-c", text, "{script}")

    return set_program


async def alone(script: str = "sync-careers", *, flags: Flags | None = None, seconds: float = 20) -> State[Any]:
    """A step in a flow of its own."""
    step = Step(name=script, script=SCRIPT[script], time_limit=timedelta(seconds=seconds))

    @flow(name=f"alone-{script}", persist_result=True, result_serializer="json")
    async def one_step() -> Any:
        return await run_step(step, flags or {}, this_run())

    state: State[Any] = await one_step(return_state=True)
    return state


HOSTILE = [
    *("$(touch {0})", "`touch {0}`", "; touch {0}", "| touch {0}", "${{IFS}}touch {0}"),
    *("' ; touch {0} '", '" ; touch {0} "', "a' \"b\\", "\\"),
]


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_a_hostile_flag_reaches_the_script_as_it_is_and_no_shell(
    plans: Plans, tmp_path: Path, hostile: str
) -> None:
    trap = tmp_path / "x"
    value = hostile.format(trap)
    assert (await alone("sync-photos", flags={"slug": value})).is_completed()
    assert [one["flags"] for one in plans.executions("sync-photos")] == [[f"--slug={value}"]]
    assert not trap.exists()


async def test_a_script_that_hangs_is_killed_at_its_limit_and_its_grandchildren_too(program: Command) -> None:
    hang = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    marker = f"syncs-hang-{time.time()}"
    program(f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {hang!r}, {marker!r}]); {hang}")
    state = await alone(seconds=0.5)
    assert state.is_failed()
    assert "its time limit of 0.5 s passed" in (state.message or "")
    assert not [one for one in psutil.process_iter(["cmdline"]) if marker in (one.info["cmdline"] or [])]


async def test_3000_lines_in_a_burst_are_3000_lines_in_the_log(program: Command) -> None:
    program("import sys; sys.stdout.write(''.join(f'line {n} of many' + chr(10) for n in range(3000)))")
    state = await alone()
    assert state.is_completed()
    assert state.state_details.flow_run_id
    lines = await logs(state.state_details.flow_run_id, at_least=3000)
    assert [line for line in lines if line.startswith("line ")] == [f"line {n} of many" for n in range(3000)]


async def test_half_lines_foreign_bytes_and_a_line_without_end_are_whole_or_marked(program: Command) -> None:
    program(r"""
import sys, time
out = sys.stdout.buffer
for piece in (b'half a ', b'line\n', 'd\u00e9put\u00e9\n'.encode('latin-1'), b'nul \0 here\n', b'x' * (1 << 20)):
    out.write(piece)
    out.flush()
    time.sleep(0.1)
""")
    state = await alone()
    assert state.is_completed()
    assert state.state_details.flow_run_id
    lines = await logs(state.state_details.flow_run_id, at_least=4)
    assert "half a line" in lines
    assert "d\ufffdput\ufffd" in lines
    assert "nul \ufffd here" in lines
    long = next(line for line in lines if line.startswith("xxx"))
    assert long.endswith(f"[... {(1 << 20) - 16_384} more bytes cut]")


async def test_progress_is_an_artifact_in_prefects_ui_and_right_at_the_end(program: Command) -> None:
    program("""
for n in range(20_000):
    print('@sync {"processed": %d, "total": 40000}' % (n + 1))
""")
    state = await alone()
    assert state.is_completed()
    assert await percents(state) == [50.0]


async def test_progress_is_an_event_that_others_can_listen_to(program: Command) -> None:
    heard: list[Event] = []
    ready = asyncio.Event()

    async def listen() -> None:
        only = EventFilter(event=EventNameFilter(name=[EVENT]))
        async with get_events_subscriber(filter=only) as subscriber:
            ready.set()
            async for event in subscriber:
                heard.append(event)

    listener = asyncio.create_task(listen())
    await asyncio.wait_for(ready.wait(), 20)
    program("""
import time
for n in (3, 7):
    print('@sync {"processed": %d, "total": 9}' % n)
    time.sleep(0.6)
""")
    run = f"prefect.flow-run.{(await alone()).state_details.flow_run_id}"

    def ours() -> list[Event]:
        # The subscriber also brings what was emitted shortly before.
        return [event for event in heard if run in [related.id for related in event.related]]

    until = time.monotonic() + 10
    while len(ours()) < 2 and time.monotonic() < until:
        await asyncio.sleep(0.1)
    listener.cancel()
    assert [event.payload for event in ours()] == [
        {"step": "sync-careers", "script": "sync-careers", "attempt": 1, "processed": n, "total": 9} for n in (3, 7)
    ]


async def percents(state: State[Any]) -> list[float]:
    run_id = state.state_details.flow_run_id
    assert run_id
    async with get_client() as client:
        bars = await client.read_artifacts(
            flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run_id])),
            artifact_filter=ArtifactFilter(type=ArtifactFilterType(any_=["progress"])),
        )
    return [float(str(bar.data)) for bar in bars]


async def test_the_result_is_what_the_script_said_last(program: Command) -> None:
    program("""print('@sync {"result": {"created": 1}}'); print('@sync {"result": {"created": 2, "updated": 5}}')""")
    state = await alone()
    assert await state.aresult() == {"created": 2, "updated": 5}


async def test_a_failure_shows_the_tail_of_standard_error(program: Command) -> None:
    program("import sys; [print('noise', n, file=sys.stderr) for n in range(5000)]; sys.exit('the real reason')")
    state = await alone()
    message = state.message or ""
    assert message.endswith("the real reason")
    assert len(message) < 2_300


async def test_a_command_that_is_not_there_is_not_retried_and_says_so(command: Command) -> None:
    command("no-such-program", "{script}")
    began = time.monotonic()
    state = await alone()
    assert "could not be started" in (state.message or "")
    assert "no-such-program" in (state.message or "")
    assert time.monotonic() - began < 10


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node on this machine")
async def test_a_node_script_is_a_script_with_progress_and_result(command: Command, tmp_path: Path) -> None:
    (tmp_path / "sync-careers.mjs").write_text("""
for (let n = 1; n <= 4; n++) {
  console.log('@sync ' + JSON.stringify({ processed: n, total: 5 }))
  await new Promise((done) => setTimeout(done, 150))
}
console.log('@sync ' + JSON.stringify({ result: { flags: process.argv.slice(2) } }))
""")
    command("node", f"{tmp_path}/{{script}}.mjs")
    state = await alone(flags={"limit": 3, "dry-run": True})
    assert await state.aresult() == {"flags": ["--limit=3", "--dry-run"]}
    assert await percents(state) == [80.0]


async def test_a_plain_shell_script_is_a_script_with_progress_and_result(command: Command, tmp_path: Path) -> None:
    (tmp_path / "sync-careers.sh").write_text("""
echo '@sync {"processed": 1, "total": 4}'
printf '@sync {"result": {"first": "%s"}}\n' "$1"
""")
    command("sh", f"{tmp_path}/{{script}}.sh")
    state = await alone(flags={"limit": 3})
    assert await state.aresult() == {"first": "--limit=3"}
    assert await percents(state) == [25.0]


async def test_a_script_runs_in_its_workdir(program: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SYNCS_WORKDIR", str(tmp_path))
    program("""import json, os; print('@sync ' + json.dumps({"result": {"cwd": os.getcwd()}}))""")
    assert await (await alone()).aresult() == {"cwd": str(tmp_path.resolve())}


async def test_a_cancelled_run_leaves_no_process_behind(plans: Plans) -> None:
    plans.make("sync-birthdates", seconds=60)
    run_id = await start("sync-birthdates")
    script = psutil.Process(await begun(plans, "sync-birthdates"))
    family = [script, *script.parents()[:2]]
    began = time.monotonic()
    async with get_client() as client:
        await client.set_flow_run_state(run_id, Cancelling(), force=True)
    assert outcome(await ended(run_id))[0] is StateType.CANCELLED
    _, alive = psutil.wait_procs(family, timeout=max(0.0, began + 10 - time.monotonic()))
    assert alive == []
    assert len(plans.executions("sync-birthdates")) == 1


async def test_when_a_flows_process_is_killed_its_script_is_ended(plans: Plans) -> None:
    plans.make("sync-birthdates", seconds=60)
    run_id = await start("sync-birthdates")
    script = psutil.Process(await begun(plans, "sync-birthdates"))
    flow_of(script.pid).kill()
    script.wait(5)
    assert outcome(await ended(run_id))[0] is StateType.CRASHED


async def test_when_the_worker_is_killed_what_runs_goes_on_to_its_end(plans: Plans, stack: Stack) -> None:
    plans.make("sync-europarl", seconds=6)
    run_id = await start("sync-europarl")
    await begun(plans, "sync-europarl")
    worker = stack.part("worker")
    worker.kill()
    # The script prints again after that, and so does its flow.
    assert outcome(await ended(run_id))[0] is StateType.COMPLETED
    assert len(plans.executions("sync-europarl")) == 1
    until = time.monotonic() + 30
    while not any("worker is back" in line for line in stack.lines):
        assert time.monotonic() < until
        await asyncio.sleep(0.2)


async def test_a_second_attempt_shows_its_own_progress(program: Command, tmp_path: Path) -> None:
    program(f"""
import pathlib, sys
mark = pathlib.Path({str(tmp_path / "mark")!r})
first = not mark.exists()
mark.touch()
print('@sync {{"processed": %d, "total": 10}}' % (9 if first else 2))
sys.exit(first)
""")
    run_id = (await alone()).state_details.flow_run_id
    assert run_id
    ((_, steps),) = [now async for now in gateway.watch(run_id)]
    assert [(step.name, step.percent, step.well) for step in steps] == [("sync-careers", 20.0, True)]


async def test_when_a_tap_is_killed_its_script_is_ended_and_the_step_tried_again(plans: Plans) -> None:
    plans.make("sync-mep-parties", seconds=3)
    run_id = await start("sync-mep-parties")
    script = psutil.Process(await begun(plans, "sync-mep-parties"))
    script.parents()[0].kill()
    script.wait(5)
    assert outcome(await ended(run_id))[0] is StateType.COMPLETED
    assert len(plans.executions("sync-mep-parties")) == 2
