"""What the site's people do on the pages, in a real browser on the whole stack."""

import asyncio
import re
import signal
import time
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from admin_api.job_log import MOST_LINES
from flows.catalog import SYNC_DAILY
from tests import browser
from tests.admin import cancel, ready, start, until
from tests.logs import say
from tests.plans import Plans
from tests.runs import begun
from tests.scripted import birth
from tests.stack import Stack

SEEN = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title='taken'\"> \"'&"
HOSTILE = f"{SEEN} \x1b[31mred\x1b]0;x\x07"
#: The values that a page's bar has had, and whether the page is the one that it was.
WATCH_THE_BAR = """() => {
    window.bars = [];
    const note = () => { const bar = document.querySelector(".headline progress"); if (bar) bars.push(bar.value); };
    note();
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""
#: Counts the streams that a page holds open.
COUNT_STREAMS = """
    window.streams = new Set();
    const Original = window.EventSource;
    window.EventSource = class extends Original {
        constructor(...given) { super(...given); streams.add(this); }
        close() { super.close(); streams.delete(this); }
    };
"""
#: The line that is the first to be seen of a log, and where it is.
MARK_THE_TOP = """() => {
    const log = document.getElementById("log");
    window.line = [...log.children].find((one) => one.offsetTop >= log.offsetTop + log.scrollTop);
    window.was = line.getBoundingClientRect().top - log.getBoundingClientRect().top;
}"""
HOW_FAR_IT_MOVED = """() => {
    const of = (one) => one.getBoundingClientRect().top;
    return line.isConnected ? of(line) - of(document.getElementById("log")) - was : 1000;
}"""
HIDE = """(hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
async def tab(chromium: Browser, stack: Stack, api: httpx.AsyncClient, plans: Plans) -> AsyncIterator[Page]:
    """Of somebody who has signed in."""
    await ready(api)
    async with browser.context(chromium, stack) as context:
        page = await context.new_page()
        await browser.sign_in(page, stack)
        yield page


def target(page: Page, cli: str) -> str:
    return f'.target:has(input[name="script"][value="{cli}"])'


def job_of(page: Page) -> str:
    """The job whose page it is."""
    return page.url.rpartition("/")[2]


async def opened(page: Page, job: str) -> None:
    await page.goto(f"/admin/syncs/{job}")


async def test_signing_in_and_out(chromium: Browser, stack: Stack) -> None:
    async with browser.context(chromium, stack) as context:
        page = await context.new_page()
        await page.goto("/admin/schedules")
        await page.fill("#token", "not-the-token")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_have_text("This is not the admin token.")
        await page.fill("#token", stack.token)
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile("/admin/schedules$"))
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.locator("#token")).to_be_visible()
        await page.goto("/admin/syncs")
        await expect(page.locator("#token")).to_be_visible()


async def test_a_click_starts_a_sync_and_its_bar_moves_to_the_end_without_a_reload(tab: Page, plans: Plans) -> None:
    plans.make("sync-press", report=[{"processed": 3, "total": 12}], seconds=2)
    plans.make("sync-press-analysis", report=[{"processed": 1, "total": 4}], seconds=2)
    form = tab.locator(target(tab, "sync:press"))
    await form.get_by_text("Options").click()
    await form.get_by_label("limit").fill("5")
    await form.get_by_role("button", name="Start: Press").click()
    await expect(tab).to_have_url(re.compile("/admin/syncs/[0-9a-f-]{36}$"))
    await tab.evaluate(WATCH_THE_BAR)
    await expect(tab.locator(".headline .status:first-child")).to_have_text("Completed")
    bars: list[int] = await tab.evaluate("bars")  # which a reload would have taken away
    assert bars == sorted(bars)
    assert bars[-1] == 100
    assert len(set(bars)) >= 4, "nothing, a part of each step, all"
    assert plans.executions("sync-press-analysis")[0]["flags"] == ["--limit=5"]
    await expect(tab.locator("dl")).to_contain_text("limit=5")
    await expect(tab.locator("#log")).to_contain_text("sync-press-analysis runs for the 1. time")


