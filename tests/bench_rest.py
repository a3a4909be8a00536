"""What the stack costs while it does nothing: memory and processor time of each part."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import psutil
from prefect.client.orchestration import get_client

from tests import bench_systems, bench_targets
from tests.bench_systems import Parts
from tests.stack import Stack

SETTLING = 20.0  #: seconds after which what has just come up is at rest
WATCHED = 60.0  #: seconds; what happens once a minute is in them once


@dataclass(frozen=True)
class Rest:
    mebibytes: float
    percent: float  #: of one core


def cpu_seconds(processes: Iterable[psutil.Process]) -> float:
    """What these have used until now, and what those of their children have that have ended."""
    used = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue  # whoever waits for it has its times
        used += times.user + times.system + times.children_user + times.children_system
    return used


def cpu_by_part(parts: Parts) -> dict[str, float]:
    return {part: cpu_seconds(processes) for part, processes in parts.items()}


def mebibytes(processes: Iterable[psutil.Process]) -> float:
    """Proportional set size: of a page that several processes share, each has its share."""
    held = 0
    for process in processes:
        try:
            held += process.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return held / (1 << 20)


async def measure(stack: Stack) -> list[str]:
    async with get_client() as client:
        system = await bench_systems.warm(stack, client)
        ours = await _at_rest(lambda: {"`syncs up` itself": {psutil.Process(stack.pid)}, **system.parts()})
        async with bench_systems.stock(stack, client) as stock:
            peers = {"a stock worker": (await _at_rest(stock.parts))["worker"]}
    async with bench_systems.dbos(stack) as dbos:
        of_dbos = await _at_rest(dbos.parts)
    peers |= {"DBOS: the application": of_dbos["worker"], "DBOS: its PostgreSQL": of_dbos["PostgreSQL"]}
    whole = Rest(sum(one.mebibytes for one in ours.values()), sum(one.percent for one in ours.values()))
    return [
        f"Each part with all its processes, over {WATCHED:.0f} s, {SETTLING:.0f} s after it has come up. Memory is",
        "PSS: a page that several processes share counts once. Processor time is in percent of one core.",
        "",
        "| part | memory | processor |",
        "|---|---|---|",
        *(_row(part, rest) for part, rest in ours.items()),
        _row("**the whole stack**", whole),
        "",
        "For comparison, the peers' own processes. The stock worker needs the server and PostgreSQL above as well.",
        "",
        "| part | memory | processor |",
        "|---|---|---|",
        *(_row(part, rest) for part, rest in peers.items()),
        "",
        *bench_targets.table([bench_targets.at_most("processor of the whole stack at rest", 5, whole.percent, "%")]),
    ]


async def _at_rest(parts: bench_systems.FindParts) -> Mapping[str, Rest]:
    print(f"at rest for {SETTLING + WATCHED:.0f} s", flush=True)
    await asyncio.sleep(SETTLING)
    began, before = time.monotonic(), cpu_by_part(parts())
    await asyncio.sleep(WATCHED)
    after, seconds = cpu_by_part(parts()), time.monotonic() - began
    return {
        part: Rest(mebibytes(processes), 100 * (after[part] - before[part]) / seconds)
        for part, processes in parts().items()
    }


def _row(part: str, rest: Rest) -> str:
    return f"| {part} | {rest.mebibytes:.0f} MiB | {rest.percent:.2f} % |"
