"""What Prefect adds to every event of a run: its flow, deployment, queue and pool. Read once, before any run is forked.

Else each run asks for the four anew, which is a seventh of all that it asks. Prefect has no public way to hand them
over: its cache is a module's variable, and tests/deployments/test_warm_engine.py says when it is no longer there.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.events.related import MAX_CACHE_SIZE, RESOURCE_CACHE
from prefect.exceptions import PrefectHTTPStatusError
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

TAKES = 3.0  #: seconds for each of the four questions
ROOM = 10  #: entries that a run may add before Prefect throws out the oldest


def read() -> None:
    """A server that is away, or hangs, only means that each run asks for itself."""
    try:
        # Nobody can ask for a run meanwhile: a server that hangs is not waited for.
        once = temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0})
        with once, get_client(httpx_settings={"timeout": TAKES}, sync_client=True) as client:
            found = _all(client)
    except (httpx.HTTPError, PrefectHTTPStatusError, RuntimeError):
        return
    now: Any = datetime.now(UTC)
    for key, kind, thing in found[: MAX_CACHE_SIZE - ROOM]:
        RESOURCE_CACHE[f"{kind}.{key}"] = ({"kind": kind, "object": thing}, now)


def _all(client: SyncPrefectClient) -> list[tuple[object, str, Any]]:
    return [
        *((pool.name, "work-pool", pool) for pool in client.read_work_pools(limit=5)),
        *((queue.id, "work-queue", queue) for queue in client.read_work_queues(limit=10)),
        *((deployment.id, "deployment", deployment) for deployment in client.read_deployments(limit=60)),
        *((flow.id, "flow", flow) for flow in client.read_flows(limit=60)),
    ]
