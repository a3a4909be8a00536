"""What the API tells of itself and of all jobs: catalog, audit, metrics, health; on the whole stack."""

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from flows.catalog import CATEGORIES, GROUPS, SCRIPTS, Target
from tests.admin import SYNCS, client, start, until
from tests.plans import Plans
from tests.stack import Stack


async def test_the_catalog_is_the_catalog(api: httpx.AsyncClient) -> None:
    told = (await api.get("/api/admin/catalog")).json()
    assert [(one["name"], one["label"]) for one in told["categories"]] == [
        (one.name, {"fr": one.label.fr, "en": one.label.en}) for one in CATEGORIES
    ]
    assert [(one["script"], one["cli"], one["event"], one["deployment"]) for one in told["groups"]] == [
        (one.short, one.cli, one.event, one.deployment) for one in GROUPS
    ]
    assert [[(step["name"], step["script"], step["after"]) for step in one["steps"]] for one in told["groups"]] == [
        [(step.name, step.script.name, list(step.after)) for step in one.steps] for one in GROUPS
    ]
    assert [(one["script"], one["deployment"], one["category"]) for one in told["scripts"]] == [
        (one.name, one.deployment, one.category.name) for one in SCRIPTS
    ]
    targets: list[Target] = [*GROUPS, *SCRIPTS]
    for shown, real in zip([*told["groups"], *told["scripts"]], targets, strict=True):
        assert shown["label"] == {"fr": real.label.fr, "en": real.label.en}
        assert [(flag["name"], flag["kind"], flag["default"], flag["choices"]) for flag in shown["flags"]] == [
            (flag.name, flag.kind, flag.default, list(flag.choices)) for flag in real.flags
        ]
    schedules = {one["script"]: [plan["cron"] for plan in one["schedules"]] for one in told["groups"]}
    assert {script: crons for script, crons in schedules.items() if crons} == {
        "politicians": ["0 3 * * 0"],
        "daily": ["0 5,11,19 * * *"],
    }


async def test_each_start_cancel_and_retry_is_in_the_audit_log_with_who_and_from_where(
    stack: Stack, plans: Plans
) -> None:
    plans.make("sync-birthdates", exits=[64, 0])
    async with client(stack, **{"X-Syncs-Actor": "Zoe", "User-Agent": "tests/1"}) as api:
        job = await start(api, "sync-birthdates", resume=True)
        await until(api, job, "FAILED")
        await api.post(f"{SYNCS}/{job}/retry")
        await until(api, job, "COMPLETED")
        refused = await api.patch(f"{SYNCS}/{job}")
        assert refused.status_code == 409
        entries = (await api.get("/api/admin/audit", params={"limit": 100})).json()["data"]
    about = [entry for entry in entries if entry["entityId"] == job]
    assert [entry["action"] for entry in about] == ["retry", "start"]
    assert {(entry["entity"], entry["actor"], entry["address"], entry["userAgent"]) for entry in about} == {
        ("job", "token:Zoe", "127.0.0.1", "tests/1")
    }
    assert about[1]["changes"] == {"script": "sync-birthdates", "flags": {"resume": True}}


async def test_the_audit_log_is_paged_newest_first(api: httpx.AsyncClient, plans: Plans) -> None:
    for _ in range(2):
        await until(api, await start(api, "sync-president"), "COMPLETED")
    first, second = [(await api.get("/api/admin/audit", params={"limit": 1, "page": page})).json() for page in (1, 2)]
    assert first["data"][0]["id"] > second["data"][0]["id"]
    assert first["pagination"]["total"] == first["pagination"]["totalPages"] >= 2


async def test_metrics_are_prometheus_and_count_the_jobs_of_the_table(api: httpx.AsyncClient, plans: Plans) -> None:
    await until(api, await start(api, "sync-wikidata-ids"), "COMPLETED")
    answer = await api.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    page = (await api.get(SYNCS, params={"script": "sync-wikidata-ids", "status": "COMPLETED"})).json()
    assert samples["syncs_jobs", "sync-wikidata-ids", "COMPLETED"] == page["pagination"]["total"]
    assert samples["syncs_events_heard",] == 1
    assert samples["syncs_last_end_seconds", "sync-wikidata-ids", "COMPLETED"] > 1e9
    assert 0 < samples["syncs_last_duration_seconds", "sync-wikidata-ids"] < 600
    assert samples["syncs_mirror_looked_seconds",] > 1e9


@pytest.mark.parametrize("path", ["/health", "/ready"])
async def test_health_is_open_to_all(stack: Stack, path: str) -> None:
    async with httpx.AsyncClient(base_url=stack.admin_url, trust_env=False) as anybody:
        answer = await anybody.get(path)
    assert answer.status_code == 200
    if path == "/ready":
        assert answer.json() == {"ready": True, "database": True, "prefect": True, "events": True}


async def test_what_a_script_says_that_json_can_hardly_hold_is_told_all_the_same(
    api: httpx.AsyncClient, plans: Plans
) -> None:
    strange = {"half": "\ud83d", "nul": "a\x00b", "big": 10**30, "deep": [[[{"token": "abc"}]]], "é": "☃"}
    plans.make("sync-president", report=[{"processed": 2**53 - 1, "total": 2**53 - 1}], result=strange)
    job = await until(api, await start(api, "sync-president"), "COMPLETED", "FAILED")
    if job["status"] == "COMPLETED":
        assert job["result"]["deep"] == [[[{"token": "***"}]]]
    assert (job["steps"][0]["processed"], job["steps"][0]["total"]) == (2**53 - 1, 2**53 - 1)
