"""GET /api/admin/syncs and its jobs, on the whole stack."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.admin import SYNCS, cancel, start, start_job, until
from tests.plans import Plans
from tests.runs import begun


async def page(api: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await api.get(SYNCS, params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.fixture
async def three(api: httpx.AsyncClient, plans: Plans) -> list[str]:
    """Jobs of sync-deceased, the newest first: one that failed, two that were completed."""
    plans.make("sync-deceased", exits=[64, 0])
    jobs: list[str] = []
    for status in ("FAILED", "COMPLETED", "COMPLETED"):
        jobs.insert(0, await start(api, "sync-deceased"))
        await until(api, jobs[0], status)
    return jobs


async def test_jobs_are_paged_newest_first_and_filtered(api: httpx.AsyncClient, three: list[str]) -> None:
    whole = await page(api, script="sync-deceased", limit=100)
    assert [job["id"] for job in whole["data"]][:3] == three
    total = whole["pagination"]["total"]
    assert whole["pagination"] == {"page": 1, "limit": 100, "total": total, "totalPages": 1}
    second = await page(api, script="sync-deceased", limit=2, page=2)
    assert second["data"][0]["id"] == three[2]
    assert second["pagination"] == {"page": 2, "limit": 2, "total": total, "totalPages": (total + 1) // 2}
    beyond = await page(api, script="sync-deceased", limit=2, page=1_000)
    assert (beyond["data"], beyond["pagination"]["total"]) == ([], total)
    completed = await page(api, script="sync/sync-deceased", status="COMPLETED", limit=2)
    assert [job["id"] for job in completed["data"]] == three[:2]
    failed = await page(api, script="sync-script/sync-deceased", status="FAILED", limit=1)
    assert [job["id"] for job in failed["data"]] == three[2:]
    assert three[0] in [job["id"] for job in (await page(api))["data"]]


async def test_what_goes_on_is_told_whatever_the_page_and_the_filters(api: httpx.AsyncClient, plans: Plans) -> None:
    plans.make("sync-hatvp", seconds=60)
    job = await start_job(api, "sync-hatvp")
    await begun(plans, "sync-hatvp")
    for query in ({}, {"page": 1000}, {"status": "FAILED"}, {"script": "press"}):
        assert job["id"] in [one["id"] for one in (await page(api, **query))["running"]], query
    await cancel(api, job["id"])
    assert job["id"] not in [one["id"] for one in (await page(api))["running"]]


QUERIES = """
    page=0 page=-1 page=x page=1.5 page=1000001 page=1000000000000000000000 limit=0 limit=101 status=DONE status=failed
    script=pres script=%00
"""


@pytest.mark.parametrize("query", [*QUERIES.split(), f"script={'x' * 201}"])
async def test_a_query_that_cannot_be_meant_is_refused(api: httpx.AsyncClient, query: str) -> None:
    answer = await api.get(f"{SYNCS}?{query}")
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]


async def test_a_filter_that_is_empty_is_none(api: httpx.AsyncClient) -> None:
    answer = await api.get(f"{SYNCS}?status=&script=")
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("PATCH", ""), ("POST", "/retry"), ("GET", "/logs")], ids=lambda one: one or "/"
)
async def test_a_job_that_there_is_not_is_404_by_its_name(api: httpx.AsyncClient, method: str, path: str) -> None:
    nobody = uuid4()
    answer = await api.request(method, f"{SYNCS}/{nobody}{path}")
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/job-not-found"
    assert str(nobody) in answer.json()["error"]


@pytest.mark.parametrize("id_", ["1", "stream2", "0199e6a4-7c1e-7d3a-9d0e-3f1c5a7b9d1", "%00"])
async def test_an_id_that_is_none_is_refused(api: httpx.AsyncClient, id_: str) -> None:
    assert (await api.get(f"{SYNCS}/{id_}")).status_code == 422
