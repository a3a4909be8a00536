"""Every error as an answer: RFC 9457's problem+json, in the caller's language. A page is a page, with its sentence."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from string import Formatter
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response

from admin_api.db import UNREACHABLE, is_unreachable
from admin_api.errors import (
    AdminError,
    Broken,
    DatabaseAway,
    Invalid,
    NothingHere,
    NotPossibleHere,
    TooManyLogins,
    Unauthorized,
)
from admin_api.rendering import page, wants_a_page
from admin_api.schemas import ID, Problem
from admin_api.security import security_headers
from admin_api.validation import UNREADABLE, invalid
from admin_api.words import Words, words_for
from flows.catalog import CatalogError, FlagRefused, Sentence, UnknownName
from flows.catalog.scripts import LIMIT

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
#: Seconds after which who is away may be back.
RETRY_AFTER = 5
#: Where a page of a refusal leads to.
FIRST_PAGE = "/admin/syncs"
NOT_FOUND = Sentence("There is nothing here")
NOT_DONE = Sentence("This could not be done")

Refusal = AdminError | CatalogError


class ProblemResponse(JSONResponse):
    media_type = MEDIA_TYPE


def answer(connection: HTTPConnection, refusal: Refusal, headers: Mapping[str, str] | None = None) -> Response:
    """The refusal as a page where a page was asked for, else as a problem."""
    words = words_for(connection)
    problem = _problem(refusal, words)
    added = {**_headers(refusal), **(headers or {})}
    if wants_a_page(connection):
        return _page(connection, problem, added, words)
    added["Content-Language"] = words.language
    return ProblemResponse(problem.model_dump(mode="json"), problem.status, added)


def _page(connection: HTTPConnection, problem: Problem, headers: Mapping[str, str], words: Words) -> Response:
    members = problem.model_extra or {}
    return page(
        connection,
        "problem.html",
        problem.status,
        headers,
        # What was sent is not sent again because somebody changes the language.
        at="" if connection.scope["method"] == "GET" else FIRST_PAGE,
        caller=getattr(connection.state, "caller", None),
        heading=words.say(NOT_FOUND if problem.status == HTTPStatus.NOT_FOUND else NOT_DONE),
        problem=problem,
        # What was refused, or is not known to have been done, is seen at the job itself.
        job=members.get("jobId") or (connection.path_params.get("id") if problem.status in (409, 503) else None),
        day=members.get("parentId"),
    )


async def _handle(request: Request, error: Exception) -> Response:
    match error:
        case AdminError() | CatalogError():
            return answer(request, error)
        case RequestValidationError() if wants_a_page(request) and _is_of_the_path(error):
            return answer(request, NothingHere())
        case RequestValidationError():
            return answer(request, invalid(error))
        case HTTPException():
            return _answer_http(request, error)
        case _ if is_unreachable(error):
            logger.warning("The database does not answer: %s", type(error).__name__)
            return answer(request, DatabaseAway())
        case _:
            # The traceback is the server's to log: Starlette raises the error again once this is sent.
            logger.error("%s %r failed: %s", request.method, request.scope["path"], type(error).__name__)
            # And it sends this outside of all middleware.
            return answer(request, Broken(), security_headers(request.scope))


def _is_of_the_path(error: RequestValidationError) -> bool:
    return any(one["loc"][0] == "path" for one in error.errors())


def _answer_http(request: Request, error: HTTPException) -> Response:
    match error.status_code:
        case 400:  # FastAPI's for a body that is no text, or a form that is none
            return answer(request, Invalid(what=UNREADABLE))
        case 404:
            return answer(request, NothingHere())
        case 405:
            return answer(request, NotPossibleHere(method=request.method), error.headers)
        case status:
            title = HTTPStatus(status).phrase
            problem = Problem(type="about:blank", title=title, status=status, detail=title, error=title)
            return ProblemResponse(problem.model_dump(mode="json"), status, error.headers)


#: For FastAPI(exception_handlers=...).
HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = dict.fromkeys(
    (AdminError, CatalogError, RequestValidationError, HTTPException, *UNREACHABLE, Exception), _handle
)


def _problem(refusal: Refusal, words: Words) -> Problem:
    match refusal:
        case AdminError():
            status, slug = refusal.status, refusal.slug
        case UnknownName():
            status, slug = 422, "unknown-name"
        case CatalogError():
            status, slug = 422, "flag-refused"
    said = words.say(refusal.sentence, **refusal.params)
    members = {name: words.say(v) if isinstance(v, Sentence) else v for name, v in refusal.members.items()}
    title = HTTPStatus(status).phrase
    return Problem(type=f"/problems/{slug}", title=title, status=status, detail=said, error=said, **members)


def _headers(refusal: Refusal) -> dict[str, str]:
    match refusal:
        case Unauthorized():
            return {"WWW-Authenticate": "Bearer"}
        case TooManyLogins():
            return {"Retry-After": str(refusal.params["seconds"])}
        case AdminError(status=503):
            return {"Retry-After": str(RETRY_AFTER)}
        case _:
            return {}


def responses(*refusals: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """What a route may answer instead, for its `responses=`: by status, with an example of each."""
    found: dict[int | str, dict[str, Any]] = {}
    for refusal in refusals:
        problem = _problem(_example(refusal), Words("en"))
        response = found.setdefault(
            problem.status,
            {
                "description": problem.title,
                "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema(), "examples": {}}},
            },
        )
        slug = problem.type.rpartition("/")[2]
        response["content"][MEDIA_TYPE]["examples"][slug] = {"value": problem.model_dump(mode="json")}
    return found


_SAMPLES: Mapping[str, object] = {
    "id": ID,
    "parent": ID,
    "script": "press",
    "deployment": "sync-press/prod",
    "status": "COMPLETED",
    "seconds": 240,
    "kilobytes": 64,
    "method": "PUT",
    "what": "'limit' must be at most 100.",
}


def _example(refusal: type[Refusal]) -> Refusal:
    if issubclass(refusal, AdminError):
        gaps = (name for _, name, _, _ in Formatter().parse(refusal.sentence) if name)
        return refusal(members=None, **{name: _SAMPLES[name] for name in gaps})
    if issubclass(refusal, UnknownName):
        return UnknownName("presss", ("press",))
    try:
        LIMIT.check(0)
    except FlagRefused as refused:
        return refused
    raise AssertionError("0 is below every limit")
