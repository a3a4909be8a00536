"""The pages, as a browser without scripts has them, on the whole stack."""

import re
import time
from collections.abc import AsyncIterator
from html import unescape
from typing import Any
from uuid import uuid4

import httpx
import pytest

from admin_api.schemas import ID
from tests.admin import cancel, start, start_job, until
from tests.admin_api.site import HTML, field
from tests.plans import Plans
from tests.runs import begun
from tests.stack import Stack

HOSTILE = "<script>alert(1)</script> \"'& \x1b[31mred"


@pytest.fixture
async def browser(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Accept": HTML, "Accept-Language": "en"}
    async with httpx.AsyncClient(
        base_url=stack.admin_url, headers=headers, timeout=30, trust_env=False, follow_redirects=True
    ) as browser:
        form = (await browser.get("/admin/login")).text
        await browser.post("/admin/login", data={"token": stack.token, "csrf": field(form, "csrf"), "next": ""})
        yield browser


async def page(browser: httpx.AsyncClient, path: str = "/admin/syncs", **query: Any) -> str:
    answer = await browser.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.text


async def send(browser: httpx.AsyncClient, path: str, **data: str) -> httpx.Response:
    return await browser.post(path, data={"csrf": field(await page(browser), "csrf"), **data})


def job_of(answer: httpx.Response) -> str:
    """The job whose page it is."""
    assert answer.status_code == 200, answer.text
    return answer.url.path.rpartition("/")[2]


async def test_a_form_starts_a_group_with_its_flags_and_leads_to_the_job(
    browser: httpx.AsyncClient, api: httpx.AsyncClient, plans: Plans
) -> None:
    job = job_of(await send(browser, "/admin/syncs", script="sync:press", **{"flag-limit": "5"}))
    assert (await until(api, job, "COMPLETED"))["parameters"] == {"limit": 5}
    assert plans.executions("sync-press-analysis")[0]["flags"] == ["--limit=5"]
    told = await page(browser, f"/admin/syncs/{job}")
    assert "<h1>Press</h1>" in told
    assert re.findall(r"<h3>([\w-]+)</h3>", told) == ["parse-rss", "ai-analysis"]
    assert "limit=5" in told


async def test_every_flag_has_a_field_and_what_is_left_empty_is_no_flag(
    browser: httpx.AsyncClient, api: httpx.AsyncClient, plans: Plans
) -> None:
    flags = {"flag-limit": "", "flag-dry-run": "true", "flag-type": "FACTCHECK"}
    job = job_of(await send(browser, "/admin/syncs", script="sync-script/index-embeddings", **flags))
    assert (await until(api, job, "COMPLETED"))["parameters"] == {"dry-run": True, "type": "FACTCHECK"}


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        ({"script": "sync:pres"}, 422, "Nothing is called"),
        ({"script": "press", "flag-limit": "many"}, 422, "is not allowed, it takes a whole number"),
        ({"script": ""}, 422, "Nothing is called"),
    ],
)
async def test_what_cannot_be_started_is_said_on_a_page(
    browser: httpx.AsyncClient, data: dict[str, str], status: int, said: str
) -> None:
    answer = await send(browser, "/admin/syncs", **data)
    assert answer.status_code == status
    assert said in answer.text


async def test_what_goes_on_is_cancelled_and_run_again_by_its_buttons(
    browser: httpx.AsyncClient, api: httpx.AsyncClient, plans: Plans
) -> None:
    plans.make("sync-hatvp", seconds=[60, 0], report=[{"processed": 3, "total": 12}])
    job = (await start_job(api, "sync-hatvp"))["id"]
    await begun(plans, "sync-hatvp")
    assert f'id="cancel-{job}"' in await page(browser)
    assert (await send(browser, "/admin/syncs", script="sync-hatvp")).status_code == 409
    assert "Running" in (await send(browser, f"/admin/syncs/{job}/cancel")).text
    await until(api, job, "CANCELLED")
    moving = await page(browser, f"/admin/syncs/{job}/live")
    assert "Cancelled" in moving
    assert "<html" not in moving
    assert f'id="cancel-{job}"' not in await page(browser, "/admin/syncs/live")
    await send(browser, f"/admin/syncs/{job}/retry")
    await until(api, job, "COMPLETED")


async def test_without_the_word_of_the_session_nothing_is_done(browser: httpx.AsyncClient) -> None:
    for path in ("/admin/syncs", f"/admin/syncs/{uuid4()}/cancel", f"/admin/syncs/{uuid4()}/retry"):
        assert (await browser.post(path, data={"script": "press", "csrf": "x"})).status_code == 403


async def test_what_a_script_says_is_shown_as_text(
    browser: httpx.AsyncClient, api: httpx.AsyncClient, plans: Plans
) -> None:
    plans.make("sync-deceased", exits=64, stderr=HOSTILE)
    job = await start(api, "sync-deceased")
    await until(api, job, "FAILED")
    told = await page(browser, f"/admin/syncs/{job}")
    assert "<script>alert" not in told
    assert "<script>alert(1)</script> \"'&" in unescape(told)
    assert "\x1b" not in told


async def test_the_history_is_filtered_and_paged(
    browser: httpx.AsyncClient, api: httpx.AsyncClient, plans: Plans
) -> None:
    plans.make("sync-president", exits=[64, 0])
    failed = await start(api, "sync-president")
    await until(api, failed, "FAILED")
    done = await start(api, "sync-president")
    await until(api, done, "COMPLETED")
    of_script = await page(browser, script="sync-president")
    assert of_script.index(f'id="row-{done}"') < of_script.index(f'id="row-{failed}"')
    only = await page(browser, script="sync-president", status="FAILED")
    assert f'id="row-{failed}"' in only
    assert f'id="row-{done}"' not in only
    assert f'href="/admin/syncs/{done}"' in only, "the last one stands beside its button"
    assert "No sync is like that." in await page(browser, script="sync-president", page=1000)


