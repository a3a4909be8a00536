from typing import Annotated

from prefect import flow
from pydantic import Field

from flows.catalog import SYNC_PRESS
from flows.command import Result, run_in_order


@flow(name=SYNC_PRESS.name, persist_result=True, result_serializer="json")
async def sync_press(limit: Annotated[int, Field(ge=1, le=100_000)] = 100) -> dict[str, Result]:
    """The feeds first: the analysis reads the articles that they bring.

    Args:
        limit: Analyse at most this many articles.
    """
    return await run_in_order(SYNC_PRESS, limit=limit)
