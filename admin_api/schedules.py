"""What starts by itself, and its pause. Prefect holds it; only who changed it is kept here."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from admin_api import audit
from admin_api.auth import Caller
from admin_api.db import Sessions
from admin_api.errors import PrefectAway, ScheduleNotFound
from admin_api.prefect_gateway import Gateway, Plan, PrefectUnreachable


class Schedules:
    def __init__(self, sessions: Sessions, prefect: Gateway) -> None:
        self._sessions = sessions
        self._prefect = prefect

    async def all(self) -> list[Plan]:
        """In catalog order. Raises PrefectAway."""
        try:
            return await self._prefect.plans()
        except PrefectUnreachable as error:
            raise PrefectAway from error

    async def switch(self, id_: UUID, caller: Caller, *, active: bool) -> Plan:
        """Raises ScheduleNotFound, PrefectAway."""
        plan = next((plan for plan in await self.all() if plan.id == id_), None)
        if plan is None:
            raise ScheduleNotFound(id=id_)
        action = "resume" if active else "pause"
        async with self._sessions.begin() as session:
            audit.record(session, caller, action, "schedule", str(id_), deployment=plan.group.deployment)
        try:
            await self._prefect.switch(plan, active=active)
        except PrefectUnreachable as error:
            raise PrefectAway from error
        # Prefect plans anew a moment later.
        return replace(plan, active=active, next_runs=plan.next_runs if active else ())
