"""What the real admin API does not show: that it is away, unwell or somebody else, and jobs made to do harm."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tests.command import syncs, syncs_in
from tests.stack import free_port

TOKEN = "of-the-tests-" + 32 * "x"
AT = "2026-11-22T05:00:04.120000Z"
JOB = "0199e6a4-7c1e-4d3a-9d0e-3f1c5a7b9d11"
OTHER = "0199e6a4-7c1e-4d3a-8d0e-3f1c5a7b9d12"
HARM = "\x1b[31mred\x1b]0;title\x07 \x9b2J\rback"
HARMLESS = "red]0;title back"


def job(**values: Any) -> dict[str, Any]:
    empty = ("parentId", "processed", "total", "step", "result", "error", "warning", "prefectUrl", "attempt")
    return {
        **dict.fromkeys(empty),
        "id": JOB, "script": "sync-legislation-content", "deployment": "sync-script/sync-legislation-content",
        "status": "FAILED", "trigger": "cli", "parameters": {}, "progress": 72,
        "createdAt": AT, "startedAt": AT, "completedAt": "2026-11-22T06:01:05Z", **values,
    }  # fmt: skip


def page(*jobs: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    total = len(jobs) if total is None else total
    pages = {"page": 1, "limit": 20, "total": total, "totalPages": -(-total // 20)}
    return {"data": jobs, "running": [], "pagination": pages}


@pytest.fixture
def environment(httpserver: HTTPServer) -> dict[str, str]:
    return {"SYNCS_PORT": str(httpserver.port), "SYNCS_ADMIN_TOKEN": TOKEN}


def test_it_says_who_asks_and_in_which_language(httpserver: HTTPServer, environment: dict[str, str]) -> None:
    httpserver.expect_request("/api/admin/syncs").respond_with_json(page())
    listed = syncs("list", "--status=FAILED", "--script=sync:press", "--limit=7", **environment)
    assert (listed.returncode, listed.stdout) == (0, "No job.\n")
    ((request, _),) = httpserver.log
    assert request.args.to_dict() == {"status": "FAILED", "script": "sync:press", "limit": "7", "page": "1"}
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["Accept-Language"] == "en"
    assert request.headers["User-Agent"].startswith("syncs-cli/")


def test_a_proxy_is_not_asked_for_this_machine(httpserver: HTTPServer, environment: dict[str, str]) -> None:
    httpserver.expect_request("/api/admin/syncs").respond_with_json(page())
    assert (
        syncs("list", **environment, http_proxy="http://127.0.0.1:9", HTTP_PROXY="http://127.0.0.1:9").returncode == 0
    )


def test_an_api_that_is_away_is_said_in_one_sentence() -> None:
    port = str(free_port())
    refused = syncs("list", "--json", SYNCS_PORT=port, SYNCS_ADMIN_TOKEN=TOKEN)
    assert (refused.returncode, refused.stdout) == (1, "")
    (line,) = refused.stderr.splitlines()
    assert line.startswith(f"syncs: The admin API at http://127.0.0.1:{port} does not answer (ConnectError).")


@pytest.mark.parametrize(
    ("status", "code"), [(400, 2), (404, 2), (409, 3), (422, 2), (429, 1), (500, 1), (502, 1), (503, 1)]
)
def test_each_answer_has_its_exit_code_and_its_own_words(
    httpserver: HTTPServer, environment: dict[str, str], status: int, code: int
) -> None:
    problem = {"status": status, "detail": "This is why.", "error": "This is why."}
    httpserver.expect_request("/api/admin/syncs").respond_with_json(problem, status)
    refused = syncs("list", **environment)
    assert (refused.returncode, refused.stdout, refused.stderr) == (code, "", "syncs: This is why.\n")


@pytest.mark.parametrize("status", [200, 302, 404, 500])
def test_another_program_on_its_port_is_not_taken_for_it(
    httpserver: HTTPServer, environment: dict[str, str], status: int
) -> None:
    httpserver.expect_request("/api/admin/syncs").respond_with_data("<h1>Hello</h1>", status)
    refused = syncs("list", **environment)
    assert refused.returncode == 1
    assert "is not the admin API" in refused.stderr


def test_without_a_token_it_says_where_one_would_be(tmp_path: Path) -> None:
    refused = syncs_in(tmp_path, "list", SYNCS_HOME=str(tmp_path))
    assert refused.returncode == 2
    assert str(tmp_path / "admin_token") in refused.stderr


def test_the_token_is_in_the_environment_or_in_env_or_in_the_home(httpserver: HTTPServer, tmp_path: Path) -> None:
    httpserver.expect_request("/api/admin/syncs").respond_with_json(page())
    where = {"SYNCS_PORT": str(httpserver.port), "SYNCS_HOME": str(tmp_path)}
    file = tmp_path / "admin_token"
    file.write_text("in-the-home-" + TOKEN)
    refused = syncs_in(tmp_path, "list", **where)
    assert refused.returncode == 2
    assert f"{file} is open to others" in refused.stderr
    file.chmod(0o600)
    syncs_in(tmp_path, "list", **where)
    (tmp_path / ".env").write_text(f"SYNCS_ADMIN_TOKEN=in-env-{TOKEN}\n")
    syncs_in(tmp_path, "list", **where)
    syncs_in(tmp_path, "list", **where, SYNCS_ADMIN_TOKEN=TOKEN)
    sent = [request.headers["Authorization"].removeprefix("Bearer ") for request, _ in httpserver.log]
    assert sent == [f"in-the-home-{TOKEN}", f"in-env-{TOKEN}", TOKEN]


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("0199e6a4", f"'0199e6a4' is the beginning of 2 jobs: {OTHER}, {JOB}."),
        ("abcd", "None of the newest 100 jobs begins with 'abcd'"),
        ("019", "'019' is no job's id"),
        ("../../x", "'../../x' is no job's id"),
    ],
)
def test_a_job_that_is_not_named_well_enough(
    httpserver: HTTPServer, environment: dict[str, str], named: str, said: str
) -> None:
    httpserver.expect_request("/api/admin/syncs").respond_with_json(page(job(), job(id=OTHER)))
    refused = syncs("cancel", named, **environment)
    assert refused.returncode == 2
    assert said in refused.stderr


def test_jobs_are_told_apart_by_as_much_of_their_ids_as_it_takes(
    httpserver: HTTPServer, environment: dict[str, str]
) -> None:
    httpserver.expect_request("/api/admin/syncs").respond_with_json(page(job(), job(id=OTHER)))
    lines = syncs("list", **environment).stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [JOB[:20], OTHER[:20]]


@pytest.mark.parametrize("words", [["list"], ["status", JOB], ["list", "--json"], ["status", JOB, "--json"]])
@pytest.mark.parametrize("terminal", [{}, {"FORCE_COLOR": "1", "COLUMNS": "80"}])
def test_what_a_script_said_does_nothing_to_the_terminal(
    httpserver: HTTPServer, environment: dict[str, str], words: list[str], terminal: dict[str, str]
) -> None:
    step = {
        "name": "one", "script": "one", "status": "FAILED", "attempt": 1, "progress": 0, "message": HARM,
        "startedAt": None, "completedAt": None, "jobId": None,
    }  # fmt: skip
    event = {"old": None, "new": "FAILED", "at": AT, "why": HARM}
    detail = job(error=HARM, result={"said": HARM}, steps=[step], events=[event])
    httpserver.expect_request("/api/admin/syncs").respond_with_json(page(detail))
    httpserver.expect_request(f"/api/admin/syncs/{JOB}").respond_with_json(detail)
    shown = syncs(*words, **environment, **terminal)
    assert shown.returncode == 0, shown.stderr
    assert "\x1b]" not in shown.stdout
    assert "\x1b[31mred" not in shown.stdout
    assert not {"\x07", "\x9b", "\r"} & set(shown.stdout)
    if "--json" in words:
        json.loads(shown.stdout)
    else:
        assert HARMLESS.replace(" ", "") in shown.stdout.replace(" ", "").replace("\n", "")


def test_on_a_terminal_of_80_columns_errors_stand_below_and_no_line_breaks(
    httpserver: HTTPServer, environment: dict[str, str]
) -> None:
    failed = job(status="CANCELLED", error="a long story " * 20)
    httpserver.expect_request("/api/admin/syncs").respond_with_json(page(failed, total=45))
    shown = syncs("list", **environment, FORCE_COLOR="1", NO_COLOR="1", COLUMNS="80")

    lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in shown.stdout.splitlines()]
    assert max(map(len, lines)) <= 80
    row = r"0199e6a4  sync-legislation-content  CANCELLED  72%   2026-11-2\d \d\d:\d\d  1:01:01 *"
    assert re.fullmatch(row, lines[1])
    assert lines[2].startswith("0199e6a4  a long story")
    assert lines[3] == "page 1 of 3: 45 jobs"


def test_on_a_pipe_there_is_a_line_a_job_and_nothing_is_cut(
    httpserver: HTTPServer, environment: dict[str, str]
) -> None:
    error = "a long story " * 12
    httpserver.expect_request("/api/admin/syncs").respond_with_json(page(job(error=f"{error}\nand a second line")))
    shown = syncs("list", **{**environment, "COLUMNS": "80"})
    assert shown.stdout.splitlines()[1].endswith(f"1:01:01  {error.strip()}")
    assert "\x1b" not in shown.stdout
