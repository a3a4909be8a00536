"""`syncs deploy` on the real server: what it makes, and what of an operator's it leaves alone."""

import asyncio
from datetime import timedelta

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolUpdate
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.events import AutomationCore
from prefect.exceptions import ObjectNotFound

from deployments.automations import WANTED
from deployments.bootstrap import NOT_BEGUN, POOL, SILENT, Unreachable, bootstrap, digest, stanzas
from deployments.registration import COMMAND, RETIRED, register
from flows.catalog import GROUPS, SCRIPTS

on_the_stack = pytest.mark.usefixtures("stack")


async def read(name: str) -> DeploymentResponse:
    async with get_client() as client:
        return await client.read_deployment_by_name(name)


async def test_without_a_server_it_says_so_in_a_sentence() -> None:
    with pytest.raises(Unreachable, match=r"does not answer .* Is `syncs up` running"):
        await bootstrap({"PREFECT_API_URL": "http://127.0.0.1:9/api"})


@on_the_stack
async def test_every_deployment_of_the_catalog_is_there_and_a_second_time_nothing_changes() -> None:
    for target in (*[group.deployment for group in GROUPS], *[script.deployment for script in SCRIPTS]):
        assert (await read(target)).version == digest()
    assert await bootstrap() == "40 deployments, unchanged"


@on_the_stack
async def test_every_scripts_tag_is_limited_to_one_and_put_right_where_it_is_not() -> None:
    async with get_client() as client:
        await client.delete_concurrency_limit_by_tag("script:sync-senat")
        await client.create_concurrency_limit("script:sync-senat", 5)
        await client.delete_concurrency_limit_by_tag("script:sync-press")
        assert await bootstrap() == "40 deployments registered"
        for script in SCRIPTS:
            assert (await client.read_concurrency_limit_by_tag(script.tag)).concurrency_limit == 1


@on_the_stack
async def test_a_schedule_that_an_operator_paused_stays_paused_and_one_that_he_added_stays() -> None:
    async with get_client() as client:
        before = await client.read_deployment_by_name("sync-politicians/prod")
        await client.update_deployment_schedule(before.id, before.schedules[0].id, active=False)
        yearly = IntervalSchedule(interval=timedelta(days=365))
        await client.create_deployment_schedules(before.id, [DeploymentScheduleCreate(schedule=yearly, active=False)])
        await register(stanzas(), "of-a-test")
        after = await client.read_deployment_by_name("sync-politicians/prod")
        assert after.id == before.id
        assert after.version == "of-a-test"
        assert {(one.slug, one.active) for one in after.schedules} == {("sunday-night", False), (None, False)}
        # And again, from what a test leaves behind:
        for one in after.schedules:
            await client.delete_deployment_schedule(after.id, one.id)
    assert await bootstrap() == "40 deployments registered"
    assert [(one.slug, one.active) for one in (await read("sync-politicians/prod")).schedules] == [
        ("sunday-night", True)
    ]


@on_the_stack
async def test_a_paused_deployment_stays_paused() -> None:
    async with get_client() as client:
        paused = await client.read_deployment_by_name("maintenance/prod")
        await client.pause_deployment(paused.id)
        try:
            await register(stanzas(), "of-a-test")
            assert (await read("maintenance/prod")).paused
        finally:
            await client.resume_deployment(paused.id)
    await bootstrap()


@on_the_stack
async def test_a_deployment_that_prefect_yaml_no_longer_names_is_paused_and_tagged_and_can_return() -> None:
    whole = stanzas()
    fewer = [stanza for stanza in whole if stanza.get("name") != "sync-deceased"]
    said = await register(fewer, "of-a-test")
    assert "39 deployments registered; sync-deceased paused and tagged" in said
    retired = await read("sync-script/sync-deceased")
    assert retired.paused
    assert retired.tags == [RETIRED]
    await bootstrap()
    back = await read("sync-script/sync-deceased")
    assert "syncs" in back.tags
    assert not back.paused


@on_the_stack
async def test_what_an_operator_set_on_the_pool_is_kept_and_the_command_is_ours() -> None:
    async with get_client() as client:
        pool = await client.read_work_pool(POOL)
        template = pool.base_job_template
        template["variables"]["properties"]["env"]["default"] = {"OF_A_TEST": "1"}
        template["variables"]["properties"]["command"]["default"] = "something else"
        await client.update_work_pool(POOL, WorkPoolUpdate(base_job_template=template))
        await register(stanzas(), "of-a-test")
        after = (await client.read_work_pool(POOL)).base_job_template["variables"]["properties"]
        assert after["command"]["default"] == COMMAND
        assert after["env"].pop("default") == {"OF_A_TEST": "1"}
        del template["variables"]["properties"]["env"]["default"]
        template["variables"]["properties"]["command"]["default"] = COMMAND
        await client.update_work_pool(POOL, WorkPoolUpdate(base_job_template=template))
    await bootstrap()


@on_the_stack
async def test_an_automation_that_an_operator_switched_off_stays_off_and_one_that_is_gone_returns() -> None:
    async with get_client() as client:
        (silent,) = await client.read_automations_by_name(SILENT)
        await client.pause_automation(silent.id)
        others = {**WANTED[1].model_dump(exclude={"owner_resource"}), "name": SILENT, "enabled": False}
        await client.update_automation(silent.id, AutomationCore.model_validate(others))
        (not_begun,) = await client.read_automations_by_name(NOT_BEGUN)
        await client.delete_automation(not_begun.id)
        assert await bootstrap() == "40 deployments registered"
        (after,) = await client.read_automations_by_name(SILENT)
        assert (after.id, after.enabled, after.trigger) == (silent.id, False, WANTED[0].trigger)
        assert await client.read_automations_by_name(NOT_BEGUN)
        await client.resume_automation(silent.id)


@on_the_stack
async def test_two_at_once_do_no_harm() -> None:
    await register(stanzas(), "of-a-test")
    await asyncio.gather(bootstrap(), bootstrap())
    assert await bootstrap() == "40 deployments, unchanged"
    with pytest.raises(ObjectNotFound):
        await read("sync-press/staging")
