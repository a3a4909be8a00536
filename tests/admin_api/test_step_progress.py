"""How far a job and each of its steps are: right across attempts, and across retries of the whole run."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from admin_api.prefect_gateway import RunSnapshot, State, StepTask
from admin_api.projection import Facts, facts
from admin_api.step_progress import StepRow
from flows.catalog import SYNC_DAILY
from tests.admin_api.prefect_runs import at, child, run, state, task

RUNNING, FAILED, COMPLETED = state("RUNNING"), state("FAILED"), state("COMPLETED")
CACHED = state("COMPLETED", "Cached")


def press(*tasks: StepTask, now: State = RUNNING) -> Facts:
    """A job of the group press, whose steps are parse-rss and ai-analysis."""
    job = facts(run("sync-press", now, tasks=tasks))
    assert job is not None
    return job


def step(job: Facts, name: str) -> StepRow:
    return next(one for one in job.steps if one["name"] == name)


def test_a_run_that_has_not_begun_has_its_steps_pending_and_no_progress() -> None:
    job = press(now=state("PENDING"))
    assert [(one["name"], one["status"], one["attempt"]) for one in job.steps] == [
        ("parse-rss", "PENDING", 0),
        ("ai-analysis", "PENDING", 0),
    ]
    assert (job.progress, job.step, job.attempt, job.processed, job.total) == (0, None, None, None, None)


def test_progress_is_the_steps_done_and_the_running_ones_fraction() -> None:
    job = press(task("parse-rss"), task("ai-analysis", RUNNING, 5, percent=40.0, processed=4, total=10))
    assert job.progress == 70
    assert (job.step, job.attempt, job.processed, job.total) == ("ai-analysis", 1, 4, 10)


def test_a_second_attempt_that_begins_anew_does_not_take_progress_back() -> None:
    # `percent` is the most that any attempt has shown, `processed` what the newest has counted.
    job = press(task("parse-rss", RUNNING, attempts=2, percent=80.0, processed=1, total=10))
    assert (job.progress, job.attempt, job.processed) == (40, 2, 1)


def test_a_step_that_waits_for_its_next_attempt_is_running() -> None:
    assert step(press(task("parse-rss", state("SCHEDULED", "AwaitingRetry"))), "parse-rss")["status"] == "RUNNING"


def test_a_step_that_waits_for_its_scripts_slot_is_pending() -> None:
    assert step(press(task("parse-rss", state("PENDING"))), "parse-rss")["status"] == "PENDING"


FIRST_TRY = (task("parse-rss", percent=90.0, processed=7), task("ai-analysis", FAILED, 5, attempts=3, percent=60.0))


def test_a_failed_step_keeps_the_share_that_it_has_done() -> None:
    assert press(*FIRST_TRY, now=FAILED).progress == 80


@pytest.mark.parametrize(
    "again",
    [
        [],
        [task("parse-rss", CACHED, 60)],
        [task("parse-rss", CACHED, 60), task("ai-analysis", RUNNING, 61, percent=10.0)],
    ],
    ids=["before its first step", "its first step is found done", "its second begins anew"],
)
def test_a_retried_run_does_not_go_back(again: list[StepTask]) -> None:
    assert press(*FIRST_TRY, *again).progress == 80


def test_a_retried_run_counts_the_attempts_of_both_tries() -> None:
    job = press(*FIRST_TRY, task("parse-rss", CACHED, 60), task("ai-analysis", RUNNING, 61))
    assert [one["attempt"] for one in job.steps] == [1, 4]


def test_a_step_that_was_found_done_is_told_of_as_it_was_when_it_was_done() -> None:
    done = state("COMPLETED", message="created 3", seconds=4)
    job = press(task("parse-rss", done, 1, processed=7, total=7), task("parse-rss", CACHED, 60))
    row = step(job, "parse-rss")
    assert (row["status"], row["message"], row["processed"], row["progress"]) == ("COMPLETED", "created 3", 7, 100)
    assert (row["started_at"], row["completed_at"]) == (at(1).isoformat(), at(4).isoformat())


def test_of_a_step_whose_first_task_run_is_gone_a_cached_one_still_says_that_it_is_done() -> None:
    assert step(press(task("parse-rss", CACHED)), "parse-rss")["status"] == "COMPLETED"


def test_a_step_done_by_a_later_try_is_done_though_an_earlier_failed() -> None:
    job = press(task("parse-rss", FAILED), task("parse-rss", COMPLETED, 9))
    assert (step(job, "parse-rss")["status"], step(job, "parse-rss")["progress"]) == ("COMPLETED", 100)


@pytest.mark.parametrize("now", ["RUNNING", "FAILED", "CANCELLED", "CANCELLING", "CRASHED"])
def test_only_a_completed_job_is_at_100(now: str) -> None:
    steps = (task("parse-rss"), task("ai-analysis", RUNNING, percent=100.0))
    assert press(*steps, now=state(now)).progress == 99
    assert press(*steps, now=COMPLETED).progress == 100


def test_a_skipped_step_is_done_and_says_why() -> None:
    job = press(task("parse-rss", state("COMPLETED", "Skipped", "NO_KEY is not set.")))
    row = step(job, "parse-rss")
    assert (row["status"], row["progress"], row["message"]) == ("SKIPPED", 100, "NO_KEY is not set.")


def test_what_its_run_did_not_reach_was_not_run() -> None:
    job = press(task("parse-rss", FAILED), now=FAILED)
    assert [one["status"] for one in job.steps] == ["FAILED", "NOT_RUN"]


def test_a_step_that_seems_to_run_in_a_run_that_is_over_has_failed() -> None:
    assert step(press(task("parse-rss", RUNNING), now=state("CRASHED")), "parse-rss")["status"] == "FAILED"


@pytest.mark.parametrize("task_state", [RUNNING, state("CRASHED")])
def test_a_step_that_was_killed_with_its_cancelled_run_was_cancelled(task_state: State) -> None:
    assert step(press(task("parse-rss", task_state), now=state("CANCELLED")), "parse-rss")["status"] == "CANCELLED"


def test_a_step_that_had_failed_before_its_run_was_cancelled_has_failed() -> None:
    assert step(press(task("parse-rss", FAILED), now=state("CANCELLED")), "parse-rss")["status"] == "FAILED"


def test_a_steps_message_is_its_last_1000_characters_without_secrets() -> None:
    message = "x" * 2000 + " http://a:b@c"
    row = step(press(task("parse-rss", state("FAILED", message=message))), "parse-rss")
    assert row["message"] == "x" * 985 + " http://a:***@c"


def test_a_step_with_a_narrowing_flag_has_not_looked_at_everything() -> None:
    job = facts(run("sync-votes"))
    assert job is not None
    assert [one["whole"] for one in job.steps] == [False, False]
    assert step(press(), "parse-rss")["whole"]


@pytest.mark.parametrize(
    ("flags", "whole"),
    [({}, True), ({"verbose": True, "force": True}, True), ({"dry-run": False}, True), ({"limit": 5}, False)],
)
def test_a_single_script_has_looked_at_everything_unless_a_flag_narrows_it(flags: dict[str, Any], whole: bool) -> None:
    job = facts(run("sync-script", parameters={"script": "sync-press", "flags": flags}))
    assert job is not None
    assert [one["whole"] for one in job.steps] == [whole]


def day(*children: RunSnapshot, now: State = RUNNING) -> Facts:
    job = facts(run("sync-daily", now, id=DAY, children=children))
    assert job is not None
    return job


DAY = uuid4()


def test_a_day_has_a_step_for_each_of_the_catalog_and_counts_those_that_are_over() -> None:
    job = day(
        child(DAY, "votes-an", COMPLETED, tasks=(task("votes-an"),)),
        child(DAY, "votes-senat", FAILED, tasks=(task("votes-senat", FAILED, percent=20.0),)),
        child(DAY, "press-rss", RUNNING, tasks=(task("press-rss", RUNNING, 3, percent=40.0),)),
    )
    assert [one["name"] for one in job.steps] == [one.name for one in SYNC_DAILY.steps]
    assert (job.processed, job.total, job.step) == (2, 16, "press-rss")
    assert job.progress == int((100 + 20 + 40) / 16)


def test_a_days_step_names_the_job_of_its_own() -> None:
    run_of_step = child(DAY, "votes-an", COMPLETED)
    assert step(day(run_of_step), "votes-an")["job_id"] == str(run_of_step.id)


def test_a_step_whose_run_ended_before_it_had_a_task_is_over_too() -> None:
    row = step(day(child(DAY, "votes-an", state("CRASHED", message="no memory"))), "votes-an")
    assert (row["status"], row["message"]) == ("FAILED", "no memory")
    assert row["completed_at"] is not None


def test_a_days_step_that_was_skipped_says_so_and_not_only_that_its_run_is_completed() -> None:
    skipped = task("judilibre", state("COMPLETED", "Skipped", "no key"))
    assert step(day(child(DAY, "judilibre", COMPLETED, tasks=(skipped,))), "judilibre")["status"] == "SKIPPED"


def test_of_a_retried_days_step_the_newest_run_counts_and_the_earlier_ones_share_is_kept() -> None:
    first = child(DAY, "press-rss", FAILED, tasks=(task("press-rss", FAILED, attempts=3, percent=60.0),))
    second = child(DAY, "press-rss", RUNNING, 90, tasks=(task("press-rss", RUNNING, 91, percent=5.0),))
    for children in ((first, second), (second, first)):  # in whichever order Prefect gives them
        row = step(day(*children), "press-rss")
        assert (row["status"], row["attempt"], row["progress"]) == ("RUNNING", 4, 60)
        assert row["job_id"] == str(second.id)
        assert (row["started_at"], row["completed_at"]) == (at(0).isoformat(), None)


def test_a_step_done_before_its_day_was_retried_stays_done() -> None:
    first = child(DAY, "press-rss", COMPLETED, tasks=(task("press-rss"),))
    assert step(day(first, now=state("SCHEDULED", "AwaitingRetry")), "press-rss")["status"] == "COMPLETED"


def test_a_childs_own_job_knows_only_its_own_run() -> None:
    of_day = run("sync-daily", id=DAY)
    retried = child(DAY, "press-rss", COMPLETED, 90, tasks=(replace(task("press-rss"), processed=3, total=3),))
    job = facts(retried, of_day)
    assert job is not None
    assert (job.progress, job.processed, len(job.steps)) == (100, 3, 1)
