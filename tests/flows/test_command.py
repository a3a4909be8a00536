"""When a step is tried again, and how its outcome is told; no Prefect server is asked."""

import pickle
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from prefect import Task
from prefect.states import Failed

from flows import command
from flows.command import Outcome, StepFailed, attempt, skip_reason, summary
from flows.settings import settings


@pytest.fixture(autouse=True)
def _default_delays(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("SYNCS_RETRY_DELAY")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def this_attempt() -> Task[..., Any]:
    """A task as `run_step` makes one for each step."""
    return attempt.with_options(retry_delay_seconds=command._delays(command.RETRY_DELAY))


async def is_retried(this: Task[..., Any], error: Exception) -> bool:
    assert this.retry_condition_fn is not None
    answer = this.retry_condition_fn(this, None, Failed(data=error))  # type: ignore[arg-type]
    return await answer  # type: ignore[misc, no-any-return]


def test_there_are_two_retries_after_about_5_and_10_seconds() -> None:
    this = this_attempt()
    assert this.retries == 2
    assert this.retry_delay_seconds == [5, 10]
    assert this.retry_jitter_factor == 0.33


@pytest.mark.parametrize("code", [1, 2, 127, 255, -signal.SIGKILL, None])
async def test_whatever_fails_is_retried(code: int | None) -> None:
    this = this_attempt()
    assert await is_retried(this, StepFailed("it broke", code))
    assert this.retry_delay_seconds == [5, 10]


async def test_a_source_that_is_down_is_given_more_time() -> None:
    this = this_attempt()
    assert await is_retried(this, StepFailed("no answer", 75))
    assert this.retry_delay_seconds == [30, 60]


async def test_only_the_failure_at_hand_counts() -> None:
    this = this_attempt()
    for code, delays in ((75, [30, 60]), (1, [5, 10]), (75, [30, 60])):
        await is_retried(this, StepFailed("again", code))
        assert this.retry_delay_seconds == delays


async def test_the_setting_overrides_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCS_RETRY_DELAY", "0.5")
    settings.cache_clear()
    this = attempt.with_options(retry_delay_seconds=command._delays(0.5))
    assert await is_retried(this, StepFailed("no answer", 75))
    assert this.retry_delay_seconds == [0.5, 1]


async def test_a_script_that_was_called_wrongly_is_not_retried() -> None:
    assert not await is_retried(this_attempt(), StepFailed("usage", 64))


async def test_an_error_of_prefects_own_is_retried() -> None:
    assert await is_retried(this_attempt(), OSError("disk full"))


def test_a_failure_survives_its_way_into_a_result_and_back() -> None:
    again = pickle.loads(pickle.dumps(StepFailed("it broke", 3)))  # noqa: S301 - our own bytes
    assert (str(again), again.exit_code) == ("it broke", 3)


@pytest.mark.parametrize(
    ("code", "why", "tail", "told"),
    [
        (3, None, "boom", "sync-press failed after 1.5 s with exit code 3\nboom"),
        (3, None, "", "sync-press failed after 1.5 s with exit code 3"),
        (-11, None, "", "sync-press was ended after 1.5 s by SIGSEGV"),
        (-9, "its time limit of 300 s passed", "", "sync-press was ended after 1.5 s: its time limit of 300 s passed"),
        (0, "it was cancelled", "", "sync-press was ended after 1.5 s: it was cancelled"),
    ],
)
def test_a_failure_says_how_and_ends_with_standard_errors_tail(
    code: int, why: str | None, tail: str, told: str
) -> None:
    outcome = Outcome(code=code, why=why, seconds=1.5, result=None, tail=tail)
    assert outcome.as_failure("sync-press") == told


def test_a_result_in_a_line_leaves_out_what_is_zero() -> None:
    assert summary({"created": 3, "updated": 0, "errors": 0}) == "created 3"
    assert summary({"created": 0}) == "nothing new"
    assert summary({"password": "hunter2", "created": 3, "share": 0.5, "names": ["x"]}) == "created 3, share 0.5"
    assert summary({}) == "nothing new"


def test_a_scripts_own_count_of_what_it_skipped_is_no_skip() -> None:
    assert skip_reason({"skipped": "no API key"}) == "no API key"
    assert skip_reason({"skipped": 3}) is None
    assert skip_reason({"skipped": "two", "created": 1}) is None
    assert skip_reason({}) is None
