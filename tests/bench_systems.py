"""The systems that `make bench` compares. Each starts a script when it is asked to, says what came of it, and names its
processes."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

import psutil
from dbos import DBOSClient
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

from deployments import family
from flows.catalog import SCRIPTS
from flows.sync_script import sync_script
from tests import bench_dbos, postgres
from tests.stack import Stack

#: The pool of the stock worker, and what its deployments' names begin with.
STOCK = "stock"
COMING_UP_TAKES = 90.0  #: seconds at most
ENDING_TAKES = 30.0

#: Processes by the part that they belong to. A part of one system is called as its like in another.
Parts = Mapping[str, set[psutil.Process]]


FindParts = Callable[[], Parts]


class System(Protocol):
    name: str
    #: Seconds between two starts, from and to: further apart than two of its polls, so that no phase of them is hit.
    pauses: tuple[float, float]

    async def start(self, script: str) -> str:
        """The run's id."""

    async def outcomes(self, runs: Sequence[str]) -> list[str]:
        """COMPLETED, or what else they ended as, of those that are over."""

    def parts(self) -> Parts: ...


@dataclass
class OnPrefect:
    """Prefect's server of the stack, and a worker that serves these deployments, by script."""

    name: str
    pauses: tuple[float, float]
    stack: Stack
    client: PrefectClient
    deployments: Mapping[str, UUID]
    #: The worker's parts, and how they are marked (deployments.family).
    marked: Mapping[str, str]

    async def start(self, script: str) -> str:
        return str((await self.client.create_flow_run_from_deployment(self.deployments[script])).id)

    async def outcomes(self, runs: Sequence[str]) -> list[str]:
        these = FlowRunFilter(id=FlowRunFilterId(any_=[UUID(run) for run in runs]))
        states = [run.state for run in await self.client.read_flow_runs(flow_run_filter=these, limit=len(runs))]
        return [state.type.value for state in states if state is not None and state.is_final()]

    def parts(self) -> Parts:
        shared = {"server": "server", "PostgreSQL": "postgres", "admin API": "api"}
        return {part: family.members(self.stack.home, mark) for part, mark in {**shared, **self.marked}.items()}


async def warm(stack: Stack, client: PrefectClient) -> OnPrefect:
    """The stack as it is."""
    by_script = {
        script.name: (await client.read_deployment_by_name(f"sync-script/{script.name}")).id for script in SCRIPTS
    }
    marked = {"worker": "worker", "engine": "engine"}
    return OnPrefect("this stack", (0.3, 1.5), stack, client, by_script, marked)


@asynccontextmanager
async def stock(stack: Stack, client: PrefectClient) -> AsyncIterator[OnPrefect]:
    """A plain `prefect worker` with a pool and deployments of its own; the stack's own worker idles meanwhile."""
    await client.create_work_pool(WorkPoolCreate(name=STOCK, type="process"), overwrite=True)
    flow = await client.create_flow(sync_script)
    by_script = {script.name: await _stock_deployment(client, flow, script.name) for script in SCRIPTS}
    prefect = str(Path(sys.executable).with_name("prefect"))
    words = [prefect, "worker", "start", "--type", "process", "--pool", STOCK]
    with _process(stack, STOCK, words, stdout=subprocess.DEVNULL):
        until = time.monotonic() + COMING_UP_TAKES
        while not await client.read_workers_for_work_pool(STOCK):
            assert time.monotonic() < until, f"no stock worker within {COMING_UP_TAKES} s"
            await asyncio.sleep(0.5)
        # It polls every ten seconds.
        yield OnPrefect("stock worker", (0.3, 10.3), stack, client, by_script, {"worker": STOCK})


async def _stock_deployment(client: PrefectClient, flow: UUID, script: str) -> UUID:
    return await client.create_deployment(
        flow_id=flow,
        name=f"{STOCK}-{script}",
        entrypoint="flows.sync_script.sync_script",
        pull_steps=[],
        parameters={"script": script},
        work_pool_name=STOCK,
    )


@dataclass
class Dbos:
    """DBOS, on a PostgreSQL of its own."""

    stack: Stack
    client: DBOSClient
    database: psutil.Process
    name: str = "DBOS"
    pauses: tuple[float, float] = (0.3, 1.5)

    async def start(self, script: str) -> str:
        options = {"queue_name": bench_dbos.QUEUE, "workflow_name": bench_dbos.WORKFLOW}
        handle = await self.client.enqueue_async(options, script)
        return str(handle.workflow_id)

    async def outcomes(self, runs: Sequence[str]) -> list[str]:
        statuses = [str(one.status) for one in await self.client.list_workflows_async(workflow_ids=list(runs))]
        words = {"SUCCESS": "COMPLETED", "ERROR": "FAILED"}
        return [words.get(status, status) for status in statuses if status not in ("ENQUEUED", "PENDING")]

    def parts(self) -> Parts:
        return {
            "worker": family.members(self.stack.home, "dbos"),
            "PostgreSQL": {self.database, *self.database.children(recursive=True)},
        }


@asynccontextmanager
async def dbos(stack: Stack) -> AsyncIterator[Dbos]:
    with ExitStack() as ending:
        # In a thread, because it has an event loop of its own.
        url = await asyncio.to_thread(ending.enter_context, postgres.running(durable=True))
        words = [sys.executable, "-m", bench_dbos.__name__, url]
        process = ending.enter_context(_process(stack, "dbos", words, stdout=subprocess.PIPE))
        assert process.stdout
        while bench_dbos.READY not in (line := process.stdout.readline().decode()):
            assert line, "it has ended"
        client = DBOSClient(system_database_url=url)
        ending.callback(client.destroy)
        yield Dbos(stack, client, _own_child("postgres"))


@contextmanager
def _process(stack: Stack, mark: str, words: Sequence[str], stdout: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process in the environment of these tests, marked as one that belongs to this home."""
    environment = {**os.environ, **family.mark(stack.home, mark)}
    process = subprocess.Popen(words, env=environment, stdout=stdout, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        # The stock worker may wait for good for what it has started.
        with suppress(subprocess.TimeoutExpired):
            process.wait(ENDING_TAKES)
        for left in family.members(stack.home, mark):
            with suppress(psutil.NoSuchProcess):
                left.kill()
        process.wait()


def _own_child(name: str) -> psutil.Process:
    (found,) = [child for child in psutil.Process().children() if child.name() == name]
    return found
