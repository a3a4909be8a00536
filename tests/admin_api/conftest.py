from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.admin_api.site import Site, open_site


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as site:
        yield site
