"""What the scripts read from the environment. `python -m scripts.settings` says what is wrong with it, if anything."""

import sys
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from scripts.errors import CalledWrongly, NotConfigured


class Settings(BaseSettings):
    """The site's database, and where the sources are read: `live`, or a folder of files in their formats."""

    model_config = SettingsConfigDict(env_ignore_empty=True)

    database_url: str | None = Field(default=None, repr=False)  # may hold a password
    syncs_sources: Literal["live"] | Path = "live"

    @field_validator("database_url")
    @classmethod
    def _database_that_we_speak(cls, value: str | None) -> str | None:
        return value and database_url(value).render_as_string(hide_password=False)

    @field_validator("syncs_sources")
    @classmethod
    def _folder_that_exists(cls, value: Path | str) -> Path | str:
        if isinstance(value, Path) and not value.is_dir():
            raise ValueError(f"is '{value}'; allowed are the word live and a folder that exists")
        return value

    @property
    def database(self) -> URL:
        """Raises NotConfigured where DATABASE_URL is not set."""
        if self.database_url is None:
            raise NotConfigured("DATABASE_URL is not set: give the site's database, e.g. sqlite:///site.db.")
        return make_url(self.database_url)


def database_url(written: str) -> URL:
    """Every spelling of PostgreSQL becomes psycopg 3's. A password never reaches an error's text."""
    allowed = "allowed are postgresql://user@host/name and sqlite:///path"
    try:
        url = make_url(written)
    except (ArgumentError, ValueError):
        raise ValueError(f"is not a database URL; {allowed}") from None
    match url.drivername:
        case "postgres" | "postgresql" | "postgresql+psycopg":
            return url.set(drivername="postgresql+psycopg")
        case "sqlite" | "sqlite+pysqlite":
            return url.set(drivername="sqlite")
        case _:
            raise ValueError(f"is '{shown(url)}'; {allowed}")


def shown(url: URL) -> str:
    """For people: without a password, which libpq takes in the query as well."""
    return url.set(query={}).render_as_string(hide_password=True)


def read_settings() -> Settings:
    """Raises CalledWrongly, naming the key, its value and what is allowed."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        # A union's error names its branch too; the key is the first part.
        key = str(first["loc"][0]).upper()
        raise CalledWrongly(f"{key} {first['msg'].removeprefix('Value error, ')}.") from None


if __name__ == "__main__":
    try:
        read_settings()
    except CalledWrongly as refused:
        sys.exit(str(refused))
