"""Signing in and out by the page."""

import asyncio
import time

import pytest

from tests.admin_api.site import HTML, TOKEN, Site, csrf_of, field, sign_in


async def test_the_token_signs_in_and_leads_to_the_first_page(site: Site) -> None:
    answer = await sign_in(site.client())
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin")


async def test_the_first_page_leads_to_the_syncs(site: Site) -> None:
    browser = await site.signed_in()
    assert (await browser.get("/admin")).headers["location"] == "/admin/syncs"
    assert "Sign out" in (await browser.get("/admin/syncs")).text


async def test_blanks_around_a_pasted_token_do_no_harm(site: Site) -> None:
    assert (await sign_in(site.client(), f" {TOKEN}\n")).status_code == 303


async def test_signing_in_leads_on_to_where_one_was_going(site: Site) -> None:
    answer = await sign_in(site.client(), after="/admin/syncs?page=2")
    assert answer.headers["location"] == "/admin/syncs?page=2"


@pytest.mark.parametrize(
    "after",
    [
        "//elsewhere.example",
        "///elsewhere.example",
        "https://elsewhere.example",
        "javascript:alert(1)",
        "\\\\elsewhere.example",
        "/\\elsewhere.example",
        "/\t/elsewhere.example",
        "/a\r\nSet-Cookie: a=b",
        "elsewhere.example",
        "",
        "/é",
        "/" + "x" * 5000,
    ],
)
async def test_signing_in_leads_to_no_other_site(site: Site, after: str) -> None:
    browser = site.client()
    word = field((await browser.get("/admin/login")).text, "csrf")
    answer = await browser.post("/admin/login", data={"token": TOKEN, "csrf": word, "next": after})
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin")


async def test_html_in_next_stays_text(site: Site) -> None:
    answer = await site.client().get("/admin/login", params={"next": '/"><script>alert(1)</script>'})
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], "é", "x" * 50_000, "\0", '"><script>alert(1)</script>'])
async def test_another_token_is_refused_with_the_form_and_is_not_shown_again(site: Site, token: str) -> None:
    browser = site.client()
    answer = await sign_in(browser, token)
    assert answer.status_code == 401
    assert "This is not the admin token." in answer.text
    assert "<script" not in answer.text
    assert "syncs_session" not in browser.cookies


async def test_a_refusal_is_said_in_the_readers_language(site: Site) -> None:
    answer = await sign_in(site.client(**{"Accept-Language": "fr"}), "wrong")
    assert "Ce n’est pas le jeton d’administration." in answer.text
    assert '<html lang="fr">' in answer.text


@pytest.mark.parametrize("word", ["", "wrong", "é"])
async def test_a_form_that_this_browser_was_not_shown_is_refused(site: Site, word: str) -> None:
    browser = site.client()
    await browser.get("/admin/login")
    answer = await browser.post("/admin/login", data={"token": TOKEN, "csrf": word})
    assert answer.status_code == 403
    assert "syncs_session" not in browser.cookies


async def test_the_word_without_its_cookie_is_refused(site: Site) -> None:
    word = field((await site.client().get("/admin/login")).text, "csrf")
    assert (await site.client().post("/admin/login", data={"token": TOKEN, "csrf": word})).status_code == 403


async def test_a_form_on_another_site_is_refused(site: Site) -> None:
    browser = site.client()
    word = field((await browser.get("/admin/login")).text, "csrf")
    headers = {"Origin": "https://elsewhere.example"}
    answer = await browser.post("/admin/login", data={"token": TOKEN, "csrf": word}, headers=headers)
    assert answer.status_code == 403


async def test_a_form_refused_is_shown_anew_and_then_works(site: Site) -> None:
    browser = site.client()
    shown = await browser.post("/admin/login", data={"token": TOKEN})
    data = {"token": TOKEN, "csrf": field(shown.text, "csrf")}
    assert (await browser.post("/admin/login", data=data)).status_code == 303


async def test_the_form_in_two_tabs_works_in_both(site: Site) -> None:
    browser = site.client()
    first = field((await browser.get("/admin/login")).text, "csrf")
    await browser.get("/admin/login")
    assert (await browser.post("/admin/login", data={"token": TOKEN, "csrf": first})).status_code == 303


async def test_the_token_as_a_file_or_a_query_is_no_token(site: Site) -> None:
    browser = site.client()
    word = field((await browser.get("/admin/login")).text, "csrf")
    as_a_file = await browser.post("/admin/login", data={"csrf": word}, files={"token": TOKEN.encode()})
    assert as_a_file.status_code == 422
    assert TOKEN not in as_a_file.text
    in_the_query = await browser.post("/admin/login", params={"token": TOKEN}, data={"csrf": word})
    assert in_the_query.status_code == 401


