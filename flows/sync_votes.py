from prefect import flow

from flows.catalog import SYNC_VOTES
from flows.command import Result, run_in_order


@flow(name=SYNC_VOTES.name, persist_result=True, result_serializer="json")
async def sync_votes() -> dict[str, Result]:
    """One chamber after the other, gently: neither waits for the other's votes."""
    return await run_in_order(SYNC_VOTES)
