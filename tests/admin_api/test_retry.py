"""POST /api/admin/syncs/{id}/retry, on the whole stack."""

import asyncio
from uuid import UUID

import httpx

from tests.admin import SYNCS, cancel, start, until
from tests.plans import Plans
from tests.runs import begun, retry


async def test_a_failed_group_is_run_again_without_its_finished_steps_and_never_goes_back(
    api: httpx.AsyncClient, plans: Plans
) -> None:
    plans.make("sync-factchecks", report=[{"processed": 4, "total": 4}])
    plans.make("sync-judilibre", exits=[1, 1, 1, 0], stderr="the source is away", report=[{"processed": 1, "total": 2}])
    job = await start(api, "factchecks")
    failed = await until(api, job, "FAILED")
    assert failed["progress"] == 75
    assert failed["error"].endswith("with exit code 1\nthe source is away")
    assert [(step["status"], step["attempt"]) for step in failed["steps"]] == [("COMPLETED", 1), ("FAILED", 3)]

    answers = await asyncio.gather(*(api.post(f"{SYNCS}/{job}/retry") for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [202, 409], [answer.text for answer in answers]
    (accepted,) = (answer.json() for answer in answers if answer.status_code == 202)
    assert (accepted["id"], accepted["flowRunId"]) == (job, failed["flowRunId"])
    assert accepted["status"] in ("PENDING", "RUNNING")
    assert (accepted["error"], accepted["completedAt"]) == (None, None)

    seen = []
    while (now := (await api.get(f"{SYNCS}/{job}")).json())["status"] != "COMPLETED":
        assert now["status"] in ("PENDING", "RUNNING")
        seen.append(now["progress"])
        await asyncio.sleep(0.2)
    assert min(seen, default=75) >= 75
    assert now["progress"] == 100
    assert [(step["status"], step["attempt"]) for step in now["steps"]] == [("COMPLETED", 1), ("COMPLETED", 4)]
    assert (len(plans.executions("sync-factchecks")), len(plans.executions("sync-judilibre"))) == (1, 4)
    history = [event["new"] for event in now["events"]]
    assert history[:4] == ["PENDING", "RUNNING", "FAILED", "RUNNING"]
    assert history[-2:] == ["RUNNING", "COMPLETED"]


async def test_a_job_that_goes_on_or_was_completed_is_not_run_again(api: httpx.AsyncClient, plans: Plans) -> None:
    plans.make("sync-europarl", seconds=3)
    job = await start(api, "sync-europarl")
    await begun(plans, "sync-europarl")
    for status, said in (("RUNNING", "Running"), ("COMPLETED", "Completed")):
        await until(api, job, status)
        answer = await api.post(f"{SYNCS}/{job}/retry")
        assert answer.status_code == 409
        assert answer.json()["type"] == "/problems/not-over"
        assert said in answer.json()["error"]
    assert len(plans.executions("sync-europarl")) == 1


async def test_a_cancelled_job_is_run_again_unless_another_of_its_script_goes_on(
    api: httpx.AsyncClient, plans: Plans
) -> None:
    plans.make("sync-senat", seconds=60)
    first = await start(api, "sync-senat")
    await begun(plans, "sync-senat")
    await cancel(api, first)
    second = await start(api, "sync-senat")
    answer = await api.post(f"{SYNCS}/{first}/retry")
    assert answer.status_code == 409
    assert answer.json()["jobId"] == second
    await begun(plans, "sync-senat", 2)
    await cancel(api, second)
    plans.make("sync-senat")
    assert (await api.post(f"{SYNCS}/{first}/retry")).status_code == 202
    assert (await until(api, first, "COMPLETED"))["flowRunId"]


async def test_a_job_that_prefects_ui_has_run_again_just_now_is_not_started_over(
    api: httpx.AsyncClient, plans: Plans
) -> None:
    plans.make("sync-legislation-content", exits=[64, 0], seconds=1)
    job = await start(api, "sync-legislation-content")
    failed = await until(api, job, "FAILED")
    await retry(UUID(failed["flowRunId"]))
    assert (await api.post(f"{SYNCS}/{job}/retry")).status_code == 409
    await until(api, job, "COMPLETED")
    assert len(plans.executions("sync-legislation-content")) == 2
