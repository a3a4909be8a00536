"""`syncs` as people call it: a process of its own."""

import json
from uuid import UUID

import pytest

from deployments.cli import cli
from flows.catalog import GROUPS, SCRIPTS
from tests.command import syncs
from tests.plans import Plans

NOBODY = "http://127.0.0.1:9/api"

on_the_stack = pytest.mark.usefixtures("stack")


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_command_has_help(command: str) -> None:
    shown = syncs(command, "--help")
    assert shown.returncode == 0
    help_text = cli.commands[command].help or ""
    # click breaks lines at a dash, too
    assert "".join(help_text.split()) in "".join(shown.stdout.split())


def test_the_catalog_names_every_script_group_and_flag() -> None:
    shown = syncs("catalog")
    assert shown.returncode == 0
    for group in GROUPS:
        assert group.cli in shown.stdout
    for script in SCRIPTS:
        assert script.name in shown.stdout
        for flag in script.flags:
            assert f"--{flag.name}" in shown.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["presss"], "Nothing is called 'presss'. Did you mean press"),
        (["sync:press", "--limti=5"], "sync:press has no flag '--limti'. Did you mean --limit? It takes --limit."),
        (["sync:press", "--limit=many"], "--limit: 'many' is not allowed, it takes a whole number from 1 to 100000."),
        (["sync:daily", "--limit=5"], "sync:daily has no flag '--limit'. It takes no flags."),
        (["sync-votes-an", "--leg=99"], "--leg: 99 is not allowed"),
        (["sync-photos", "--slug=two\nlines"], "--slug: 'two\\nlines' is not allowed"),
        (["sync-photos", "--slug=" + "x" * 10_240], "--slug: 'xxx"),
    ],
)
def test_what_is_asked_wrongly_is_refused_at_once_with_what_is_allowed(words: list[str], said: str) -> None:
    # It is refused before anybody asks Prefect, who is not there.
    refused = syncs("trigger", *words, PREFECT_API_URL=NOBODY)
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"syncs: {said}")
    assert len(refused.stderr.splitlines()) == 1


def test_the_exit_codes_are_in_the_help() -> None:
    shown = " ".join(syncs("--help").stdout.split())
    for code in ("0 done", "1 it failed", "2 asked for wrongly", "3 refused as things stand"):
        assert code in shown


def test_the_catalog_as_json_is_one_document() -> None:
    shown = json.loads(syncs("catalog", "--json").stdout)
    assert [group["name"] for group in shown["groups"]] == [group.cli for group in GROUPS]
    assert [script["name"] for script in shown["scripts"]] == [script.name for script in SCRIPTS]


@pytest.mark.parametrize(
    "words", [["trigger", "sync:press"], ["trigger", "daily", "--watch", "--json"], ["deploy"], ["deploy", "--json"]]
)
def test_when_prefect_is_out_of_reach_it_says_so_in_one_sentence(words: list[str]) -> None:
    refused = syncs(*words, PREFECT_API_URL=NOBODY)
    assert refused.returncode == 1
    assert refused.stdout == ""
    (line,) = refused.stderr.splitlines()
    assert NOBODY in line
    assert "Is `syncs up` running?" in line


def test_a_setting_that_cannot_be_is_refused_by_name() -> None:
    refused = syncs("trigger", "press", SYNCS_PREFECT_PORT="many")
    assert refused.returncode == 1
    assert "SYNCS_PREFECT_PORT" in refused.stderr
    assert "many" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@on_the_stack
def test_it_starts_a_run_and_says_where_to_look(plans: Plans) -> None:
    started = syncs("trigger", "sync-hatvp", "--limit=3", "--dry-run")
    assert started.returncode == 0
    assert "sync-script/sync-hatvp started as " in started.stdout
    assert "/runs/flow-run/" in started.stdout
    assert UUID(started.stdout.splitlines()[1].removeprefix("its job: "))
    assert started.stderr == ""


@on_the_stack
def test_watched_it_shows_each_step_and_what_came_of_it_and_exits_with_the_outcome(plans: Plans) -> None:
    plans.make("sync-factchecks", exits=[78], stderr="GOOGLE_FACTCHECK_API_KEY is not set.")
    watched = syncs("trigger", "factchecks", "--watch")
    assert watched.returncode == 0, watched.stderr
    lines = watched.stdout.splitlines()
    assert any(line.startswith("sync-factchecks") and "Skipped: GOOGLE_FACTCHECK_API_KEY" in line for line in lines)
    assert any(line.startswith("sync-judilibre") and "Completed" in line for line in lines)
    assert lines[-1] == "Completed."


@on_the_stack
def test_watched_a_failure_is_shown_with_its_reason(plans: Plans) -> None:
    plans.make("sync-hatvp", exits=[1], stderr="the list is [not] there")
    watched = syncs("trigger", "sync-hatvp", "--watch")
    assert watched.returncode == 1
    assert "the list is [not] there" in watched.stdout
    assert watched.stdout.splitlines()[-1].startswith(("Failed.", "the list"))


@on_the_stack
def test_watched_as_json_it_says_the_outcome_and_the_steps_at_the_end(plans: Plans) -> None:
    plans.make("sync-judilibre", exits=[1], stderr="no answer")
    watched = syncs("trigger", "factchecks", "--watch", "--json")
    assert watched.returncode == 1
    said = json.loads(watched.stdout)
    assert (said["deployment"], said["state"], said["well"]) == ("sync-factchecks/prod", "Failed", False)
    assert [(step["name"], step["state"]) for step in said["steps"]] == [
        ("sync-factchecks", "Completed"),
        ("sync-judilibre", "Failed"),
    ]
    assert "started as" in watched.stderr


@on_the_stack
def test_deploy_as_json_says_what_it_did() -> None:
    assert "deployments" in json.loads(syncs("deploy", "--json").stdout)["done"]
