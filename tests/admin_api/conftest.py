import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests import browser
from tests.admin_api.site import Site, open_site
from tests.stack import Stack


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as site:
        yield site


@pytest.fixture(scope="session")
async def chromium(stack: Stack) -> AsyncIterator[Browser]:
    """Where there is none, the test is skipped; in CI it fails. (It is gone before the stack, which leaves nothing.)"""
    try:
        browser.executable()
    except browser.NoBrowser as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))
    async with browser.chromium() as running:
        yield running
