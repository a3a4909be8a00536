"""The admin token as a program sends it, and that all is closed without."""

import pytest

from tests.admin_api.site import BEARER, HTML, TOKEN, Site

PATHS = ["/api/who", "/api/nothing", "/", "/admin/syncs", "/docs", "/openapi.json", "/metrics", "/health/", "/static"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
async def test_without_a_token_every_path_answers_401_whether_it_exists_or_not(
    site: Site, method: str, path: str
) -> None:
    answer = await site.client().request(method, path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/unauthorized"


@pytest.mark.parametrize("path", ["/health", "/admin/login", "/static/style.css", "/static/swagger/swagger-ui.css"])
async def test_these_are_open_to_all(site: Site, path: str) -> None:
    assert (await site.client().get(path)).status_code == 200


@pytest.mark.parametrize("path", ["/static/../api/who", "/static/%2e%2e/api/who", "/health/../api/who", "//health/x"])
async def test_no_detour_through_an_open_path_leads_in(site: Site, path: str) -> None:
    assert (await site.client().get(path)).status_code in (401, 404)


@pytest.mark.parametrize("host", ["x/health?", "x/static/#", "x/admin/login?"])
async def test_a_path_in_the_host_header_opens_nothing(site: Site, host: str) -> None:
    assert (await site.client(Host=host).get("/api/who")).status_code == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_token_lets_in(site: Site, scheme: str) -> None:
    answer = await site.client(Authorization=f"{scheme} {TOKEN}").get("/api/who")
    assert answer.json()["actor"] == "token"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Bearer ",
        TOKEN,
        f"Basic {TOKEN}",
        f"Bearer{TOKEN}",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN} x",
        f"Bearer {TOKEN.upper()}",
        f"Bearer {TOKEN},Bearer {TOKEN}",
        "Bearer " + "x" * 100_000,
    ],
)
async def test_any_other_authorization_is_refused(site: Site, value: str) -> None:
    assert (await site.client(Authorization=value).get("/api/who")).status_code == 401


@pytest.mark.parametrize("value", ["Bearer é".encode(), b"Bearer \xff\xfe", b"Bearer " + "ünï".encode("latin-1")])
async def test_a_token_that_is_not_ascii_is_refused(site: Site, value: bytes) -> None:
    answer = await site.client().get("/api/who", headers=[(b"Authorization", value)])
    assert answer.status_code == 401


@pytest.mark.parametrize("other", [f"Bearer {TOKEN}", "Bearer wrong", "Basic eDp5"])
async def test_two_authorizations_are_refused(site: Site, other: str) -> None:
    headers = [("Authorization", f"Bearer {TOKEN}"), ("Authorization", other)]
    assert (await site.client().get("/api/who", headers=headers)).status_code == 401


async def test_a_token_in_the_query_is_no_token(site: Site) -> None:
    assert (await site.client().get(f"/api/who?token={TOKEN}&access_token={TOKEN}")).status_code == 401


async def test_a_bearer_needs_no_csrf_word(site: Site) -> None:
    client = site.client(**BEARER, Origin="https://elsewhere.example")
    answer = await client.post("/api/things", json={"script": "press"})
    assert answer.status_code == 200


async def test_a_bearer_may_say_whom_it_acts_for(site: Site) -> None:
    answer = await site.client(**BEARER).get("/api/who", headers=[(b"X-Syncs-Actor", "Zoé".encode())])
    assert answer.json()["actor"] == "token:Zoé"


@pytest.mark.parametrize("whom", ["x" * 95, "a\tb", "\x7f"])
async def test_an_actor_that_no_log_should_hold_is_refused(site: Site, whom: str) -> None:
    answer = await site.client(**BEARER, **{"X-Syncs-Actor": whom}).get("/api/who")
    assert answer.status_code == 422
    assert "X-Syncs-Actor" in answer.json()["error"]


async def test_address_and_user_agent_are_the_connections_and_bounded(site: Site) -> None:
    client = site.client("198.51.100.7", **BEARER, **{"User-Agent": "x" * 1000, "X-Forwarded-For": "203.0.113.5"})
    assert (await client.get("/api/who")).json() == {"actor": "token", "address": "198.51.100.7", "agent": "x" * 300}


async def test_with_a_token_an_unknown_path_is_404_and_a_wrong_method_405(site: Site) -> None:
    client = site.client(**BEARER)
    assert (await client.get("/api/nothing")).status_code == 404
    answer = await client.delete("/api/who")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"


async def test_a_stream_passes_the_gate_as_it_is(site: Site) -> None:
    answer = await site.client(**BEARER).get("/api/stream")
    assert answer.text == "data: 1\n\ndata: 2\n\n"


@pytest.mark.parametrize("accept", [HTML, "text/html"])
async def test_a_browser_is_led_to_the_login_and_back(site: Site, accept: str) -> None:
    answer = await site.client(Accept=accept).get("/admin/syncs?page=2&lang=fr")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/admin/login?next=%2Fadmin%2Fsyncs%3Fpage%3D2%26lang%3Dfr"


@pytest.mark.parametrize("path", ["//elsewhere.example", "//elsewhere.example/%5c", "/\\elsewhere.example"])
async def test_a_browser_is_led_back_to_no_other_site(site: Site, path: str) -> None:
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [(b"accept", b"text/html"), (b"host", b"syncs.example")],
        "scheme": "http",
        "server": ("syncs.example", 80),
    }
    await site.app(scope, receive, send)  # type: ignore[arg-type]
    headers = dict(sent[0]["headers"])  # type: ignore[call-overload]
    location = headers[b"location"].decode()
    assert location in ("/admin/login?next=%2Fadmin", "/admin/login?next=%2F%255Celsewhere.example")


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/html", ""])
async def test_a_program_gets_401_and_no_page(site: Site, accept: str) -> None:
    assert (await site.client(Accept=accept).get("/admin/syncs")).status_code == 401


async def test_the_api_never_leads_to_the_login(site: Site) -> None:
    assert (await site.client(Accept=HTML).get("/api/who")).status_code == 401


async def test_a_web_socket_is_closed(site: Site) -> None:
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/api/who", "headers": [], "query_string": b"", "scheme": "ws"}
    await site.app(scope, receive, send)  # type: ignore[arg-type]
    assert sent == [{"type": "websocket.close", "code": 1008}]
