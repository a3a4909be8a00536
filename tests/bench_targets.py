"""Whether what was measured is what was wanted, said plainly."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    what: str
    wanted: str
    measured: str
    met: bool


def at_most(what: str, limit: float, measured: float | None, unit: str) -> Target:
    said = "not measured" if measured is None else f"{measured:.2f} {unit}"
    return Target(what, f"at most {limit:g} {unit}", said, measured is not None and measured <= limit)


def at_least(what: str, limit: float, measured: float | None, unit: str) -> Target:
    said = "not measured" if measured is None else f"{measured:.1f} {unit}"
    return Target(what, f"at least {limit:g} {unit}", said, measured is not None and measured >= limit)


def table(targets: Sequence[Target]) -> list[str]:
    return [
        "| target | wanted | measured | |",
        "|---|---|---|---|",
        *(f"| {one.what} | {one.wanted} | {one.measured} | {'met' if one.met else 'not met'} |" for one in targets),
        "",
    ]
