"""What every answer tells the browser."""

import re

import pytest

from tests.admin_api.site import BEARER, Site

EVERYWHERE = [
    "/health",
    "/api/who",
    "/api/nothing",
    "/api/broken",
    "/api/no-database",
    "/admin/login",
    "/docs",
    "/static/style.css",
]


@pytest.mark.parametrize("path", EVERYWHERE)
@pytest.mark.parametrize("authorized", [True, False])
async def test_every_answer_has_them_also_an_error(site: Site, path: str, authorized: bool) -> None:
    headers = (await site.client(**(BEARER if authorized else {})).get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "geolocation=()" in headers["permissions-policy"]
    policy = dict(one.split(" ", 1) for one in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == policy["connect-src"] == "'self'"


@pytest.mark.parametrize("path", EVERYWHERE)
async def test_only_static_files_may_be_kept(site: Site, path: str) -> None:
    kept = (await site.client(**BEARER).get(path)).headers["cache-control"]
    assert kept == ("no-cache" if path.startswith("/static/") else "no-store")


async def test_a_static_file_that_is_the_same_is_not_sent_again(site: Site) -> None:
    first = await site.client().get("/static/style.css")
    again = await site.client(**{"If-None-Match": first.headers["etag"]}).get("/static/style.css")
    assert again.status_code == 304


@pytest.mark.parametrize(("scheme", "told"), [("http", False), ("https", True)])
async def test_https_is_to_be_kept_where_it_is_spoken(site: Site, scheme: str, told: bool) -> None:
    answer = await site.client(scheme=scheme).get("/health")
    assert ("strict-transport-security" in answer.headers) == told


@pytest.mark.parametrize("path", ["/docs", "/admin/login", "/admin/syncs"])
async def test_a_page_holds_no_script_and_no_style_and_loads_from_here_alone(site: Site, path: str) -> None:
    html = (await site.client(**BEARER).get(path)).text
    assert "<style" not in html
    assert "style=" not in html
    assert "<script>" not in html
    assert not re.search(r"\son\w+\s*=", html)
    assert "://" not in html


@pytest.mark.parametrize("path", ["swagger/swagger-ui.css", "swagger/swagger-ui-bundle.js", "docs.js", "icon.svg"])
async def test_what_the_pages_load_is_there(site: Site, path: str) -> None:
    assert (await site.client().get(f"/static/{path}")).status_code == 200


async def test_the_documentation_acts_for_who_has_signed_in(site: Site) -> None:
    browser = await site.signed_in()
    assert 'data-csrf=""' not in (await browser.get("/docs")).text
    assert 'data-csrf=""' in (await site.client(**BEARER).get("/docs")).text