async def test_a_click_cancels_a_script_and_all_that_it_started(tab: Page, plans: Plans) -> None:
    plans.make("sync-hatvp", seconds=120, family=True)
    job = await _started(tab, "sync-hatvp")
    await begun(plans, "sync-hatvp")
    while len(family := plans.family("sync-hatvp")) < 4:
        await asyncio.sleep(0.1)
    await tab.goto("/admin/syncs")
    clicked = time.monotonic()
    async with tab.expect_navigation():
        await tab.locator(f"#cancel-{job}").click()
    await expect(tab.locator("#headline")).to_contain_text(re.compile("It was asked to stop|Cancelled"))
    await expect(tab.locator("#cancel")).to_have_count(0)
    # One of the family is deaf to SIGTERM, and has five of these seconds for itself.
    while any(birth(pid) == born for pid, born in family.items()):
        assert time.monotonic() < clicked + 10, "something of it lives on"
        await asyncio.sleep(0.1)
    await expect(tab.locator(".headline .status:first-child")).to_have_text("Cancelled")
    await expect(tab.locator("#cancel")).to_have_count(0)


async def test_a_click_runs_a_failed_job_again(tab: Page, plans: Plans) -> None:
    plans.make("sync-parties", exits=[64, 0], stderr="no such party")
    job = await _started(tab, "sync-parties")
    await expect(tab.locator("#error")).to_contain_text("no such party")
    await tab.locator("#retry").click()
    await expect(tab.locator(".headline .status:first-child")).to_have_text("Completed")
    assert job_of(tab) == job
    assert len(plans.executions("sync-parties")) == 2
    await expect(tab.locator("#error")).to_have_count(0)
    await expect(tab.locator(".events li")).to_contain_text(["Waiting", "Failed", "Completed"])


async def test_the_day_runs_and_each_of_its_steps_is_seen(tab: Page) -> None:
    await tab.get_by_role("button", name="Start: Daily sync").click()
    steps = tab.locator(".steps > li")
    await expect(steps).to_have_count(16)
    await expect(tab.locator(".headline .status:first-child")).to_have_text("Completed", timeout=90_000)
    assert await steps.locator("h3").all_inner_texts() == [step.name for step in SYNC_DAILY.steps]
    await expect(steps.locator(".status")).to_have_text(["Completed"] * 16)
    await expect(steps.locator("rect")).to_have_count(16)
    await steps.get_by_role("link", name="press-rss").click()
    await expect(tab.locator("h1")).to_have_text("Press feeds")
    await tab.get_by_role("link", name="Daily sync").click()
    await expect(steps).to_have_count(16)


async def test_a_schedule_is_paused_and_resumed(tab: Page, api: httpx.AsyncClient) -> None:
    async def active() -> bool:
        schedules = (await api.get("/api/admin/schedules")).json()["data"]
        return next(bool(one["active"]) for one in schedules if one["script"] == "daily")

    await tab.get_by_role("link", name="Schedules").click()
    day = tab.locator(".schedules > li", has_text="Daily sync")
    await day.get_by_role("button", name="Pause: Daily sync").click()
    await expect(day).to_contain_text("Paused")
    assert not await active()
    await day.get_by_role("button", name="Resume: Daily sync").click()
    await expect(day).to_contain_text("Next runs:")
    assert await active()
    await tab.get_by_role("link", name="Who did what").click()
    await expect(tab.locator("tbody tr").first).to_contain_text("resumed")


async def test_two_tabs_agree(tab: Page, api: httpx.AsyncClient, plans: Plans) -> None:
    plans.make("sync-europarl", seconds=60)
    other = await tab.context.new_page()
    await other.goto("/admin/syncs")
    job = await start(api, "sync-europarl")
    for one in (tab, other):
        await expect(one.locator(f"#running-{job}")).to_be_visible()
        await expect(one.locator(f"#row-{job} .status:first-child")).to_have_text(re.compile("Waiting|Running"))
    await begun(plans, "sync-europarl")
    await other.locator(f"#cancel-{job}").click()
    await expect(tab.locator(f"#row-{job} .status:first-child")).to_have_text("Cancelled")
    await expect(tab.locator(f"#running-{job}")).to_have_count(0)
    await expect(tab.locator("#sync-script-sync-europarl .last")).to_contain_text("Cancelled")
    await expect(other.locator(".headline .status:first-child")).to_have_text("Cancelled")


