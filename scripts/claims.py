"""Google's Fact Check Tools API: the claims that an answer holds, and what publishers found of each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from scripts.errors import BadSource, RecordError
from scripts.models import Rating
from scripts.ratings import rating_of
from scripts.text import plain, shorten

LONGEST_URL = 2_000  # bytes: a longer one would not fit into the index of a key
LONGEST_SAID = 300  # characters of an error


@dataclass(frozen=True)
class Review:
    """What one publisher found of a claim. `rating` is None where its words are not known."""

    url: str
    claim: str
    claimant: str | None
    claimed_on: date | None
    title: str | None
    publisher: str
    publisher_site: str | None
    reviewed_on: date | None
    rating_text: str | None
    rating: Rating | None
    language: str | None


@dataclass(frozen=True)
class Answer:
    """One page of an answer: its claims, unchecked, and the token of the next page."""

    claims: list[Any]
    next_token: str | None


def answer(content: bytes, name: str) -> Answer:
    """Raises BadSource. Google answers {} where there is no claim."""
    try:
        told = json.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise BadSource(f"{name} is not the JSON of claims:search: {error}.") from error
    claims = told.get("claims", []) if isinstance(told, dict) else None
    if not isinstance(claims, list) or not isinstance(token := told.get("nextPageToken") or None, str | None):
        raise BadSource(f"{name} is not the JSON of claims:search: it has no list of claims.")
    return Answer(claims, token)


def reviews(claim: Any) -> Iterator[Review | RecordError]:
    """What was found of one claim; of what cannot be used, why."""
    try:
        text = _needed(claim, "text")
        found = claim.get("claimReview")
        if not isinstance(found, list) or not found:
            raise RecordError(f"{shorten(text, 80)!r} has no claimReview")
    except RecordError as error:
        yield error
        return
    for one in found:
        try:
            yield _review(claim, text, one)
        except RecordError as error:
            yield RecordError(f"{shorten(text, 80)!r}: a review {error}")


def says(body: bytes) -> str | None:
    """Google's own sentence in an answer that is an error."""
    try:
        message = json.loads(body)["error"]["message"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return shorten(plain(message), LONGEST_SAID) if isinstance(message, str) else None


def _review(claim: Any, text: str, one: Any) -> Review:
    publisher = one.get("publisher") if isinstance(one, dict) else None
    name, site = _told(publisher, "name"), _told(publisher, "site")
    if not (name or site):
        raise RecordError("has no publisher")
    rating_text = _told(one, "textualRating")
    return Review(
        url=_address(one),
        claim=text,
        claimant=_told(claim, "claimant"),
        claimed_on=_day(claim, "claimDate"),
        title=_told(one, "title"),
        publisher=name or str(site),
        publisher_site=site,
        reviewed_on=_day(one, "reviewDate"),
        rating_text=rating_text,
        rating=rating_of(rating_text or ""),
        language=_told(one, "languageCode"),
    )


def _told(value: Any, key: str) -> str | None:
    """Publishers write entities and tags into their texts."""
    found = value.get(key) if isinstance(value, dict) else None
    return (plain(found) or None) if isinstance(found, str) else None


def _needed(value: Any, key: str) -> str:
    found = _told(value, key)
    if found is None:
        raise RecordError(f"has no {key}")
    return found


def _address(one: Any) -> str:
    # As it is written: to decode an &amp; in an address would make it another one.
    url = one.get("url") if isinstance(one, dict) else None
    if not isinstance(url, str) or not url.strip():
        raise RecordError("has no url")
    url = url.strip()
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in {"http", "https"} and bool(parts.hostname) and url.isprintable() and " " not in url
    except ValueError:
        is_one = False
    if not is_one or len(url.encode()) > LONGEST_URL:
        raise RecordError(f"has {shorten(plain(url), 80)!r} as its url, which is no address of a page")
    return url


def _day(value: Any, key: str) -> date | None:
    written = value.get(key) if isinstance(value, dict) else None
    try:
        return datetime.fromisoformat(written).date() if isinstance(written, str) else None
    except ValueError:
        return None
