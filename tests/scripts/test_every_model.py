"""Each script that asks a language model against one on this machine, that answers well and in every other way."""

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Response

from scripts.language_model import ASKED, MAX_BYTES, TRIES
from scripts.roster import SCRIPTS
from tests.scripts.matrix import ModelCase
from tests.scripts.model_server import KEY, ModelServer
from tests.scripts.sites import PROJECT, Outcome, Site

CASES: list[ModelCase] = [
    case
    for path in sorted(Path(__file__).parent.glob("cases_*.py"))
    for case in getattr(importlib.import_module(f"tests.scripts.{path.stem}"), "MODEL_CASES", [])
]
each = pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join([case.script, *case.flags]))

WRONG_SHAPES: list[Any] = [{}, {"action": "delete", "table": "politicians"}, [], "null", {"text": None, "points": 3}]


@pytest.fixture
def site(sqlite_site: Site, model: ModelServer, case: ModelCase) -> Site:
    model.serve(sqlite_site)
    case.before(sqlite_site)
    model.says = [case.good]
    return sqlite_site


def run(site: Site, case: ModelCase, *flags: str) -> Outcome:
    """Whatever happens, the key is seen nowhere."""
    outcome = site.sync(case.script, *case.flags, *flags)
    assert KEY not in outcome.out + outcome.err
    assert KEY.encode() not in Path(site.url.removeprefix("sqlite:///")).read_bytes()
    return outcome


def counted(outcome: Outcome, case: ModelCase, *, good: int, errors: int, left: int) -> None:
    counters = outcome.counters
    assert (counters[case.counter], counters["errors"], counters["left"]) == (good, errors, left)


def rest(site: Site, model: ModelServer, case: ModelCase, *, left: int) -> None:
    """The next run goes on with what was left, and asks nothing again that it was answered."""
    model.asked.clear()
    model.says = [case.good]
    site.settings |= {"LLM_CALLS": "200", "LLM_TOKENS": "500000", "LLM_TIMEOUT": "60"}
    outcome = run(site, case)
    assert (outcome.code, outcome.err) == (0, "")
    assert len(model.asked) == left
    counted(outcome, case, good=left, errors=0, left=0)


def test_every_script_that_asks_a_model_has_a_case() -> None:
    asking = {
        name
        for name in SCRIPTS
        if re.search(r"\bLanguageModel\(|\bGenre\(", (PROJECT / f"scripts/{name.replace('-', '_')}.py").read_text())
    }
    assert asking == {case.script for case in CASES}


@each
def test_good_answers_are_kept_and_nothing_is_asked_twice(site: Site, model: ModelServer, case: ModelCase) -> None:
    first = run(site, case)
    assert (first.code, first.err) == (0, "")
    counted(first, case, good=case.subjects, errors=0, left=0)
    assert (first.counters["calls"], first.counters["tokens"]) == (case.subjects, case.subjects * 100)
    before = site.dump()
    second = run(site, case)
    assert (second.code, second.err) == (0, "")
    counted(second, case, good=0, errors=0, left=0)
    assert second.counters["calls"] == 0
    assert len(model.asked) == case.subjects
    assert site.dump() == before


@each
def test_each_thing_is_a_question_of_its_own(site: Site, model: ModelServer, case: ModelCase) -> None:
    run(site, case)
    assert len({json.dumps(asked["messages"]) for asked in model.asked}) == case.subjects


@each
def test_a_dry_run_asks_and_writes_nothing(site: Site, model: ModelServer, case: ModelCase) -> None:
    before = site.dump()
    rehearsed = run(site, case, "--dry-run")
    assert rehearsed.code == 0
    assert len(model.asked) == case.subjects
    assert site.dump() == before
    assert rehearsed.counters == run(site, case).counters


@each
@pytest.mark.parametrize("flags", [(), ("--dry-run",)])
def test_without_a_key_it_is_not_configured(
    site: Site, model: ModelServer, case: ModelCase, flags: tuple[str, ...]
) -> None:
    site.settings["LLM_API_KEY"] = ""
    before = site.dump()
    outcome = run(site, case, *flags)
    assert outcome.code == 78
    assert "LLM_API_KEY" in outcome.err.splitlines()[-1]
    assert model.asked == []
    assert site.dump() == before


@each
@pytest.mark.parametrize("status", [429, 402])
def test_a_spent_quota_ends_it_well_and_the_rest_waits(
    site: Site, model: ModelServer, case: ModelCase, status: int
) -> None:
    model.says = [case.good, Response(status=status)]
    outcome = run(site, case)
    assert (outcome.code, outcome.err) == (0, "")
    counted(outcome, case, good=1, errors=0, left=case.subjects - 1)
    assert f"it answers {status}" in outcome.out
    rest(site, model, case, left=case.subjects - 1)


