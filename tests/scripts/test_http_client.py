"""The client against a real server on this machine: what it sends, when it tries again, and when it gives up."""

import contextlib
import gzip
import math
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from scripts import pauses
from scripts.errors import NotThere, SourceDown, SourceRefused
from scripts.fingerprints import Document
from scripts.http_client import (
    LONGEST_RETRY_AFTER,
    MOST_REDIRECTS,
    USER_AGENT,
    HttpClient,
    retry_after,
    shown,
)

ENOUGH = 1_000_000


@pytest.fixture
def client() -> Iterator[HttpClient]:
    with contextlib.closing(HttpClient(first_wait=0.01, timeout=5)) as made:
        yield made


@pytest.fixture
def impatient() -> Iterator[HttpClient]:
    with contextlib.closing(HttpClient(first_wait=0.01, timeout=0.2, deadline=0.3)) as made:
        yield made


def test_it_says_who_it_is(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed", headers={"User-Agent": USER_AGENT}).respond_with_data(b"news")
    document = client.get(httpserver.url_for("/feed"), max_bytes=ENOUGH)
    assert document
    assert document.content == b"news"
    assert USER_AGENT.startswith("poligraph-syncs/")
    assert USER_AGENT.endswith(" (+https://poligraph.fr)")


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_source_that_is_down_is_tried_again(client: HttpClient, httpserver: HTTPServer, status: int) -> None:
    httpserver.expect_ordered_request("/feed").respond_with_data(status=status)
    httpserver.expect_ordered_request("/feed").respond_with_data(b"news")
    assert client.get(httpserver.url_for("/feed"), max_bytes=ENOUGH)


def test_it_is_down_after_three_more_tries(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed").respond_with_data(status=503)
    with pytest.raises(SourceDown, match="answers 503"):
        client.get(httpserver.url_for("/feed"), max_bytes=ENOUGH)
    assert len(httpserver.log) == 4


@pytest.mark.parametrize("status", [204, 400, 401, 404, 410])
def test_what_will_not_change_is_not_tried_again(client: HttpClient, httpserver: HTTPServer, status: int) -> None:
    httpserver.expect_request("/feed").respond_with_data(status=status)
    with pytest.raises(SourceRefused, match=f"answers {status}"):
        client.get(httpserver.url_for("/feed"), max_bytes=ENOUGH)
    assert len(httpserver.log) == 1


def test_it_waits_as_long_as_it_is_asked_to(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request("/feed").respond_with_data(status=429, headers={"Retry-After": "1"})
    httpserver.expect_ordered_request("/feed").respond_with_data(b"news")
    started = time.monotonic()
    client.get(httpserver.url_for("/feed"), max_bytes=ENOUGH)
    assert 0.9 < time.monotonic() - started < 3


@pytest.mark.parametrize("status", [429, 503])
def test_who_asks_for_more_patience_than_we_have_is_not_asked_again(
    client: HttpClient, httpserver: HTTPServer, status: int
) -> None:
    asks = str(int(LONGEST_RETRY_AFTER) + 1)
    httpserver.expect_request("/feed").respond_with_data(status=status, headers={"Retry-After": asks})
    with pytest.raises(SourceDown) as down:
        client.get(httpserver.url_for("/feed"), max_bytes=ENOUGH)
    assert down.value.retry_after == float(asks)
    assert len(httpserver.log) == 1


def test_without_being_asked_the_waits_double() -> None:
    with closed_port() as port, contextlib.closing(HttpClient(first_wait=0.1)) as client:
        started = time.monotonic()
        with pytest.raises(SourceDown, match="does not answer"):
            client.get(f"http://127.0.0.1:{port}/feed", max_bytes=ENOUGH)
        assert 0.7 <= time.monotonic() - started < 2  # 0.1 + 0.2 + 0.4


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        ("86400", 86_400.0),
        ("9" * 5_000, math.inf),
        *((unread, None) for unread in ("soon", "-3", "", "²", None)),
        ("Fri, 31 Dec 99999999999999999999 23:59:59 GMT", None),
    ],
)
def test_retry_after_in_seconds(written: str | None, seconds: float | None) -> None:
    assert retry_after(written) == seconds


def test_retry_after_as_a_date() -> None:
    later = datetime.now(UTC) + timedelta(seconds=20)
    assert retry_after(format_datetime(later, usegmt=True)) == pytest.approx(20, abs=2)
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0


def test_a_source_that_stays_silent_is_down(impatient: HttpClient, httpserver: HTTPServer) -> None:
    def answer(_: Request) -> Response:
        time.sleep(0.4)
        return Response(b"late")

    httpserver.expect_request("/feed").respond_with_handler(answer)
    with pytest.raises(SourceDown, match="timed out"):
        impatient.get(httpserver.url_for("/feed"), max_bytes=ENOUGH)


def test_a_source_that_drips_is_down(impatient: HttpClient) -> None:
    drip = [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", *[b"x"] * 20]
    with pytest.raises(SourceDown, match="still sending after"), raw_server(drip, pause=0.1) as url:
        impatient.get(url, max_bytes=ENOUGH)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
    ],
)
def test_a_body_that_is_cut_short_is_tried_again_and_never_used(client: HttpClient, answer: bytes) -> None:
    with raw_server([answer]) as url, pytest.raises(SourceDown, match="does not answer"):
        client.get(url, max_bytes=ENOUGH)


