"""prefect.yaml is what Prefect takes it for. Prefect itself ignores a key that it does not know, and skips the whole
file, quietly, for one bad schedule."""

import os
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pytest
import yaml
from prefect import Flow

# Private, so it stands here and nowhere else: the loader that `prefect deploy` itself uses, of the pinned Prefect.
from prefect.cli.deploy._config import _load_deploy_configs_and_actions
from prefect.cli.deploy._models import DeploymentConfig
from prefect.flows import load_flow_from_entrypoint
from rich.console import Console

from deployments.bootstrap import POOL, stanzas
from flows.catalog import GROUPS, SCRIPTS, Flag, Kind

PROJECT = Path(__file__).parent.parent
FILE = PROJECT / "prefect.yaml"
WHOLE: dict[str, Any] = yaml.safe_load(FILE.read_text())


def test_prefects_own_loader_finds_every_deployment() -> None:
    configs, _ = _load_deploy_configs_and_actions(FILE, console=Console())
    assert len(configs) == len(stanzas()) == len(GROUPS) + len(SCRIPTS)


def test_prefect_knows_every_key() -> None:
    known = set(DeploymentConfig.model_fields)
    for stanza in stanzas():
        assert set(stanza) <= known
        assert set(stanza.get("concurrency_limit", {})) <= {"limit", "collision_strategy"}
        DeploymentConfig.model_validate(stanza)


def test_names_are_the_catalogs_and_in_its_order() -> None:
    names = [f"{load_flow_from_entrypoint(stanza['entrypoint']).name}/{stanza['name']}" for stanza in stanzas()]
    assert names == [group.deployment for group in GROUPS] + [script.deployment for script in SCRIPTS]


def test_each_group_is_an_async_flow_that_is_called_like_its_module() -> None:
    for group, stanza in zip(GROUPS, stanzas(), strict=False):
        slug = group.name.replace("-", "_")
        assert stanza["entrypoint"] == f"flows.{slug}.{slug}"
        flow: Flow[..., Any] = load_flow_from_entrypoint(stanza["entrypoint"])
        assert flow.isasync
        assert flow.persist_result


def test_each_groups_parameters_are_its_flags_typed_bounded_and_with_their_defaults() -> None:
    for group, stanza in zip(GROUPS, stanzas(), strict=False):
        flow: Flow[..., Any] = load_flow_from_entrypoint(stanza["entrypoint"])
        properties = flow.parameters.properties
        assert list(properties) == [flag.name.replace("-", "_") for flag in group.flags]
        for flag in group.flags:
            assert_same(flag, properties[flag.name.replace("-", "_")])


def assert_same(flag: Flag, schema: dict[str, Any]) -> None:
    assert flag.kind is Kind.INTEGER, "teach this test the other kinds when a group takes one"
    assert schema["type"] == "integer"
    assert (schema["minimum"], schema["maximum"]) == (flag.minimum, flag.maximum)
    assert (schema["default"], schema["description"]) == (flag.default, flag.help)


def test_each_script_has_a_deployment_that_names_it() -> None:
    for script, stanza in zip(SCRIPTS, stanzas()[len(GROUPS) :], strict=True):
        assert stanza["parameters"] == {"script": script.name}
        assert "concurrency_limit" not in stanza


def test_a_group_runs_once_at_a_time_and_a_second_run_waits() -> None:
    for stanza in stanzas()[: len(GROUPS)]:
        assert stanza["concurrency_limit"] == {"limit": 1, "collision_strategy": "ENQUEUE"}


def test_every_schedule_has_a_slug_and_a_zone_and_leaves_it_to_the_operator_whether_it_is_active() -> None:
    schedules = {stanza["entrypoint"]: stanza.get("schedules", []) for stanza in stanzas()}
    scheduled = {entrypoint: [one["cron"] for one in many] for entrypoint, many in schedules.items() if many}
    assert scheduled == {
        "flows.sync_politicians.sync_politicians": ["0 3 * * 0"],
        "flows.sync_daily.sync_daily": ["0 5,11,19 * * *"],
    }
    for schedule in [one for many in schedules.values() for one in many]:
        assert set(schedule) == {"cron", "timezone", "slug"}
        assert schedule["timezone"] in available_timezones()


def test_everything_goes_to_the_one_pool_and_checks_its_parameters() -> None:
    for stanza in stanzas():
        assert stanza["work_pool"] == {"name": POOL}
        assert POOL in stanza["tags"]
        assert stanza["enforce_parameter_schema"] is True


def test_it_says_which_prefect_it_is_for() -> None:
    assert f'"prefect=={WHOLE["prefect-version"]}"' in (PROJECT / "pyproject.toml").read_text()


@pytest.mark.parametrize("path", ["prefect.yaml", "pyproject.toml", "Makefile"])
def test_it_holds_no_absolute_path(path: str) -> None:
    text = (PROJECT / path).read_text()
    assert str(PROJECT) not in text
    assert os.path.expanduser("~") not in text
