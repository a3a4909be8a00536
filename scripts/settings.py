"""What the scripts read from the environment. `python -m scripts.settings` says what is wrong with it, if anything."""

import sys
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from scripts.errors import CalledWrongly, NotConfigured

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Settings(BaseSettings):
    """The site's database; where the sources are read: `live`, or a folder of files in their formats; and the keys.

    A language model is any that speaks OpenAI's protocol of chat completions: by default Mistral's, which needs a key.
    No name of a key begins with SYNCS_: the admin API's process is given all of those.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True)

    database_url: str | None = Field(default=None, repr=False)  # may hold a password
    syncs_sources: Literal["live"] | Path = "live"
    google_factcheck_api_key: SecretStr | None = None
    judilibre_base_url: str = "https://api.piste.gouv.fr/cassation/judilibre/v1.0"
    judilibre_oauth_url: str = "https://oauth.piste.gouv.fr/api/oauth/token"
    judilibre_client_id: str | None = None
    judilibre_client_secret: SecretStr | None = None
    judilibre_api_key: SecretStr | None = None
    llm_base_url: str = "https://api.mistral.ai/v1"
    llm_api_key: SecretStr | None = None
    llm_model: str = "mistral-small-latest"
    #: What one run may spend: calls of the model, and tokens, those of questions and answers together.
    llm_calls: int = Field(default=200, ge=1)
    llm_tokens: int = Field(default=500_000, ge=1)
    #: Seconds that the model may be silent.
    llm_timeout: float = Field(default=60.0, gt=0, le=600)
    #: Without it, texts are encoded here, by a model that needs no key and no network.
    embeddings_base_url: str | None = None
    embeddings_api_key: SecretStr | None = None
    embeddings_model: str = "mistral-embed"

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

    @field_validator(
        "google_factcheck_api_key", "judilibre_client_secret", "judilibre_api_key", "llm_api_key", "embeddings_api_key"
    )
    @classmethod
    def _key_that_a_header_can_hold(cls, value: SecretStr | None) -> SecretStr | None:
        """One that a header cannot hold would be quoted whole in the HTTP library's error."""
        if value is None:
            return None
        # A key from a file ends with the file's last line end.
        key = value.get_secret_value().strip()
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise ValueError("is no key: it holds more than ASCII letters, digits and signs")
        return SecretStr(key) if key else None

    @field_validator("llm_base_url", "embeddings_base_url", "judilibre_base_url", "judilibre_oauth_url")
    @classmethod
    def _address_that_keeps_a_key(cls, value: str | None) -> str | None:
        if value is None:
            return None
        # Never quoted: somebody may have put the key into it.
        if set(value) & set("@?#"):
            raise ValueError("holds more than host and path; a key has a setting of its own")
        if not _keeps_a_key(value):
            raise ValueError("is no address for a key; allowed is https://host/path, and http:// on this machine only")
        return value.rstrip("/")

    @property
    def database(self) -> URL:
        """Raises NotConfigured where DATABASE_URL is not set."""
        if self.database_url is None:
            raise NotConfigured("DATABASE_URL is not set: give the site's database, e.g. sqlite:///site.db.")
        return make_url(self.database_url)


def _keeps_a_key(address: str) -> bool:
    """Whether nobody on the way can read what is sent there."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    if not parts.hostname or port == 0 or not address.isprintable() or " " in address:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


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
