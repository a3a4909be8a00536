"""What every script is, and what it is given when it is called."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from scripts.database import Database
from scripts.http_client import HttpClient
from scripts.report import Report
from scripts.settings import Settings
from scripts.source import Source


@dataclass(frozen=True)
class Options:
    """The flags that every script has."""

    limit: int | None = None
    dry_run: bool = False
    force: bool = False
    verbose: bool = False

    @property
    def complete(self) -> bool:
        """Whether this call may remember what it has read: a pass that was cut short or only rehearsed may not."""
        return self.limit is None and not self.dry_run


@dataclass(frozen=True)
class Call:
    """One call of a script: its flags, and all that it touches. `client` is for what is asked and not read."""

    options: Options
    database: Database
    source: Source
    report: Report
    settings: Settings
    client: HttpClient


def no_flags(_: argparse.ArgumentParser) -> None:
    """Only those that every script has."""


@dataclass(frozen=True, kw_only=True)
class Script:
    """`flags` declares the script's own flags; `run` gets them back parsed."""

    name: str
    summary: str
    flags: Callable[[argparse.ArgumentParser], None] = no_flags
    run: Callable[[Call, argparse.Namespace], None]
