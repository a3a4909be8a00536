"""What a run is as a job."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from admin_api.causes import DIED, FAILED_SILENTLY, KILLED, STEPS_FAILED
from admin_api.models import Status
from admin_api.prefect_gateway import RunSnapshot, State
from admin_api.projection import (
    Facts,
    changes,
    facts,
    status_of,
)
from tests.admin_api.prefect_runs import at, child, run, started_as, state, task


def job_of(snapshot: RunSnapshot, of_day: RunSnapshot | None = None) -> Facts:
    job = facts(snapshot, of_day)
    assert job is not None
    return job


@pytest.mark.parametrize(
    ("type_", "name", "status"),
    [
        ("SCHEDULED", "Scheduled", Status.PENDING),
        ("SCHEDULED", "Late", Status.PENDING),
        ("SCHEDULED", "AwaitingConcurrencySlot", Status.PENDING),
        ("PENDING", "Pending", Status.PENDING),
        ("PENDING", "Submitting", Status.PENDING),
        ("PENDING", "InfrastructurePending", Status.PENDING),
        ("RUNNING", "Running", Status.RUNNING),
        ("RUNNING", "Retrying", Status.RUNNING),
        ("SCHEDULED", "AwaitingRetry", Status.RUNNING),
        ("SCHEDULED", "Sleeping", Status.RUNNING),
        ("PAUSED", "Paused", Status.RUNNING),
        ("PAUSED", "Suspended", Status.RUNNING),
        ("CANCELLING", "Cancelling", Status.RUNNING),
        ("COMPLETED", "Completed", Status.COMPLETED),
        ("COMPLETED", "Skipped", Status.COMPLETED),
        ("COMPLETED", "Cached", Status.COMPLETED),
        ("FAILED", "Failed", Status.FAILED),
        ("FAILED", "TimedOut", Status.FAILED),
        ("CRASHED", "Crashed", Status.FAILED),
        ("CANCELLED", "Cancelled", Status.CANCELLED),
    ],
)
def test_each_state_is_the_status_that_the_contract_says(type_: str, name: str, status: Status) -> None:
    assert status_of(state(type_, name), planned=False) is status


def test_a_run_that_a_schedule_has_only_planned_is_no_job() -> None:
    assert facts(run(now=state("SCHEDULED", "Scheduled"), scheduled=True)) is None


@pytest.mark.parametrize("name", ["Late", "AwaitingConcurrencySlot"])
def test_a_schedules_run_that_is_due_and_waits_is_pending(name: str) -> None:
    assert job_of(run(now=state("SCHEDULED", name), scheduled=True)).status is Status.PENDING


def test_a_run_of_a_flow_that_is_not_ours_is_no_job() -> None:
    assert facts(run("somebody-elses")) is None


def test_a_flow_named_like_a_days_step_is_no_job_without_its_day() -> None:
    assert facts(run("daily-press-rss")) is None


def test_a_flow_of_a_day_that_the_catalog_does_not_have_any_more_is_no_job() -> None:
    assert facts(child(uuid4(), "step-of-yesteryear")) is None


def test_a_run_of_ours_is_the_job_that_it_was_started_as() -> None:
    job = uuid4()
    assert run(**started_as(job)).job == job


@pytest.mark.parametrize(
    "values",
    [
        {"tags": frozenset({f"job:{UUID(int=7)}"})},
        {"tags": frozenset({f"job:{UUID(int=7)}"}), "idempotency_key": "another"},
        {"tags": frozenset({"job:"}), "idempotency_key": ""},
        {"tags": frozenset({"job:7"}), "idempotency_key": "7"},
        {"tags": frozenset({f"job:{{{UUID(int=7)}}}"}), "idempotency_key": f"{{{UUID(int=7)}}}"},
    ],
    ids=["a tag alone", "tag and another key", "empty", "no uuid", "a uuid in another spelling"],
)
def test_without_a_job_for_a_key_a_run_is_a_job_of_its_own(values: dict[str, Any]) -> None:
    alone = run(**values)
    assert alone.job == alone.id


@pytest.mark.parametrize("trigger", ["admin", "cli", "event"])
def test_the_trigger_is_what_the_run_was_started_with(trigger: str) -> None:
    assert job_of(run(**started_as(uuid4(), trigger))).trigger == trigger


def test_a_schedules_run_says_so() -> None:
    assert job_of(run(scheduled=True)).trigger == "schedule"


def test_whatever_else_starts_a_run_is_prefect() -> None:
    assert job_of(run(tags=frozenset({"trigger:nonsense", "mine"}))).trigger == "prefect"


def test_a_copy_that_prefects_ui_makes_of_a_run_with_its_tags_was_started_by_prefect() -> None:
    copied = run(tags=started_as(uuid4(), "admin")["tags"])
    assert job_of(copied).trigger == "prefect"


def test_a_groups_job_has_its_short_name_and_its_flags_in_the_catalogs_spelling() -> None:
    job = job_of(run("sync-press", parameters={"limit": 5}))
    assert (job.script, job.deployment, job.parameters) == ("press", "sync-press/prod", {"limit": 5})


def test_a_scripts_job_has_its_name_and_its_flags_alone() -> None:
    given = {"script": "sync-photos", "flags": {"dry-run": True}}
    job = job_of(run("sync-script", deployment="sync-script/sync-photos", parameters=given))
    assert (job.script, job.parameters) == ("sync-photos", {"dry-run": True})


@pytest.mark.parametrize("name", ["sync-pressoir", "x" * 5000, "a\x00b", None, 7, ["sync-press"]])
def test_a_run_of_a_script_that_there_is_not_is_a_job_all_the_same(name: object) -> None:
    job = job_of(run("sync-script", state("FAILED"), parameters={"script": name, "flags": "no object"}))
    assert (job.status, job.parameters, job.steps) == (Status.FAILED, {}, [])
    assert len(job.script) <= 100
    assert "\x00" not in job.script


def test_secrets_among_the_parameters_are_masked() -> None:
    flags = {"slug": "https://me:hunter2@site.example/?token=abc", "api-key": "abc"}
    job = job_of(run("sync-script", parameters={"script": "sync-photos", "flags": flags}))
    assert job.parameters == {"slug": "https://me:***@site.example/?token=***", "api-key": "***"}


def test_a_job_was_made_when_its_run_was() -> None:
    assert job_of(run(created=at(1), expected=at(600))).created_at == at(1)


def test_a_schedules_job_was_made_when_it_was_due_and_not_when_it_was_planned() -> None:
    assert job_of(run(scheduled=True, created=at(-86_400), expected=at(5))).created_at == at(5)


def test_a_job_has_an_end_only_while_it_is_over() -> None:
    assert job_of(run(now=state("RUNNING"))).completed_at is None
    assert job_of(run(now=state("FAILED", seconds=9))).completed_at == at(9)


def test_a_child_has_its_script_its_step_its_day_and_no_deployment() -> None:
    job = uuid4()
    day = run("sync-daily", **started_as(job, "cli"))
    tasks = (task("embeddings-press", state("RUNNING")),)
    found = job_of(child(day.id, "embeddings-press", tasks=tasks), day)
    assert (found.script, found.step, found.deployment) == ("index-embeddings", "embeddings-press", None)
    assert (found.parent_id, found.trigger) == (job, "cli")
    assert found.parameters == {"type": "PRESS_ARTICLE"}


def failed(message: str = "", **values: Any) -> str:
    error = job_of(run(now=state("FAILED", message=message), **values)).error
    assert error is not None
    return error


def crashed(message: str = "", name: str = "Crashed") -> str:
    error = job_of(run(now=state("CRASHED", name, message))).error
    assert error is not None
    return error


@pytest.mark.parametrize("status", ["RUNNING", "COMPLETED", "CANCELLED"])
def test_only_what_failed_has_an_error(status: str) -> None:
    assert job_of(run(now=state(status, message="what it says"))).error is None


def test_an_errors_last_2000_characters_are_kept() -> None:
    assert failed("a" * 5000 + "b" * 1990 + "the reason") == "b" * 1990 + "the reason"


def test_secrets_in_an_error_are_masked() -> None:
    assert failed("cannot reach postgres://site:hunter2@db/site") == "cannot reach postgres://site:***@db/site"


def test_a_failure_without_a_word_says_that() -> None:
    assert failed("") == FAILED_SILENTLY


@pytest.mark.parametrize(
    "message",
    [
        "Flow run process exited with non-zero status code -9.",
        "Process exited with status code: -9; This indicates that the process exited due to a SIGKILL signal.",
        "Flow run infrastructure exited with non-zero status code 137.",
    ],
)
def test_a_killed_run_says_so_first(message: str) -> None:
    assert crashed(message) == f"{KILLED}\n{message}"


@pytest.mark.parametrize(
    "message",
    [
        "Flow run process exited with non-zero status code -15.",
        "Run 3f1c5a7b-9d11-4137-9d0e-9e0e9d1c1371 could not be submitted.",
        "Exited with status code 1370.",
    ],
)
def test_a_run_that_died_otherwise_was_not_killed(message: str) -> None:
    assert crashed(message) == f"{DIED}\n{message}"


def test_a_crash_without_a_word_says_what_happened_all_the_same() -> None:
    assert crashed("") == DIED


@pytest.mark.parametrize(
    "message",
    [
        "No sign of life for 90 seconds: the run's process, or its machine, is gone.",
        "It was taken up by a worker and never began: the worker was probably stopped meanwhile. Start it again.",
    ],
)
def test_what_our_own_automations_say_needs_no_other_words(message: str) -> None:
    assert crashed(message) == message


def test_a_long_crash_message_keeps_its_first_sentence_and_fits() -> None:
    error = crashed("x" * 5000)
    assert error.startswith(f"{DIED}\nxxx")
    assert len(error) == 2000


def test_a_failed_day_names_each_failed_step_and_the_first_line_of_its_reason() -> None:
    day = run("sync-daily", state("FAILED", message="2 of 16 steps failed: votes-an, press-rss"))
    children = (
        child(day.id, "votes-an", state("FAILED", message="sync-votes-an failed with exit code 3\nTraceback")),
        child(day.id, "votes-senat", state("COMPLETED")),
        child(day.id, "press-rss", state("CRASHED", message="it crashed")),
    )
    error = failed(**{name: getattr(day, name) for name in ("id", "flow")}, children=children)
    assert error == f"{STEPS_FAILED}\nvotes-an: sync-votes-an failed with exit code 3\npress-rss: it crashed"


def told(*history: State, planned: bool = False) -> list[tuple[str | None, str, float]]:
    return [
        (change.old, change.new, (change.at - at(0)).total_seconds()) for change in changes(history, planned=planned)
    ]


def test_a_history_is_told_by_its_changes_of_status_alone() -> None:
    assert told(
        state("SCHEDULED", "Scheduled", seconds=0),
        state("PENDING", "Pending", seconds=1),
        state("RUNNING", "Running", seconds=2),
        state("PAUSED", "Sleeping", seconds=3),
        state("RUNNING", "Running", seconds=4),
        state("COMPLETED", seconds=5),
    ) == [(None, "PENDING", 0), ("PENDING", "RUNNING", 2), ("RUNNING", "COMPLETED", 5)]


def test_a_schedules_history_begins_when_it_is_due() -> None:
    history = [state("SCHEDULED", "Scheduled", seconds=0), state("SCHEDULED", "Late", seconds=50)]
    assert told(*history, state("RUNNING", seconds=60), planned=True) == [
        (None, "PENDING", 50),
        ("PENDING", "RUNNING", 60),
    ]


def test_a_retry_and_a_corrected_end_stand_in_the_history_beside_what_they_correct() -> None:
    assert told(
        state("RUNNING", seconds=1),
        state("FAILED", seconds=2),
        state("SCHEDULED", "AwaitingRetry", seconds=3),
        state("RUNNING", seconds=4),
        state("CRASHED", seconds=5),
        state("COMPLETED", seconds=6),
    ) == [
        (None, "RUNNING", 1),
        ("RUNNING", "FAILED", 2),
        ("FAILED", "RUNNING", 3),
        ("RUNNING", "FAILED", 5),
        ("FAILED", "COMPLETED", 6),
    ]


def test_a_change_says_why_in_masked_words_that_fit_or_by_the_states_name_where_that_says_more() -> None:
    history = [
        state("PENDING"),
        state("SCHEDULED", "AwaitingRetry"),
        state("FAILED", message="http://a:b@c " + "x" * 600),
    ]
    whys = [change.why for change in changes(history, planned=False)]
    assert whys == [None, "AwaitingRetry", "http://a:***@c " + "x" * 485]


def test_a_run_whose_tags_were_taken_away_is_the_job_that_its_key_names() -> None:
    assert run(idempotency_key=str(UUID(int=7))).job == UUID(int=7)
