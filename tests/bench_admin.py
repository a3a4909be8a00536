"""How fast the admin API is: the list over many jobs, and a change's way from Prefect to the stream."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import State
from prefect.states import Completed, Pending, Running
from sqlalchemy import delete, insert, make_url, text

from admin_api.db import connected
from admin_api.models import SyncJob
from flows.catalog import SCRIPTS
from flows.sync_script import sync_script
from tests import admin
from tests.admin_api.table import url_of
from tests.percentiles import p50, p95
from tests.stack import Stack

JOBS = 100_000
REQUESTS = 200  #: of each kind
CHANGES = 100
QUESTIONS: dict[str, dict[str, Any]] = {
    "the first page": {},
    "the failed ones": {"status": "FAILED"},
    "one script's": {"script": "sync-press"},
    "one script's failed ones, page 20": {"script": "sync-press", "status": "FAILED", "page": 20},
    "the last page": {"page": JOBS // 20},
}


async def measure(stack: Stack) -> list[str]:
    async with admin.client(stack) as api:
        await admin.ready(api)
        before = await _changes(stack)
        async with filled(stack):
            lists = [row(name, await _times(api, question)) for name, question in QUESTIONS.items()]
            after = await _changes(stack)
    return [
        f"{JOBS:,} jobs in the table, {REQUESTS} requests of each kind one after the other, over HTTP. Milliseconds.",
        "",
        "| the list of jobs | p50 | p95 | longest |",
        "|---|---|---|---|",
        *lists,
        "",
        f"{CHANGES} changes of state, made one after the other through Prefect's API, each until a listener of the",
        "stream has read it, when its row is written. It begins before Prefect is asked: its own answer (p50 "
        f"{p50(after.asked) * 1000:.0f} ms) is in it.",
        "",
        "| from a change in Prefect to the stream | p50 | p95 | longest |",
        "|---|---|---|---|",
        row("an almost empty table", before.seen),
        row(f"{JOBS:,} jobs", after.seen),
        "",
    ]


class Changes:
    """Seconds that Prefect took to answer, and that each change took to be seen."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.seen: list[float] = []


async def _changes(stack: Stack) -> Changes:
    found = Changes()
    async with (
        admin.client(stack) as api,
        get_client() as client,
        api.stream("GET", "/api/admin/syncs/stream", timeout=None) as stream,
    ):
        jobs = _jobs(stream)
        for _ in range(CHANGES // 2):
            run = await client.create_flow_run(sync_script, parameters={"script": "sync-press"}, state=Pending())
            await _seen(jobs, run.id, "PENDING")
            states: list[State[Any]] = [Running(), Completed()]
            for state in states:
                began = time.perf_counter()
                asking = asyncio.create_task(_ask(client, run.id, state, found))
                await _seen(jobs, run.id, state.type.value)
                found.seen.append(time.perf_counter() - began)
                await asking
                await asyncio.sleep(0.05)
    return found


async def _ask(client: PrefectClient, run: UUID, state: State[Any], found: Changes) -> None:
    began = time.perf_counter()
    await client.set_flow_run_state(run, state, force=True)
    found.asked.append(time.perf_counter() - began)


async def _jobs(stream: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in stream.aiter_lines():
        if line.startswith("data: ") and '"flowRunId"' in line:
            yield json.loads(line.removeprefix("data: "))


async def _seen(jobs: AsyncIterator[dict[str, Any]], run: UUID, status: str) -> None:
    async with asyncio.timeout(30):
        async for job in jobs:
            if job["flowRunId"] == str(run) and job["status"] == status:
                return


async def _times(api: httpx.AsyncClient, question: dict[str, Any]) -> list[float]:
    times = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        (await api.get("/api/admin/syncs", params=question)).raise_for_status()
        times.append(time.perf_counter() - began)
    return times


def row(name: str, times: Sequence[float]) -> str:
    in_ms = [1000 * seconds for seconds in times]
    return f"| {name} | {p50(in_ms):.0f} | {p95(in_ms):.0f} | {max(in_ms):.0f} |"


@asynccontextmanager
async def filled(stack: Stack) -> AsyncIterator[None]:
    """With JOBS jobs in the table, and with none after it."""
    url = url_of(stack)
    await _fill(url)
    try:
        yield
    finally:
        await _empty(url)


async def _fill(url: str) -> None:
    """Years of jobs: three groups' worth an hour, one in ten failed, each with its steps."""
    now = datetime.now(UTC)
    step = {"name": "step", "script": "sync-press", "status": "COMPLETED", "attempt": 1, "progress": 100}
    step |= {"processed": 10, "total": 10, "message": "created 3, updated 9", "job_id": None, "whole": True}
    step |= {"started_at": now.isoformat(), "completed_at": now.isoformat(), "tasks": [str(uuid4())]}
    async with connected(make_url(url)) as sessions:
        for start in range(0, JOBS, 5000):
            rows = [_job(n, now - timedelta(minutes=20 * n + 60), step) for n in range(start, start + 5000)]
            async with sessions.begin() as session:
                await session.execute(insert(SyncJob), rows)
        async with sessions.begin() as session:
            await session.execute(text("ANALYZE sync_jobs"))


def _job(n: int, at: datetime, step: dict[str, Any]) -> dict[str, Any]:
    failed = n % 10 == 0
    return {
        "id": uuid4(),
        "script": SCRIPTS[n % len(SCRIPTS)].name,
        "deployment": f"sync-script/{SCRIPTS[n % len(SCRIPTS)].name}",
        "flow_run_id": uuid4(),
        "status": "FAILED" if failed else "COMPLETED",
        "trigger": "schedule",
        "parameters": {"limit": 50},
        "progress": 50 if failed else 100,
        "step": "step",
        "attempt": 1,
        "result": None if failed else {"created": 3, "updated": 9},
        "error": "sync-press failed after 3 s with exit code 1\n" + "Traceback\n" * 20 if failed else None,
        "shortfalls": [],
        "steps": [step, step],
        "created_at": at,
        "started_at": at,
        "completed_at": at + timedelta(seconds=40),
        "version": 1,
        "updated_at": at,
    }


async def _empty(url: str) -> None:
    async with connected(make_url(url)) as sessions, sessions.begin() as session:
        await session.execute(delete(SyncJob))
