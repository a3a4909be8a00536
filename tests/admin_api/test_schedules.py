"""The schedules: paused, resumed, on the whole stack."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from flows.catalog import GROUPS

SCHEDULES = "/api/admin/schedules"


async def schedules(api: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await api.get(SCHEDULES)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


async def of(api: httpx.AsyncClient, script: str) -> dict[str, Any]:
    return next(one for one in await schedules(api) if one["script"] == script)


async def planned(api: httpx.AsyncClient, script: str, within: float) -> dict[str, Any]:
    """The schedule, once it has planned its next runs."""
    deadline = time.monotonic() + within
    while not (found := await of(api, script))["nextRuns"]:
        assert time.monotonic() < deadline, f"no runs were planned within {within} s"
        await asyncio.sleep(0.5)
    return found


@pytest.fixture
async def weekly(api: httpx.AsyncClient) -> AsyncIterator[dict[str, Any]]:
    """The politicians' schedule, running before and after."""
    found = await planned(api, "politicians", within=60)
    yield found
    await api.patch(f"{SCHEDULES}/{found['id']}", json={"active": True})


async def test_each_schedule_of_the_catalog_is_told_with_its_next_three_runs(api: httpx.AsyncClient) -> None:
    daily = await planned(api, "daily", within=60)
    assert (daily["deployment"], daily["cron"], daily["timezone"]) == ("sync-daily/prod", "0 5,11,19 * * *", "UTC")
    assert (daily["slug"], daily["active"]) == ("three-times-a-day", True)
    assert len(daily["nextRuns"]) == 3
    assert daily["nextRuns"] == sorted(daily["nextRuns"])
    assert {datetime.fromisoformat(at).hour for at in daily["nextRuns"]} == {5, 11, 19}
    order = [group.short for group in GROUPS]
    assert [one["script"] for one in await schedules(api)] == sorted(["politicians", "daily"], key=order.index)


async def test_a_paused_schedule_plans_no_run_and_a_resumed_one_does_within_30_seconds(
    api: httpx.AsyncClient, weekly: dict[str, Any]
) -> None:
    paused = await api.patch(f"{SCHEDULES}/{weekly['id']}", json={"active": False})
    assert paused.status_code == 200, paused.text
    assert paused.json() == {**weekly, "active": False, "nextRuns": []}
    assert await of(api, "politicians") == paused.json()
    resumed = await api.patch(f"{SCHEDULES}/{weekly['id']}", json={"active": True})
    assert resumed.json()["active"]
    assert (await planned(api, "politicians", within=30))["nextRuns"] == weekly["nextRuns"]
    audit = (await api.get("/api/admin/audit", params={"limit": 2})).json()["data"]
    assert [(entry["action"], entry["entity"], entry["entityId"]) for entry in audit] == [
        ("resume", "schedule", weekly["id"]),
        ("pause", "schedule", weekly["id"]),
    ]


async def test_pausing_twice_is_pausing(api: httpx.AsyncClient, weekly: dict[str, Any]) -> None:
    for _ in range(2):
        answer = await api.patch(f"{SCHEDULES}/{weekly['id']}", json={"active": False})
        assert (answer.status_code, answer.json()["active"]) == (200, False)


async def test_a_schedule_that_there_is_not_is_404(api: httpx.AsyncClient) -> None:
    answer = await api.patch(f"{SCHEDULES}/{uuid4()}", json={"active": False})
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/schedule-not-found"


@pytest.mark.parametrize(
    "body", [{}, {"active": "false"}, {"active": 0}, {"active": None}, {"active": True, "cron": ""}]
)
async def test_what_is_no_switch_is_refused(api: httpx.AsyncClient, body: object) -> None:
    assert (await api.patch(f"{SCHEDULES}/{uuid4()}", json=body)).status_code == 422
