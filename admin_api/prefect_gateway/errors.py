"""When Prefect does not do what it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from prefect.exceptions import PrefectHTTPStatusError
from prefect.settings import get_current_settings
from websockets.exceptions import WebSocketException

BUSY = {httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS}
PATIENCE = 10.0  #: seconds: Prefect's own client would go on trying for minutes


class PrefectUnreachable(Exception):
    """Prefect does not answer."""

    def __init__(self, reason: object) -> None:
        url = get_current_settings().api.url
        super().__init__(f"Prefect does not answer at {url} ({reason}). Is `syncs up` running?")


class NotRegistered(Exception):
    """Prefect knows no such deployment yet."""

    def __init__(self, deployment: str) -> None:
        super().__init__(f"Prefect has no deployment {deployment}. `syncs deploy` registers every one.")


@asynccontextmanager
async def reachable(within: float | None = PATIENCE) -> AsyncIterator[None]:
    """Raises PrefectUnreachable where Prefect is away, is not well, or takes more than so many seconds.

    What Prefect refuses is raised as it is: ObjectNotFound, PrefectHTTPStatusError.
    """
    try:
        async with asyncio.timeout(within):
            yield
    except PrefectHTTPStatusError as error:
        status = error.response.status_code
        if status < httpx.codes.INTERNAL_SERVER_ERROR and status not in BUSY:
            raise  # it is there, and refuses what we asked
        raise PrefectUnreachable(f"it answered {status}") from error
    except TimeoutError as error:
        raise PrefectUnreachable(f"no answer within {within:g} s" if within else "no answer in time") from error
    except (httpx.HTTPError, WebSocketException, OSError) as error:
        raise PrefectUnreachable(type(error).__name__) from error
