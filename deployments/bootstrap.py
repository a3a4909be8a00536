"""`syncs deploy`: work pool, tag limits, automations and every deployment of prefect.yaml, as this code has them.

Idempotent, and as quick as may be: each deployment carries as its version a digest of all that it was made from, so
that a look at the server (no import of Prefect, which takes seconds) tells whether there is anything to do.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import yaml

from flows.catalog import SCRIPTS

PROJECT = Path(__file__).resolve().parent.parent
POOL = "syncs"
TAG_LIMIT = 1
#: The automations, by name; deployments.automations has the rest.
SILENT = "syncs: a run without heartbeats has crashed"
NOT_BEGUN = "syncs: a run that was taken up has not begun"
AUTOMATIONS = (SILENT, NOT_BEGUN)
#: The worker's variable that names the file for what its flows print.
FLOWS_LOG = "SYNCS_FLOWS_LOG"


class Unreachable(Exception):
    """Prefect does not answer, or not as Prefect would."""

    def __init__(self, api_url: str, error: Exception) -> None:
        super().__init__(f"Prefect's server at {api_url} does not answer ({error}). Is `syncs up` running?")


def digest() -> str:
    """Changes whenever what `syncs deploy` would register may have changed: the flows, prefect.yaml, Prefect itself."""
    whole = hashlib.sha256(version("prefect").encode())
    written_by = [PROJECT / "deployments" / name for name in ("bootstrap.py", "registration.py", "automations.py")]
    for path in [PROJECT / "prefect.yaml", *sorted(PROJECT.glob("flows/**/*.py")), *written_by]:
        whole.update(path.read_bytes())
    return f"{version('poligraph-syncs')}+{whole.hexdigest()[:12]}"


def stanzas() -> list[dict[str, Any]]:
    """The deployments of prefect.yaml, their anchors resolved."""
    found: list[dict[str, Any]] = yaml.safe_load((PROJECT / "prefect.yaml").read_text())["deployments"]
    return found


async def is_registered(api: httpx.AsyncClient, wanted: str) -> bool:
    """Whether the server has all of it, each deployment in this version, and nothing else of ours."""
    pool, limits, automations, deployments = await asyncio.gather(
        api.get(f"work_pools/{POOL}"),
        api.post("concurrency_limits/filter", json={"limit": 200}),
        api.post("automations/filter", json={"automations": {"name": {"any_": AUTOMATIONS}}}),
        api.post("deployments/filter", json={"limit": 200, "deployments": {"tags": {"all_": [POOL]}}}),
    )
    if pool.status_code == httpx.codes.NOT_FOUND:
        return False
    for answer in (pool, limits, automations, deployments):
        answer.raise_for_status()
    limited = {limit["tag"] for limit in limits.json() if limit["concurrency_limit"] == TAG_LIMIT}
    watched = sorted(automation["name"] for automation in automations.json())
    versions = [deployment["version"] for deployment in deployments.json()]
    return (
        limited >= {script.tag for script in SCRIPTS}
        and watched == sorted(AUTOMATIONS)
        and versions == [wanted] * len(stanzas())
    )


async def bootstrap(environment: Mapping[str, str] = os.environ) -> str:
    """Registers what is missing or has changed, and says what it did. Raises Unreachable."""
    api_url = environment.get("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    wanted = digest()
    try:
        async with httpx.AsyncClient(base_url=api_url, timeout=30, trust_env=False) as api:
            if await is_registered(api, wanted):
                return f"{len(stanzas())} deployments, unchanged"
        from deployments.registration import register

        return await register(stanzas(), wanted)
    except (httpx.HTTPError, ValueError) as error:
        raise Unreachable(api_url, error) from error


def main() -> int:
    try:
        print(asyncio.run(bootstrap()))
    except Unreachable as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
