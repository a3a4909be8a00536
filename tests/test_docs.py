"""What people read is true: every command in the docs is run, every name in them exists."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import admin_api.settings
import deployments.settings
import flows.settings
import scripts.settings
from deployments.cli import cli
from flows.catalog import GROUPS
from tests import conftest

PROJECT = Path(__file__).parent.parent
DOCS = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").glob("*.md"))]
#: Run by tests of their own, or by whoever runs these.
ELSEWHERE = ("make ", "git ")


def blocks(doc: Path) -> list[str]:
    """Its shell blocks, without what is run elsewhere."""
    found = re.findall(r"^```sh\n(.*?)^```", doc.read_text(), re.MULTILINE | re.DOTALL)
    kept = ["\n".join(line for line in block.splitlines() if not line.startswith(ELSEWHERE)) for block in found]
    return [block for block in kept if block.strip()]


def here(block: str) -> str:
    """The block, as it is for the stack of these tests."""
    for written, meant in (("4200", conftest.PORT), ("8080", conftest.ADMIN_PORT), (". .venv/bin/activate", "")):
        block = block.replace(written, str(meant))
    return block


BLOCKS = [pytest.param(block, id=f"{doc.name}-{n}") for doc in DOCS for n, block in enumerate(blocks(doc))]


@pytest.mark.usefixtures("stack", "plans")
@pytest.mark.parametrize("block", BLOCKS)
def test_every_command_in_the_docs_works(block: str) -> None:
    ran = subprocess.run(
        ["bash", "-eux", "-c", here(block)],
        cwd=PROJECT,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_readmes_table_names_every_group() -> None:
    readme = (PROJECT / "README.md").read_text()
    rows = re.findall(r"^\| `(\S+)` \| `(\S+)` \|", readme, re.MULTILINE)
    assert rows == [(group.deployment, group.cli) for group in GROUPS]


def test_every_command_of_the_command_line_is_documented() -> None:
    text = "".join(doc.read_text() for doc in DOCS)
    for command in cli.commands:
        assert f"syncs {command}" in text


def test_every_link_to_a_file_leads_somewhere() -> None:
    for doc in DOCS:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", doc.read_text()):
            assert (doc.parent / target).exists(), f"{doc.name}: {target}"


def test_the_example_of_env_names_only_keys_that_a_package_reads() -> None:
    example = set(re.findall(r"^#?([A-Z_]+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE))
    of_deployments = {f"SYNCS_{name.upper()}" for name in deployments.settings.Settings.model_fields}
    of_flows = {str(field.validation_alias) for field in flows.settings.Settings.model_fields.values()}
    of_scripts = {name.upper() for name in scripts.settings.Settings.model_fields}
    of_admin = {f"SYNCS_{name.upper()}" for name in admin_api.settings.Settings.model_fields}
    assert example <= of_deployments | of_flows | of_scripts | of_admin
    assert of_flows | of_scripts | of_admin <= example
