"""How a script becomes a command. Read once, from the environment of the process that runs the flow.

`python -m flows.settings` says what is wrong with them, if anything: `syncs up` asks before it starts.
"""

from __future__ import annotations

import shlex
import sys
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent


class SettingsError(ValueError):
    """<key>=<value>: <what is allowed>."""


def _a_command(value: str) -> str:
    try:
        words = shlex.split(value)
    except ValueError as error:
        raise ValueError(f"it is not a command: {error}") from None
    if not any("{script}" in word for word in words):
        raise ValueError("it must hold {script}, the script's name, as npx tsx scripts/{script}.ts does")
    return value


def _a_folder(value: Path) -> Path:
    if not value.is_dir():
        raise ValueError("it must be a folder that exists")
    return value.resolve()


class Settings(BaseSettings):
    """An empty value is as good as none. Use `settings()`, whose error is a sentence."""

    model_config = SettingsConfigDict(env_ignore_empty=True)

    #: Split into words like a shell would, but no shell ever reads it: no variables, pipes or `&&`.
    command: Annotated[str, AfterValidator(_a_command)] = Field(
        default=shlex.join([sys.executable, "-m", "scripts", "{script}"]),
        validation_alias="SYNCS_COMMAND",
    )
    workdir: Annotated[Path, AfterValidator(_a_folder)] = Field(default=PROJECT, validation_alias="SYNCS_WORKDIR")
    #: Seconds before a step's second attempt; doubled for each further one. None: as in DESIGN.md 3.1.
    retry_delay: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] | None = Field(
        default=None, validation_alias="SYNCS_RETRY_DELAY"
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
    """Raises SettingsError."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        what = first["msg"].removeprefix("Value error, ").replace("Input should", "it should")
        raise SettingsError(f"{first['loc'][0]}={first['input']}: {what}.") from None


if __name__ == "__main__":
    try:
        settings()
    except SettingsError as refused:
        sys.exit(str(refused))
