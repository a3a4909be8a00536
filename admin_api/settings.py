"""What the admin API reads from the environment. `python -m admin_api check` says what is wrong with it."""

from __future__ import annotations

from typing import Self

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

LEAST_TOKEN = 32  #: characters: fewer could be guessed
MAKE_A_TOKEN = "python -c 'import secrets; print(secrets.token_urlsafe(32))'"  # noqa: S105 - the way to one


class SettingsError(Exception):
    """What is wrong with a setting, by its name, and what is allowed. It holds no secret's value."""


class Settings(BaseSettings):
    """The table of jobs, and the token of those who may start some. Both are needed: nothing starts without."""

    model_config = SettingsConfigDict(
        env_prefix="SYNCS_", env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    database_url: str = Field(repr=False)
    admin_token: SecretStr

    @field_validator("database_url")
    @classmethod
    def _speaks_our_database(cls, value: str) -> str:
        return database_url(value).render_as_string(hide_password=False)

    @field_validator("admin_token")
    @classmethod
    def _cannot_be_guessed(cls, value: SecretStr) -> SecretStr:
        token = value.get_secret_value()
        if len(token) < LEAST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError(f"is too weak: it takes {LEAST_TOKEN} or more printable ASCII characters without spaces")
        return value

    @property
    def database(self) -> URL:
        return make_url(self.database_url)

    @classmethod
    def read(cls) -> Self:
        """Raises SettingsError."""
        try:
            return cls()  # type: ignore[call-arg]  # the environment has them, or not
        except ValidationError as error:
            raise SettingsError(_sentence(error)) from None


def database_url(written: str) -> URL:
    """Every spelling of PostgreSQL becomes psycopg's, of SQLite aiosqlite's. Raises ValueError without the URL."""
    try:
        url = make_url(written)
    except (ArgumentError, ValueError):
        raise ValueError("is not a database URL") from None
    match url.get_backend_name():
        case "postgres" | "postgresql":
            return url.set(drivername="postgresql+psycopg")
        case "sqlite":
            return url.set(drivername="sqlite+aiosqlite")
        case other:
            raise ValueError(f"is for {other[:20]}, which is not spoken here")


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    key = f"SYNCS_{first['loc'][0]}".upper()
    what = "is not set" if first["type"] == "missing" else first["msg"].removeprefix("Value error, ")
    if key == "SYNCS_ADMIN_TOKEN":
        return f"{key} {what}. Without a good one anybody could start syncs. Make one: {MAKE_A_TOKEN}"
    return f"{key} {what}. It is a database's URL, e.g. postgresql://user@host/name or sqlite:///jobs.db."
