"""The settings of `syncs up`: where its data is, and which addresses it listens on."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "SYNCS_"
ALLOWED = {
    "SYNCS_HOME": "the path of a folder",
    "SYNCS_HOST": "an IP address of this machine, or localhost",
    "SYNCS_PORT": "a whole number from 1 to 65535, other than SYNCS_PREFECT_PORT",
    "SYNCS_PREFECT_PORT": "a whole number from 1 to 65535",
}


class SettingsError(Exception):
    """<key>=<value>: allowed is <what>."""

    def __init__(self, key: str, value: object, allowed: str | None = None) -> None:
        super().__init__(f"{key}={value}: allowed is {allowed or ALLOWED[key]}.")


def _absolute(path: Path) -> Path:
    try:
        return path.expanduser().resolve()
    except RuntimeError as error:  # ~nobody-of-that-name, or a loop of links
        raise ValueError from error


Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """Read from the environment, then from `.env` in the current folder, whose other keys belong to other packages."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Annotated[Path, AfterValidator(_absolute)] = Field(default=Path(".syncs"), validate_default=True)
    # Of the admin API alone: Prefect's server has no password and stays on 127.0.0.1.
    host: str = "127.0.0.1"
    port: Port = 8080
    prefect_port: Port = 4200

    @field_validator("host")
    @classmethod
    def _is_an_address(cls, host: str) -> str:
        if host != "localhost":
            ip_address(host)
        return host

    @model_validator(mode="after")
    def _one_listener_a_port(self) -> Self:
        if self.port == self.prefect_port:
            raise SettingsError("SYNCS_PORT", self.port)
        return self

    @property
    def api_url(self) -> str:
        """Prefect's, which only this machine reaches."""
        return f"http://127.0.0.1:{self.prefect_port}/api"

    @property
    def admin_url(self) -> str:
        """The admin API's, as this machine reaches it."""
        if self.host == "localhost":
            return f"http://localhost:{self.port}"
        address = ip_address(self.host)
        here = ip_address("127.0.0.1" if address.version == 4 else "::1") if address.is_unspecified else address
        return f"http://{here if here.version == 4 else f'[{here}]'}:{self.port}"

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches the admin API."""
        return self.host == "localhost" or ip_address(self.host).is_loopback

    @classmethod
    def read(cls) -> Self:
        try:
            return cls()
        except (OSError, UnicodeError) as error:
            raise SettingsError(".env", error, "a file of text in UTF-8 that you may read") from None
        except ValidationError as error:
            first = error.errors()[0]
            raise SettingsError(PREFIX + str(first["loc"][0]).upper(), first["input"]) from None