async def test_the_language_is_the_browsers_until_another_is_chosen(
    chromium: Browser, stack: Stack, tab: Page, plans: Plans
) -> None:
    plans.make("sync-senat", exits=64)
    async with browser.context(chromium, stack, language="fr-FR") as context:
        page = await context.new_page()
        await browser.sign_in(page, stack)
        await expect(page.locator("h1")).to_have_text("Synchronisations")
        job = await _started(page, "sync-senat", "Lancer")
        await expect(page.locator(".headline .status:first-child")).to_have_text("En échec")
        await page.get_by_role("link", name="English").click()
        await expect(page.locator(".headline .status:first-child")).to_have_text("Failed")
        await page.reload()
        assert await page.locator("html").get_attribute("lang") == "en"
    await opened(tab, job)
    await expect(tab.locator(".headline .status:first-child")).to_have_text("Failed")
    await tab.get_by_role("link", name="Français").click()
    await expect(tab.locator("h2").first).to_have_text("Pourquoi cela a échoué")
    await tab.goto("/admin/schedules")
    await expect(tab.locator("h1")).to_have_text("Planifications")


async def test_what_cannot_be_done_is_said_and_leads_on(
    chromium: Browser, stack: Stack, api: httpx.AsyncClient, plans: Plans
) -> None:
    plans.make("sync-president", seconds=60)
    job = await start(api, "sync-president")
    await begun(plans, "sync-president")
    async with browser.context(chromium, stack) as context:
        page = await context.new_page()
        await browser.sign_in(page, stack)
        await _started(page, "sync-president")
        await expect(page.get_by_role("alert")).to_contain_text("is already under way")
        await page.get_by_role("link", name="To that job").click()
        assert job_of(page) == job
        await page.goto("/admin/syncs")
        await _started(page, "sync-president")
        await page.get_by_role("link", name="Français").click()
        await expect(page.locator("h1")).to_have_text("Synchronisations")
        await cancel(api, job)


async def test_what_a_script_says_is_shown_as_text(tab: Page, api: httpx.AsyncClient, plans: Plans) -> None:
    plans.make("sync-deceased", exits=64, stderr=HOSTILE)
    plans.make("sync-careers", result={HOSTILE: HOSTILE}, report=[{"processed": 1, "message": HOSTILE}])
    failed, done = await start(api, "sync-deceased"), await start(api, "sync-careers")
    await until(api, failed, "FAILED")
    await until(api, done, "COMPLETED")
    await opened(tab, failed)
    await expect(tab.locator("#error")).to_contain_text(f"{SEEN} red")
    await expect(tab.locator("#log")).to_contain_text(f"{SEEN} red")
    await expect(tab).to_have_title(re.compile("poligraph-syncs$"))
    assert "\x1b" not in await tab.content()
    await opened(tab, done)
    await expect(tab.locator("#result")).to_contain_text("<script>document.title = 'taken'</script><img src=x")
    await expect(tab).to_have_title(re.compile("poligraph-syncs$"))
    await tab.goto("/admin/syncs")
    await expect(tab.locator(f"#row-{failed} .why")).to_contain_text("<img src=x")
    assert await tab.locator("img").count() == 0


async def test_a_log_of_100000_lines_does_not_hold_a_page_up(stack: Stack, tab: Page, api: httpx.AsyncClient) -> None:
    job = await start(api, "sync-mep-parties")
    run = UUID((await until(api, job, "COMPLETED"))["flowRunId"])
    await say(stack, run)
    await opened(tab, job)
    lines = tab.locator("#log p")
    await expect(lines.last).to_contain_text("line 100000")
    assert await lines.count() == MOST_LINES
    assert await tab.evaluate(
        "() => { const log = document.getElementById('log'); "
        "return log.scrollTop + log.clientHeight >= log.scrollHeight - 5 }"
    ), "its end is seen"
    await tab.locator("#log").evaluate("log => log.scrollTop = 1000")
    await tab.evaluate(MARK_THE_TOP)
    await say(stack, run, 1)
    await expect(lines.last).to_have_text(re.compile("line 1$"))
    assert abs(await tab.evaluate(HOW_FAR_IT_MOVED)) < 2, "who reads further up goes on reading"
    await tab.get_by_role("link", name="Schedules").click()
    await expect(tab.locator("h1")).to_have_text("Schedules")


