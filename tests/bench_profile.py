"""Where the time of one start goes, as Prefect itself has recorded it."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import State, StateType

from tests.percentiles import p50

STRETCHES = (
    "the call, until the run is made (Scheduled)",
    "until a worker has taken it up (Pending)",
    "until the flow runs in its process (Running)",
    "until the flow has made its task (Pending)",
    "until the task has its tag's slot (Running)",
    "until the script's first line, behind shell and tap",
)

#: Seconds of each of the stretches, of one start.
Profile = list[float]


async def read(client: PrefectClient, starts: Iterable[tuple[UUID, float, float]]) -> list[Profile]:
    """Of runs, with when each was called for and when the script had its first line, in seconds since the epoch."""
    return [await _read(client, *start) for start in starts]


def table(names: Sequence[str], profiles: Sequence[list[Profile]]) -> list[str]:
    """Medians by system. Each is of its own stretch, so that they need not add up to the whole start's."""
    return [
        "### Where the time of one start goes",
        "",
        "Milliseconds, medians of the starts one after the other, by the states' times in Prefect's own record.",
        "",
        f"| stretch | {' | '.join(names)} |",
        f"|---{'|---' * len(names)}|",
        *(
            f"| {stretch} | {' | '.join(_median(profile, n) for profile in profiles)} |"
            for n, stretch in enumerate(STRETCHES)
        ),
        "",
    ]


async def _read(client: PrefectClient, run: UUID, called: float, first_line: float) -> Profile:
    of_run = await client.read_flow_run_states(run)
    (task,) = await client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run])))
    of_task = await client.read_task_run_states(task.id)
    moments = [
        called,
        _first(of_run, StateType.SCHEDULED),
        _first(of_run, StateType.PENDING),
        _first(of_run, StateType.RUNNING),
        _first(of_task, StateType.PENDING),
        _first(of_task, StateType.RUNNING),
        first_line,
    ]
    return [after - before for before, after in pairwise(moments)]


def _first(states: Iterable[State], kind: StateType) -> float:
    return min(state.timestamp.timestamp() for state in states if state.type == kind)


def _median(profile: list[Profile], stretch: int) -> str:
    return f"{1000 * p50([one[stretch] for one in profile]):.0f}" if profile else ""
