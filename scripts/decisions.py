"""Judilibre's answers: pages of a search, decisions, and its taxonomy's names. A decision's text is not looked at."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from scripts.errors import BadSource, RecordError
from scripts.text import plain, shorten

PAGE_OF_IT = "https://www.courdecassation.fr/decision/"
LONGEST_SAID = 300  # characters of an error


@dataclass(frozen=True)
class Page:
    """Some results of a search, unchecked. `goes_on`: there are more."""

    results: list[Any]
    goes_on: bool

    @property
    def days(self) -> list[date]:
        return [day for one in self.results if (day := _day(one)) is not None]


def page(content: bytes, name: str) -> Page:
    """Raises BadSource. Where nothing has the words searched for, Judilibre answers by itself what has only some of
    them (`relaxed`): that is no result here."""
    told = _object(content, name)
    results = told.get("results")
    if not isinstance(results, list):
        raise BadSource(f"{name} is not the JSON of Judilibre's search: it has no results.")
    if told.get("relaxed"):
        return Page([], goes_on=False)
    return Page(results, goes_on=bool(told.get("next_page")))


def taxonomy(content: bytes, name: str) -> dict[str, str]:
    """The names of an entry's keys. Raises BadSource."""
    names = _object(content, name).get("result")
    if not isinstance(names, dict) or not all(isinstance(one, str) for one in names.values()):
        raise BadSource(f"{name} is not the JSON of Judilibre's taxonomy: it has no names.")
    return names


def decision(told: Any, chambers: Mapping[str, str], solutions: Mapping[str, str]) -> dict[str, object]:
    """The row of a decision, but for its topics. Raises RecordError."""
    id_ = _needed(told, "id")
    if not re.fullmatch("[0-9A-Za-z]{1,64}", id_):
        raise RecordError(f"has {shorten(id_, 80)!r} as its id")
    day = _day(told)
    if day is None:
        raise RecordError(f"{id_} has no decision_date that is a day")
    chamber, solution = _text(told, "chamber"), _text(told, "solution")
    further = [one for one in _list(told, "titlesAndSummaries") if isinstance(one, dict)]
    summaries = [_text(told, "summary"), *(_text(one, "summary") for one in further)]
    titles = [_strings(one.get(key)) for one in further for key in ("titles", "secondaryTitles")]
    return {
        "external_id": id_,
        "ecli": _text(told, "ecli"),
        "numbers": _once([*_strings(told.get("numbers")), *_strings(told.get("number"))]),
        "jurisdiction": _needed(told, "jurisdiction"),
        "chamber": chamber,
        "chamber_name": chambers.get(chamber or ""),
        "decided_on": day,
        "solution": solution,
        "solution_name": solutions.get(solution or ""),
        "kind": _text(told, "type"),
        "formation": _text(told, "formation"),
        "publication": _strings(told.get("publication")),
        "themes": _once([*_strings(told.get("themes")), *(title for some in titles for title in some)]),
        "summary": "\n\n".join(_once([one for one in summaries if one])) or None,
        "source_url": PAGE_OF_IT + id_,
    }


def says(body: bytes) -> str | None:
    """Judilibre's own sentence in an answer that is an error."""
    try:
        message = json.loads(body)["errors"][0]["msg"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return shorten(plain(message), LONGEST_SAID) if isinstance(message, str) else None


def _object(content: bytes, name: str) -> dict[str, Any]:
    try:
        told = json.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise BadSource(f"{name} is not the JSON of Judilibre: {error}.") from error
    if not isinstance(told, dict):
        raise BadSource(f"{name} is not the JSON of Judilibre: it is no object.")
    return told


def _text(told: Any, key: str) -> str | None:
    found = told.get(key) if isinstance(told, dict) else None
    return (plain(found) or None) if isinstance(found, str) else None


def _needed(told: Any, key: str) -> str:
    found = _text(told, key)
    if found is None:
        raise RecordError(f"has no {key}")
    return found


def _list(told: Any, key: str) -> list[Any]:
    found = told.get(key)
    return found if isinstance(found, list) else []


def _strings(told: Any) -> list[str]:
    """Of a string, a list of them, or a list of lists."""
    outer = told if isinstance(told, list) else [told]
    inner = [one for some in outer for one in (some if isinstance(some, list) else [some])]
    return [cleaned for one in inner if isinstance(one, str) and (cleaned := plain(one))]


def _once(things: list[str]) -> list[str]:
    return list(dict.fromkeys(things))


def _day(told: Any) -> date | None:
    written = told.get("decision_date") if isinstance(told, dict) else None
    try:
        return date.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
