"""What a worker is told once in a moment."""

import asyncio
from typing import cast
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import Flow

from deployments.warm import answers


class Client:
    """Notes what it is asked."""

    address = "http://of-the-tests"

    def __init__(self) -> None:
        self.asked: list[UUID] = []

    async def read_flow(self, flow_id: UUID) -> Flow:
        self.asked.append(flow_id)
        return Flow(id=flow_id, name=f"{len(self.asked)}. answer", labels={})


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def remembering(client: Client) -> PrefectClient:
    return answers.remembering(cast("PrefectClient", client))


async def test_each_thing_is_asked_for_once_and_everything_else_as_ever(
    client: Client, remembering: PrefectClient
) -> None:
    one, other = uuid4(), uuid4()
    told = [await remembering.read_flow(id_) for id_ in (one, one, other, one)]
    assert [flow.name for flow in told] == ["1. answer", "1. answer", "2. answer", "1. answer"]
    assert client.asked == [one, other]
    assert vars(type(client))["address"] == remembering.address  # type: ignore[attr-defined]


async def test_who_writes_in_an_answer_writes_in_nobody_elses(remembering: PrefectClient) -> None:
    id_ = uuid4()
    (await remembering.read_flow(id_)).labels["a"] = "of one run"
    assert (await remembering.read_flow(id_)).labels == {}


async def test_a_change_is_seen_in_a_moment(
    client: Client, remembering: PrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOMENT", 0.05)
    id_ = uuid4()
    assert (await remembering.read_flow(id_)).name == "1. answer"
    await asyncio.sleep(0.06)
    assert (await remembering.read_flow(id_)).name == "2. answer"
    assert client.asked == [id_, id_]
