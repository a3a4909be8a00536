"""The cookie of who has signed in, and the word that its forms need."""

from pathlib import Path

import httpx
import pytest
from itsdangerous import TimestampSigner

from tests.admin_api.site import BEARER, HOST, Site, csrf_of, open_site

THING = {"script": "press"}
A_FILE = b'--x\r\nContent-Disposition: form-data; name="csrf"; filename="f"\r\n\r\n1\r\n--x--'


async def post(browser: httpx.AsyncClient, **headers: str) -> int:
    return (await browser.post("/api/things", json=THING, headers=headers)).status_code


async def test_a_session_lets_in(site: Site) -> None:
    browser = await site.signed_in()
    assert (await browser.get("/api/who")).json()["actor"] == "session"


async def test_the_cookie_is_kept_from_scripts_and_other_sites(site: Site) -> None:
    browser = site.client()
    form = await browser.get("/admin/login")
    assert "HttpOnly; Max-Age=3600; Path=/; SameSite=strict" in form.headers["set-cookie"]
    browser = await site.signed_in()
    assert set(browser.cookies) == {"syncs_session"}


async def test_over_https_the_cookie_is_secure_and_of_this_host_alone(site: Site) -> None:
    browser = await site.signed_in("https")
    cookie = next(iter(browser.cookies.jar))
    assert cookie.name == "__Host-syncs_session"
    assert cookie.secure
    assert cookie.path == "/"
    assert (await browser.get("/api/who")).status_code == 200


async def test_over_https_a_cookie_without_the_prefix_is_none(site: Site) -> None:
    value = (await site.signed_in("https")).cookies["__Host-syncs_session"]
    assert (await site.client(scheme="https", Cookie=f"syncs_session={value}").get("/api/who")).status_code == 401


async def test_a_forged_cookie_is_none(site: Site) -> None:
    value = (await site.signed_in()).cookies["syncs_session"]
    word, _, signature = value.partition(".")
    for forged in ("", "x", f"{word}x.{signature}", value[:-1], f"{word}.{signature[::-1]}", "é", "." * 5000):
        headers = [(b"cookie", f"syncs_session={forged}".encode())]
        assert (await site.client().get("/api/who", headers=headers)).status_code == 401, forged


async def test_the_login_forms_cookie_is_no_session(site: Site) -> None:
    browser = site.client()
    await browser.get("/admin/login")
    cookie = f"syncs_session={browser.cookies['syncs_login']}"
    assert (await site.client(Cookie=cookie).get("/api/who")).status_code == 401


@pytest.mark.parametrize(("later", "status"), [(12 * 3600 - 60, 200), (12 * 3600 + 60, 401), (-60, 401)])
async def test_a_session_lasts_twelve_hours(
    site: Site, monkeypatch: pytest.MonkeyPatch, later: int, status: int
) -> None:
    browser = await site.signed_in()
    now = TimestampSigner("any").get_timestamp()
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: now + later)
    assert (await browser.get("/api/who")).status_code == status


async def test_another_token_ends_every_session(site: Site, tmp_path: Path) -> None:
    browser = await site.signed_in()
    cookie = f"syncs_session={browser.cookies['syncs_session']}"
    async with open_site(tmp_path, "another-token-of-the-tests-0123456789") as other:
        assert (await other.client(Cookie=cookie).get("/api/who")).status_code == 401


async def test_without_the_word_a_session_changes_nothing(site: Site) -> None:
    browser = await site.signed_in()
    answer = await browser.post("/api/things", json=THING)
    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/csrf"


async def test_the_word_in_a_header_is_enough(site: Site) -> None:
    browser = await site.signed_in()
    assert await post(browser, **{"X-CSRF-Token": await csrf_of(browser)}) == 200


@pytest.mark.parametrize("word", ["", "wrong", "x" * 10_000])
async def test_a_wrong_word_is_refused(site: Site, word: str) -> None:
    assert await post(await site.signed_in(), **{"X-CSRF-Token": word}) == 403


async def test_a_word_that_is_not_ascii_is_refused(site: Site) -> None:
    browser = await site.signed_in()
    headers = [(b"X-CSRF-Token", "é".encode())]
    assert (await browser.post("/api/things", json=THING, headers=headers)).status_code == 403


async def test_the_word_of_another_session_is_refused(site: Site) -> None:
    other = await csrf_of(await site.signed_in())
    assert await post(await site.signed_in(), **{"X-CSRF-Token": other}) == 403


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST", "MADE-UP"])
async def test_every_method_that_may_change_something_needs_it_even_where_nothing_is(site: Site, method: str) -> None:
    assert (await (await site.signed_in()).request(method, "/api/nothing")).status_code == 403


@pytest.mark.parametrize(
    "origin",
    ["https://elsewhere.example", "null", "", f"http://{HOST}.elsewhere.example", f"http://{HOST}:81", f"ftp://{HOST}"],
)
async def test_another_origin_is_refused_even_with_the_word(site: Site, origin: str) -> None:
    browser = await site.signed_in()
    assert await post(browser, **{"X-CSRF-Token": await csrf_of(browser), "Origin": origin}) == 403


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_this_origin_is_not_refused_nor_behind_a_proxy_that_speaks_https(site: Site, scheme: str) -> None:
    browser = await site.signed_in()
    assert await post(browser, **{"X-CSRF-Token": await csrf_of(browser), "Origin": f"{scheme}://{HOST}"}) == 200


async def test_a_wrong_bearer_is_refused_in_spite_of_a_good_session(site: Site) -> None:
    browser = await site.signed_in()
    assert (await browser.get("/api/who", headers={"Authorization": "Bearer wrong"})).status_code == 401


async def test_the_word_may_be_a_forms_field_and_the_form_arrives_whole(site: Site) -> None:
    browser = await site.signed_in()
    data = {"csrf": await csrf_of(browser), "value": "é" * 1000}
    assert (await browser.post("/api/form", data=data)).json() == "é" * 1000
    several = {name: (None, value) for name, value in data.items()}
    assert (await browser.post("/api/form", files=several)).json() == "é" * 1000


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b""),
        ("application/x-www-form-urlencoded", b"csrf=wrong"),
        ("application/x-www-form-urlencoded", b"\xff\xfe&=%zz&csrf"),
        ("multipart/form-data", b"csrf=wrong"),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
        ("multipart/form-data; boundary=x; charset=nonsense", b"--x--"),
        ("multipart/form-data; boundary=x", A_FILE),
        ("text/plain", b"csrf=wrong"),
        ("", b"csrf=wrong"),
    ],
)
async def test_a_form_without_the_word_is_refused(site: Site, kind: str, body: bytes) -> None:
    browser = await site.signed_in()
    answer = await browser.post("/api/form", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 403


async def test_the_word_in_a_body_that_is_no_form_is_refused(site: Site) -> None:
    browser = await site.signed_in()
    body = f"csrf={await csrf_of(browser)}"
    assert (await browser.post("/api/form", content=body, headers={"Content-Type": "text/plain"})).status_code == 403


@pytest.mark.parametrize("path", ["/api/form", "/admin/login", "/health"])
async def test_a_body_that_is_too_large_is_not_read_to_its_end(site: Site, path: str) -> None:
    sent = 0

    async def endless() -> object:
        nonlocal sent
        for _ in range(1000):
            sent += 1
            yield b"x" * 10_000

    client = site.client(**BEARER, **{"Content-Type": "application/x-www-form-urlencoded"})
    answer = await client.post(path, content=endless())  # type: ignore[arg-type]
    assert answer.status_code == 413
    assert sent < 10
