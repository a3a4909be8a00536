"""`make screenshots`: the pages as docs/ shows them, of scripts that only pretend (tests/scripted.py)."""

import asyncio
from pathlib import Path
from typing import Any

from tests import conftest  # first of all: it sets the environment that Prefect reads when it is imported  # isort: skip

# isort: split
from playwright.async_api import Browser

from tests import admin, browser
from tests.plans import Plans
from tests.runs import begun
from tests.stack import Stack

FOLDER = Path(__file__).parent.parent / "docs" / "screenshots"
PLANS: dict[str, dict[str, Any]] = {
    "sync-press": {"report": [{"processed": 27, "total": 27}], "result": {"articlesNew": 27, "feedsUnchanged": 3}},
    "sync-votes-an": {"seconds": 2, "result": {"scrutinsCreated": 12, "votesCreated": 2041}},
    "sync-votes-senat": {"exits": 64, "stderr": "The archive of the Sénat is cut off: 1,204 of 88,310 bytes"},
    "sync-legislation": {"seconds": 1, "result": {"dossiersUpdated": 31}},
    "sync-press-analysis": {"seconds": 1, "result": {"articlesAnalysed": 27}},
    "sync-legislation-content": {"result": {"textsFetched": 20}},
    "sync-hatvp": {"exits": 78, "stderr": "HATVP_URL is not set"},
    "generate-summaries": {"seconds": [1, 600], "report": [{"processed": 120, "total": 272}]},
}


async def main() -> None:
    plans = Plans(conftest.FOLDER / "plans")
    for script, plan in PLANS.items():
        plans.make(script, **plan)
    with Stack(conftest.HOME, conftest.PORT) as stack:
        async with admin.client(stack) as api, browser.chromium() as chromium:
            await admin.ready(api)
            day = await admin.start(api, "daily")
            await admin.until(api, day, "FAILED", within=90)
            await admin.start(api, "press", limit=50)
            await admin.start(api, "sync-hatvp")
            summaries = await admin.start(api, "generate-summaries", limit=300)
            await begun(plans, "generate-summaries", times=2)
            await admin.until(api, summaries, "RUNNING")
            await asyncio.sleep(3)
            await _show(chromium, stack, "overview", "/admin/syncs", browser.DESKTOP)
            await _show(chromium, stack, "day", f"/admin/syncs/{day}", browser.DESKTOP, dark=True)
            await _show(chromium, stack, "phone", "/admin/syncs", browser.PHONE, language="fr-FR")
            await admin.cancel(api, summaries)


async def _show(
    chromium: Browser,
    stack: Stack,
    name: str,
    path: str,
    size: tuple[int, int],
    *,
    dark: bool = False,
    language: str = "en-GB",
) -> None:
    async with browser.context(chromium, stack, size=size, dark=dark, language=language) as context:
        page = await context.new_page()
        await browser.sign_in(page, stack)
        await page.goto(path)
        await page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    try:
        asyncio.run(main())
    finally:
        conftest.pytest_unconfigure()
