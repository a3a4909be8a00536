"""The one task that runs a step: Prefect's ShellOperation around the tap, around the script."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shlex
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
from prefect import Task, task
from prefect.client.schemas.objects import State, TaskRun
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Completed
from prefect_shell import ShellOperation
from prefect_shell.commands import ShellProcess

from flows import tap
from flows.catalog import Flags, FlagValue, Group, Step, arguments
from flows.progress import Progress
from flows.settings import settings
from flows.tap import linux

#: What a script said at its end, or `{"skipped": reason}` where it is not configured.
Result = dict[str, Any]

SKIPPED = "Skipped"  #: the name of a completed state

EXIT_NOT_CONFIGURED = 78
GIVE_UP = 20.0  #: seconds for what was killed and does not end

RETRIES = 2
RETRY_DELAY = 5.0  #: seconds before the second attempt; twice that before the third (DESIGN.md 3.1)
RETRY_DELAY_SOURCE_DOWN = 30.0  #: the same after exit 75
#: A delay is drawn between two thirds and four thirds of itself: what failed together should not return together.
JITTER = 0.33


class StepFailed(RuntimeError):
    """A script did not end well. The message says how, and ends with the tail of its standard error."""

    def __init__(self, message: str, exit_code: int | None) -> None:
        super().__init__(message)
        self.exit_code = exit_code

    def __reduce__(self) -> tuple[type[StepFailed], tuple[str, int | None]]:
        return type(self), (str(self), self.exit_code)


async def run_in_order(group: Group, **of_group: FlagValue) -> dict[str, Result]:
    """Runs every step of a group, one after the other; the first that fails ends it. Results by step."""
    run = this_run()
    return {step.name: await run_step(step, step.flags(of_group), run) for step in group.steps}


def this_run() -> str:
    """The id of the flow run that this is called in."""
    return str(flow_run.id)


async def run_step(step: Step, flags: Flags, run: str) -> Result:
    """Runs a step as a task of the flow run that this is called in. Raises StepFailed after the last attempt.

    `run` is the id of the run that the step is done once for: there, a step that has ended well (or was skipped) is not
    repeated, whatever is retried.
    """
    base = settings().retry_delay
    one_step = attempt.with_options(
        name=step.name,
        task_run_name=step.name,
        tags=[step.script.tag],
        retry_delay_seconds=_delays(RETRY_DELAY if base is None else base),
    )
    state: State[Result] = await one_step(step, dict(flags), run, return_state=True)  # type: ignore[misc]  # typed as sync
    return await state.aresult()


def _delays(first: float) -> list[float]:
    return [first * 2**n for n in range(RETRIES)]


async def _worth_a_retry(this: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    error = await state.aresult(raise_on_failure=False)
    if not isinstance(error, StepFailed):
        return True
    if settings().retry_delay is None:
        # Prefect reads the delay after this has answered. `this` is the one step's own task.
        source_is_down = error.exit_code == tap.EXIT_TEMPORARY
        this.retry_delay_seconds = _delays(RETRY_DELAY_SOURCE_DOWN if source_is_down else RETRY_DELAY)
    return error.exit_code != tap.EXIT_CALLED_WRONGLY


@task(
    retries=RETRIES,
    retry_jitter_factor=JITTER,
    retry_condition_fn=_worth_a_retry,
    persist_result=True,
    result_serializer="json",
    cache_key_fn=lambda context, parameters: f"{parameters['run']}-{parameters['step'].name}",
)
async def attempt(step: Step, flags: dict[str, Any], run: str) -> State[Result]:
    """One attempt of a step. Its state's message says in a line what came of it."""
    progress = Progress(step)
    async with progress.shown():
        outcome = await _run_script(step, flags, progress)
    if outcome.code == EXIT_NOT_CONFIGURED and outcome.why is None:
        reason = outcome.tail.rpartition("\n")[2] or "it is not configured"
        get_run_logger().warning("Skipped: %s", reason)
        return Completed(name=SKIPPED, message=reason, data={"skipped": reason})
    if outcome.code != 0 or outcome.why is not None:
        raise StepFailed(outcome.as_failure(step.script.name), outcome.code)
    result = outcome.result or {}
    return Completed(message=summary(result), data=result)


def skip_reason(result: Result) -> str | None:
    """Why a step was skipped, or None where it ran; a script may well count what it skipped itself."""
    reason = result.get("skipped")
    return reason if isinstance(reason, str) and len(result) == 1 else None


def summary(result: Result) -> str:
    """A result's counters in a line, those that are not zero. No words: what stands under `password` is not told."""
    told = ", ".join(f"{key} {value}" for key, value in result.items() if value and isinstance(value, int | float))
    return told or "nothing new"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The tap's last word on an attempt: flows/tap says what each field is."""

    code: int
    why: str | None
    seconds: float
    result: Result | None
    tail: str

    def as_failure(self, script: str) -> str:
        if self.why is not None:
            how = f"{script} was ended after {self.seconds} s: {self.why}"
        elif self.code < 0:
            how = f"{script} was ended after {self.seconds} s by {signal.Signals(-self.code).name}"
        else:
            how = f"{script} failed after {self.seconds} s with exit code {self.code}"
        return f"{how}\n{self.tail}" if self.tail else how


