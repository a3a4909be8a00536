"""A flow of the tests: one script that has less time than the catalog gives it."""

from datetime import timedelta

from prefect import flow

from flows.catalog import SCRIPT, Step
from flows.command import Result, run_step, this_run


@flow(name="brief", persist_result=True, result_serializer="json")
async def brief(script: str, seconds: float) -> Result:
    step = Step(name=script, script=SCRIPT[script], time_limit=timedelta(seconds=seconds))
    return await run_step(step, {}, this_run())
