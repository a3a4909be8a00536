"""What the client sends with a key, to whom, and that nobody else ever sees it."""

import contextlib
import time
from collections.abc import Callable, Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from scripts.errors import ScriptError, SourceDown, SourceRefused
from scripts.http_client import HttpClient

ENOUGH = 1_000
KEY = "sk-hunter2"
KEYS = {"Authorization": f"Bearer {KEY}", "X-Key": KEY}

Ask = Callable[[HttpClient, str], object]


def get(client: HttpClient, url: str) -> object:
    return client.get(url, max_bytes=ENOUGH, keys=KEYS)


def post(client: HttpClient, url: str) -> object:
    return client.post(url, max_bytes=ENOUGH, json={}, keys=KEYS)


both = pytest.mark.parametrize("ask", [get, post])


@pytest.fixture
def client() -> Iterator[HttpClient]:
    with contextlib.closing(HttpClient(first_wait=0.01, timeout=1, deadline=1)) as made:
        yield made


def failure(ask: Ask, client: HttpClient, url: str, kind: type[ScriptError]) -> ScriptError:
    with pytest.raises(kind) as raised:
        ask(client, url)
    seen: BaseException | None = raised.value
    while seen:
        assert KEY not in f"{seen} {seen!r}", "nor in what it came of, which --verbose shows"
        seen = None if seen.__suppress_context__ and not seen.__cause__ else seen.__cause__ or seen.__context__
    return raised.value


@both
def test_a_key_is_sent_as_a_header_and_not_in_the_address(client: HttpClient, httpserver: HTTPServer, ask: Ask) -> None:
    httpserver.expect_request("/api", headers=KEYS).respond_with_data(b"{}")
    ask(client, httpserver.url_for("/api"))
    assert KEY not in httpserver.log[0][0].url


def test_a_key_is_not_kept_for_the_next_request(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api").respond_with_data(b"{}")
    get(client, httpserver.url_for("/api"))
    client.get(httpserver.url_for("/api"), max_bytes=ENOUGH)
    assert "X-Key" not in httpserver.log[1][0].headers


@both
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_with_a_key_no_redirect_is_followed(client: HttpClient, httpserver: HTTPServer, ask: Ask, status: int) -> None:
    httpserver.expect_request("/api").respond_with_data(status=status, headers={"Location": "/elsewhere"})
    httpserver.expect_request("/elsewhere").respond_with_data(b"{}")
    assert f"answers {status}" in str(failure(ask, client, httpserver.url_for("/api"), SourceRefused))
    assert [request.path for request, _ in httpserver.log] == ["/api"]


def test_nor_is_one_of_a_post_without_a_key(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api").respond_with_data(status=307, headers={"Location": "/elsewhere"})
    with pytest.raises(SourceRefused, match="answers 307"):
        client.post(httpserver.url_for("/api"), max_bytes=ENOUGH, form={"secret": KEY})
    assert len(httpserver.log) == 1


@both
@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_not_taken_is_said_to_be_that(
    client: HttpClient, httpserver: HTTPServer, ask: Ask, status: int
) -> None:
    httpserver.expect_request("/api").respond_with_data(status=status)
    refused = failure(ask, client, httpserver.url_for("/api"), SourceRefused)
    assert str(refused).endswith(f"/api answers {status}: it does not take the key.")
    assert len(httpserver.log) == 1


@both
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Response(status=402), SourceRefused),
        (Response(status=404), SourceRefused),
        (Response(status=429), SourceDown),
        (Response(status=500), SourceDown),
        (Response(b"x" * (ENOUGH + 1)), SourceRefused),
        (Response(b"x", headers={"Content-Encoding": "gzip"}), SourceDown),
        (Response(b"x", headers={"Content-Encoding": KEY[:3]}), SourceRefused),
    ],
    ids=["402", "404", "429", "500", "too large", "no gzip", "coding"],
)
def test_no_failure_shows_a_key(
    client: HttpClient, httpserver: HTTPServer, ask: Ask, answer: Response, kind: type[ScriptError]
) -> None:
    httpserver.expect_request("/api").respond_with_response(answer)
    failed = failure(ask, client, httpserver.url_for("/api"), kind)
    assert isinstance(failed, SourceDown | SourceRefused)
    if answer.status_code != 200:
        assert failed.status == answer.status_code


@both
def test_nor_does_a_server_that_is_away(client: HttpClient, ask: Ask) -> None:
    failure(ask, client, "http://127.0.0.1:1/api", SourceDown)


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY}\rX: y", f"{KEY}\0"])
def test_nor_one_that_no_header_can_hold(client: HttpClient, httpserver: HTTPServer, key: str) -> None:
    """The settings refuse it; the HTTP library would quote it."""
    httpserver.expect_request("/api").respond_with_data(b"{}")

    def ask(client: HttpClient, url: str) -> object:
        return client.post(url, max_bytes=ENOUGH, json={}, keys={"Authorization": key})

    assert "a header of ours is malformed" in str(failure(ask, client, httpserver.url_for("/api"), SourceRefused))


def test_a_post_sends_json_or_a_form(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/json", method="POST", json={"mot": "été"}).respond_with_data(b"1")
    httpserver.expect_request("/form", method="POST", data="mot=%C3%A9t%C3%A9&a=b").respond_with_data(b"2")
    assert client.post(httpserver.url_for("/json"), max_bytes=ENOUGH, json={"mot": "été"}).content == b"1"
    sent = client.post(httpserver.url_for("/form"), max_bytes=ENOUGH, form={"mot": "été", "a": "b"})
    assert sent.content == b"2"


@pytest.mark.parametrize(("tries", "asked"), [(1, 1), (2, 2), (4, 4)])
def test_a_post_is_tried_as_often_as_is_said(
    client: HttpClient, httpserver: HTTPServer, tries: int, asked: int
) -> None:
    httpserver.expect_request("/api").respond_with_data(status=503)
    with pytest.raises(SourceDown, match="answers 503"):
        client.post(httpserver.url_for("/api"), max_bytes=ENOUGH, json={}, tries=tries)
    assert len(httpserver.log) == asked


def test_every_try_sends_the_whole_question(client: HttpClient, httpserver: HTTPServer) -> None:
    bodies: list[bytes] = []

    def answer(request: Request) -> Response:
        bodies.append(request.get_data())
        return Response(status=503) if len(bodies) < 3 else Response(b"{}")

    httpserver.expect_request("/api").respond_with_handler(answer)
    client.post(httpserver.url_for("/api"), max_bytes=ENOUGH, json={"question": 1})
    assert bodies == [b'{"question":1}'] * 3


def test_a_post_has_a_silence_of_its_own(client: HttpClient, httpserver: HTTPServer) -> None:
    def answer(_: Request) -> Response:
        time.sleep(0.3)
        return Response(b"{}")

    httpserver.expect_request("/api").respond_with_handler(answer)
    url = httpserver.url_for("/api")
    with pytest.raises(SourceDown, match="timed out"):
        client.post(url, max_bytes=ENOUGH, json={}, timeout=0.1, tries=1)
    assert client.post(url, max_bytes=ENOUGH, json={}, tries=1).content == b"{}"