@each
@pytest.mark.parametrize("budget", [{"LLM_CALLS": "1"}, {"LLM_TOKENS": "50"}])
def test_over_its_budget_it_ends_well_and_the_rest_waits(
    site: Site, model: ModelServer, case: ModelCase, budget: dict[str, str]
) -> None:
    site.settings |= budget
    outcome = run(site, case)
    assert (outcome.code, outcome.err) == (0, "")
    counted(outcome, case, good=1, errors=0, left=case.subjects - 1)
    assert next(iter(budget)) in outcome.out
    rest(site, model, case, left=case.subjects - 1)


@each
def test_what_it_declines_is_named_and_the_rest_goes_on(site: Site, model: ModelServer, case: ModelCase) -> None:
    model.says = [model.completion("", refusal="Je ne peux pas vous aider."), case.good]
    outcome = run(site, case)
    assert outcome.code == 0
    counted(outcome, case, good=case.subjects - 1, errors=1, left=0)
    assert "declined by stub-1" in outcome.err
    assert "Je ne peux" not in outcome.err + outcome.out


UNUSABLE = {
    "nonsense": "Bonjour ! Je suis un modèle.",
    "cut": '{"text": "Elle est',
    **{
        f"shape {n}": json.dumps(shape) if not isinstance(shape, str) else shape for n, shape in enumerate(WRONG_SHAPES)
    },
}


@each
@pytest.mark.parametrize("said", UNUSABLE.values(), ids=UNUSABLE)
def test_what_is_of_no_use_is_asked_again_once_then_counted(
    site: Site, model: ModelServer, case: ModelCase, said: str
) -> None:
    model.says = [*[said] * ASKED, said, case.good]
    outcome = run(site, case)
    assert outcome.code == 0
    counted(outcome, case, good=case.subjects - 1, errors=1, left=0)
    assert len(outcome.err.splitlines()) == 1
    assert "no usable answer" in outcome.err
    assert len(model.asked) == ASKED + 1 + case.subjects - 1


@each
def test_one_field_more_than_was_asked_for_is_refused(site: Site, model: ModelServer, case: ModelCase) -> None:
    good = case.good
    if not isinstance(good, dict):
        pytest.skip("its answer depends on the question")
    model.says = [{**good, "is_judicial_": True}, {**good, "sql": "DROP TABLE politicians"}, good]
    outcome = run(site, case)
    assert outcome.code == 0
    counted(outcome, case, good=case.subjects - 1, errors=1, left=0)


@each
def test_where_no_answer_at_all_is_of_use_it_fails(site: Site, model: ModelServer, case: ModelCase) -> None:
    model.says = ["Bonjour !"]
    outcome = run(site, case)
    assert outcome.code == 1
    counted(outcome, case, good=0, errors=case.subjects, left=0)


@each
@pytest.mark.parametrize("body", [b"<html>Maintenance</html>", b"\xff\xfe", b"{}", b"[" * 100_000])
def test_what_is_no_completion_is_counted(site: Site, model: ModelServer, case: ModelCase, body: bytes) -> None:
    model.says = [Response(body), Response(body), case.good]
    outcome = run(site, case)
    assert outcome.code == 0
    counted(outcome, case, good=case.subjects - 1, errors=1, left=0)


@each
def test_silence_ends_it_with_what_came_before(site: Site, model: ModelServer, case: ModelCase) -> None:
    site.settings["LLM_TIMEOUT"] = "0.1"
    model.says = [case.good, model.silence(0.2)]
    outcome = run(site, case)
    assert outcome.code == 75
    counted(outcome, case, good=1, errors=0, left=case.subjects - 1)
    model.wait_until_asked(1 + 2 * TRIES)  # another one is tried, too: it may be the question
    rest(site, model, case, left=case.subjects - 1)


@each
def test_a_server_that_is_down_for_a_moment_is_waited_for(site: Site, model: ModelServer, case: ModelCase) -> None:
    model.says = [Response(status=503), case.good]
    outcome = run(site, case)
    assert (outcome.code, outcome.err) == (0, "")
    counted(outcome, case, good=case.subjects, errors=0, left=0)


@each
def test_one_that_stays_down_is_another_days(site: Site, model: ModelServer, case: ModelCase) -> None:
    model.says = [case.good, Response(status=500)]
    outcome = run(site, case)
    assert outcome.code == 75
    counted(outcome, case, good=1, errors=0, left=case.subjects - 1)
    assert "answers 500" in outcome.err
    rest(site, model, case, left=case.subjects - 1)


@each
def test_a_key_that_is_not_taken_is_said(site: Site, model: ModelServer, case: ModelCase) -> None:
    model.says = [Response(status=401)]
    before = site.dump()
    outcome = run(site, case)
    assert outcome.code == 1
    counted(outcome, case, good=0, errors=0, left=case.subjects)
    assert "it does not take the key" in outcome.err
    assert len(model.asked) == 1
    assert site.dump() == before


@each
def test_far_too_much_is_refused(site: Site, model: ModelServer, case: ModelCase) -> None:
    model.says = [Response(b" " * (MAX_BYTES + 1))]
    before = site.dump()
    outcome = run(site, case)
    assert outcome.code == 1
    assert "the most that we read" in outcome.err
    assert site.dump() == before