async def test_what_somebody_fills_in_stays_while_the_page_moves(tab: Page, api: httpx.AsyncClient) -> None:
    form = tab.locator(target(tab, "sync:press"))
    await form.get_by_text("Options").click()
    await form.get_by_label("limit").fill("17")
    await tab.get_by_label("Status", exact=True).select_option("FAILED")
    await form.get_by_label("limit").focus()
    job = await start(api, "sync-birthdates")
    await expect(tab.locator(f"#row-{job} .status:first-child")).to_have_text("Completed")
    await expect(form.get_by_label("limit")).to_have_value("17")
    await expect(form.get_by_label("limit")).to_be_focused()
    await expect(tab.get_by_label("Status", exact=True)).to_have_value("FAILED")
    await tab.get_by_role("button", name="Show").click()
    await expect(tab).to_have_url(re.compile("status=FAILED"))
    await expect(tab.locator(f"#row-{job}")).to_have_count(0)


async def test_a_tab_that_is_not_seen_holds_no_connection(tab: Page, api: httpx.AsyncClient) -> None:
    await tab.context.add_init_script(COUNT_STREAMS)
    await tab.reload()
    await tab.wait_for_function("streams.size === 1")
    await tab.evaluate(HIDE, True)
    assert await tab.evaluate("streams.size") == 0
    job = await start(api, "sync-wikidata-ids")
    await until(api, job, "COMPLETED")
    await expect(tab.locator(f"#row-{job}")).to_have_count(0)
    await tab.evaluate(HIDE, False)
    await expect(tab.locator(f"#row-{job} .status:first-child")).to_have_text("Completed")
    assert await tab.evaluate("streams.size") == 1


async def test_eight_windows_move_on_one_connection(chromium: Browser, stack: Stack, api: httpx.AsyncClient) -> None:
    async with browser.context(chromium, stack) as context:
        await context.add_init_script(COUNT_STREAMS)
        pages = [await context.new_page() for _ in range(8)]
        await browser.sign_in(pages[0], stack)
        for page in pages[1:]:
            await page.goto("/admin/syncs")
        job = await start(api, "sync-wikidata-ids")
        for page in pages:
            await expect(page.locator(f"#row-{job} .status:first-child")).to_have_text("Completed")
        assert sum([await page.evaluate("streams.size") for page in pages]) == 1
        (listening,) = [page for page in pages if await page.evaluate("streams.size")]
        await listening.close()
        pages.remove(listening)
        again = await start(api, "sync-wikidata-ids")
        for page in pages:
            await expect(page.locator(f"#row-{again} .status:first-child")).to_have_text("Completed")
        assert sum([await page.evaluate("streams.size") for page in pages]) == 1


async def test_who_signs_in_anew_in_another_tab_goes_on_in_this_one(
    chromium: Browser, stack: Stack, api: httpx.AsyncClient
) -> None:
    async with browser.context(chromium, stack) as context:
        first, second = await context.new_page(), await context.new_page()
        await first.goto("/admin/schedules")
        await browser.sign_in(second, stack)
        await first.fill("#token", stack.token)  # its form is of before
        await first.keyboard.press("Enter")
        await expect(first.locator("h1")).to_have_text("Schedules")
        await second.get_by_role("button", name="Sign out").click()
        await browser.sign_in(second, stack)
        await first.goto("/admin/syncs")
        await first.evaluate(HIDE, True)  # or it would be led to the login meanwhile
        await context.clear_cookies()
        await browser.sign_in(second, stack)
        await first.evaluate(HIDE, False)
        job = await start(api, "sync-parties")
        await expect(first.locator(f"#row-{job}")).to_be_visible()
        await first.get_by_role("button", name="Sign out").click()
        await expect(first.locator("#token")).to_be_visible()


