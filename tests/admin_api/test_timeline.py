"""The spans that a page draws beside its steps."""

from datetime import UTC, datetime, timedelta

import pytest

from admin_api.schemas import Step, StepStatus
from admin_api.timeline import LEAST, Span, spans

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


def step(name: str, began: float | None, ended: float | None) -> Step:
    """Times in seconds since noon."""
    return Step(
        name=name,
        script="sync-press",
        status=StepStatus.RUNNING,
        attempt=1,
        progress=0,
        processed=None,
        total=None,
        message=None,
        started_at=None if began is None else NOON + timedelta(seconds=began),
        completed_at=None if ended is None else NOON + timedelta(seconds=ended),
        job_id=None,
    )


def test_each_step_lies_where_it_was_of_the_whole() -> None:
    drawn = spans([step("a", 0, 10), step("b", 10, 30), step("c", 5, 40)], NOON)
    assert drawn == {"a": Span(0, 25), "b": Span(25, 50), "c": Span(12.5, 87.5)}


def test_what_goes_on_goes_on_until_now_and_what_has_not_begun_is_not_drawn() -> None:
    drawn = spans([step("a", 0, 10), step("b", 10, None), step("c", None, None)], NOON + timedelta(seconds=20))
    assert drawn == {"a": Span(0, 50), "b": Span(50, 50)}


def test_what_is_short_is_seen_and_stays_within() -> None:
    drawn = spans([step("a", 0, 10_000), step("b", 10_000, 10_000)], NOON)
    assert drawn["b"].width == LEAST
    assert drawn["b"].start + drawn["b"].width == 100


@pytest.mark.parametrize("ended", [0, -5, None])
def test_clocks_that_disagree_draw_nothing_outside(ended: float | None) -> None:
    for span in spans([step("a", 0, ended), step("b", 3, 2)], NOON - timedelta(seconds=5)).values():
        assert 0 <= span.start <= span.start + span.width <= 100


def test_nothing_begun_draws_nothing() -> None:
    assert spans([], NOON) == {}
    assert spans([step("a", None, None)], NOON) == {}