def test_a_body_without_end_is_refused(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed").respond_with_data(b"x" * 1001)
    with pytest.raises(SourceRefused, match="more than 1,000 bytes"):
        client.get(httpserver.url_for("/feed"), max_bytes=1000)


GZIP = {"Content-Encoding": "gzip"}


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(b"news"), gzip.compress(b"ne") + gzip.compress(b"ws"), gzip.compress(b"news", 0)],
    # Not by their bytes, which hold the time: two workers of pytest must call a test the same.
    ids=["once", "in two parts", "uncompressed"],
)
def test_a_packed_body_is_unpacked(client: HttpClient, httpserver: HTTPServer, packed: bytes) -> None:
    httpserver.expect_request("/feed", headers={"Accept-Encoding": "gzip"}).respond_with_data(packed, headers=GZIP)
    document = client.get(httpserver.url_for("/feed"), max_bytes=4)
    assert document
    assert document.content == b"news"


@pytest.mark.parametrize("lacks", [1, 8, 15])
def test_a_packed_body_that_breaks_off_is_never_used(client: HttpClient, httpserver: HTTPServer, lacks: int) -> None:
    packed = gzip.compress(b"news, and what else there is to tell")[:-lacks]
    httpserver.expect_request("/feed").respond_with_data(packed, headers=GZIP)
    with pytest.raises(SourceDown, match="breaks off"):
        client.get(httpserver.url_for("/feed"), max_bytes=ENOUGH)


@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip,identity", "deflate", "br", "x" * 99])
def test_a_body_packed_in_another_way_is_refused_before_it_is_read(
    client: HttpClient, httpserver: HTTPServer, coding: str
) -> None:
    bomb = gzip.compress(gzip.compress(bytes(50_000_000)))
    httpserver.expect_request("/feed").respond_with_data(bomb, headers={"Content-Encoding": coding})
    with pytest.raises(SourceRefused, match=f"in the coding '{coding[:40]}'"), memory_within(5_000_000):
        client.get(httpserver.url_for("/feed"), max_bytes=ENOUGH)
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("status", [200, 302])
def test_a_packed_body_takes_no_more_memory_than_it_may(
    client: HttpClient, httpserver: HTTPServer, status: int
) -> None:
    """Also that of a redirect, which nobody reads."""
    headers = {**GZIP, "Location": "/end"} if status == 302 else GZIP
    httpserver.expect_request("/feed").respond_with_data(gzip.compress(bytes(50_000_000)), status, headers)
    httpserver.expect_request("/end").respond_with_data(b"x" * 1001)
    with pytest.raises(SourceRefused, match="more than 1,000 bytes"), memory_within(5_000_000):
        client.get(httpserver.url_for("/feed"), max_bytes=1000)


