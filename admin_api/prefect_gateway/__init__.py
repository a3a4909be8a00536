"""The only package here that speaks to Prefect. Everyone else sees its words.

`gateway` is for the admin API, `watching` for the command line, `starting` for both; `snapshots` are what is read,
`events` what is heard.
"""

from prefect.client.schemas.objects import Log

from admin_api.prefect_gateway.errors import NotRegistered, PrefectUnreachable
from admin_api.prefect_gateway.events import listening
from admin_api.prefect_gateway.gateway import Gateway, page_of
from admin_api.prefect_gateway.schedules import Plan
from admin_api.prefect_gateway.snapshots import RunSnapshot, State, StepTask
from admin_api.prefect_gateway.starting import parameters
from admin_api.prefect_gateway.watching import Run, StepRun, has_worker, start, watch

__all__ = [
    "Gateway",
    "Log",
    "NotRegistered",
    "Plan",
    "PrefectUnreachable",
    "Run",
    "RunSnapshot",
    "State",
    "StepRun",
    "StepTask",
    "has_worker",
    "listening",
    "page_of",
    "parameters",
    "start",
    "watch",
]
