"""`syncs list`, `status`, `cancel`, `retry` and `rebuild`, against the real admin API."""

import json
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.command import syncs
from tests.plans import Plans

pytestmark = pytest.mark.usefixtures("stack")


def start(*words: str) -> str:
    """The job's id."""
    started = syncs("trigger", *words, "--json")
    assert started.returncode == 0, started.stderr
    return str(json.loads(started.stdout)["job"])


def read(job: str) -> dict[str, Any]:
    shown = syncs("status", job, "--json")
    assert shown.returncode == 0, shown.stderr
    found: dict[str, Any] = json.loads(shown.stdout)
    return found


def wait_until(job: str, *statuses: str, within: float = 60) -> dict[str, Any]:
    until = time.monotonic() + within
    while True:
        shown = syncs("status", job, "--json")  # which does not know it yet, in the first moment
        found = json.loads(shown.stdout) if shown.returncode == 0 else {"status": None}
        if found["status"] in statuses:
            return dict(found)
        assert time.monotonic() < until, (found, shown.stderr)
        time.sleep(0.3)


def begun(plans: Plans, script: str) -> int:
    until = time.monotonic() + 40
    while not (runs := plans.executions(script)):
        assert time.monotonic() < until
        time.sleep(0.1)
    return int(runs[-1]["pid"])


def test_a_failed_job_is_listed_shown_and_run_again(plans: Plans) -> None:
    plans.make("sync-judilibre", exits=[1, 1, 1, 0], stderr="the source is [not] there")
    job = start("factchecks")
    failed = wait_until(job, "FAILED")
    assert [(step["name"], step["status"]) for step in failed["steps"]] == [
        ("sync-factchecks", "COMPLETED"),
        ("sync-judilibre", "FAILED"),
    ]
    listed = syncs("list", "--status=failed", "--script=sync:factchecks", "--limit=5")
    assert listed.returncode == 0, listed.stderr
    heading, line = listed.stdout.splitlines()[:2]
    assert heading.split() == ["job", "script", "status", "done", "started", "took", "error"]
    assert line.split()[:3] == [job[:8], "factchecks", "FAILED"]
    assert "sync-judilibre failed after" in line
    shown = syncs("status", job[:8])
    assert "the source is [not] there" in shown.stdout
    assert job in shown.stdout
    assert any(row.split()[:2] == ["sync-factchecks", "COMPLETED"] for row in shown.stdout.splitlines())

    assert syncs("retry", job[:8]).returncode == 0
    done = wait_until(job, "COMPLETED")
    assert len(plans.executions("sync-factchecks")) == 1, "a finished step is not repeated"
    assert [event["new"] for event in done["events"]][-1] == "COMPLETED"
    again = syncs("retry", job)
    assert again.returncode == 3
    assert again.stderr.startswith("syncs: Only a job that failed or was cancelled is run again")


def test_a_running_job_is_cancelled_and_its_processes_are_gone(plans: Plans) -> None:
    plans.make("sync-mep-parties", seconds=120)
    job = start("sync-mep-parties")
    script = begun(plans, "sync-mep-parties")
    wait_until(job, "RUNNING")
    told = syncs("cancel", job)
    assert told.returncode == 0, told.stderr
    until = time.monotonic() + 15
    while psutil.pid_exists(script):
        assert time.monotonic() < until
        time.sleep(0.2)
    wait_until(job, "CANCELLED")
    again = syncs("cancel", job, "--json")
    assert (again.returncode, again.stdout) == (3, "")
    assert "Cancelled" in again.stderr


@pytest.mark.parametrize("command", ["status", "cancel", "retry"])
def test_a_job_that_is_not_there_is_asked_for_wrongly(command: str) -> None:
    refused = syncs(command, "00000000-0000-4000-8000-000000000000")
    assert refused.returncode == 2
    assert "00000000-0000-4000-8000-000000000000" in refused.stderr


def test_a_wrong_token_is_told_by_where_it_is_from() -> None:
    refused = syncs("list", SYNCS_ADMIN_TOKEN="of-somebody-else-" + 32 * "x")
    assert refused.returncode == 2
    assert "does not take the token from SYNCS_ADMIN_TOKEN" in refused.stderr
    assert "xxx" not in refused.stderr


def test_a_script_that_is_not_there_is_asked_for_wrongly_with_the_nearest() -> None:
    refused = syncs("list", "--script=presss")
    assert refused.returncode == 2
    assert "Did you mean press" in refused.stderr


def test_the_table_is_made_anew_from_prefect(plans: Plans) -> None:
    job = start("sync-president")
    before = wait_until(job, "COMPLETED")
    rebuilt = syncs("rebuild", "--json")
    assert rebuilt.returncode == 0, rebuilt.stderr
    said = json.loads(rebuilt.stdout)
    assert said["runs"] >= 1
    assert said.keys() == {"runs", "changed", "kept"}
    after = read(job)
    assert (after["status"], after["script"], after["trigger"]) == ("COMPLETED", "sync-president", "cli")
    assert after["createdAt"] == before["createdAt"]
    assert "runs; " in syncs("rebuild").stdout


def test_a_database_without_tables_is_not_rebuilt_and_says_what_it_lacks(tmp_path: Path) -> None:
    refused = syncs("rebuild", "--json", SYNCS_DATABASE_URL=f"sqlite:///{tmp_path / 'jobs.db'}")
    assert (refused.returncode, refused.stdout) == (1, "")
    (line,) = refused.stderr.splitlines()
    assert "no such table" in line
    assert "`python -m admin_api migrate`" in line


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("mysql://me:sesame@host/jobs", 2, "SYNCS_DATABASE_URL is for mysql"),
        ("sqlite:////nowhere/jobs.db", 1, "unable to open"),
    ],
)
def test_a_database_that_cannot_be_is_refused(url: str, code: int, said: str) -> None:
    refused = syncs("rebuild", SYNCS_DATABASE_URL=url)
    assert refused.returncode == code
    assert said in refused.stderr
    assert "sesame" not in refused.stderr


def test_without_a_stack_it_asks_which_database(tmp_path: Path) -> None:
    refused = syncs("rebuild", SYNCS_HOME=str(tmp_path))
    assert refused.returncode == 1
    assert "Which database? Set SYNCS_DATABASE_URL" in refused.stderr
