from prefect import flow

from flows.catalog import SYNC_FACTCHECKS
from flows.command import Result, run_in_order


@flow(name=SYNC_FACTCHECKS.name, persist_result=True, result_serializer="json")
async def sync_factchecks() -> dict[str, Result]:
    """Fact-checks, then case law: independent, and in the order of their worth to readers."""
    return await run_in_order(SYNC_FACTCHECKS)
