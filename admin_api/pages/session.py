"""Signing in and out, and where that leads to."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse

from admin_api import audit
from admin_api.auth import LOGIN_PAGE, Caller, CallerDep, is_from_here, local_path
from admin_api.db import Sessions
from admin_api.errors import AdminError, CsrfRefused, TooManyLogins
from admin_api.logins import Logins
from admin_api.pages.overview import SYNCS_PAGE
from admin_api.rendering import page
from admin_api.sealed_cookie import LOGIN, SESSION, new_word, same
from admin_api.settings import Settings
from flows.catalog import Sentence

WRONG_TOKEN = Sentence("This is not the admin token.")

router = APIRouter()


@router.get("/admin")
async def home() -> RedirectResponse:
    return RedirectResponse(SYNCS_PAGE, status_code=303)


@router.get(LOGIN_PAGE, response_model=None)
async def login_form(
    request: Request, after: Annotated[str, Query(alias="next")] = ""
) -> HTMLResponse | RedirectResponse:
    return _signed_in_already(request, after) or _login_page(request, after)


@router.post(LOGIN_PAGE, response_model=None)
async def login(
    request: Request,
    token: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
    after: Annotated[str, Form(alias="next")] = "",
) -> HTMLResponse | RedirectResponse:
    """Refused logins are recorded, too, but never what was tried; who may not try is refused without a record."""
    logins: Logins = request.app.state.logins
    settings: Settings = request.app.state.settings
    caller = Caller.of(request, "session")
    try:
        _check_form(request, csrf)
        logins.check(caller.address)
    except TooManyLogins as error:
        return _login_page(request, after, error, 429, {"Retry-After": str(error.params["seconds"])})
    except CsrfRefused as error:
        return _signed_in_already(request, after) or _login_page(request, after, error, 403)
    if not same(token.strip(), settings.admin_token.get_secret_value()):
        logins.failed(caller.address)
        await _record(request, Caller.of(request, "nobody"), "login-refused")
        return _login_page(request, after, WRONG_TOKEN, 401, {"WWW-Authenticate": "Bearer"})
    await _record(request, caller, "login")
    response = RedirectResponse(local_path(after), status_code=303)
    SESSION.write(request, response, new_word())
    LOGIN.clear(request, response)
    return response


@router.post("/admin/logout")
async def logout(request: Request, caller: CallerDep) -> RedirectResponse:
    await _record(request, caller, "logout")
    response = RedirectResponse(LOGIN_PAGE, status_code=303)
    SESSION.clear(request, response)
    return response


def _signed_in_already(request: Request, after: str) -> RedirectResponse | None:
    """In another tab, perhaps: then there is nothing to ask."""
    return RedirectResponse(local_path(after), status_code=303) if SESSION.read(request) else None


def _check_form(request: Request, given: str) -> None:
    """Raises CsrfRefused unless this browser was shown the form."""
    word = LOGIN.read(request)
    if word is None or not same(given, word) or not is_from_here(request):
        raise CsrfRefused


def _login_page(
    request: Request,
    after: str,
    refusal: AdminError | Sentence | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HTMLResponse:
    # The word of before stays: the form may be open in another tab.
    word = LOGIN.read(request) or new_word()
    wanted = local_path(after)
    sentence = Sentence(refusal.sentence, refusal.params) if isinstance(refusal, AdminError) else refusal
    response = page(
        request, "login.html", status, headers, keep={"next": wanted}, csrf=word, wanted=wanted, refusal=sentence
    )
    LOGIN.write(request, response, word)
    return response


async def _record(request: Request, caller: Caller, action: str) -> None:
    sessions: Sessions = request.app.state.sessions
    async with sessions.begin() as session:
        audit.record(session, caller, action, "session")
