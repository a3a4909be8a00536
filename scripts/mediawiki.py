"""The API of MediaWiki, by which Wikidata and Wikipedia are read: an answer's JSON, or why there is none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from scripts.errors import BadSource, SourceDown
from scripts.source import Source

AT_ONCE = 50  # ids or titles that it takes from somebody who is not a bot
#: Seconds by which the copies may lag before it would rather not be asked (mediawiki.org, Manual:Maxlag).
MAX_LAG = 5
#: Errors that pass, all told in an answer 200: its copies lag, we ask too often, it is being looked after.
PASSING = ("maxlag", "ratelimited", "readonly")


def ask(
    source: Source, name: str, url: str, query: Mapping[str, str], *, of: str, max_bytes: int, accept: str | None = None
) -> dict[str, Any]:
    """`of` is whose answer it is, for errors.

    Raises SourceDown, SourceRefused and BadSource.
    """
    document = source.read(name, url, max_bytes=max_bytes, query=query, accept=accept, not_yet=_not_yet)
    try:
        told = json.loads(document.content.decode()) if document else None
    except (ValueError, RecursionError) as error:
        raise BadSource(f"{name} is not the JSON of {of}: {error}.") from error
    if not isinstance(told, dict):
        raise BadSource(f"{name} is not the JSON of {of}: it is no object.")
    if "error" in told:
        code = _code(told)
        raise (SourceDown if code in PASSING else BadSource)(f"{url} {_answers(code)}.")
    return told


def _code(told: Mapping[str, Any]) -> object:
    error = told.get("error")
    return error.get("code") if isinstance(error, dict) else error


def _answers(code: object) -> str:
    return f"answers with the error {code!r}"


def _not_yet(content: bytes) -> str | None:
    """Why the API is to be asked again."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return None
    code = _code(told) if isinstance(told, dict) else None
    return _answers(code) if code in PASSING else None
