"""What a step of a group costs beside its script, and how long the day takes."""

from collections.abc import Sequence
from uuid import UUID

from flows.catalog import GENERATE_AI, SYNC_DAILY, Group
from tests import bench_targets
from tests.percentiles import p50
from tests.runs import ended, start
from tests.stack import Stack

SECONDS = 1  #: that each script takes
TIMES = 5
ENVIRONMENT = {"SYNCS_COMMAND": f"sh -c 'sleep {SECONDS}' {{script}}"}


async def measure(stack: Stack) -> list[str]:
    of_group, of_day = await _wall_times(GENERATE_AI), await _wall_times(SYNC_DAILY)
    overhead = _overhead(GENERATE_AI, of_group)
    return [
        f"Scripts of {SECONDS} s each, median of {TIMES} runs one after the other. Wall time is the flow's own,",
        "from its start to its end. Overhead a step is what is more than the longest chain, by the chain's steps:",
        "the subflow, the task, the tag's slot, the tap, the states on their way to the server.",
        "",
        "| flow | steps | their sum | longest chain | wall time | from, to | overhead a step | sum / wall time |",
        "|---|---|---|---|---|---|---|---|",
        _row(GENERATE_AI, of_group),
        _row(SYNC_DAILY, of_day),
        "",
        *bench_targets.table(
            [bench_targets.at_most(f"overhead of a step of `{GENERATE_AI.name}`", 0.15, overhead, "s")]
        ),
    ]


def _longest_chain(group: Group) -> int:
    """Steps that have to run one after the other."""
    if group is not SYNC_DAILY:
        return len(group.steps)
    depth: dict[str, int] = {}
    for step in group.steps:
        depth[step.name] = 1 + max((depth[before] for before in step.after), default=0)
    return max(depth.values())


async def _wall_times(group: Group) -> list[float]:
    """Seconds that the flow itself took, of runs one after the other; the start of its process is not in them."""
    times = []
    for turn in range(TIMES):
        times.append(await _wall_time(await start(group.cli)))
        print(f"{group.name}, {turn + 1} of {TIMES}: {times[-1]:.1f} s", flush=True)
    return times


async def _wall_time(run_id: UUID) -> float:
    run = await ended(run_id, within=120)
    assert run.state is not None
    assert run.state.is_completed(), run.state
    assert run.start_time is not None
    assert run.end_time is not None
    return float((run.end_time - run.start_time).total_seconds())


def _overhead(group: Group, times: Sequence[float]) -> float:
    """Seconds a step of the longest chain."""
    chain = _longest_chain(group)
    return (p50(times) - chain * SECONDS) / chain


def _row(group: Group, times: Sequence[float]) -> str:
    steps, chain, median = len(group.steps), _longest_chain(group), p50(times)
    return (
        f"| `{group.name}` | {steps} | {steps * SECONDS} s | {chain * SECONDS} s | {median:.1f} s "
        f"| {min(times):.1f} to {max(times):.1f} s | {_overhead(group, times):.2f} s | {steps * SECONDS / median:.1f} |"
    )