@contextlib.contextmanager
def memory_within(most: int) -> Iterator[None]:
    """More than there was before, in bytes, at any moment."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        yield
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak - before < most


def test_it_asks_only_for_what_has_changed(client: HttpClient, httpserver: HTTPServer) -> None:
    seen = {"ETag": '"one"', "Last-Modified": "Mon, 24 Nov 2025 08:00:00 GMT"}
    asked = {"If-None-Match": seen["ETag"], "If-Modified-Since": seen["Last-Modified"]}
    httpserver.expect_ordered_request("/feed").respond_with_data(b"news", headers=seen)
    httpserver.expect_ordered_request("/feed", headers=asked).respond_with_data(status=304)
    first = client.get(httpserver.url_for("/feed"), max_bytes=ENOUGH)
    assert first
    assert client.get(httpserver.url_for("/feed"), max_bytes=ENOUGH, known=first.fingerprint) is None


def test_the_same_bytes_under_a_new_etag_are_unchanged(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed").respond_with_data(b"news", headers={"ETag": '"two"'})
    known = Document(b"news", httpserver.url_for("/feed"), etag='"one"').fingerprint
    assert client.get(httpserver.url_for("/feed"), max_bytes=ENOUGH, known=known) is None


def test_an_etag_is_not_shown_to_another_address(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed").respond_with_data(b"news")
    known = Document(b"old", "https://elsewhere.example/feed", etag='"one"').fingerprint
    assert client.get(httpserver.url_for("/feed"), max_bytes=ENOUGH, known=known)
    assert "If-None-Match" not in httpserver.log[0][0].headers


def test_an_unasked_304_is_an_error(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed").respond_with_data(status=304)
    with pytest.raises(SourceRefused, match="answers 304"):
        client.get(httpserver.url_for("/feed"), max_bytes=ENOUGH)


def test_a_redirect_is_followed_but_not_out_of_the_web(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/old").respond_with_data(status=302, headers={"Location": "/feed"})
    httpserver.expect_request("/feed").respond_with_data(b"news")
    httpserver.expect_request("/trap").respond_with_data(status=302, headers={"Location": "file:///etc/passwd"})
    assert client.get(httpserver.url_for("/old"), max_bytes=ENOUGH)
    with pytest.raises(SourceRefused):
        client.get(httpserver.url_for("/trap"), max_bytes=ENOUGH)


def test_redirects_without_end_are_refused(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed").respond_with_data(status=302, headers={"Location": "/feed"})
    with pytest.raises(SourceRefused, match="redirects more than 10 times"):
        client.get(httpserver.url_for("/feed"), max_bytes=ENOUGH)
    assert len(httpserver.log) == MOST_REDIRECTS + 1


@pytest.mark.parametrize(("status", "is_absence"), [(404, True), (410, True), (400, False), (403, False), (301, False)])
def test_only_a_missing_document_is_not_there(
    client: HttpClient, httpserver: HTTPServer, status: int, is_absence: bool
) -> None:
    httpserver.expect_request("/feed").respond_with_data(status=status)
    with pytest.raises(SourceRefused) as refused:
        client.get(httpserver.url_for("/feed"), max_bytes=ENOUGH)
    assert isinstance(refused.value, NotThere) == is_absence


def test_a_query_is_quoted_and_joins_what_the_address_asks_already(client: HttpClient, httpserver: HTTPServer) -> None:
    query = {"q": "L'Haÿ & fils = 100% #1", "format": "json", "empty": ""}
    httpserver.expect_request("/api", query_string={"lang": "fr", **query}).respond_with_data(b"found")
    document = client.get(httpserver.url_for("/api?lang=fr"), max_bytes=ENOUGH, query=query)
    assert document
    assert document.content == b"found"
    raw = httpserver.log[0][0].query_string
    assert raw.isascii()
    assert b"#" not in raw
    assert document.url == httpserver.url_for("/api?") + raw.decode()


def test_of_two_queries_neither_is_taken_for_the_other(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api").respond_with_data(b"found", headers={"ETag": '"one"'})
    url = httpserver.url_for("/api")
    first = client.get(url, max_bytes=ENOUGH, query={"page": "1"})
    assert first
    client.get(url, max_bytes=ENOUGH, query={"page": "2"}, known=first.fingerprint)
    client.get(url, max_bytes=ENOUGH, query={"page": "1"}, known=first.fingerprint)
    assert [request.headers.get("If-None-Match") for request, _ in httpserver.log] == [None, None, '"one"']


def test_an_error_does_not_show_the_query(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api").respond_with_data(status=403)
    with pytest.raises(SourceRefused) as refused:
        client.get(httpserver.url_for("/api"), max_bytes=ENOUGH, query={"key": "secret"})
    assert "secret" not in str(refused.value)


def test_it_says_what_it_accepts(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api").respond_with_data(b"{}")
    client.get(httpserver.url_for("/api"), max_bytes=ENOUGH, accept="application/ld+json")
    client.get(httpserver.url_for("/api"), max_bytes=ENOUGH)
    assert [request.headers["Accept"] for request, _ in httpserver.log] == ["application/ld+json", "*/*"]


class Clock:
    """A monotonic clock that only sleep moves on."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(pauses, "time", made)
    monkeypatch.setattr(pauses, "PAUSES", {"127.0.0.1": 0.3, "localhost": 0.0})
    return made


