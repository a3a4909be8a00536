"""The system's Chromium, driven by Playwright, which brings none of its own."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.stack import Stack

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: It runs as root in a container, and speaks to nobody but the stack.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: What Chromium and htmx say of answers that are errors, and of none: tests expect those, or do not.
OF_ANSWERS = (
    "Failed to load resource",
    "Response Status Error Code",
    "htmx:sendError",
    "htmx:timeout",
    "htmx:afterRequest",
)
PHONE = (390, 844)
DESKTOP = (1440, 900)

expect.set_options(timeout=30_000)


class NoBrowser(Exception):
    """There is none on this machine."""


def executable() -> str:
    """Raises NoBrowser."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NoBrowser(f"there is none of {', '.join(NAMES)} here; `make browser` as root installs one")
    return found


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    path = executable()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def context(
    browser: Browser, stack: Stack, *, size: tuple[int, int] = DESKTOP, dark: bool = False, language: str = "en-GB"
) -> AsyncIterator[BrowserContext]:
    """Somebody's browser, not signed in. Fails with what the consoles of its pages say of errors.

    The content security policy's are among them; what is said of an answer of 4xx or 5xx, or of none, is not.
    """
    made = await browser.new_context(
        base_url=stack.admin_url,
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        locale=language,
    )
    said: list[str] = []

    def listen(page: Page) -> None:
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))

    made.on("page", listen)
    try:
        yield made
    finally:
        await made.close()
    complaints = [text for text in said if not text.startswith(OF_ANSWERS)]
    assert not complaints, complaints


async def sign_in(page: Page, stack: Stack) -> None:
    await page.goto("/admin/syncs")
    await page.fill("#token", stack.token)
    await page.click("main button")
    await page.wait_for_url("**/admin/syncs")