async def _run_script(step: Step, flags: Flags, progress: Progress) -> Outcome:
    """Starts the script behind the tap and hears it out. However this ends, a cancel too, nothing of it lives on."""
    with TemporaryDirectory(prefix="syncs-") as folder:
        path = Path(folder, "tap")
        command = [*settings().command_for(step.script.name), *arguments(flags)]
        words = tap.command(
            str(path), str(settings().lock_of(step.script.name)), step.time_limit.total_seconds(), command
        )
        # `exec`: the shell makes way for the tap, which then is the process that Prefect knows and signals.
        async with (
            _Ear.at(path) as ear,
            ShellOperation(
                commands=[f"exec {shlex.join(words)}"], working_dir=settings().workdir, stream_output=False
            ) as shell,
        ):
            process = await _taps.started(shell)
            tap_ended = asyncio.create_task(process.await_for_completion())
            log = get_run_logger()
            try:
                async for message in ear.messages(until=tap_ended):
                    match message:
                        case {"log": line, "error": error}:
                            log.log(logging.WARNING if error else logging.INFO, "%s", line)
                        case {"progress": counts}:
                            progress.report(counts)
                        case {"exit": outcome}:
                            return Outcome(**outcome)
                raise StepFailed(f"{step.script.name} was ended, because its tap died.", None)
            finally:
                ear.close()
                with anyio.CancelScope(shield=True):
                    # The tap hears that nobody listens any more, and ends the script before itself.
                    await asyncio.wait({tap_ended}, timeout=tap.GRACE + 2)
                    ear.end_script()
                    await _taps.ended(process.pid)
                if tap_ended.done() and not tap_ended.cancelled():
                    tap_ended.exception()  # only ShellOperation's word for an exit code that is not 0


class _Taps:
    """The taps of the steps that go on in this process, and what one of them leaves when it is killed.

    A tap ends all that it has started, to the last daemon, and then itself. Where it could not, that falls to the
    flow's process: as the new parent of orphans it finds what has left the script's group, session and environment.
    Only a process that is there for one run and nothing else (the launcher says so) may take its children for that: all
    of them that are no taps, so a flow starts no processes but by steps.
    """

    def __init__(self) -> None:
        self._pids: set[int] = set()
        self._starting = 0  #: that are this process's children already, and not known by their ids yet

    async def started(self, shell: ShellOperation) -> ShellProcess:
        if tap.RUN in os.environ:
            linux.adopt_orphans()
        self._starting += 1
        try:
            process = await shell.atrigger()
            self._pids.add(process.pid)
            return process
        finally:
            self._starting -= 1

    async def ended(self, pid: int) -> None:
        self._pids.discard(pid)
        give_up = asyncio.get_running_loop().time() + GIVE_UP
        orphans: set[int] = set()
        while tap.RUN in os.environ and (self._starting or (orphans := set(linux.children()) - self._pids)):
            if not self._starting:
                linux.signal_all(orphans, signal.SIGKILL)
                linux.bury(orphans)
            if asyncio.get_running_loop().time() > give_up:
                get_run_logger().warning("What a tap has left did not end, though it was killed: %s", orphans)
                return
            await asyncio.sleep(0.02)


_taps = _Taps()


class _Ear:
    """A private Unix socket on which the tap says what it reads."""

    def __init__(self) -> None:
        #: The script's process group, from its start until the tap has said that nothing of it is left.
        self._script: int | None = None
        self._connected: asyncio.Future[asyncio.StreamReader] = asyncio.get_running_loop().create_future()
        self._writer: asyncio.StreamWriter | None = None

    @classmethod
    @asynccontextmanager
    async def at(cls, path: Path) -> AsyncIterator[_Ear]:
        ear = cls()
        server = await asyncio.start_unix_server(ear._connect, path, limit=1 << 20)
        async with server:
            yield ear

    def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._connected.set_result(reader)

    async def messages(self, until: asyncio.Task[None]) -> AsyncIterator[dict[str, Any]]:
        """What the tap says, until it hangs up or, before it ever said anything, has ended."""
        either: list[asyncio.Future[Any]] = [self._connected, until]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not self._connected.done():
            return
        reader = self._connected.result()
        while line := await reader.readline():
            message: dict[str, Any] = json.loads(line)
            self._script = None if "exit" in message else message.get("started", self._script)
            yield message
            # A script that prints without end does not keep the flow from its other steps.
            await asyncio.sleep(0)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()

    def end_script(self) -> None:
        """For a tap that was killed, or hangs, before it could. On Linux the kernel has ended the script, then."""
        if self._script is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._script, signal.SIGKILL)
