"""How far a step is, for whoever looks: a progress artifact in Prefect's UI, and an event that others listen to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact
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

    def report(self, counts: dict[str, int]) -> None:
        """Takes `processed` and, where it is known, `total`. Returns at once."""
        self._counts = counts
        self._news.set()

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """While inside, reports are shown; the last one is, before this ends."""
        showing = asyncio.create_task(self._show_news())
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
        self._emit(counts)
        try:
            await self._draw(counts)
        except Exception:
            # A bar that could not be drawn is no reason to fail a sync that goes well.
            get_run_logger().warning("Progress %s could not be shown in Prefect.", counts, exc_info=True)

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
        processed, total = counts.get("processed", 0), counts.get("total", 0)
        percent = min(100.0, 100 * processed / total) if total else 0.0
        text = f"{self._step.name}: {processed}" + (f" of {total}" if total else "")
        if self._artifact is None:
            self._artifact = await acreate_progress_artifact(percent, description=text)
        else:
            await aupdate_progress_artifact(self._artifact, percent, description=text)
