"""Prefect's client as a worker has it: what it was told of a deployment or a flow holds for a moment.

A worker asks for a run's deployment before it takes the run up, again after it, and then for the deployment's flow: a
tenth of all that is asked for a run, and the same for every run of a crowd.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import Flow
from prefect.client.schemas.responses import DeploymentResponse
from pydantic import BaseModel

MOMENT = 0.5  #: seconds that what is changed may take to be seen

Answer = TypeVar("Answer", bound=BaseModel)


class _Remembering:
    def __init__(self, client: PrefectClient) -> None:
        self._client = client
        self._told: dict[UUID, tuple[float, BaseModel]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def read_deployment(self, deployment_id: UUID) -> DeploymentResponse:
        return await self._once(self._client.read_deployment, deployment_id)

    async def read_flow(self, flow_id: UUID) -> Flow:
        return await self._once(self._client.read_flow, flow_id)

    async def _once(self, ask: Callable[[UUID], Awaitable[Answer]], id_: UUID) -> Answer:
        now = asyncio.get_running_loop().time()
        at, answer = self._told.get(id_, (now, None))
        if answer is None or now - at > MOMENT:
            answer = await ask(id_)
            self._told[id_] = asyncio.get_running_loop().time(), answer
        # Each run may write in what it is given.
        return cast("Answer", answer).model_copy(deep=True)


def remembering(client: PrefectClient) -> PrefectClient:
    """`client` in all things but that."""
    return cast("PrefectClient", _Remembering(client))
