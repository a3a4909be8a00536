"""What Prefect's server does by itself about runs that nobody reports on any more: they become Crashed.

They cover every flow run: a day's steps are runs of their own, which no deployment leads to. A run that is over is
never touched, whatever arrives late: Prefect lets no final state become Crashed unless it is forced.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events import Automation, AutomationCore, EventTrigger
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import Posture
from prefect.events.schemas.events import ResourceSpecification

from deployments.bootstrap import NOT_BEGUN, SILENT

RUN = "prefect.flow-run"
HEARTBEAT = f"{RUN}.heartbeat"
#: Between being taken up by a worker and running.
TAKEN_UP = {f"{RUN}.{state}" for state in ("Pending", "Submitting", "InfrastructurePending")}
#: Whatever else a run can become. None of them needs a heartbeat.
WITHOUT_HEARTBEAT = TAKEN_UP | {
    f"{RUN}.{state}"
    for state in (
        *("Completed", "Failed", "Cancelled", "Crashed", "TimedOut", "Cached", "RolledBack", "Cancelling"),
        *("Paused", "Suspended", "AwaitingRetry", "Sleeping", "Scheduled", "Late", "AwaitingConcurrencySlot"),
    )
}


def unreported(name: str, *, after: set[str], expect: set[str], within: timedelta, message: str) -> AutomationCore:
    """A run of which, after one of these events, none of those came in time, is Crashed.

    What is in `after` has to be in `expect`, too: then the time begins anew with each of them, and not only with the
    first one.
    """
    return AutomationCore(
        name=name,
        description=message,
        trigger=EventTrigger(
            posture=Posture.Proactive,
            match=ResourceSpecification(root={"prefect.resource.id": f"{RUN}.*"}),
            for_each={"prefect.resource.id"},
            after=after,
            expect=expect | after,
            threshold=1,
            within=within,
        ),
        actions=[ChangeFlowRunState(state=StateType.CRASHED, name="Crashed", message=message, force=False)],
    )


WANTED = (
    unreported(
        SILENT,
        after={HEARTBEAT},
        expect=WITHOUT_HEARTBEAT,
        within=timedelta(seconds=90),
        message="No sign of life for 90 seconds: the run's process, or its machine, is gone.",
    ),
    unreported(
        NOT_BEGUN,
        after=TAKEN_UP,
        expect={f"{RUN}.*"},
        within=timedelta(minutes=10),
        message="It was taken up by a worker and never began: the worker was probably stopped meanwhile. "
        "Start it again.",
    ),
)


async def make_automations(client: PrefectClient) -> None:
    """Makes each of them, once, as it is here; whether it is enabled is the operator's."""
    await asyncio.gather(*(_make(client, wanted) for wanted in WANTED))


async def _make(client: PrefectClient, wanted: AutomationCore) -> None:
    there = await client.read_automations_by_name(wanted.name)
    if not there:
        await client.create_automation(wanted)
        return
    first, *others = there
    # An update gives the trigger a new id, and every wait that goes on is forgotten: none without need.
    same = ("description", "trigger", "actions")
    if not all(getattr(first, name) == getattr(wanted, name) for name in same):
        await _update(client, first, wanted)
    for other in others:  # two that were started at once have each made one
        await client.delete_automation(other.id)


async def _update(client: PrefectClient, first: Automation, wanted: AutomationCore) -> None:
    # Validated anew: the client sends only what was set, and the server wants each part's type. An owner it refuses.
    whole = {**wanted.model_dump(exclude={"owner_resource"}), "enabled": first.enabled}
    await client.update_automation(first.id, AutomationCore.model_validate(whole))
