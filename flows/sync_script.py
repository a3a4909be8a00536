from typing import Any

from prefect import flow

from flows.catalog import SCRIPT, SCRIPT_TIME_LIMIT, Step, UnknownName, check_flags
from flows.command import Result, run_step, this_run


@flow(name="sync-script", persist_result=True, result_serializer="json")
async def sync_script(script: str, flags: dict[str, Any] | None = None) -> Result:
    """Any single script of the catalog: `sync-script/<script>`. Flags are checked before anything starts."""
    if script not in SCRIPT:
        raise UnknownName(script, ())
    step = Step(name=script, script=SCRIPT[script], time_limit=SCRIPT_TIME_LIMIT)
    return await run_step(step, check_flags(step.script, flags or {}), this_run())
