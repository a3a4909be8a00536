"""Two API processes on one table, and Prefect's own commands beside them: one job a run, always."""

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import httpx
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from sqlalchemy import make_url

from tests import admin, runs
from tests.admin_api.table import rows, url_of
from tests.plans import Plans
from tests.stack import Stack, free_port

ROUNDS = 15
SCRIPT_OF_THE_API, SCRIPT_OF_PREFECT = "sync-president", "sync-senat"


@pytest.fixture
async def both(stack: Stack, plans: Plans) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    async with admin.client(stack) as one:
        await admin.ready(one)
        with _second_api(stack) as address:
            async with admin.client(stack) as other:
                other.base_url = httpx.URL(address)
                await admin.ready(other)
                yield one, other


@pytest.mark.timeout(300)
async def test_each_run_is_one_job(stack: Stack, both: tuple[httpx.AsyncClient, httpx.AsyncClient]) -> None:
    answers: Counter[int] = Counter()
    with _nobody_works(stack):
        for _ in range(ROUNDS):
            first, second, by_prefect, third = await asyncio.gather(
                both[0].post("/api/admin/syncs", json={"script": SCRIPT_OF_THE_API}),
                both[1].post("/api/admin/syncs", json={"script": SCRIPT_OF_THE_API}),
                runs.start(SCRIPT_OF_PREFECT),
                both[1].post("/api/admin/syncs", json={"script": SCRIPT_OF_THE_API}),
            )
            codes = sorted(answer.status_code for answer in (first, second, third))
            assert codes == [201, 409, 409]
            answers.update(codes)
            (job,) = [answer.json() for answer in (first, second, third) if answer.status_code == 201]
            for api in both:
                cancelled = await api.patch(f"/api/admin/syncs/{job['id']}")
                assert cancelled.status_code in (202, 409), cancelled.text
            for api in both:
                await admin.until(api, job["id"], "CANCELLED")
            async with get_client() as client:
                await client.delete_flow_run(by_prefect)
    table = await rows(make_url(url_of(stack)))
    of_runs = Counter(row["flow_run_id"] for row in table.values())
    assert set(of_runs.values()) == {1}
    async with get_client() as client:
        known = await client.read_flow_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=list(of_runs))))
    started_here = [run for run in known if any(tag.startswith("job:") for tag in run.tags)]
    assert {run.idempotency_key for run in started_here if run.idempotency_key} <= set(table)


async def test_what_one_process_changes_the_others_stream_tells(
    both: tuple[httpx.AsyncClient, httpx.AsyncClient],
) -> None:
    one, other = both
    async with other.stream("GET", "/api/admin/syncs/stream") as stream:
        lines = stream.aiter_lines()
        while await anext(lines) != "event: ready":
            pass
        job = await admin.start(one, SCRIPT_OF_THE_API)
        async with asyncio.timeout(30):
            async for line in lines:
                if job in line and '"status":"COMPLETED"' in line:
                    break
            else:
                raise AssertionError("the stream ended")


@contextmanager
def _second_api(stack: Stack) -> Iterator[str]:
    first = stack.part("api")
    port = free_port()
    environment = {key: value for key, value in first.environ().items() if key != "SYNCS_STACK"}
    words = [sys.executable, "-m", "admin_api", "serve", "--port", str(port)]
    with (stack.folder / "second_api.log").open("w") as log:
        process = subprocess.Popen(words, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def _nobody_works(stack: Stack) -> Iterator[None]:
    """Runs are not taken up: this is about their jobs."""
    worker = stack.part("worker")
    worker.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        worker.send_signal(signal.SIGCONT)