async def test_a_days_step_leads_to_its_day_and_has_no_buttons(
    browser: httpx.AsyncClient, api: httpx.AsyncClient, plans: Plans
) -> None:
    plans.make("sync-votes-an", seconds=60)
    day = await start(api, "daily")
    await begun(plans, "sync-votes-an")
    try:
        step, give_up = None, time.monotonic() + 20
        while step is None:
            assert time.monotonic() < give_up, "the step has no job"
            told = await page(browser, f"/admin/syncs/{day}/live")
            step = re.search(r'href="/admin/syncs/([0-9a-f-]+)">votes-an<', told)
        assert len(re.findall(r'<li class="\w+" id="step-', told)) == 16
        of_step = await page(browser, f"/admin/syncs/{step[1]}")
        assert f'href="/admin/syncs/{day}"' in of_step
        assert 'id="cancel"' not in of_step
    finally:
        await cancel(api, day)


async def test_a_schedule_is_paused_and_resumed_by_its_button_and_the_log_says_by_whom(
    browser: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    async def of_the_day() -> dict[str, Any]:
        schedules = (await api.get("/api/admin/schedules")).json()["data"]
        return next(one for one in schedules if one["script"] == "daily")

    schedule = await of_the_day()
    assert "0 5,11,19 * * *" in await page(browser, "/admin/schedules")
    paused = await send(browser, f"/admin/schedules/{schedule['id']}", active="false")
    try:
        assert paused.url.path == "/admin/schedules"
        assert "Resume: Daily sync" in paused.text
        assert not (await of_the_day())["active"]
    finally:
        resumed = await send(browser, f"/admin/schedules/{schedule['id']}", active="true")
    assert "Pause: Daily sync" in resumed.text
    assert (await of_the_day())["active"]
    told = unescape(re.sub("<[^>]+>", " ", await page(browser, "/admin/audit")))
    newest, before = re.findall(r"on the admin page\s+127\.0\.0\.1\s+(\w+)", told)[:2]
    assert (newest, before) == ("resumed", "paused")


async def test_pages_speak_french(browser: httpx.AsyncClient, api: httpx.AsyncClient, plans: Plans) -> None:
    job = await start(api, "sync-president")
    await until(api, job, "COMPLETED")
    assert "Completed" not in await page(browser, lang="fr")
    for path, said in [
        ("/admin/syncs", "Terminé"),
        (f"/admin/syncs/{job}", "Terminé"),
        ("/admin/schedules", "Prochaines exécutions"),
        ("/admin/audit", "Qui a fait quoi"),
    ]:
        told = await page(browser, path, lang="fr")
        assert '<html lang="fr">' in told
        assert said in told


async def test_nothing_is_loaded_from_elsewhere_and_nothing_is_there_for_a_stranger(
    browser: httpx.AsyncClient, stack: Stack
) -> None:
    told = await page(browser)
    loaded = re.findall(r'(?:src|rel="stylesheet" href)="([^"]+)"', told)
    assert len(loaded) == 4
    for address in loaded:
        assert address.startswith("/static/")
        assert (await browser.get(address)).status_code == 200
    async with httpx.AsyncClient(base_url=stack.admin_url, headers={"Accept": HTML}, trust_env=False) as stranger:
        for path in ("/admin/syncs", "/admin/syncs/live", f"/admin/syncs/{uuid4()}"):
            assert (await stranger.get(path)).status_code == 303


@pytest.mark.parametrize("path", [f"/admin/syncs/{ID}", "/admin/syncs/no-such", "/admin/nothing"])
async def test_what_is_not_there_is_said_on_a_page_that_leads_on(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 404
    assert 'href="/admin/schedules"' in answer.text
    assert 'href="?lang=fr"' in answer.text


async def test_the_language_of_a_refusal_is_changed_without_asking_for_it_again(browser: httpx.AsyncClient) -> None:
    refused = await send(browser, f"/admin/syncs/{uuid4()}/cancel")
    assert refused.status_code == 404
    assert 'href="/admin/syncs?lang=fr"' in refused.text


async def test_the_spans_of_steps_are_drawn(browser: httpx.AsyncClient, api: httpx.AsyncClient, plans: Plans) -> None:
    plans.make("sync-press", seconds=1)
    plans.make("sync-press-analysis", seconds=1)
    job = await start(api, "press")
    await until(api, job, "COMPLETED")
    (first, second) = re.findall(r'<rect x="([\d.]+)" width="([\d.]+)"', await page(browser, f"/admin/syncs/{job}"))
    assert float(first[0]) == 0
    assert float(first[1]) <= float(second[0])
    assert float(second[0]) + float(second[1]) == pytest.approx(100)


async def test_what_was_not_configured_is_not_called_completed(
    browser: httpx.AsyncClient, api: httpx.AsyncClient, plans: Plans
) -> None:
    plans.make("sync-judilibre", exits=78, stderr="JUDILIBRE_KEY is not set")
    job = await start(api, "sync-judilibre")
    await until(api, job, "COMPLETED")
    (row,) = re.findall(rf'(?s)<tr id="row-{job}">.*?</tr>', await page(browser))
    assert ">Skipped<" in row
    assert "JUDILIBRE_KEY is not set" in await page(browser, f"/admin/syncs/{job}")
