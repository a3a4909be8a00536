"""Whether a run that ended well brought what the catalog expects of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from admin_api.expectations import FEWEST_RUNS, Shortfall, shortfalls
from admin_api.projection import facts
from admin_api.step_progress import StepRow
from flows.catalog import SCRIPT
from tests.admin_api.prefect_runs import run, state, task

#: Expects 500 at least, and no drop of more than a fifth.
ASSEMBLEE = "sync-assemblee"


def step(script: str, processed: int | None, now: str = "Completed", **flags: Any) -> StepRow:
    done = replace(task(script, state("COMPLETED", now)), processed=processed)
    parameters = {"script": script, "flags": flags}
    job = facts(run("sync-script", state("COMPLETED"), parameters=parameters, tasks=(done,)))
    assert job is not None
    return job.steps[0]


async def found(row: StepRow, before: Sequence[int] = (), result: object = None) -> list[Shortfall]:
    async def last_runs(script: str) -> Sequence[int]:
        assert script == row["script"]
        return before

    return await shortfalls([row], result, last_runs)


def test_the_catalog_expects_of_this_script_what_these_tests_do() -> None:
    assert (SCRIPT[ASSEMBLEE].expect.at_least, SCRIPT[ASSEMBLEE].expect.drop) == (500, 0.2)


async def test_fewer_than_the_least_number_is_a_shortfall() -> None:
    assert await found(step(ASSEMBLEE, 499)) == [
        {"script": ASSEMBLEE, "kind": "at-least", "processed": 499, "expected": 500}
    ]


async def test_a_script_that_counted_nothing_at_all_brought_nothing() -> None:
    assert await found(step(ASSEMBLEE, None)) == [
        {"script": ASSEMBLEE, "kind": "at-least", "processed": 0, "expected": 500}
    ]


async def test_the_least_number_is_enough() -> None:
    assert await found(step(ASSEMBLEE, 500)) == []


async def test_a_drop_is_measured_against_the_median_of_the_last_runs() -> None:
    before = [1000, 5, 1000, 9999, 1000]
    assert await found(step(ASSEMBLEE, 799), before) == [
        {"script": ASSEMBLEE, "kind": "drop", "processed": 799, "expected": 1000}
    ]
    assert await found(step(ASSEMBLEE, 800), before) == []


async def test_only_the_newest_five_runs_are_compared_with() -> None:
    assert await found(step(ASSEMBLEE, 600), [600] * 5 + [5000] * 15) == []


async def test_too_few_runs_say_nothing() -> None:
    assert await found(step(ASSEMBLEE, 600), [5000] * (FEWEST_RUNS - 1)) == []
    assert await found(step(ASSEMBLEE, 600), [5000] * FEWEST_RUNS) != []


async def test_where_zero_is_fine_zero_is_no_shortfall() -> None:
    assert await found(step("sync-president", 0)) == []


@pytest.mark.parametrize("flags", [{"limit": 5}, {"dry-run": True}])
async def test_a_run_that_was_to_look_at_less_brings_less(flags: dict[str, Any]) -> None:
    assert await found(step(ASSEMBLEE, 5, **flags)) == []


async def test_a_skipped_step_is_no_shortfall() -> None:
    assert await found(step(ASSEMBLEE, None, "Skipped")) == []


@pytest.mark.parametrize("result", [{"sourceUnchanged": True}, {ASSEMBLEE: {"sourceUnchanged": True}}])
async def test_a_source_that_has_not_changed_is_none_whether_a_group_ran_it_or_not(result: object) -> None:
    assert await found(step(ASSEMBLEE, 0), result=result) == []


@pytest.mark.parametrize("result", [None, 7, [], {"sourceUnchanged": False}, {ASSEMBLEE: None}])
async def test_any_other_result_excuses_nothing(result: object) -> None:
    assert await found(step(ASSEMBLEE, 0), result=result) != []
