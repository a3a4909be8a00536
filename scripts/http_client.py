"""The one HTTP client: polite, patient, and never trusting the size of an answer."""

import email.utils
import functools
import ssl
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from urllib.parse import urlsplit

import httpx
import stamina

from scripts.errors import NotThere, SourceDown, SourceRefused
from scripts.fingerprints import Document, Fingerprint
from scripts.pauses import Pauses

USER_AGENT = f"poligraph-syncs/{version('poligraph-syncs')} (+https://poligraph.fr)"
TRIES = 4
LONGEST_RETRY_AFTER = 60.0  # seconds; a source that asks for more is tried again by the step, not by us
MOST_REDIRECTS = 10
PIECE = 1_000_000  # bytes of a compressed body that are unpacked at a time, however little they came from

#: Names and values of an address's query; one name may have several values.
Query = Mapping[str, str | Sequence[str]]
#: Of an answer that is well by its status: why it is no document yet, as some APIs say it; None: it is one.
NotYet = Callable[[bytes], str | None]
#: Of an answer that is refused by its status: what its server says of it, in words; None: nothing that we understand.
Says = Callable[[bytes], str | None]
MOST_SAID = 20_000  # bytes
NOT_YET = 5  # times the first wait: the 5 s that mediawiki.org (Manual:Maxlag) asks for


class HttpClient:
    """GET and POST with retries: 5xx, 429, network errors and cut bodies, after 1, 2 and 4 s or what Retry-After asks.

    All arguments are seconds. `timeout` is the longest silence; `deadline` the longest body, so that a server that
    drips a byte at a time does not hold the script; `first_wait` is shorter in tests.
    """

    def __init__(self, *, timeout: float = 30.0, deadline: float = 120.0, first_wait: float = 1.0) -> None:
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"}
        self._http = httpx.Client(headers=headers, timeout=timeout, verify=_trusted())
        self._deadline = deadline
        self._first_wait = first_wait
        self._pauses = Pauses()

    def get(
        self,
        url: str,
        *,
        max_bytes: int,
        known: Fingerprint | None = None,
        query: Query | None = None,
        accept: str | None = None,
        keys: Mapping[str, str] | None = None,
        not_yet: NotYet | None = None,
        says: Says | None = None,
        sites: Collection[str] | None = None,
    ) -> Document | None:
        """The document, or None where it is still the `known` one. `query` is added to the address, quoted.

        `keys` are headers that nobody else may see: with them no redirect is followed. What is `not_yet` a document is
        asked for again after what Retry-After asks, or else NOT_YET first waits. A refusal's sentence holds what it
        `says`, without the keys. For an address that a stranger has given, `sites` are the domains where alone it, and
        whatever it redirects to, may be: so nobody has us ask a server inside our own network.

        Raises SourceDown after the last try, SourceRefused (NotThere for a 404) at once where another try would change
        nothing.
        """
        if query:
            url = str(httpx.URL(url).copy_merge_params(dict(query)))
        headers = {
            **({"Accept": accept} if accept else {}),
            **(known.conditions(url) if known else {}),
            **(keys or {}),
        }
        build = functools.partial(self._http.build_request, "GET", url, headers=headers)
        return self._patiently(
            TRIES,
            lambda: self._ask_once(
                url,
                build,
                max_bytes,
                known=known,
                not_yet=not_yet,
                says=_without(keys or {}, says),
                sites=sites,
                follow=not keys,
            ),
        )

    def post(
        self,
        url: str,
        *,
        max_bytes: int,
        json: object = None,
        form: Mapping[str, str] | None = None,
        keys: Mapping[str, str] | None = None,
        timeout: float | None = None,
        tries: int = TRIES,
    ) -> Document:
        """What a server answers to `json` or a `form`; asked again like a GET, so only what may be asked twice.

        No redirect is followed. `timeout`: seconds of silence, where it is not the client's own. Raises as `get` does.
        """
        silence = httpx.USE_CLIENT_DEFAULT if timeout is None else timeout
        build = functools.partial(
            self._http.build_request, "POST", url, json=json, data=form, headers=keys, timeout=silence
        )
        answer = self._patiently(tries, lambda: self._ask_once(url, build, max_bytes, follow=False))
        assert answer is not None, "only what is known can be unchanged"  # noqa: S101 - for the type
        return answer

    def close(self) -> None:
        self._http.close()

    def _patiently(self, tries: int, ask: Callable[[], Document | None]) -> Document | None:
        for attempt in stamina.retry_context(
            on=_wait_asked_for,
            attempts=tries,
            timeout=None,
            wait_initial=self._first_wait,
            wait_max=LONGEST_RETRY_AFTER,
            wait_jitter=0,
        ):
            with attempt:
                return ask()
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _ask_once(
        self,
        url: str,
        build: Callable[[], httpx.Request],
        max_bytes: int,
        *,
        known: Fingerprint | None = None,
        not_yet: NotYet | None = None,
        says: Says | None = None,
        sites: Collection[str] | None = None,
        follow: bool,
    ) -> Document | None:
        try:
            with closing(self._send(build(), sites, follow=follow)) as answer:
                if answer.status_code == httpx.codes.NOT_MODIFIED and known:
                    return None
                said = self._said(url, answer, says) if says and answer.is_client_error else None
                _refuse_status(url, answer, said, keyed=not follow)
                content = self._body(url, answer, max_bytes)
        except httpx.LocalProtocolError:
            # Its text quotes the header that is malformed, and that may be a key.
            raise SourceRefused(f"{shown(url)} cannot be asked: a header of ours is malformed.") from None
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise SourceRefused(f"{shown(url)}: {error}.") from error
        except httpx.RequestError as error:
            raise SourceDown(f"{shown(url)} does not answer: {str(error) or type(error).__name__}.") from error
        if not_yet and (why := not_yet(content)):
            asked = retry_after(answer.headers.get("Retry-After"))
            raise SourceDown(f"{shown(url)} {why}.", self._first_wait * NOT_YET if asked is None else asked)
        return Document(
            content=content,
            url=url,
            etag=answer.headers.get("ETag"),
            last_modified=answer.headers.get("Last-Modified"),
        ).unless(known)

    def _send(self, request: httpx.Request, sites: Collection[str] | None, *, follow: bool) -> httpx.Response:
        """Before its body. httpx itself would follow without a pause, and read all that a redirect holds."""
        url = str(request.url)
        for _ in range(MOST_REDIRECTS + 1):
            _refuse_elsewhere(request.url, sites)
            self._pauses.before(request.url.host)
            answer = self._http.send(request, stream=True)
            if answer.next_request is None or not follow:
                return answer
            answer.close()
            request = answer.next_request
        raise SourceRefused(f"{shown(url)} redirects more than {MOST_REDIRECTS} times.")

    def _said(self, url: str, answer: httpx.Response, says: Says) -> str | None:
        try:
            return says(self._body(url, answer, MOST_SAID))
        except (SourceDown, SourceRefused, httpx.RequestError):
            return None  # that it refuses is known already

    def _body(self, url: str, answer: httpx.Response, max_bytes: int) -> bytes:
        """httpx itself refuses a body that is shorter than its Content-Length or its last chunk."""
        started = time.monotonic()
        body = bytearray()
        for part in _parts(url, answer):
            body += part
            if len(body) > max_bytes:
                raise SourceRefused(f"{shown(url)} sends more than {max_bytes:,} bytes, the most that we read.")
            if time.monotonic() - started > self._deadline:
                raise SourceDown(f"{shown(url)} was still sending after {self._deadline:g} s.")
        return bytes(body)


