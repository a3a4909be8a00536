from prefect import flow

from flows.catalog import SYNC_LEGISLATION
from flows.command import Result, run_in_order


@flow(name=SYNC_LEGISLATION.name, persist_result=True, result_serializer="json")
async def sync_legislation() -> dict[str, Result]:
    """The files first: their explanatory statements are fetched for the files that are known."""
    return await run_in_order(SYNC_LEGISLATION)
