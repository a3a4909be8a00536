"""The system's Chromium, driven by Playwright, which brings none of its own."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
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
PHONE = (390, 844)
DESKTOP = (1440, 900)

expect.set_options(timeout=30_000)


def executable() -> str:
    """Skips the test where there is none; in CI that is a failure."""
    if found := next(filter(None, map(shutil.which, NAMES)), None):
        return found
    said = f"there is none of {', '.join(NAMES)} here; `make browser` as root installs one"
    if os.environ.get("CI"):
        pytest.fail(said)
    pytest.skip(said)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    path = executable()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


async def context(
    browser: Browser, stack: Stack, *, size: tuple[int, int] = DESKTOP, dark: bool = False, language: str = "en-GB"
) -> BrowserContext:
    """Somebody's browser, not signed in."""
    return await browser.new_context(
        base_url=stack.admin_url,
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        locale=language,
    )


async def sign_in(page: Page, stack: Stack) -> None:
    await page.goto("/admin/syncs")
    await page.fill("#token", stack.token)
    await page.click("main button")
    await page.wait_for_url("**/admin/syncs")


@asynccontextmanager
async def without_complaints(page: Page) -> AsyncIterator[None]:
    """Fails with what its console says of errors, the content security policy's among them."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield
    assert not said
