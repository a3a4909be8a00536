"""`python -m admin_api` as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TOKEN = "of-the-tests-" + 32 * "x"
IMPORTED = "import sys, runpy; sys.argv[1:] = ['check']\ntry: runpy.run_module('admin_api', run_name='__main__')\n"
IMPORTED += "except SystemExit as end: print(end.code, 'prefect' in sys.modules)"


def admin_api(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run([sys.executable, "-m", "admin_api", *words], **environment)


def run(words: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SYNCS_")}
    return subprocess.run(words, env={**kept, **environment}, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("command", ["check", "migrate", "serve"])
@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"SYNCS_DATABASE_URL": "sqlite:///jobs.db"}, "SYNCS_ADMIN_TOKEN is not set"),
        ({"SYNCS_DATABASE_URL": "sqlite:///jobs.db", "SYNCS_ADMIN_TOKEN": "sesame"}, "SYNCS_ADMIN_TOKEN is too weak"),
        ({"SYNCS_ADMIN_TOKEN": TOKEN}, "SYNCS_DATABASE_URL is not set"),
        (
            {"SYNCS_ADMIN_TOKEN": TOKEN, "SYNCS_DATABASE_URL": "mysql://me:sesame@host/jobs"},
            "SYNCS_DATABASE_URL is for mysql",
        ),
    ],
)
def test_a_setting_that_cannot_be_is_told_first_and_without_its_value(
    command: str, environment: dict[str, str], said: str
) -> None:
    refused = admin_api(command, **environment)
    assert refused.returncode == 2
    assert refused.stdout == ""
    (line,) = refused.stderr.splitlines()
    assert line.startswith(f"admin_api: {said}")
    assert "sesame" not in line


def test_to_check_the_settings_takes_no_prefect() -> None:
    checked = run([sys.executable, "-c", IMPORTED], SYNCS_ADMIN_TOKEN=TOKEN, SYNCS_DATABASE_URL="sqlite:///jobs.db")
    assert checked.stdout == "0 False\n", checked.stderr


def test_it_migrates_and_says_so(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'jobs.db'}"
    migrated = admin_api("migrate", SYNCS_ADMIN_TOKEN=TOKEN, SYNCS_DATABASE_URL=database)
    assert (migrated.returncode, migrated.stderr) == (0, "")
    assert "is at revision" in migrated.stdout


def test_a_database_that_is_not_there_is_exit_code_1() -> None:
    refused = admin_api("migrate", SYNCS_ADMIN_TOKEN=TOKEN, SYNCS_DATABASE_URL="sqlite:////nowhere/at/all/jobs.db")
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1
