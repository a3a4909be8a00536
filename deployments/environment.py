"""What each part of the stack finds in its environment, and what it does not."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from deployments.bootstrap import PROJECT
from deployments.settings import PREFIX, Settings
from deployments.warm import RUN

SAMPLES = PROJECT / "samples"

# Each has one reader, who is given it by name.
SECRETS = ("DATABASE_URL", "SYNCS_DATABASE_URL", "SYNCS_ADMIN_TOKEN", "SYNCS_SIGNING_KEY", "SYNCS_SIGNING_KEY_NEXT")
# A shell's PREFECT_* point at some other server, with some other key. What is meant for this stack stands in `.env`, in
# pyproject.toml's [tool.prefect] or in a profile of SYNCS_HOME/prefect: Prefect itself reads all of them.
ELSEWHERE = "PREFECT_"
# They would move PostgreSQL's socket and its clients.
POSTGRES = "PG"


class Environment:
    """Built once, from this process's environment and, below it, the `.env` of the current folder.

    A demonstration reads the samples unless SYNCS_SOURCES says otherwise. Their people are invented, so they go to a
    database of their own, whatever DATABASE_URL says.
    """

    def __init__(self, settings: Settings, *, demo: bool = False) -> None:
        # Who starts a stack within a run does not make it part of that.
        shell = {key: value for key, value in os.environ.items() if key != RUN}
        written = {key: value for key, value in dotenv_values(".env").items() if value is not None}
        project = {**written, **shell}
        self.on_samples = demo and not project.get("SYNCS_SOURCES")
        if self.on_samples:
            project["SYNCS_SOURCES"] = str(SAMPLES)
            project.pop("DATABASE_URL", None)
        here = ",".join(filter(None, [project.get("no_proxy") or project.get("NO_PROXY"), "127.0.0.1", "localhost"]))
        self._own = {
            "SYNCS_HOME": str(settings.home),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), shell.get("PATH", os.defpath)]),
            "PYTHONUNBUFFERED": "1",
            "NO_PROXY": here,
            "no_proxy": here,
            "DO_NOT_TRACK": "1",
            "PREFECT_API_URL": settings.api_url,
            "PREFECT_HOME": str(settings.home / "prefect"),
            "PREFECT_CLI_PROMPT": "false",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
            # What every client would ask its server first, this one has answered: it is of our own version, and wants
            # no word against forgery.
            "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
            "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
            # It speaks no TLS, either, for which every client, six in a run, would read all authorities of the world.
            "PREFECT_API_SSL_CERT_FILE": str(one_authority(settings.home)),
        }
        self._secrets = {key: project[key] for key in SECRETS if project.get(key)}
        self._project = _without(project, (ELSEWHERE,))
        self._shell = _without(shell, (ELSEWHERE, POSTGRES))
        ours = {key: value for key, value in project.items() if key in shell or key.startswith(PREFIX)}
        self._api = _without(ours, (ELSEWHERE,))

    def of_others(self, **more: str) -> Mapping[str, str]:
        """For what is not this project's: PostgreSQL and Prefect's server."""
        return {**self._shell, **self._own, **more}

    def of_project(self, **more: str) -> Mapping[str, str]:
        """For this project's own, and so with all of `.env`."""
        return {**self._project, **self._own, **more}

    def of_api(self, **more: str) -> Mapping[str, str]:
        """For the admin API, which listens: of `.env` it knows what is about the stack, and no script's keys."""
        return {**self._api, **self._own, **more}

    def given(self, secret: str) -> str | None:
        """One of SECRETS, where the user has set it."""
        return self._secrets.get(secret)


def one_authority(home: Path) -> Path:
    """Where `Home` has put one of the world's certificate authorities, to be read in place of all of them."""
    return home / "prefect" / "authority.pem"


def setting(key: str) -> str | None:
    """One of SECRETS for a command that starts no part: from the environment, or else from `.env`."""
    return {**dotenv_values(".env"), **os.environ}.get(key) or None


def _without(environment: Mapping[str, str], prefixes: tuple[str, ...]) -> Mapping[str, str]:
    return {key: value for key, value in environment.items() if key not in SECRETS and not key.startswith(prefixes)}
