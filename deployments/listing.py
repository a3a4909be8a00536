"""The catalog as `syncs catalog` prints it."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from flows.catalog import CATEGORIES, COMMON_FLAGS, GROUPS, SCRIPTS, Flag, Kind


def catalog() -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "groups": [
            {
                "name": group.cli,
                "deployment": group.deployment,
                "steps": [{"name": step.name, "script": step.script.name} for step in group.steps],
                "flags": [_described(flag) for flag in group.flags],
            }
            for group in GROUPS
        ],
        "scripts": [
            {
                "name": script.name,
                "deployment": script.deployment,
                "category": script.category.name,
                "label": script.label.en,
                "flags": [_described(flag) for flag in script.flags],
            }
            for script in SCRIPTS
        ],
    }


def print_catalog() -> None:
    """Groups with their steps, then scripts by category, each with its flags."""
    console = Console()
    groups = Table(title="Groups: syncs trigger <name>", title_justify="left")
    for heading in ("name", "steps", "flags"):
        groups.add_column(heading, overflow="fold")
    for group in GROUPS:
        groups.add_row(group.cli, ", ".join(step.name for step in group.steps), _flags(group.flags))
    console.print(groups)
    for category in CATEGORIES:
        scripts = Table(title=category.label.en, title_justify="left")
        for heading in ("script", "what", "flags of its own"):
            scripts.add_column(heading, overflow="fold")
        for script in SCRIPTS:
            if script.category is category:
                scripts.add_row(script.name, script.label.en, _flags(script.own_flags))
        console.print(scripts)
    console.print("Every script also takes:")
    for flag in COMMON_FLAGS:
        console.print(f"  {_written(flag):<12} {flag.help}", highlight=False)


def _flags(flags: tuple[Flag, ...]) -> str:
    return "\n".join(f"{_written(flag)}  {flag.help}" for flag in flags)


def _described(flag: Flag) -> dict[str, Any]:
    return {"name": flag.name, "kind": flag.kind.value, "help": flag.help, "choices": list(flag.choices)}


def _written(flag: Flag) -> str:
    match flag.kind:
        case Kind.SWITCH:
            return f"--{flag.name}"
        case Kind.INTEGER:
            return f"--{flag.name}=N"
        case Kind.CHOICE:
            return f"--{flag.name}={'|'.join(flag.choices)}"
        case Kind.TEXT:
            return f"--{flag.name}=TEXT"
