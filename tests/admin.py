"""The admin API of the session's stack, as a test speaks to it."""

import asyncio
import time
from typing import Any
from uuid import UUID

import httpx

from tests.stack import Stack

SYNCS = "/api/admin/syncs"


def client(stack: Stack, **headers: str) -> httpx.AsyncClient:
    """With the token, and in English, unless the headers say otherwise."""
    return httpx.AsyncClient(
        base_url=stack.admin_url,
        headers={"Authorization": f"Bearer {stack.token}", "Accept-Language": "en", **headers},
        timeout=30,
        trust_env=False,
    )


async def start(api: httpx.AsyncClient, script: str, **flags: Any) -> str:
    """The job's id."""
    id_: str = (await start_job(api, script, **flags))["id"]
    return id_


async def start_job(api: httpx.AsyncClient, script: str, **flags: Any) -> dict[str, Any]:
    """The job, as the answer to its start shows it."""
    answer = await api.post(SYNCS, json={"script": script, "flags": flags})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def cancel(api: httpx.AsyncClient, *jobs: str | UUID) -> None:
    """Cancels these jobs and waits until they are."""
    answers = [await api.patch(f"{SYNCS}/{job}") for job in jobs]
    assert [answer.status_code for answer in answers] == [202] * len(jobs), [answer.text for answer in answers]
    for job in jobs:
        await until(api, job, "CANCELLED", within=75)  # one that was just beginning takes half a minute


async def known(api: httpx.AsyncClient, run: str | UUID, within: float = 30) -> dict[str, Any]:
    """The job of a run that the API has not started, which has the run's own id, once there is one."""
    return await until(api, run, "PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", within=within)


async def until(api: httpx.AsyncClient, job: str | UUID, *statuses: str, within: float = 30) -> dict[str, Any]:
    """The job, once it has one of these statuses. While the API is away or not ready this goes on waiting."""
    deadline = time.monotonic() + within
    seen: Any = None
    while time.monotonic() < deadline:
        try:
            answer = await api.get(f"{SYNCS}/{job}")
        except httpx.TransportError as error:
            seen = error
        else:
            seen = answer.json()
            if answer.is_success and seen["status"] in statuses:
                return dict(seen)
        await asyncio.sleep(0.1)
    raise AssertionError(f"not {statuses} within {within} s: {seen}")


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
