"""How fast the admin pages are: each over many jobs and a long log, and a change's way from Prefect into a browser."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx
from playwright.async_api import Page
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import State
from prefect.states import Completed, Pending, Running

from flows.sync_script import sync_script
from tests import admin, bench_targets, browser
from tests.bench_admin import JOBS, filled, row
from tests.logs import LINES, say
from tests.percentiles import p50, p95
from tests.stack import Stack

REQUESTS = 100  #: of each page
CHANGES = 100
PAGE = 0.2  #: seconds that a page may take at p95
CHANGE = 0.7  #: and that a change may take into the browser
#: A script that says a word and is done.
ENVIRONMENT = {"SYNCS_COMMAND": "echo {script}"}
SYNCS = "/admin/syncs"
ACCEPT = {"Accept": "text/html"}
#: When each job's row was first seen with each status, by the clock that Python's is, too.
WATCH = """() => {
    window.seen = {};
    const look = () => {
        for (const status of document.querySelectorAll("tr[id^=row-] .status"))
            seen[status.closest("tr").id.slice(4) + status.classList[1]] ??= Date.now() / 1000;
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""


async def measure(stack: Stack) -> list[str]:
    async with admin.client(stack, **ACCEPT) as reader, admin.client(stack) as api:
        await admin.ready(api)
        job = await admin.start(api, "sync-press", limit=5)
        run = UUID((await admin.until(api, job, "COMPLETED"))["flowRunId"])
        schedules = await _times(reader, "/admin/schedules")
        short = await _times(reader, f"{SYNCS}/{job}")
        await say(stack, run, LINES)
        long = await _times(reader, f"{SYNCS}/{job}")
        async with filled(stack):
            overviews = {
                "the overview": await _times(reader, SYNCS),
                "the part of it that moves": await _times(reader, f"{SYNCS}/live"),
                "the failed ones": await _times(reader, f"{SYNCS}?status=FAILED"),
                "one script's": await _times(reader, f"{SYNCS}?script=sync-press"),
                "the last page": await _times(reader, f"{SYNCS}?page={JOBS // 20}"),
            }
            asked, seen = await _in_a_browser(stack)
    pages = overviews | {"a job": short, f"a job with {LINES:,} lines of log": long, "the schedules": schedules}
    return [
        f"{JOBS:,} jobs in the table, {REQUESTS} requests of each page one after the other, over HTTP. Milliseconds.",
        "",
        "| page | p50 | p95 | longest |",
        "|---|---|---|---|",
        *(row(name, times) for name, times in pages.items()),
        "",
        f"{CHANGES} changes of state, made one after the other through Prefect's API, each until the overview, open in",
        "a Chromium on the same processors, shows it. It begins before Prefect is asked, whose own answer "
        f"(p50 {p50(asked) * 1000:.0f} ms)",
        "is in it, and so are the 200 ms in which the page waits for further changes.",
        "",
        "| from a change in Prefect to the page | p50 | p95 | longest |",
        "|---|---|---|---|",
        row(f"{JOBS:,} jobs", seen),
        "",
        *bench_targets.table(
            [
                bench_targets.at_most("the slowest page, p95", PAGE, max(p95(times) for times in pages.values()), "s"),
                bench_targets.at_most("from a change to the browser, p95", CHANGE, p95(seen), "s"),
            ]
        ),
    ]


async def _times(reader: httpx.AsyncClient, address: str) -> list[float]:
    times = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        (await reader.get(address)).raise_for_status()
        times.append(time.perf_counter() - began)
    return times


async def _in_a_browser(stack: Stack) -> tuple[Sequence[float], Sequence[float]]:
    """Seconds that Prefect took to answer, and that each change took to be seen."""
    asked: list[float] = []
    seen: list[float] = []
    async with browser.chromium() as chromium, browser.context(chromium, stack) as context, get_client() as client:
        page = await context.new_page()
        await browser.sign_in(page, stack)
        await page.evaluate(WATCH)
        for _ in range(CHANGES // 2):
            run = await client.create_flow_run(sync_script, parameters={"script": "sync-press"}, state=Pending())
            await _shown(page, run.id, "pending")
            states: list[State[Any]] = [Running(), Completed()]
            for state in states:
                began = time.time()
                asked.append(await _ask(client, run.id, state))
                seen.append(await _shown(page, run.id, state.type.value.lower()) - began)
                await asyncio.sleep(0.3)  # what comes of it besides is not the next change's
    return asked, seen


async def _ask(client: PrefectClient, run: UUID, state: State[Any]) -> float:
    began = time.perf_counter()
    await client.set_flow_run_state(run, state, force=True)
    return time.perf_counter() - began


async def _shown(page: Page, job: UUID, status: str) -> float:
    """When, in seconds since the epoch. (A run from elsewhere has a job of its own id.)"""
    key = f"{job}{status}"
    await page.wait_for_function("key => key in seen", arg=key, polling=20)
    return float(await page.evaluate("key => seen[key]", key))
