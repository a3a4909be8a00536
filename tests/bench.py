"""`make bench`: measures on this machine, in one run, and writes docs/benchmarks.md."""

import asyncio
import os
import platform
import statistics
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

from tests import conftest  # first of all: it sets the environment that Prefect reads when it is imported  # isort: skip
from flows.catalog import GROUPS, SYNC_DAILY, Group
from tests import bench_admin
from tests.runs import ended, start
from tests.stack import Stack

REPORT = Path(__file__).parent.parent / "docs" / "benchmarks.md"
SECONDS = 1  #: that each script takes
TIMES = 5


def longest_chain(group: Group) -> int:
    """Steps that have to run one after the other."""
    if group is not SYNC_DAILY:
        return len(group.steps)
    depth: dict[str, int] = {}
    for step in group.steps:
        depth[step.name] = 1 + max((depth[before] for before in step.after), default=0)
    return max(depth.values())


async def wall_times(group: Group) -> list[float]:
    """Seconds that the flow itself took, of runs one after the other; the start of its process is not in them."""
    return [await _wall_time(await start(group.cli)) for _ in range(TIMES)]


async def _wall_time(run_id: UUID) -> float:
    run = await ended(run_id, within=120)
    assert run.state is not None
    assert run.state.is_completed(), run.state
    assert run.start_time is not None
    assert run.end_time is not None
    return float((run.end_time - run.start_time).total_seconds())


def row(group: Group, times: Sequence[float]) -> str:
    steps, chain, median = len(group.steps), longest_chain(group), statistics.median(times)
    overhead = (median - chain * SECONDS) / chain
    return (
        f"| `{group.name}` | {steps} | {steps * SECONDS} s | {chain * SECONDS} s | {median:.1f} s "
        f"| {min(times):.1f} to {max(times):.1f} s | {overhead:.2f} s | {steps * SECONDS / median:.1f} |"
    )


def report(rows: Sequence[str], of_admin: Sequence[str]) -> str:
    with open("/proc/meminfo") as file:
        memory = int(file.readline().split()[1]) / (1 << 20)
    machine = f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}"
    versions = f"Python {platform.python_version()}, Prefect {version('prefect')}, embedded PostgreSQL"
    return "\n".join(
        [
            "# Benchmarks",
            "",
            f"Written by `make bench`: {machine}; {versions}; stock process worker, polling every 0.5 s.",
            "",
            "## The day takes as long as its longest chain",
            "",
            f"Scripts of {SECONDS} s each, median of {TIMES} runs one after the other. Wall time is the flow's own,",
            "from its start to its end. Overhead a step is what is more than the longest chain, by the chain's steps:",
            "the subflow, the task, the tag's slot, the tap, the states on their way to the server.",
            "",
            "| flow | steps | their sum | longest chain | wall time | from, to | overhead a step | sum / wall time |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
            "",
            *of_admin,
        ]
    )


async def measure() -> list[str]:
    groups = [group for group in GROUPS if group.name in ("generate-ai", "sync-daily")]
    return [row(group, await wall_times(group)) for group in groups]


def main() -> None:
    with Stack(conftest.HOME, conftest.PORT, {"SYNCS_COMMAND": f"sh -c 'sleep {SECONDS}' {{script}}"}) as stack:
        rows = asyncio.run(measure())
        of_admin = asyncio.run(bench_admin.measure(stack))
    conftest.pytest_unconfigure()
    REPORT.write_text(report(rows, of_admin))
    print(REPORT.read_text())


if __name__ == "__main__":
    main()