async def test_after_five_failures_even_the_token_is_refused_for_a_while(site: Site) -> None:
    browser = site.client()
    for _ in range(5):
        assert (await sign_in(browser, "wrong")).status_code == 401
    answer = await sign_in(browser)
    assert answer.status_code == 429
    assert 290 <= int(answer.headers["retry-after"]) <= 300
    assert "Too many failed logins" in answer.text


async def test_failures_that_come_at_once_are_all_counted(site: Site) -> None:
    answers = await asyncio.gather(*(sign_in(site.client(), "wrong") for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 15


async def test_another_address_is_not_refused(site: Site) -> None:
    for _ in range(5):
        await sign_in(site.client(), "wrong")
    assert (await sign_in(site.client("192.0.2.2"))).status_code == 303


async def test_the_addresses_of_one_ipv6_network_are_one(site: Site) -> None:
    for number in range(5):
        await sign_in(site.client(f"2001:db8::{number}"), "wrong")
    assert (await sign_in(site.client("2001:db8::ffff"))).status_code == 429
    assert (await sign_in(site.client("2001:db8:0:1::1"))).status_code == 303


async def test_strangers_cannot_lock_everybody_out(site: Site) -> None:
    for number in range(60):
        assert (await sign_in(site.client(f"192.0.2.{number}"), "wrong")).status_code == 401
    assert (await sign_in(site.client("198.51.100.1"))).status_code == 303


async def test_a_success_forgets_no_failure(site: Site) -> None:
    for _ in range(4):
        await sign_in(site.client(), "wrong")
    assert (await sign_in(site.client())).status_code == 303
    await sign_in(site.client(), "wrong")
    assert (await sign_in(site.client())).status_code == 429


async def test_five_minutes_later_one_may_try_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        await sign_in(site.client(), "wrong")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 301)
    assert (await sign_in(site.client())).status_code == 303


async def test_a_bearer_is_not_counted(site: Site) -> None:
    for _ in range(60):
        assert (await site.client(Authorization="Bearer wrong").get("/api/who")).status_code == 401
    assert (await sign_in(site.client())).status_code == 303


async def test_signing_out_takes_the_session_away(site: Site) -> None:
    browser = await site.signed_in()
    answer = await browser.post("/admin/logout", data={"csrf": await csrf_of(browser)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/login")
    assert (await browser.get("/api/who")).status_code == 401


async def test_no_link_signs_out(site: Site) -> None:
    browser = await site.signed_in()
    assert (await browser.get("/admin/logout")).status_code == 405
    assert (await browser.post("/admin/logout")).status_code == 403


async def test_a_page_tells_of_a_refusal_in_a_page(site: Site) -> None:
    browser = await site.signed_in()
    answer = await browser.post("/admin/logout", headers={"Accept": HTML, "Accept-Language": "fr"})
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Ce formulaire a expiré" in answer.text


async def test_logins_refused_logins_and_logouts_are_recorded_without_the_token(site: Site) -> None:
    browser = site.client("198.51.100.9", **{"User-Agent": "a browser"})
    await sign_in(browser, "tried-token")
    await sign_in(browser)
    await browser.post("/admin/logout", data={"csrf": await csrf_of(browser)})
    entries = await site.audited()
    assert [(one.action, one.actor) for one in entries] == [
        ("logout", "session"),
        ("login", "session"),
        ("login-refused", "nobody"),
    ]
    assert {(one.entity, one.address, one.user_agent) for one in entries} == {("session", "198.51.100.9", "a browser")}
    assert "tried-token" not in str([vars(one) for one in entries])


async def test_who_may_not_try_fills_no_log(site: Site) -> None:
    for _ in range(20):
        await sign_in(site.client(), "wrong")
    assert len(await site.audited()) == 5


async def test_the_language_is_chosen_by_a_link_and_remembered(site: Site) -> None:
    browser = site.client(**{"Accept-Language": "en"})
    french = await browser.get("/admin/login", params={"lang": "fr", "next": "/admin/syncs"})
    assert '<html lang="fr">' in french.text
    assert "?next=%2Fadmin%2Fsyncs&amp;lang=en" in french.text
    assert '<html lang="fr">' in (await browser.get("/admin/login")).text
    assert "Accès refusé" in (await browser.get("/api/who")).json()["error"]


@pytest.mark.parametrize("lang", ["de", "", '"><script>', "fr\r\nSet-Cookie: a=b"])
async def test_a_language_that_there_is_not_is_not_remembered(site: Site, lang: str) -> None:
    browser = site.client()
    assert '<html lang="en">' in (await browser.get("/admin/login", params={"lang": lang})).text
    assert "lang" not in browser.cookies


async def test_the_form_has_a_label_and_the_focus(site: Site) -> None:
    html = (await site.client().get("/admin/login")).text
    assert '<label for="token">' in html
    assert 'type="password" autocomplete="current-password" required autofocus' in html