async def test_a_double_click_starts_once_and_is_not_refused(tab: Page, plans: Plans) -> None:
    plans.make("sync-votes-an", seconds=2)
    await tab.get_by_role("button", name="Start: Votes", exact=True).dblclick()
    await expect(tab.locator("h1")).to_have_text("Votes")
    await expect(tab.locator(".headline .status:first-child")).to_have_text("Completed")
    assert len(plans.executions("sync-votes-an")) == 1


async def test_back_shows_the_filter_that_applies(tab: Page) -> None:
    await tab.get_by_label("Status", exact=True).select_option("FAILED")
    async with tab.expect_navigation():
        await tab.get_by_role("button", name="Show").click()
    await expect(tab.get_by_label("Status", exact=True)).to_have_value("FAILED")
    await tab.go_back()
    await expect(tab.get_by_label("Status", exact=True)).to_have_value("")


async def test_who_signed_out_elsewhere_is_led_to_the_login(chromium: Browser, stack: Stack) -> None:
    async with browser.context(chromium, stack) as context:
        page = await context.new_page()
        await browser.sign_in(page, stack)
        await context.clear_cookies()
        await expect(page.locator("#token")).to_be_visible()


async def test_a_page_says_that_it_is_cut_off_and_goes_on_by_itself(
    chromium: Browser, stack: Stack, api: httpx.AsyncClient
) -> None:
    done = await start(api, "sync-photos")
    await until(api, done, "COMPLETED")
    async with browser.context(chromium, stack) as context:
        pages = [await context.new_page(), await context.new_page()]
        await browser.sign_in(pages[0], stack)
        await opened(pages[1], done)
        for page in pages:
            await page.evaluate("window.same = true")
            await expect(page.locator("#still")).to_be_hidden()
        stack.part("api").kill()
        for page in pages:
            await expect(page.locator("#still")).to_be_visible()
        await ready(api)
        for page in pages:
            await expect(page.locator("#still")).to_be_hidden()
        job = await start(api, "sync-photos")
        await expect(pages[0].locator(f"#row-{job} .status:first-child")).to_have_text("Completed")
        for page in pages:
            assert await page.evaluate("same"), "it was not loaded anew"


async def test_a_page_says_that_prefect_is_not_heard_and_goes_on_by_itself(
    chromium: Browser, stack: Stack, api: httpx.AsyncClient
) -> None:
    done = await start(api, "sync-photos")
    await until(api, done, "COMPLETED")
    async with browser.context(chromium, stack) as context:
        overview, of_job = await context.new_page(), await context.new_page()
        await browser.sign_in(overview, stack)
        await opened(of_job, done)
        await expect(overview.locator("#heard .notice")).to_have_count(0)
        server = stack.part("server")
        server.send_signal(signal.SIGSTOP)  # it accepts, and is silent: the worst of all
        try:
            await of_job.reload()
            await expect(of_job.locator("main")).to_contain_text("Prefect does not answer, so its log cannot be read.")
            await expect(of_job.locator("#still")).to_be_hidden()
        finally:
            server.kill()
        await expect(overview.locator("#heard .notice")).to_be_visible()
        await ready(api)
        await expect(overview.locator("#heard .notice")).to_have_count(0)
        await expect(of_job.locator("#log")).to_be_visible()
        job = await start(api, "sync-photos")
        await expect(overview.locator(f"#row-{job} .status:first-child")).to_have_text("Completed")


async def test_what_is_over_and_was_signed_out_leads_to_the_login_when_the_stream_is_cut(
    chromium: Browser, stack: Stack, api: httpx.AsyncClient
) -> None:
    done = await start(api, "sync-photos")
    await until(api, done, "COMPLETED")
    async with browser.context(chromium, stack) as context:
        page = await context.new_page()
        await browser.sign_in(page, stack)
        await opened(page, done)
        await context.clear_cookies()
        stack.part("api").kill()
        await expect(page.locator("#token")).to_be_visible()
        await ready(api)


async def _started(page: Page, script: str, button: str = "Start") -> str:
    """A click starts the script alone; the job whose page comes then."""
    form = page.locator(target(page, script))
    await page.locator(".starting > details", has=form).locator("summary").first.click()
    async with page.expect_navigation():
        await form.get_by_role("button", name=button).click()
    return job_of(page)
