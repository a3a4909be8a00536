"""From the call that starts a script to the first line of that script: one at a time, and fifty at once."""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from prefect.client.orchestration import get_client

from flows.catalog import SCRIPTS
from tests import bench_profile, bench_systems, bench_targets, conftest
from tests.bench_rest import cpu_by_part
from tests.bench_systems import System
from tests.bench_targets import Target, at_least, at_most
from tests.percentiles import p50, p95
from tests.plans import Plans
from tests.stack import Stack

ALL = [script.name for script in SCRIPTS]
IDLE = ALL[:20]
AT_ONCE = [*ALL, *ALL][:50]
SEED = 7
TIMES_FASTER = 15  #: than the stock worker, is what is wanted

SETTLING = 10.0  #: seconds between two measurements
A_START_TAKES = 120.0  #: seconds at most; one that takes longer is lost
AT_ONCE_TAKES = 15 * 60.0  #: the same of all those at once
ENDING_TAKES = 120.0  #: seconds at most, after the last first line
WINDING_UP = 3.0  #: seconds in which what a run has started ends after it, and its times become its parent's
OFTEN = 0.05  #: seconds between two looks at what the scripts have noted; Prefect is asked nothing meanwhile
SELDOM = 0.5  #: the same while fifty are on their way: each notes its own time, and to look takes theirs


@dataclass(frozen=True)
class Start:
    run: str
    called: float  #: seconds since the epoch, just before the call
    first_line: float | None  #: the same, as the script itself has noted; None: it never came to it

    @property
    def seconds(self) -> float:
        assert self.first_line is not None
        return self.first_line - self.called


@dataclass(frozen=True)
class Burst:
    """Starts at once."""

    started: int
    seconds: float  #: until the last first line
    outcomes: Mapping[str, int]
    cpu: Mapping[str, float]  #: seconds of each part, from the first call until all is over

    @property
    def rate(self) -> float:
        """Runs a second; of those that have started, if not all have."""
        return self.started / self.seconds


@dataclass(frozen=True)
class Measured:
    name: str
    idle: Sequence[Start]
    burst: Burst

    @property
    def seconds(self) -> list[float]:
        """Of the idle starts that came to a first line."""
        return [start.seconds for start in self.idle if start.first_line is not None]


async def measure(stack: Stack) -> list[str]:
    async with get_client() as client:
        warm = await bench_systems.warm(stack, client)
        ours = await _measured(warm)
        profile = [await bench_profile.read(client, _runs(ours))]
        async with bench_systems.stock(stack, client) as system:
            stock = await _measured(system)
            profile += [await bench_profile.read(client, _runs(stock))]
    async with bench_systems.dbos(stack) as peer:
        dbos = await _measured(peer)
    found = (ours, stock, dbos)
    return [
        *_how(),
        f"| {len(IDLE)} starts, one after the other | p50 | p95 | longest | lost |",
        "|---|---|---|---|---|",
        *(_idle_row(one) for one in found),
        "",
        f"| {len(AT_ONCE)} starts at once | until the last first line | runs/s | Completed | Failed | else | lost |",
        "|---|---|---|---|---|---|---|",
        *(_burst_row(one) for one in found),
        "",
        *_cpu(found),
        *bench_targets.table(_targets(ours, stock)),
        *_what_holds_it(ours.burst, stock.burst),
        *bench_profile.table(["this stack", "stock worker"], profile),
    ]


def _runs(of: Measured) -> list[tuple[UUID, float, float]]:
    return [(UUID(one.run), one.called, one.first_line) for one in of.idle if one.first_line is not None]


def _how() -> list[str]:
    twice = len(AT_ONCE) - len(ALL)
    return [
        "From the moment before the call that makes the run to the first line that the script executes, which writes",
        "down the time. The script is the same for all, a small Python program. **This stack**: `syncs up`. **Stock",
        "worker**: the same server, the same flow, a pool of its own with every default, `prefect worker start`; this",
        "stack's own worker idles. **DBOS**: a workflow of one step that runs the script, enqueued from outside, on a",
        "PostgreSQL of its own; it polls once a second, and keeps no two runs of a script apart.",
        "",
        "One after the other: each after the one before was over and a pause whose length is drawn (up to 1.5 s; up to",
        "10 s for the stock worker, which polls every 10 s), so that no poll's phase is hit. At once: every script of",
        f"the catalog, and {twice} of them twice, where Prefect's tag lets one wait for the other. Lost: no first line",
        f"within {A_START_TAKES / 60:.0f} min, or {AT_ONCE_TAKES / 60:.0f} min at once.",
        "",
    ]


async def _measured(system: System) -> Measured:
    await asyncio.sleep(SETTLING)
    idle = await _one_by_one(system, _no_notes())
    await asyncio.sleep(SETTLING)
    return Measured(system.name, idle, await _at_once(system, _no_notes()))


def _no_notes() -> Plans:
    return Plans(conftest.FOLDER / "plans")


async def _one_by_one(system: System, plans: Plans) -> list[Start]:
    draw = random.Random(SEED)
    starts: list[Start] = []
    for script in IDLE:
        await asyncio.sleep(draw.uniform(*system.pauses))
        called = time.time()
        run = await system.start(script)
        noted = await _first_lines(plans, [script], A_START_TAKES)
        starts.append(Start(run, called, max(noted, default=None)))
        await _outcomes(system, [run], ENDING_TAKES)
        said = f"{starts[-1].seconds:.2f} s" if noted else "lost"
        print(f"{system.name}, start {len(starts)} of {len(IDLE)}: {said}", flush=True)
    return starts