def test_between_two_requests_to_a_host_there_is_its_pause(
    client: HttpClient, httpserver: HTTPServer, clock: Clock
) -> None:
    httpserver.expect_request("/feed").respond_with_data(b"news")
    url = httpserver.url_for("/feed").replace("localhost", "127.0.0.1")
    client.get(url, max_bytes=ENOUGH)
    assert clock.slept == [], "the first waits for nobody"
    client.get(url, max_bytes=ENOUGH)
    clock.now += 0.1  # what was done with the answer counts
    client.get(url, max_bytes=ENOUGH)
    clock.now += 5
    client.get(url, max_bytes=ENOUGH)
    assert clock.slept == [0.3, 0.2]


def test_another_host_is_not_waited_for(client: HttpClient, httpserver: HTTPServer, clock: Clock) -> None:
    httpserver.expect_request("/feed").respond_with_data(b"news")
    for host in ("127.0.0.1", "localhost", "localhost", "127.0.0.1"):
        client.get(f"http://{host}:{httpserver.port}/feed", max_bytes=ENOUGH)
    assert clock.slept == [0.3]


def test_another_try_keeps_the_pause_too(client: HttpClient, httpserver: HTTPServer, clock: Clock) -> None:
    httpserver.expect_ordered_request("/feed").respond_with_data(status=503)
    httpserver.expect_ordered_request("/feed").respond_with_data(b"news")
    client.get(f"http://127.0.0.1:{httpserver.port}/feed", max_bytes=ENOUGH)
    assert clock.slept == [0.3]


def test_a_redirect_keeps_the_pause_of_the_host_that_it_leads_to(
    client: HttpClient, httpserver: HTTPServer, clock: Clock
) -> None:
    there = f"http://127.0.0.1:{httpserver.port}"
    httpserver.expect_request("/old").respond_with_data(status=302, headers={"Location": f"{there}/feed"})
    httpserver.expect_request("/feed").respond_with_data(b"news")
    client.get(f"http://localhost:{httpserver.port}/old", max_bytes=ENOUGH)
    assert clock.slept == []
    client.get(f"{there}/old", max_bytes=ENOUGH)
    assert clock.slept == [0.3, 0.3]


def test_a_host_that_nobody_has_thought_of_is_waited_for(
    client: HttpClient, httpserver: HTTPServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pauses, "PAUSES", {})
    httpserver.expect_request("/feed").respond_with_data(b"news")
    for _ in range(2):
        client.get(httpserver.url_for("/feed"), max_bytes=ENOUGH)
    assert clock.slept == [pauses.PAUSE]


def test_a_pause_is_really_slept(client: HttpClient, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pauses, "PAUSES", {"127.0.0.1": 0.1, "localhost": 0.1})
    httpserver.expect_request("/feed").respond_with_data(b"news")
    started = time.monotonic()
    for _ in range(3):
        client.get(httpserver.url_for("/feed"), max_bytes=ENOUGH)
    assert time.monotonic() - started >= 0.2


def test_an_error_shows_no_query_and_no_user() -> None:
    assert shown("https://me:secret@api.example:8443/v1/x?key=secret#secret") == "https://api.example:8443/v1/x"
    assert shown("https://me:secret@[api.example/v1") == "An address that is none"


@contextlib.contextmanager
def closed_port() -> Iterator[int]:
    """A port that refuses, and that nobody else gets meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@contextlib.contextmanager
def raw_server(parts: list[bytes], pause: float = 0) -> Iterator[str]:
    """Answers every request with these bytes and hangs up, as no proper server would."""

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, contextlib.suppress(OSError):
                    connection.recv(65536)
                    for part in parts:
                        connection.sendall(part)
                        time.sleep(pause)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/feed"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize(("site", "is_there"), [("localhost", True), ("host", False), ("www.localhost", False)])
def test_an_address_that_a_stranger_gave_is_asked_within_its_sites_alone(
    client: HttpClient, httpserver: HTTPServer, site: str, is_there: bool
) -> None:
    httpserver.expect_request("/page").respond_with_data(b"whole")
    address = f"http://localhost:{httpserver.port}/page"
    if is_there:
        assert client.get(address, max_bytes=5, sites=("other.example", site))
    else:
        with pytest.raises(SourceRefused, match=f"is not at {site}, where alone it may be read"):
            client.get(address, max_bytes=5, sites=(site,))
    assert len(httpserver.log) == is_there