@functools.cache
def _trusted() -> ssl.SSLContext:
    """Once a process: to read the certificates takes longer than many a request."""
    return httpx.create_ssl_context()


def _parts(url: str, answer: httpx.Response) -> Iterator[bytes]:
    """The body as it was before it was packed, each part small: httpx gives out a packed MB as a GB at once."""
    coding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if coding == "identity":
        yield from answer.iter_raw()
    elif coding == "gzip":
        yield from _unpacked(url, answer.iter_raw())
    else:
        raise SourceRefused(f"{shown(url)} answers in the coding {coding[:40]!r}, which we did not ask for.")


def _unpacked(url: str, packed: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        for left in packed:
            while left:
                if unpacker.eof:
                    # Several, one after the other, are one (RFC 1952, 2.2).
                    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
                yield unpacker.decompress(left, PIECE)
                left = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    except zlib.error as error:
        raise SourceDown(f"{shown(url)} does not answer in gzip as it says: {error}.") from error
    if not unpacker.eof:
        raise SourceDown(f"{shown(url)} does not answer in whole: its gzip breaks off.")


def shown(url: str) -> str:
    """Origin and path: a query or a user may hold a key, and errors are kept and shown."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "An address that is none"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _without(keys: Mapping[str, str], says: Says | None) -> Says | None:
    """A server may repeat a key in what it says of it, with or without the word Bearer."""
    secrets = [word for value in keys.values() for word in value.split() if word != "Bearer"]

    def masked(body: bytes) -> str | None:
        said = says(body) if says else None
        for secret in secrets:
            said = said and said.replace(secret, "***")
        return said

    return masked if says else None


def _refuse_elsewhere(url: httpx.URL, sites: Collection[str] | None) -> None:
    # The host as httpx reads it, for it is httpx that goes there.
    if sites is not None and not any(f".{url.host}".endswith(f".{site}") for site in sites):
        raise SourceRefused(f"{shown(str(url))} is not at {' or '.join(sites)}, where alone it may be read.")


def _refuse_status(url: str, answer: httpx.Response, said: str | None, *, keyed: bool) -> None:
    status = answer.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
        raise SourceDown(f"{shown(url)} answers {status}.", retry_after(answer.headers.get("Retry-After")), status)
    if status == httpx.codes.OK:
        return
    is_the_key = keyed and status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
    why = said or ("it does not take the key" if is_the_key else "see whether its address has changed")
    is_missing = status in (httpx.codes.NOT_FOUND, httpx.codes.GONE)
    raise (NotThere if is_missing else SourceRefused)(f"{shown(url)} answers {status}: {why.rstrip('.')}.", status)


def _wait_asked_for(error: Exception) -> bool | float:
    if not isinstance(error, SourceDown):
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= LONGEST_RETRY_AFTER else False


def retry_after(written: str | None) -> float | None:
    """Seconds, from either form of the header (RFC 9110, 10.2.3); None for what is neither."""
    if not written:
        return None
    try:
        seconds = float(written) if written.isdigit() else _seconds_until(email.utils.parsedate_to_datetime(written))
    except (ValueError, OverflowError):
        return None
    return max(seconds, 0.0)


def _seconds_until(moment: datetime) -> float:
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