async def _at_once(system: System, plans: Plans) -> Burst:
    print(f"{system.name}: {len(AT_ONCE)} starts at once", flush=True)
    before, called = cpu_by_part(system.parts()), time.time()
    runs = await asyncio.gather(*(system.start(script) for script in AT_ONCE))
    noted = await _first_lines(plans, AT_ONCE, AT_ONCE_TAKES, SELDOM)
    outcomes = await _outcomes(system, runs, ENDING_TAKES)
    await asyncio.sleep(WINDING_UP)
    after = cpu_by_part(system.parts())
    return Burst(
        started=len(noted),
        # One that gave up has waited as long as it was given.
        seconds=max(noted) - called if len(noted) == len(AT_ONCE) else AT_ONCE_TAKES,
        outcomes=outcomes,
        cpu={part: after[part] - before[part] for part in before},
    )


async def _first_lines(plans: Plans, scripts: Sequence[str], within: float, pause: float = OFTEN) -> list[float]:
    """When each start of these scripts came to its first line, once all have, or what there is of it after that time.

    One that a script has noted beyond the starts that were asked for, which a retry would be, is none of them.
    """
    until = time.monotonic() + within
    wanted, said = Counter(scripts), 0
    while True:
        noted = [one["started"] for script, n in wanted.items() for one in plans.executions(script)[:n]]
        if len(noted) == len(scripts) or time.monotonic() > until:
            return noted
        if len(noted) >= said + 10:
            said = len(noted)
            print(f"{said} of {len(scripts)} have started", flush=True)
        await asyncio.sleep(pause)


async def _outcomes(system: System, runs: Sequence[str], within: float) -> Counter[str]:
    """What has become of the runs, once all are over or after that time."""
    until = time.monotonic() + within
    while len(over := await system.outcomes(runs)) < len(runs) and time.monotonic() < until:
        await asyncio.sleep(5 * OFTEN)
    return Counter(over)


def _idle_row(of: Measured) -> str:
    lost = len(of.idle) - len(of.seconds)
    if not of.seconds:
        return f"| {of.name} | | | | {lost} |"
    figures = (p50(of.seconds), p95(of.seconds), max(of.seconds))
    return f"| {of.name} | {' | '.join(f'{seconds:.2f} s' for seconds in figures)} | {lost} |"


def _burst_row(of: Measured) -> str:
    burst, lost = of.burst, len(AT_ONCE) - of.burst.started
    until = f"{burst.seconds:.1f} s" if not lost else f"given up after {burst.seconds:.0f} s"
    completed, failed = burst.outcomes.get("COMPLETED", 0), burst.outcomes.get("FAILED", 0)
    other = len(AT_ONCE) - completed - failed
    return f"| {of.name} | {until} | {burst.rate:.2f} | {completed} | {failed} | {other} | {lost} |"


def _cpu(found: Sequence[Measured]) -> list[str]:
    parts = list(dict.fromkeys(part for one in found for part in one.burst.cpu))
    return [
        f"| processor milliseconds a run, of {len(AT_ONCE)} at once | {' | '.join(parts)} | sum |",
        f"|---{'|---' * len(parts)}|---|",
        *(
            f"| {one.name} | {' | '.join(_a_run(one.burst.cpu.get(part)) for part in parts)} "
            f"| {_a_run(sum(one.burst.cpu.values()))} |"
            for one in found
        ),
        "",
        "What a part has started counts with it: flows and scripts are the engine's in this stack, else the worker's,",
        "which in DBOS is the application.",
        "",
        *(_bound(one) for one in found),
        "",
    ]


def _bound(of: Measured) -> str:
    cores, whole = os.cpu_count() or 1, sum(of.burst.cpu.values()) / len(AT_ONCE)
    server = of.burst.cpu.get("server", 0.0) / len(AT_ONCE)
    single = f"; its server, which is one process, at most {1 / server:.1f}" if server else ""
    return f"- {of.name}: at this cost {cores} processors do at most {cores / whole:.1f} runs/s{single}."


def _what_holds_it(ours: Burst, stock: Burst) -> list[str]:
    """Why a burst cannot be so many times faster than the stock worker's, by what it costs."""
    cores, wanted = os.cpu_count() or 1, TIMES_FASTER * stock.rate
    if not wanted or ours.rate >= wanted:
        return []
    whole, server = (1000 * seconds / len(AT_ONCE) for seconds in (sum(ours.cpu.values()), ours.cpu["server"]))
    return [
        f"What holds the last: {TIMES_FASTER} times the stock worker's {stock.rate:.2f} runs/s would be {wanted:.1f}, "
        f"and leave {1000 * cores / wanted:.0f} ms of the {cores} processors for",
        f"each run, which takes {whole:.0f} here, {server:.0f} of them Prefect's own server, the same for both. The "
        "stock worker is measured on this stack's",
        "server, which is quicker than a stock one; on that, and without `PREFECT_*` of this stack's, it did 0.12 when "
        "the target was set.",
        "",
    ]


def _a_run(seconds: float | None) -> str:
    return "" if seconds is None else f"{1000 * seconds / len(AT_ONCE):.0f}"


def _targets(ours: Measured, stock: Measured) -> list[Target]:
    mine, its = ours.seconds, stock.seconds
    rate = ours.burst.rate
    faster = p50(its) / p50(mine) if mine and its else None
    more = rate / stock.burst.rate if stock.burst.started else None
    return [
        at_most("one start, p50", 0.6, p50(mine) if mine else None, "s"),
        at_most("one start, p95", 1.2, p95(mine) if mine else None, "s"),
        at_least("one start, the stock worker's p50 by ours", TIMES_FASTER, faster, "times"),
        at_least("fifty at once", 3, rate, "runs/s"),
        at_least("fifty at once, our runs/s by the stock worker's", TIMES_FASTER, more, "times"),
    ]
