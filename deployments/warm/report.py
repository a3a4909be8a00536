"""Lines for a run's log at Prefect, from processes that must not import it: a launcher, and a guard after the end."""

from __future__ import annotations

import base64
import json
import logging
import sys
import urllib.request
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from deployments.warm import RUN

PATIENCE = 3.0  #: seconds; a server that is away does not keep a run from being called ended


def tell(environment: Mapping[str, str], lines: Iterable[tuple[bool, str]]) -> None:
    """Writes lines, each with whether it is a warning, to the run's log, and to standard error in any case."""
    told = list(lines)
    if not told:
        return
    run = environment.get(RUN, "")
    for _, line in told:
        print(f"{run}: {line}", file=sys.stderr, flush=True)
    try:
        _post(environment, run, told)
    except (OSError, ValueError) as error:
        print(f"{run}: its log at Prefect could not be written: {error}", file=sys.stderr, flush=True)


def _post(environment: Mapping[str, str], run: str, lines: list[tuple[bool, str]]) -> None:
    logs = [
        {
            "name": "syncs.guard",
            "level": logging.WARNING if bad else logging.INFO,
            "message": line,
            "timestamp": datetime.now(UTC).isoformat(),
            "flow_run_id": run,
        }
        for bad, line in lines
    ]
    address = environment.get("PREFECT_API_URL", "")
    if not address.startswith(("http://", "https://")):
        raise ValueError("PREFECT_API_URL is no address")
    headers = {"Content-Type": "application/json", **_authorization(environment)}
    request = urllib.request.Request(f"{address}/logs/", json.dumps(logs).encode(), headers)  # noqa: S310 - see above
    urllib.request.urlopen(request, timeout=PATIENCE).close()  # noqa: S310 - an http address of our own settings


def _authorization(environment: Mapping[str, str]) -> dict[str, str]:
    """As Prefect's own clients do it."""
    if key := environment.get("PREFECT_API_KEY"):
        return {"Authorization": f"Bearer {key}"}
    if words := environment.get("PREFECT_API_AUTH_STRING"):
        return {"Authorization": f"Basic {base64.b64encode(words.encode()).decode()}"}
    return {}
