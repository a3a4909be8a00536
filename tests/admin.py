"""The admin API of the session's stack, as a test speaks to it."""

import asyncio
import time
from typing import Any

import httpx

from tests.stack import Stack


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
    answer = await api.post("/api/admin/syncs", json={"script": script, "flags": flags})
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


async def until(api: httpx.AsyncClient, job: str, *statuses: str, within: float = 30) -> dict[str, Any]:
    """The job, once it has one of these statuses. While the API is away or not ready this goes on waiting."""
    deadline = time.monotonic() + within
    seen: Any = None
    while time.monotonic() < deadline:
        try:
            answer = await api.get(f"/api/admin/syncs/{job}")
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
