"""Every page as people see it, on a phone and a desk, by day and by night, without eyes and without a mouse."""

import asyncio
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests import browser
from tests.admin import cancel, client, ready, start, until
from tests.conftest import FOLDER
from tests.plans import Plans
from tests.runs import begun
from tests.stack import Stack

#: What a page may hold that has no place to break.
LONG = "x" * 300
#: Everything that takes the focus and can be seen, and among it what has it.
FOCUSABLE = """() => [
        ...document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, [tabindex='0']")
    ].filter((one) => one.checkVisibility() && !one.matches("details:not([open]) *:not(summary)")).length"""
FOCUSED = """() => {
    const one = document.activeElement;
    if (one === document.body) return null;
    window.order ??= new Map();
    if (!order.has(one)) order.set(one, order.size);
    return order.get(one);
}"""


@pytest.fixture(scope="module")
async def pages(stack: Stack) -> AsyncIterator[dict[str, str]]:
    """Every page's address, with all on it that there can be: a job that goes on, one that failed, one of the day."""
    plans = Plans(FOLDER / "plans")
    async with client(stack) as api:
        await ready(api)
        async for addresses in _filled(api, plans):
            yield addresses


async def _filled(api: httpx.AsyncClient, plans: Plans) -> AsyncIterator[dict[str, str]]:
    plans.make("sync-senat", exits=64, stderr=f"<b>{LONG}</b>\n" + "Traceback\n" * 40)
    plans.make("sync-hatvp", seconds=600, report=[{"processed": 3, "total": 12}])
    plans.make("sync-votes-senat", exits=64)
    failed, done, day = (
        await start(api, "sync-senat"),
        await start(api, "sync-press", limit=5),
        await start(api, "daily"),
    )
    await until(api, failed, "FAILED")
    await until(api, done, "COMPLETED")
    await until(api, day, "FAILED", within=90)
    (schedule, *_) = (await api.get("/api/admin/schedules")).json()["data"]
    for active in (False, True):
        await api.patch(f"/api/admin/schedules/{schedule['id']}", json={"active": active})
    goes_on = await start(api, "sync-hatvp")
    await begun(plans, "sync-hatvp")
    syncs = "/admin/syncs"
    yield {
        "the overview": syncs,
        "nothing found": f"{syncs}?script=sync-senat&status=CANCELLED&page=9",
        "a job that goes on": f"{syncs}/{goes_on}",
        "one that failed": f"{syncs}/{failed}",
        "one that is done": f"{syncs}/{done}",
        "the day": f"{syncs}/{day}",
        "the schedules": "/admin/schedules",
        "who did what": "/admin/audit",
        "nothing here": "/admin/nothing",
        "the login": "/admin/login",
    }
    await cancel(api, goes_on)


@pytest.mark.timeout(300)
async def test_every_page_fits_can_be_read_and_keeps_nothing_from_anybody(
    chromium: Browser, stack: Stack, pages: dict[str, str]
) -> None:
    found = await asyncio.gather(
        *(
            _faults(chromium, stack, pages, size=size, dark=dark, language=language)
            for size, dark, language in [
                ((320, 600), False, "fr-FR"),
                ((700, 600), False, "fr-FR"),
                (browser.PHONE, False, "fr-FR"),
                (browser.PHONE, True, "en-GB"),
                (browser.DESKTOP, False, "en-GB"),
                (browser.DESKTOP, True, "fr-FR"),
            ]
        )
    )
    assert not [fault for faults in found for fault in faults]


async def _faults(
    chromium: Browser, stack: Stack, pages: dict[str, str], *, size: tuple[int, int], dark: bool, language: str
) -> list[str]:
    """What axe finds, contrast below 4.5 among it, and what is wider than its window; with everything open."""
    async with browser.context(chromium, stack, size=size, dark=dark, language=language) as context:
        page = await context.new_page()
        await browser.sign_in(page, stack)
        faults = []
        for name, address in pages.items():
            await page.goto(address)
            await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
            where = f"{name}, {size[0]} px, {'dark' if dark else 'light'}, {language}"
            if (wider := await page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
                faults.append(f"{where}: {wider} px wider than the window")
            for violation in (await Axe().run(page)).response["violations"]:
                nodes = [node["html"] for node in violation["nodes"][:3]]
                faults.append(f"{where}: {violation['id']} ({violation['impact']}): {nodes}")
    return faults


async def test_all_that_can_be_done_is_reached_by_the_keyboard_and_seen_where_one_is(
    chromium: Browser, stack: Stack, pages: dict[str, str]
) -> None:
    async with browser.context(chromium, stack) as context:
        page = await context.new_page()
        await browser.sign_in(page, stack)
        for name in ("the overview", "one that failed", "the schedules"):
            await page.goto(pages[name])
            reached: list[int] = []
            await page.keyboard.press("Tab")
            await expect(page.locator(":focus")).to_have_text("To the content")
            while (order := await page.evaluate(FOCUSED)) is not None and order == len(reached):
                reached.append(order)
                outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", await page.evaluate("document.activeElement.outerHTML")
                await page.keyboard.press("Tab")
            assert len(reached) == await page.evaluate(FOCUSABLE)


async def test_a_sync_is_started_by_the_keyboard_alone(
    chromium: Browser, stack: Stack, api: httpx.AsyncClient, plans: Plans
) -> None:
    await ready(api)
    async with browser.context(chromium, stack) as context:
        page = await context.new_page()
        await browser.sign_in(page, stack)
        await _tab_to(page, "Options: Press")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.type("7")
        await page.keyboard.press("Enter")
        await expect(page.locator("dl")).to_contain_text("limit=7")
        await expect(page).to_have_url(re.compile("/admin/syncs/[0-9a-f-]{36}$"))
        await expect(page.locator(".headline .status:first-child")).to_have_text("Completed")


async def _tab_to(page: Page, label: str) -> None:
    for _ in range(200):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.ariaLabel") == label:
            return
    raise AssertionError(f"no way to {label}")
