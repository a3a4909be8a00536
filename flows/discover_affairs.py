from prefect import flow

from flows.catalog import DISCOVER_AFFAIRS
from flows.command import Result, run_in_order


@flow(name=DISCOVER_AFFAIRS.name, persist_result=True, result_serializer="json")
async def discover_affairs() -> dict[str, Result]:
    """Discovery first: reconciling then merges what it found twice."""
    return await run_in_order(DISCOVER_AFFAIRS)
