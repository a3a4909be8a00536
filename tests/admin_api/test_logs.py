"""GET /api/admin/syncs/{id}/logs, on the whole stack."""

import asyncio
import time
from typing import Any

import httpx
import pytest

from tests.admin import SYNCS, start, until
from tests.plans import Plans


async def logs(api: httpx.AsyncClient, job: str, **query: int) -> dict[str, Any]:
    answer = await api.get(f"{SYNCS}/{job}/logs", params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def logs_with(api: httpx.AsyncClient, job: str, text: str, within: float = 20) -> list[dict[str, Any]]:
    """All lines, once one of them has this in it: they reach Prefect in batches."""
    deadline = time.monotonic() + within
    while True:
        lines: list[dict[str, Any]] = (await logs(api, job))["data"]
        if any(text in line["message"] for line in lines):
            return lines
        assert time.monotonic() < deadline, lines
        await asyncio.sleep(0.5)


async def test_a_jobs_log_is_paged_oldest_first_without_its_secrets(api: httpx.AsyncClient, plans: Plans) -> None:
    plans.make("sync-hatvp", exits=[64], stderr="cannot open https://me:hunter2@site.example/?token=abc")
    job = await start(api, "sync-hatvp")
    failed = await until(api, job, "FAILED")
    assert failed["error"].endswith("cannot open https://me:***@site.example/?token=***")
    lines = await logs_with(api, job, "me:***@site.example/?token=***")
    said = [line["message"] for line in lines]
    assert not any("hunter2" in line for line in said)
    assert any(line == "sync-hatvp runs for the 1. time" for line in said)
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
    assert {line["level"] for line in lines} >= {"INFO", "WARNING"}
    assert {line["step"] for line in lines} == {None}
    first, second = await logs(api, job, limit=2), await logs(api, job, limit=2, page=2)
    assert [*first["data"], *second["data"]] == lines[:4]
    assert first["pagination"] == {"page": 1, "limit": 2, "hasMore": True}
    beyond = await logs(api, job, page=1000)
    assert (beyond["data"], beyond["pagination"]["hasMore"]) == ([], False)


async def test_a_days_log_says_which_step_each_line_is_of(api: httpx.AsyncClient, plans: Plans) -> None:
    job = await start(api, "daily")
    await until(api, job, "COMPLETED", within=120)
    assert plans.executions("assign-publication-status")
    lines = await logs_with(api, job, "assign-publication-status runs")
    steps = {line["message"]: line["step"] for line in lines if line["message"].endswith(" runs for the 1. time")}
    assert steps["sync-votes-an runs for the 1. time"] == "votes-an"
    assert steps["assign-publication-status runs for the 1. time"] == "publication-status"


@pytest.mark.parametrize("query", ["limit=201", "limit=0", "page=0", "page=1000001"])
async def test_a_query_that_cannot_be_meant_is_refused(api: httpx.AsyncClient, query: str) -> None:
    assert (await api.get(f"{SYNCS}/0199e6a4-7c1e-7d3a-9d0e-3f1c5a7b9d11/logs?{query}")).status_code == 422
