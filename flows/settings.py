"""How a script becomes a command. Read once, from the environment of the process that runs the flow."""

from __future__ import annotations

import shlex
import sys
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

PROJECT = Path(__file__).resolve().parent.parent


def _a_command(value: str) -> str:
    try:
        words = shlex.split(value)
    except ValueError as error:
        raise ValueError(f"not a command: {error}") from None
    if not any("{script}" in word for word in words):
        raise ValueError("must hold {script}, which stands for the script's name, e.g. npx tsx scripts/{script}.ts")
    return value


def _a_folder(value: Path) -> Path:
    if not value.is_dir():
        raise ValueError("must be a folder that exists")
    return value.resolve()


class Settings(BaseSettings):
    """Raises pydantic's ValidationError, which names the key, its value and what is allowed."""

    #: Split into words like a shell would, but no shell ever reads it: no variables, pipes or `&&`.
    command: Annotated[str, AfterValidator(_a_command)] = Field(
        default=shlex.join([sys.executable, "-m", "scripts", "{script}"]),
        validation_alias="SYNCS_COMMAND",
    )
    workdir: Annotated[Path, AfterValidator(_a_folder)] = Field(default=PROJECT, validation_alias="SYNCS_WORKDIR")
    #: Seconds before a step's second attempt; doubled for each further one. None: as in DESIGN.md 3.1.
    retry_delay: float | None = Field(
        default=None, ge=0, le=3600, allow_inf_nan=False, validation_alias="SYNCS_RETRY_DELAY"
    )
    #: Where a script's lock file is, so that it runs once at a time on this machine.
    home: Path = Field(default=PROJECT / ".syncs", validation_alias="SYNCS_HOME")

    def command_for(self, script: str) -> list[str]:
        """The words that start a script, its flags not yet among them."""
        return [word.replace("{script}", script) for word in shlex.split(self.command)]

    def lock_of(self, script: str) -> Path:
        """The script's lock file; its folder is made where it is missing."""
        locks = self.home.resolve() / "locks"
        locks.mkdir(mode=0o700, parents=True, exist_ok=True)
        return locks / script


@cache
def settings() -> Settings:
    return Settings()
