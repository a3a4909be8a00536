"""How far a step is, for whoever looks: a progress artifact in Prefect's UI, and an event that others listen to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.context import TaskRunContext
from prefect.events import emit_event
from prefect.logging import get_run_logger

from flows.catalog import Step

EVENT = "syncs.step.progress"


class Progress:
    """Shows the newest counts of one attempt of a step. One call to Prefect at a time: a slow server skips some."""

    def __init__(self, step: Step) -> None:
        context = TaskRunContext.get()
        if context is None:
            raise RuntimeError("Progress is shown for a task run, and none goes on here.")
        self._run = context.task_run
        self._step = step
        self._counts: dict[str, int] = {}
        self._news = asyncio.Event()
        self._drawing = asyncio.Lock()
        self._artifact: UUID | None = None
        self._percent = 0.0
        self._open = AsyncExitStack()
        self._client: PrefectClient | None = None

    def report(self, counts: dict[str, int]) -> None:
        """Takes `processed` and, where it is known, `total`. Returns at once."""
        self._counts = counts
        self._news.set()

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """While inside, reports are shown; the last one is, before this ends."""
        showing = asyncio.create_task(self._show_news())
        async with self._open:
            try:
                yield
                await self._show()
            finally:
                showing.cancel()
                with suppress(asyncio.CancelledError):
                    await showing

    async def _show_news(self) -> None:
        while True:
            await self._news.wait()
            await self._show()

    async def _show(self) -> None:
        async with self._drawing:
            if self._news.is_set():
                self._news.clear()
                await self._show_now(self._counts)

    async def _show_now(self, counts: dict[str, int]) -> None:
        try:
            await self._draw(counts)
        except Exception:
            # A bar that could not be drawn is no reason to fail a sync that goes well.
            get_run_logger().warning("Progress %s could not be shown in Prefect.", counts, exc_info=True)
        # After the bar: who hears this finds the counts there.
        self._emit(counts)

    def _emit(self, counts: dict[str, int]) -> None:
        emit_event(
            event=EVENT,
            resource={
                "prefect.resource.id": f"prefect.task-run.{self._run.id}",
                "prefect.resource.name": self._step.name,
            },
            related=[
                {
                    "prefect.resource.id": f"prefect.flow-run.{self._run.flow_run_id}",
                    "prefect.resource.role": "flow-run",
                }
            ],
            payload={
                "step": self._step.name,
                "script": self._step.script.name,
                "attempt": self._run.run_count,
                **counts,
            },
        )

    async def _draw(self, counts: dict[str, int]) -> None:
        """The bar of this attempt: it never goes back, though a total may grow. Its metadata are the counts."""
        processed, total = counts.get("processed", 0), counts.get("total", 0)
        self._percent = max(self._percent, min(100.0, 100 * processed / total) if total else 0.0)
        text = f"{self._step.name}: {processed}" + (f" of {total}" if total else "")
        told = {key: str(count) for key, count in counts.items()}
        if self._client is None:
            self._client = await self._open.enter_async_context(get_client())
        if self._artifact is None:
            bar = ArtifactCreate(
                type="progress",
                data=self._percent,
                description=text,
                metadata_=told,
                task_run_id=self._run.id,
                flow_run_id=self._run.flow_run_id,
            )
            self._artifact = (await self._client.create_artifact(bar)).id
        else:
            bar_now = ArtifactUpdate(data=self._percent, description=text, metadata_=told)
            await self._client.update_artifact(self._artifact, bar_now)
