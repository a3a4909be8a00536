from prefect import flow

from flows.catalog import MAINTENANCE
from flows.command import Result, run_in_order


@flow(name=MAINTENANCE.name, persist_result=True, result_serializer="json")
async def maintenance() -> dict[str, Result]:
    """Prominence first: what gets published depends on it."""
    return await run_in_order(MAINTENANCE)
