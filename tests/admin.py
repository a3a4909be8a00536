"""The admin API of the session's stack, as a test speaks to it."""

import asyncio
import time
from typing import Any
from uuid import UUID

import httpx

from tests.stack import Stack

SYNCS = "/api/admin/syncs"

Answer = dict[str, Any]


def client(stack: Stack, **headers: str) -> httpx.AsyncClient:
    """With the token, and in English, unless the headers say otherwise."""
    return httpx.AsyncClient(
        base_url=stack.admin_url,
        headers={"Authorization": f"Bearer {stack.token}", "Accept-Language": "en", **headers},
        timeout=30,
        trust_env=False,
    )


async def ready(api: httpx.AsyncClient, within: float = 60) -> None:
    """Waits until all that the API needs answers, and Prefect's events are heard."""
    deadline = time.monotonic() + within
    while True:
        try:
            answer = await api.get("/ready")
            if answer.is_success and answer.json()["events"]:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline, f"not ready within {within} s"
        await asyncio.sleep(0.2)


async def start_job(api: httpx.AsyncClient, script: str, **flags: Any) -> Answer:
    """The job, as the answer to its start shows it."""
    answer = await api.post(SYNCS, json={"script": script, "flags": flags})
    assert answer.status_code == 201, answer.text
    job: Answer = answer.json()
    return job


async def read_job(api: httpx.AsyncClient, id_: str | UUID) -> Answer:
    answer = await api.get(f"{SYNCS}/{id_}")
    assert answer.status_code == 200, answer.text
    job: Answer = answer.json()
    return job


async def job_once(api: httpx.AsyncClient, id_: str | UUID, *statuses: str, within: float = 60) -> Answer:
    """The job, once it has one of these statuses; until then there may be none, or no API to ask."""
    until = time.monotonic() + within
    while True:
        try:
            answer = await api.get(f"{SYNCS}/{id_}")
            if answer.status_code == 200 and answer.json()["status"] in statuses:
                job: Answer = answer.json()
                return job
            seen = answer.text
        except httpx.TransportError as error:
            seen = repr(error)
        assert time.monotonic() < until, f"after {within} s not {statuses}: {seen}"
        await asyncio.sleep(0.1)


async def cancel_job(api: httpx.AsyncClient, id_: str | UUID) -> httpx.Response:
    return await api.patch(f"{SYNCS}/{id_}", json={"action": "cancel"})


async def job_of_run(api: httpx.AsyncClient, run: UUID, within: float = 30) -> Answer:
    """The job of a run that the API has not started, which has the run's own id."""
    return await job_once(api, run, "PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", within=within)
