from prefect import flow

from flows.catalog import INDEX_EMBEDDINGS
from flows.command import Result, run_in_order


@flow(name=INDEX_EMBEDDINGS.name, persist_result=True, result_serializer="json")
async def index_embeddings() -> dict[str, Result]:
    """One step, every kind of thing: what has not changed since is not indexed again."""
    return await run_in_order(INDEX_EMBEDDINGS)
