"""Jobs as `syncs list` and `syncs status` print them. On a pipe there is a line a job, and no colour."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.table import Table
from rich.text import Text

from deployments.admin_client import Answer

#: Every status that a job can have, and its colour.
STATUSES = {"PENDING": "yellow", "RUNNING": "cyan", "COMPLETED": "green", "FAILED": "red", "CANCELLED": "magenta"}
SHORT_ID = 8
#: A terminal's width from which on errors stand beside their jobs, and not below.
WIDE = 120
FIRST_LINE = 200
#: Colours, and whatever else a script's words would do to a terminal.
_UNSHOWN = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def print_jobs(page: Answer) -> None:
    """A page of jobs, newest first, and how many there are."""
    console = Console()
    jobs, pagination = page["data"], page["pagination"]
    if not jobs:
        console.print("No job." if pagination["total"] == 0 else f"There are {pagination['totalPages']} pages.")
        return
    beside = not console.is_terminal or console.width >= WIDE
    table = _table("job", "script", "status", "done", "started", "took", *(["error"] if beside else []))
    short = _short_ids(job["id"] for job in jobs)
    for job in jobs:
        error = _first_line(job)
        cells = [short[job["id"]], job["script"], _status(job["status"]), f"{job['progress']}%"]
        cells += [_at(job["startedAt"]), _took(job)]
        table.add_row(*cells, *([error] if beside else []))
    _print(console, table)
    for job in jobs:
        if not beside and (error := _first_line(job)):
            console.print(Text(f"{short[job['id']]}  ").append(error), no_wrap=True, overflow="ellipsis")
    if pagination["totalPages"] > 1:
        console.print(f"page {pagination['page']} of {pagination['totalPages']}: {pagination['total']} jobs")


def print_job(job: Answer) -> None:
    """A job with all that is known of it: its steps, and what happened to it."""
    console = Console()
    console.print(Text(f"{job['script']}  ").append(_status(job["status"])).append(f"  {job['progress']}%"))
    count = f"{job['processed']} of {job['total']}" if job["total"] is not None else job["processed"]
    facts = {
        "job": job["id"],
        "part of": job["parentId"],
        "deployment": job["deployment"],
        "by": job["trigger"],
        "flags": _json(job["parameters"]) if job["parameters"] else None,
        "at": job["step"] and f"{job['step']}{f', {count}' if count is not None else ''}",
        "started": _at(job["startedAt"]) and f"{_at(job['startedAt'])}, took {_took(job)}",
        "Prefect": job["prefectUrl"],
        # Of each step the table below says what came of it.
        "result": _json(job["result"]) if job["result"] is not None and not job["steps"] else None,
        "warning": job["warning"],
        "error": job["error"],
    }
    for name, value in facts.items():
        if value:
            console.print(Text(f"{name:<11}").append(shown(str(value))), soft_wrap=True)
    console.print()
    if job["steps"]:
        table = _table("step", "status", "try", "done", "took", "what came of it")
        for step in job["steps"]:
            cells = [step["name"], _status(step["status"]), str(step["attempt"]), f"{step['progress']}%", _took(step)]
            table.add_row(*cells, shown(step["message"] or ""))
        _print(console, table)
        console.print()
    table = _table("at", "status", "why")
    for event in job["events"]:
        table.add_row(_at(event["at"], seconds=True), _status(event["new"]), shown(event["why"] or ""))
    _print(console, table)


def shown(text: str) -> str:
    return _UNSHOWN.sub("", text)


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in columns[:-1]:
        table.add_column(column, no_wrap=True)
    table.add_column(columns[-1], overflow="fold")
    return table


def _print(console: Console, table: Table) -> None:
    if console.is_terminal:
        console.print(table)
        return
    # As wide as it is, for whoever reads a pipe wants a line a row.
    wide = Console(width=100_000)
    with wide.capture() as captured:
        wide.print(table)
    for line in captured.get().splitlines():
        console.print(Text(line.rstrip()), soft_wrap=True)


def _short_ids(ids: Iterable[str]) -> dict[str, str]:
    """As many first characters as tell them apart."""
    known: Sequence[str] = list(ids)
    length = next(n for n in range(SHORT_ID, 37) if n == 36 or len({id_[:n] for id_ in known}) == len(known))
    return {id_: id_[:length] for id_ in known}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _status(status: str) -> Text:
    return Text(status, STATUSES.get(status, ""))


def _first_line(job: Answer) -> str:
    first = shown((job["error"] or job["warning"] or "").strip()).partition("\n")[0]
    return first if len(first) <= FIRST_LINE else f"{first[:FIRST_LINE]}…"


def _at(at: str | None, *, seconds: bool = False) -> str:
    """A moment in this machine's own time."""
    if at is None:
        return ""
    return f"{datetime.fromisoformat(at).astimezone():{'%Y-%m-%d %H:%M:%S' if seconds else '%Y-%m-%d %H:%M'}}"


def _took(one: Answer) -> str:
    """From its start to its end, or until now."""
    if one["startedAt"] is None:
        return ""
    end = datetime.fromisoformat(one["completedAt"]) if one["completedAt"] else datetime.now(UTC)
    return str(timedelta(seconds=max(0, round((end - datetime.fromisoformat(one["startedAt"])).total_seconds()))))
