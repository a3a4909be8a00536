from prefect import flow

from flows.catalog import SYNC_POLITICIANS
from flows.command import Result, run_in_order


@flow(name=SYNC_POLITICIANS.name, persist_result=True, result_serializer="json")
async def sync_politicians() -> dict[str, Result]:
    """The chambers first, then the government, whose members are matched with theirs; photos last, for everyone."""
    return await run_in_order(SYNC_POLITICIANS)
