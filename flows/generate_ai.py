from prefect import flow

from flows.catalog import GENERATE_AI
from flows.command import Result, run_in_order


@flow(name=GENERATE_AI.name, persist_result=True, result_serializer="json")
async def generate_ai() -> dict[str, Result]:
    """People, then files, then votes; the themes last, since they read the summaries."""
    return await run_in_order(GENERATE_AI)
