"""Pages from templates/, each said in its reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from admin_api.words import COOKIE, LANGUAGES, words_for

_ONE_YEAR = 365 * 24 * 3600


@pass_context
def _gettext(context: Context, message: str) -> str:
    translated: str = context["words"].translated(message)
    return translated


@pass_context
def _ngettext(context: Context, one: str, many: str, count: int) -> str:
    return _gettext(context, one if count == 1 else many)


ENVIRONMENT = Environment(
    loader=PackageLoader("admin_api"),
    autoescape=True,
    extensions=["jinja2.ext.i18n"],
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.policies["ext.i18n.trimmed"] = True
ENVIRONMENT.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]


def page(
    connection: HTTPConnection,
    template: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    keep: Mapping[str, str] | None = None,
    **values: object,
) -> HTMLResponse:
    """The template with `words`, and with `languages`: links to the same page in each, which `keep` these parameters.

    Such a link's choice is remembered.
    """
    chosen = connection.query_params.get("lang")
    words = words_for(connection, chosen)
    languages = {language: "?" + urlencode({**(keep or {}), "lang": language}) for language in LANGUAGES}
    html = ENVIRONMENT.get_template(template).render(words=words, languages=languages, **values)
    response = HTMLResponse(html, status, headers)
    response.headers["Content-Language"] = words.language
    if chosen == words.language:
        secure = connection.scope["scheme"] == "https"
        response.set_cookie(COOKIE, chosen, _ONE_YEAR, secure=secure, httponly=True, samesite="lax")
    return response


def wants_a_page(connection: HTTPConnection) -> bool:
    """Whether a browser asks, for a person to read: the API never answers with pages."""
    if connection.scope["path"].startswith("/api/"):
        return False
    kinds = [kind.partition(";")[0].strip().lower() for kind in connection.headers.get("accept", "").split(",")]
    return next((kind for kind in kinds if kind in ("text/html", "application/json")), None) == "text/html"
