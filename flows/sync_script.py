from typing import Any

from prefect import flow

from flows.catalog import SCRIPT, UnknownName, check_flags, single
from flows.command import Result, run_step, this_run


@flow(name="sync-script", persist_result=True, result_serializer="json")
async def sync_script(script: str, flags: dict[str, Any] | None = None) -> Result:
    """Any single script of the catalog: `sync-script/<script>`. Flags are checked before anything starts."""
    if script not in SCRIPT:
        raise UnknownName(script, ())
    checked = check_flags(SCRIPT[script], flags or {})
    return await run_step(single(SCRIPT[script], checked), checked, this_run())
