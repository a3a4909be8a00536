"""POST /api/admin/syncs, on the whole stack."""

import asyncio
import re
from typing import Any
from uuid import UUID

import httpx
import pytest
from prefect.client.orchestration import get_client

from flows.catalog import SCRIPTS
from tests.admin import SYNCS, cancel, known, start_job, until
from tests.plans import Plans
from tests.runs import begun
from tests.scripted import result_of

AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")

#: What the site's front end reads, and ours.
JOB = {
    *("id", "script", "deployment", "flowRunId", "prefectUrl", "parentId", "status", "trigger", "parameters"),
    *("progress", "processed", "total", "step", "attempt", "result", "error", "warning", "skipped"),
    *("createdAt", "startedAt", "completedAt"),
}


async def refused(api: httpx.AsyncClient, body: object) -> dict[str, Any]:
    """The problem of a start that is not one."""
    answer = await api.post(SYNCS, json=body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == 422
    assert problem["error"] == problem["detail"]
    return problem


async def as_prefects_ui(deployment: str, **parameters: Any) -> UUID:
    async with get_client() as client:
        found = await client.read_deployment_by_name(deployment)
        return (await client.create_flow_run_from_deployment(found.id, parameters=parameters)).id


async def test_a_job_that_was_started_is_answered_whole_and_ends(api: httpx.AsyncClient, plans: Plans) -> None:
    plans.make("sync-press", report=[{"processed": 3, "total": 3}])
    job = await start_job(api, "press", limit=5)
    assert set(job) == JOB
    assert (job["script"], job["deployment"], job["trigger"]) == ("press", "sync-press/prod", "admin")
    assert (job["parameters"], job["parentId"], job["completedAt"]) == ({"limit": 5}, None, None)
    assert job["status"] in ("PENDING", "RUNNING")
    assert AT.fullmatch(job["createdAt"])
    assert job["prefectUrl"].endswith(job["flowRunId"])
    over = await until(api, job["id"], "COMPLETED")
    assert set(over) == JOB | {"steps", "events"}
    assert (over["progress"], over["error"], over["warning"]) == (100, None, None)
    assert (over["createdAt"], over["flowRunId"]) == (job["createdAt"], job["flowRunId"])
    asked = result_of("sync-press-analysis", ["--limit=5"])
    assert over["result"]["ai-analysis"] == asked
    assert [(step["name"], step["status"], step["progress"]) for step in over["steps"]] == [
        ("parse-rss", "COMPLETED", 100),
        ("ai-analysis", "COMPLETED", 100),
    ]
    assert (over["steps"][0]["processed"], over["steps"][0]["total"]) == (3, 3)
    assert [event["new"] for event in over["events"]] == ["PENDING", "RUNNING", "COMPLETED"]
    assert over["createdAt"] <= over["startedAt"] <= over["completedAt"]


@pytest.mark.usefixtures("plans")
async def test_of_two_starts_at_once_one_is_let_through(api: httpx.AsyncClient) -> None:
    started = []
    for script in SCRIPTS[:20]:
        answers = await asyncio.gather(*(api.post(SYNCS, json={"script": script.deployment}) for _ in range(2)))
        one, other = sorted(answers, key=lambda answer: answer.status_code)
        assert (one.status_code, other.status_code) == (201, 409), (one.text, other.text)
        assert other.json()["type"] == "/problems/already-under-way"
        assert (await api.patch(f"{SYNCS}/{one.json()['id']}")).status_code == 202
        started.append(one.json()["id"])
    for job in started:
        await until(api, job, "CANCELLED", within=60)


async def test_a_start_is_refused_while_a_run_that_prefects_ui_started_goes_on(
    api: httpx.AsyncClient, plans: Plans
) -> None:
    plans.make("sync-photos", seconds=60)
    run = await as_prefects_ui("sync-script/sync-photos", script="sync-photos")
    await known(api, run)
    await begun(plans, "sync-photos")
    answer = await api.post(SYNCS, json={"script": "sync-photos"})
    assert answer.status_code == 409
    assert answer.json()["jobId"] == str(run)
    await cancel(api, run)


async def test_a_run_that_prefects_ui_starts_beside_a_job_is_a_job_of_its_own(
    api: httpx.AsyncClient, plans: Plans
) -> None:
    plans.make("sync-careers", seconds=60)
    first = await start_job(api, "sync-careers")
    await begun(plans, "sync-careers")
    second = await known(api, await as_prefects_ui("sync-script/sync-careers", script="sync-careers"))
    assert (second["script"], second["trigger"]) == ("sync-careers", "prefect")
    running = {job["id"] for job in (await api.get(SYNCS)).json()["running"]}
    assert {first["id"], second["id"]} <= running
    await cancel(api, second["id"], first["id"])


async def test_a_step_of_the_day_keeps_nobody_from_starting_its_script(api: httpx.AsyncClient, plans: Plans) -> None:
    plans.make("sync-votes-an", seconds=60)
    day = await start_job(api, "daily")
    await begun(plans, "sync-votes-an")
    job = await start_job(api, "sync-votes-an")
    await cancel(api, job["id"], day["id"])


async def test_an_unknown_name_is_answered_with_the_nearest(api: httpx.AsyncClient) -> None:
    problem = await refused(api, {"script": "sync-pres"})
    assert problem["type"] == "/problems/unknown-name"
    assert "sync-press" in problem["nearest"]
    assert "sync-press" in problem["error"]


async def test_an_unknown_flag_is_answered_with_those_that_there_are(api: httpx.AsyncClient) -> None:
    problem = await refused(api, {"script": "press", "flags": {"limits": 5}})
    assert problem["type"] == "/problems/flag-refused"
    assert problem["flags"] == ["limit"]
    assert "--limit" in problem["error"]


@pytest.mark.parametrize("value", [True, "5", 0, 100_001, -1, 2**70])
async def test_a_value_that_a_flag_does_not_allow_is_answered_with_what_it_does(
    api: httpx.AsyncClient, value: object
) -> None:
    problem = await refused(api, {"script": "sync-press", "flags": {"limit": value}})
    assert "from 1 to 100000" in problem["error"].replace(",", "")


@pytest.mark.parametrize("value", [1.0, 1.5, None, [1], {"a": 1}])
async def test_a_value_of_no_flags_kind_is_refused(api: httpx.AsyncClient, value: object) -> None:
    problem = await refused(api, {"script": "sync-press", "flags": {"limit": value}})
    assert problem["field"] == "flags.limit"


@pytest.mark.parametrize("value", ["", "a\x00b", "a\nb", "x" * 10_240, "\x1b[31m"])
async def test_a_text_that_is_not_one_short_line_is_refused_and_not_repeated(
    api: httpx.AsyncClient, value: str
) -> None:
    problem = await refused(api, {"script": "sync-photos", "flags": {"slug": value}})
    assert len(problem["error"]) < 300
    assert problem["flag"] == "slug"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "press",
        None,
        {"script": None},
        {"script": 7},
        {"script": ""},
        {"script": "x" * 10_240},
        {"script": "a\x00b"},
        {"script": "press", "flags": []},
        {"script": "press", "flags": "limit=5"},
        {"script": "press", "flags": {"x" * 101: 1}},
        {"script": "press", "flags": {f"flag-{n}": 1 for n in range(51)}},
        {"script": "press", "jobId": "1"},
        {"Script": "press"},
    ],
    ids=str,
)
async def test_whatever_is_no_start_is_refused_with_a_sentence(api: httpx.AsyncClient, body: object) -> None:
    assert (await refused(api, body))["error"].endswith((".", "?"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"script=press",
        b'{"script": "press"',
        b'{"script": "press"} {}',
        b'{"script": "pr\xff"}',
        b"\xff\xfe{\x00}\x00",
        b"[" * 30_000,
        b'{"script": NaN}',
        rb'{"script": "\ud800"}',
        rb'{"script": "press", "\ud800": 1}',
        rb'{"script": "press", "flags": {"\ud800": 1}}',
        rb'{"script": "press", "flags": {"\ud800": 1.5}}',
        rb'{"script": "sync-photos", "flags": {"slug": "\ud800"}}',
        b'{"script": "press", "flags": {"limit": 1' + b"0" * 5000 + b"}}",
        b'{"script": "press", "flags": {"limit": 1e400}}',
    ],
    ids=lambda body: str(body[:50]),
)
async def test_a_body_that_is_not_the_json_it_should_be_is_422_too(api: httpx.AsyncClient, body: bytes) -> None:
    answer = await api.post(SYNCS, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]


async def test_a_body_that_is_called_a_form_is_422(api: httpx.AsyncClient) -> None:
    assert (await api.post(SYNCS, data={"script": "press"})).status_code == 422


async def test_a_refusal_is_in_the_callers_language(api: httpx.AsyncClient) -> None:
    answer = await api.post(SYNCS, json={"script": "sync-pres"}, headers={"Accept-Language": "fr-FR,fr;q=0.9"})
    assert answer.headers["content-language"] == "fr"
    assert "Rien ne s’appelle" in answer.json()["error"].replace("'", "’")


async def test_nothing_that_was_refused_became_a_job(api: httpx.AsyncClient) -> None:
    before = (await api.get(SYNCS)).json()["pagination"]["total"]
    await refused(api, {"script": "press", "flags": {"limit": 0}})
    assert (await api.get(SYNCS)).json()["pagination"]["total"] == before
