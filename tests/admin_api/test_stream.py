"""GET /api/admin/syncs/stream, on the whole stack."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.admin import SYNCS, cancel, start, until
from tests.plans import Plans
from tests.runs import begun


@dataclass(frozen=True)
class Said:
    event: str
    id: str | None
    data: dict[str, Any]


@asynccontextmanager
async def stream(api: httpx.AsyncClient, last: str | None = None) -> AsyncIterator[AsyncIterator[Said]]:
    """What it says, from its `ready` on."""
    headers = {"Last-Event-ID": last} if last else {}
    async with api.stream("GET", f"{SYNCS}/stream", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        said = _events(answer)
        ready = await anext(said)
        assert (ready.event, ready.id, ready.data) == ("ready", None, {"events": True})
        yield said


async def _events(answer: httpx.Response) -> AsyncIterator[Said]:
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "data" in fields:
            yield Said(fields["event"], fields.get("id"), json.loads(fields["data"]))
            fields = {}


async def heard_of(said: AsyncIterator[Said], job: str, *statuses: str, within: float = 40) -> list[Said]:
    """What is said of a job, up to one of these statuses."""
    heard: list[Said] = []
    async with asyncio.timeout(within):
        async for event in said:
            assert event.event == "job"
            if event.data["id"] == job:
                heard.append(event)
                if event.data["status"] in statuses:
                    return heard
    raise AssertionError("it hung up")


async def test_every_change_of_a_job_is_told_in_order_until_it_is_over(api: httpx.AsyncClient, plans: Plans) -> None:
    plans.make("sync-press", report=[{"processed": 2, "total": 8}], seconds=1.5)
    async with stream(api) as said:
        job = await start(api, "press")
        heard = await heard_of(said, job, "COMPLETED")
    statuses = [event.data["status"] for event in heard]
    assert statuses == sorted(statuses, key=["PENDING", "RUNNING", "COMPLETED"].index)
    assert set(statuses) == {"PENDING", "RUNNING", "COMPLETED"}
    progress = [event.data["progress"] for event in heard]
    assert progress == sorted(progress)
    assert {12, 50, 100} <= set(progress)
    whole = await until(api, job, "COMPLETED")
    assert heard[-1].data == {name: value for name, value in whole.items() if name not in ("steps", "events")}


async def test_who_comes_back_is_told_what_they_have_missed(api: httpx.AsyncClient, plans: Plans) -> None:
    plans.make("sync-hatvp", seconds=60)
    async with stream(api) as said:
        job = await start(api, "sync-hatvp")
        last = (await heard_of(said, job, "RUNNING"))[-1].id
    await begun(plans, "sync-hatvp")
    await cancel(api, job)
    async with stream(api, last) as said:
        heard = await heard_of(said, job, "CANCELLED", within=3)
    assert heard[-1].data["completedAt"] is not None


NEVER_GIVEN = ["7", "never", "2026-11-22T19:00:00", "x" * 100, "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+00:00"]


@pytest.mark.parametrize("id_", NEVER_GIVEN)
async def test_an_id_that_it_never_gave_is_as_none(api: httpx.AsyncClient, id_: str) -> None:
    async with stream(api, id_) as said:
        with pytest.raises(TimeoutError):  # it does not hang up
            await asyncio.wait_for(_to_its_end(said), 0.5)


async def _to_its_end(said: AsyncIterator[Said]) -> None:
    async for _ in said:
        pass


async def test_an_id_that_is_too_long_is_refused(api: httpx.AsyncClient) -> None:
    assert (await api.get(f"{SYNCS}/stream", headers={"Last-Event-ID": "x" * 101})).status_code == 422
