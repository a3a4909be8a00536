"""The house's own rules (DESIGN.md 2): who may import whom, what a module is called, what the repository holds."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
PACKAGES = ("flows", "deployments", "admin_api", "scripts")
MODULES = sorted(path for package in PACKAGES for path in (PROJECT / package).rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "base", "misc"}

#: What each part may import of the project; the longest entry that fits a module counts.
MAY_IMPORT = {
    "scripts": {"scripts"},
    "flows.catalog": {"flows.catalog"},
    "flows.tap": {"flows.tap"},
    "flows": {"flows"},
    "admin_api": {"admin_api", "flows.catalog"},
    "deployments": {"deployments", "flows.catalog"},
    "deployments.warm": {"deployments.warm", "flows.tap"},
    # What a fork is to have imported, and what it must read anew.
    "deployments.warm.imported": {"flows"},
    "deployments.warm.child": {"deployments.warm", "flows.tap", "flows.settings"},
    # The command line and what it shows of a run.
    "deployments.cli": {"deployments", "flows.catalog", "admin_api.prefect_gateway", "admin_api.rebuild"},
    "deployments.watch": {"deployments", "flows.catalog", "admin_api.prefect_gateway"},
}


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> set[str]:
    """Every module that a file imports, in a function too; `from a import b` counts as a.b where that is a module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            assert node.module
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                as_file = PROJECT / Path(*whole.split("."))
                found.add(whole if as_file.with_suffix(".py").exists() or as_file.is_dir() else node.module)
    return found


def within(module: str, parents: set[str]) -> bool:
    return any(module == parent or module.startswith(f"{parent}.") for parent in parents)


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_imports_of_the_project_only_what_its_part_may(path: Path) -> None:
    name = module_name(path)
    part = max((part for part in MAY_IMPORT if within(name, {part})), key=len)
    ours = {imported for imported in imports(path) if within(imported, set(PACKAGES))}
    strangers = {imported for imported in ours if not within(imported, MAY_IMPORT[part])}
    assert not strangers


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_only_these_speak_to_prefect(path: Path) -> None:
    name = module_name(path)
    speaks = {"flows", "admin_api.prefect_gateway"}
    speaks |= {f"deployments.{name}" for name in ("registration", "automations", "prefect_server")}
    warm = ("engine", "child", "related", "worker", "pickup", "estate", "answers", "certificates", "watching")
    speaks |= {f"deployments.warm.{name}" for name in warm}
    if not within(name, speaks) or within(name, {"flows.catalog", "flows.tap"}):
        assert not {one for one in imports(path) if within(one, {"prefect", "prefect_shell"})}


def test_only_command_imports_prefect_shell() -> None:
    assert {module_name(path) for path in MODULES if within_any(path, "prefect_shell")} == {"flows.command"}


@pytest.mark.parametrize("path", [path for path in MODULES if "admin_api" in path.parts], ids=module_name)
def test_in_the_admin_api_only_these_speak_sql(path: Path) -> None:
    speaks = {"models", "db", "sync_jobs", "mirror", "cleanup", "changes", "audit", "metrics", "rebuild"}
    speaks |= {"migrate", "migrations"}
    # The settings know a URL when they see one.
    if not within(module_name(path), {f"admin_api.{name}" for name in speaks | {"settings"}}):
        assert not within_any(path, "sqlalchemy")


def within_any(path: Path, module: str) -> bool:
    return any(within(one, {module}) for one in imports(path))


@pytest.mark.parametrize("path", [path for path in MODULES if {"catalog", "tap"} & set(path.parts)], ids=str)
def test_the_catalog_and_the_tap_need_the_standard_library_only(path: Path) -> None:
    outside = {one for one in imports(path) if not within(one, {"flows.catalog", "flows.tap"})}
    assert {one.partition(".")[0] for one in outside} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    "name", ["__init__", "launch", "attempts", "wire", "signals", "guard", "cold", "report"], ids=str
)
def test_a_launcher_needs_the_standard_library_only(name: str) -> None:
    imported = imports(PROJECT / "deployments" / "warm" / f"{name}.py")
    outside = {one for one in imported if not within(one, {"deployments.warm", "flows.tap"})}
    assert {one.partition(".")[0] for one in outside} <= sys.stdlib_module_names


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_is_called_after_its_noun_and_is_not_too_long(path: Path) -> None:
    assert not set(module_name(path).split(".")) & FORBIDDEN_NAMES
    # "About 300": one that needs more is two nouns (DESIGN.md 2).
    assert len(path.read_text().splitlines()) <= 320


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [PROJECT / line for line in listed.stdout.splitlines()]


def test_locks_hold_a_hash_for_everything_and_no_address() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock"):
        text = (PROJECT / lock).read_text()
        assert "://" not in text
        pinned = re.findall(r"^[\w.\[\],-]+==(?:[^\n]*)\\\n {4}--hash=sha256:", text, re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^\w", text, re.MULTILINE))


def test_locks_hold_the_versions_without_which_prefect_is_broken() -> None:
    locked = dict(re.findall(r"^([\w.-]+)==([\w.]+)", (PROJECT / "requirements.lock").read_text(), re.MULTILINE))
    assert locked["prefect"] == "3.8.8"
    assert (0, 139) <= tuple(int(part) for part in locked["fastapi"].split(".")[:2]) < (0, 151)
    assert tuple(int(part) for part in locked["sqlalchemy"].split(".")[:2]) == (2, 0)


def test_the_repository_holds_no_absolute_path_of_a_machine() -> None:
    machine = re.compile(rf"{re.escape(str(PROJECT.parent))}/|{re.escape(str(Path.home()))}/|/(home|Users)/\w+/")
    # This file names the patterns themselves.
    files = [path for path in tracked() if path.suffix not in {".zip", ".png"} and path != Path(__file__)]
    assert not [str(path) for path in files if path.is_file() and machine.search(path.read_text(errors="replace"))]
