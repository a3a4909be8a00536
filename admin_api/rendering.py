"""Pages from templates/, each said in its reader's language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from admin_api.escapes import without_escapes
from admin_api.terms import ACTIONS, ACTORS, STATUSES, TRIGGERS
from admin_api.words import COOKIE, LANGUAGES, Words, words_for
from flows.catalog import Category, Target, UnknownName, resolve

_ONE_YEAR = 365 * 24 * 3600
#: Where the site is, and its people.
SITE = ZoneInfo("Europe/Paris")


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


@pass_context
def _status(context: Context, status: str) -> str:
    return _words(context).say(STATUSES[status])


@pass_context
def _trigger(context: Context, trigger: str) -> str:
    return _words(context).say(TRIGGERS[trigger])


@pass_context
def _action(context: Context, action: str) -> str:
    return _words(context).say(ACTIONS[action])


@pass_context
def _actor(context: Context, actor: str) -> str:
    return _words(context).say(ACTORS[actor]) if actor in ACTORS else actor.removeprefix("token:")


@pass_context
def _label(context: Context, target: Target | Category) -> str:
    return target.label.fr if _words(context).language == "fr" else target.label.en


@pass_context
def _title(context: Context, script: str) -> str:
    """A job's, by the catalog's label; a script that the catalog no longer has goes by its name."""
    try:
        label: str = _label(context, resolve(script))
        return label
    except UnknownName:
        return script


@pass_context
def _moment(context: Context, at: datetime, *, seconds: bool = False) -> Markup:
    """As the clock at the site said it; whoever points at it reads UTC."""
    day = "d MMM" if at.year == datetime.now(UTC).year else "d MMM y"
    return _time(context, at, f"{day}, HH:mm:ss" if seconds else f"{day}, HH:mm")


@pass_context
def _clock(context: Context, at: datetime) -> Markup:
    """The same without the day."""
    return _time(context, at, "HH:mm:ss")


def _time(context: Context, at: datetime, pattern: str) -> Markup:
    said = format_datetime(at, pattern, tzinfo=SITE, locale=_words(context).language)
    utc = at.astimezone(UTC).isoformat(sep=" ", timespec="seconds")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(at.isoformat(), utc, said)


def _duration(began: datetime, ended: datetime | None = None) -> str:
    """In units that are written alike in both languages."""
    seconds = max(0, int(((ended or datetime.now(UTC)) - began).total_seconds()))
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    if hours:
        return f"{hours} h {minutes:02}"
    return f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"


def _json(value: object, indent: int | None = None) -> str:
    """For reading. Jinja's own is for scripts, and writes `<` as they need it."""
    return without_escapes(json.dumps(value, ensure_ascii=False, indent=indent))


def _words(context: Context) -> Words:
    words: Words = context["words"]
    return words


ENVIRONMENT.filters |= {
    "status": _status,
    "trigger": _trigger,
    "action": _action,
    "actor": _actor,
    "label": _label,
    "title_of": _title,
    "moment": _moment,
    "clock": _clock,
    "duration": _duration,
    "json": _json,
}
ENVIRONMENT.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]  # i18n adds it


def page(
    connection: HTTPConnection,
    template: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    keep: Mapping[str, str] | None = None,
    at: str = "",
    **values: object,
) -> HTMLResponse:
    """The template with `words`, and with `languages`: links to the same page in each, which `keep` these parameters.

    They lead to the page `at` that address where this one has none of its own. Such a link's choice is remembered.
    """
    chosen = connection.query_params.get("lang")
    words = words_for(connection, chosen)
    languages = {language: f"{at}?" + urlencode({**(keep or {}), "lang": language}) for language in LANGUAGES}
    values = {"caller": None, "path": connection.scope["path"], **values}
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
