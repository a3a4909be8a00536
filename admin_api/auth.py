"""Who may come in: the bearer of the admin token, or a browser that signed in with it. All is closed but OPEN.

An address is what the server says of its connection. Behind a proxy that is the proxy, unless uvicorn is told to trust
it (`--forwarded-allow-ips`): then uvicorn takes address and scheme from X-Forwarded-For and -Proto. Nothing here reads
those, for anybody can write them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Self
from urllib.parse import quote, urlencode

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from admin_api.errors import AdminError, CsrfRefused, Invalid, TooLarge, Unauthorized
from admin_api.problems import answer
from admin_api.rendering import wants_a_page
from admin_api.sealed_cookie import SESSION, same
from admin_api.settings import Settings
from flows.catalog import Sentence

OPEN = frozenset({"/health", "/ready", "/admin/login"})
OPEN_FOLDER = "/static/"
LOGIN_PAGE = "/admin/login"
HOME_PAGE = "/admin"

#: kB; every form and every document that is sent here is far smaller.
LARGEST_BODY = 64
LONGEST_AGENT = 300
#: With `token:` before it, an actor fits its column.
LONGEST_ACTOR = 94

_CHANGES_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, kw_only=True)
class Caller:
    """`actor` is token, token:<whom it says it acts for>, or session. A session has a `csrf` word for its forms."""

    actor: str
    address: str | None
    user_agent: str | None
    csrf: str | None = None

    @classmethod
    def of(cls, connection: HTTPConnection, actor: str, csrf: str | None = None) -> Self:
        agent = connection.headers.get("user-agent")
        return cls(
            actor=actor,
            address=connection.client.host[:100] if connection.client else None,
            user_agent=agent[:LONGEST_AGENT] if agent else None,
            csrf=csrf,
        )


_bearer = HTTPBearer(auto_error=False, scheme_name="adminToken", description="SYNCS_ADMIN_TOKEN")


def authorized(request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)] = None) -> Caller:
    """Who was let in. (The bearer is asked for for OpenAPI's sake alone: `Gate` has looked at it.)"""
    caller = getattr(request.state, "caller", None)
    if not isinstance(caller, Caller):
        raise Unauthorized
    return caller


CallerDep = Annotated[Caller, Depends(authorized)]


class Gate:
    """Stands before the routes, so that none can be forgotten, and who may not come in does not learn which exist.

    By cookie, what changes something needs the session's word, too: in the header X-CSRF-Token, or a form's field csrf.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                await self._http(scope, receive, send)
            case "lifespan":
                await self.app(scope, receive, send)
            case _:  # a web socket: there are none here
                await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            if not _is_open(scope["path"]):
                request.state.caller = identify(request)
            if request.method not in _CHANGES_NOTHING:
                body = await _body(request)
                await _check_forgery(Request(scope, _again(body, receive)))
                receive = _again(body, receive)
        except ClientDisconnect:
            return
        except AdminError as error:
            await _refusal(request, error)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def identify(request: HTTPConnection) -> Caller:
    """Who sends an Authorization header is judged by it alone. Raises Unauthorized."""
    given = request.headers.getlist("authorization")
    if given:
        return _bearer_of(request, given)
    if word := SESSION.read(request):
        return Caller.of(request, "session", word)
    raise Unauthorized


def _bearer_of(request: HTTPConnection, given: Sequence[str]) -> Caller:
    settings: Settings = request.app.state.settings
    scheme, _, token = given[0].partition(" ")
    right = same(token.strip(" "), settings.admin_token.get_secret_value())
    if len(given) > 1 or scheme.lower() != "bearer" or not right:
        raise Unauthorized
    # Headers come as Latin-1, and people write UTF-8.
    whom = request.headers.get("x-syncs-actor", "").encode("latin-1").decode(errors="replace")
    if len(whom) > LONGEST_ACTOR or not whom.isprintable():
        raise Invalid(
            what=Sentence("X-Syncs-Actor must be one line of at most {maximum} characters.", {"maximum": LONGEST_ACTOR})
        )
    return Caller.of(request, f"token:{whom}" if whom else "token")


def is_from_here(request: HTTPConnection) -> bool:
    """Whether it comes from a page of this host. A request without an Origin may: CSRF words are there for those."""
    origin, host = request.headers.get("origin"), request.headers.get("host", "")
    return origin is None or origin.lower() in (f"http://{host}".lower(), f"https://{host}".lower())


def local_path(written: str) -> str:
    """The path, if no browser can take it for an address elsewhere; else that of the first page."""
    elsewhere = not written.startswith("/") or written.startswith("//") or "\\" in written
    if elsewhere or len(written) > 2000 or not written.isascii() or not written.isprintable():
        return HOME_PAGE
    return written


# The functions below read a request's path from its scope: `request.url` is made with the Host header, in which
# anybody may write "/health?".


def _is_open(path: str) -> bool:
    return path in OPEN or path.startswith(OPEN_FOLDER)


def _refusal(request: Request, error: AdminError) -> Response:
    if not isinstance(error, Unauthorized) or not wants_a_page(request):
        return answer(request, error)
    wanted = HOME_PAGE
    if request.method == "GET":
        query = request.scope["query_string"].decode("latin-1")
        wanted = local_path(quote(request.scope["path"]) + (f"?{query}" if query else ""))
    return RedirectResponse(f"{LOGIN_PAGE}?{urlencode({'next': wanted})}", status_code=303)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY * 1000:
            raise TooLarge(kilobytes=LARGEST_BODY)
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives what was read once more, and then what comes after it."""
    given = False

    async def receive_again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again


async def _check_forgery(request: Request) -> None:
    """Raises CsrfRefused. A bearer has no word, and no browser sends its token unasked."""
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None or caller.csrf is None:
        return
    given = request.headers.get("x-csrf-token")
    if given is None:
        given = await _field(request)
    if not is_from_here(request) or not same(given, caller.csrf):
        raise CsrfRefused


async def _field(request: Request) -> str:
    if not request.headers.get("content-type", "").lower().startswith(_FORMS):
        return ""
    try:
        async with request.form() as form:
            given = form.get("csrf")
    except HTTPException:  # it is no form
        return ""
    return given if isinstance(given, str) else ""
