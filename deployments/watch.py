"""What `--watch` shows: a bar a step on a terminal, lines elsewhere, and a table at the end."""

from __future__ import annotations

from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from admin_api import prefect_gateway as prefect
from flows.catalog import Group, Target

PASSING = ("Scheduled", "Pending", "Submitting", "Running")  #: states of a run that starts as it should


async def follow(target: Target, run: prefect.Run, console: Console) -> tuple[prefect.Run, list[prefect.StepRun]]:
    """Shows the run until it is over, and returns it with its steps as they are then. Raises PrefectUnreachable."""
    names = [step.name for step in target.steps] if isinstance(target, Group) else [target.name]
    steps: dict[str, prefect.StepRun] = {}
    with _Bars(console, names) if console.is_terminal else _Lines(console) as display:
        async for now, begun in prefect.watch(run.id):
            if now.state != run.state and now.state not in PASSING and not now.over:
                console.print(f"The run is {now.state}.")
            run, steps = now, {step.name: step for step in begun}
            display.show(begun)
    console.print(_table(names, steps, run))
    console.print(Text(f"{run.state}. {run.message}" if run.message else f"{run.state}."))
    return run, list(steps.values())


def outcome(target: Target, run: prefect.Run, steps: list[prefect.StepRun]) -> dict[str, Any]:
    """What `--json` says of a run."""
    return {
        "deployment": target.deployment,
        "job": str(run.job),
        "flowRunId": str(run.id),
        "name": run.name,
        "url": run.url,
        "state": run.state,
        "message": run.message,
        "over": run.over,
        "well": run.well,
        "steps": [asdict(step) for step in steps],
    }


class _Bars:
    def __init__(self, console: Console, names: list[str]) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", table_column=Column(min_width=max(map(len, names)))),
            BarColumn(bar_width=20),
            TimeElapsedColumn(),
            # What is left of the terminal's width, on one line: a bar that wraps cannot be redrawn in place.
            TextColumn(
                "{task.fields[state]}", markup=False, table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")
            ),
            console=console,
            expand=True,
        )
        self._bars = {name: self._add(name) for name in names}

    def _add(self, name: str) -> TaskID:
        return self._progress.add_task(name, start=False, total=100, state="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def show(self, steps: list[prefect.StepRun]) -> None:
        for step in steps:
            if step.name not in self._bars:  # of flows that are newer than this command
                self._bars[step.name] = self._add(step.name)
            bar = self._bars[step.name]
            self._progress.start_task(bar)
            self._progress.update(bar, completed=100 if step.over else step.percent or 0, state=_in_a_line(step))
            if step.over:
                self._progress.stop_task(bar)


class _Lines:
    """Each change of a step's state, once."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        pass

    def show(self, steps: list[prefect.StepRun]) -> None:
        for step in steps:
            line = _in_a_line(step)
            if self._shown.get(step.name) != line:
                self._shown[step.name] = line
                self._console.print(Text(f"{step.name:<26} {line}"), soft_wrap=True)


def _in_a_line(step: prefect.StepRun) -> str:
    first = step.message.partition("\n")[0]
    return f"{step.state}: {first}" if first else step.state


def _table(names: list[str], steps: dict[str, prefect.StepRun], run: prefect.Run) -> Table:
    table = Table("step", "state", "what came of it")
    for name in names:
        step = steps.get(name)
        if step is None:
            table.add_row(name, "not run", "")
        else:
            style = "" if step.well else "red"
            # A step that was cut off may still be said to run: it ended with its run.
            table.add_row(name, Text(step.state if step.over else run.state, style), Text(step.message))
    return table
