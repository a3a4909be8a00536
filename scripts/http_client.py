"""The one HTTP client: polite, patient, and never trusting the size of an answer."""

import email.utils
import time
from datetime import UTC, datetime
from importlib.metadata import version
from urllib.parse import urlsplit

import httpx
import stamina

from scripts.errors import SourceDown, SourceRefused
from scripts.fingerprints import Document, Fingerprint

USER_AGENT = f"poligraph-syncs/{version('poligraph-syncs')} (+https://poligraph.fr)"
TRIES = 4
LONGEST_RETRY_AFTER = 60.0  # seconds; a source that asks for more is tried again by the step, not by us


class HttpClient:
    """GET with retries: 5xx, 429, network errors and cut bodies, after 1, 2 and 4 s or what Retry-After asks.

    All arguments are seconds. `timeout` is the longest silence; `deadline` the longest body, so that a server that
    drips a byte at a time does not hold the script; `first_wait` is shorter in tests.
    """

    def __init__(self, *, timeout: float = 30.0, deadline: float = 120.0, first_wait: float = 1.0) -> None:
        self._http = httpx.Client(headers={"User-Agent": USER_AGENT}, timeout=timeout, follow_redirects=True)
        self._deadline = deadline
        self._first_wait = first_wait

    def get(self, url: str, *, max_bytes: int, known: Fingerprint | None = None) -> Document | None:
        """The document, or None where it is still the `known` one.

        Raises SourceDown after the last try, SourceRefused at once where another try would change nothing.
        """
        for attempt in stamina.retry_context(
            on=_wait_asked_for,
            attempts=TRIES,
            timeout=None,
            wait_initial=self._first_wait,
            wait_max=LONGEST_RETRY_AFTER,
            wait_jitter=0,
        ):
            with attempt:
                return self._get_once(url, max_bytes, known)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def close(self) -> None:
        self._http.close()

    def _get_once(self, url: str, max_bytes: int, known: Fingerprint | None) -> Document | None:
        try:
            with self._http.stream("GET", url, headers=known.conditions(url) if known else {}) as answer:
                if answer.status_code == httpx.codes.NOT_MODIFIED and known:
                    return None
                _refuse_status(url, answer)
                content = self._body(url, answer, max_bytes)
        except (httpx.UnsupportedProtocol, httpx.TooManyRedirects, httpx.InvalidURL) as error:
            raise SourceRefused(f"{shown(url)}: {error}.") from error
        except httpx.RequestError as error:
            raise SourceDown(f"{shown(url)} does not answer: {str(error) or type(error).__name__}.") from error
        return Document(
            content=content,
            url=url,
            etag=answer.headers.get("ETag"),
            last_modified=answer.headers.get("Last-Modified"),
        ).unless(known)

    def _body(self, url: str, answer: httpx.Response, max_bytes: int) -> bytes:
        """httpx itself refuses a body that is shorter than its Content-Length or its last chunk."""
        started = time.monotonic()
        body = bytearray()
        for part in answer.iter_bytes():
            body += part
            if len(body) > max_bytes:
                raise SourceRefused(f"{shown(url)} sends more than {max_bytes:,} bytes, the most that we read.")
            if time.monotonic() - started > self._deadline:
                raise SourceDown(f"{shown(url)} was still sending after {self._deadline:g} s.")
        return bytes(body)


def shown(url: str) -> str:
    """Origin and path: a query or a user may hold a key, and errors are kept and shown."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _refuse_status(url: str, answer: httpx.Response) -> None:
    status = answer.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
        raise SourceDown(f"{shown(url)} answers {status}.", retry_after(answer.headers.get("Retry-After")))
    if status != httpx.codes.OK:
        raise SourceRefused(f"{shown(url)} answers {status}: see whether its address has changed.")


def _wait_asked_for(error: Exception) -> bool | float:
    if not isinstance(error, SourceDown):
        return False
    return True if error.retry_after is None else error.retry_after


def retry_after(written: str | None) -> float | None:
    """Seconds, from either form of the header (RFC 9110, 10.2.3), at most LONGEST_RETRY_AFTER."""
    if not written:
        return None
    try:
        seconds = float(written) if written.isdigit() else _seconds_until(email.utils.parsedate_to_datetime(written))
    except ValueError:
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)


def _seconds_until(moment: datetime) -> float:
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
