"""The French Wikipedia as a source: the wikitext of articles by their titles. CC BY-SA 4.0, without a key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from scripts.errors import BadSource, RecordError
from scripts.mediawiki import MAX_LAG, ask
from scripts.source import Source
from scripts.wikidata import parted

API = "https://fr.wikipedia.org/w/api.php"
PAGES = "pages.json"
#: How the address of a page in one revision begins.
REVISION = "https://fr.wikipedia.org/w/index.php?title="
AT_ONCE = 20  # titles: a long article has 300 kB
MAX_BYTES = 20_000_000  # the API cuts its answers off at 8 MiB, and leaves out the pages that would not fit


@dataclass(frozen=True)
class Page:
    """An article as it was in one revision."""

    id: int
    title: str
    revision: int
    wikitext: str

    @property
    def url(self) -> str:
        return f"{REVISION}{quote(self.title.replace(' ', '_'))}&oldid={self.revision}"


class Wikipedia:
    """Reads `pages.json` of a script's source."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def pages(self, titles: Iterable[str]) -> dict[str, Page | RecordError]:
        """Every title, with its page or why there is none. A redirect is none: what it had may be where it leads.

        Raises SourceDown, SourceRefused and BadSource.
        """
        found: dict[str, Page | RecordError] = {}
        for asked in parted(sorted(set(titles)), AT_ONCE):
            left = asked
            while left:
                told = self._ask(left)
                here = {title: _page(told[title]) for title in left if title in told}
                found |= here
                # What an answer that was cut off lacks is asked for again, as long as that brings more.
                left = [title for title in left if title not in here] if here else []
            missing = RecordError("is not in Wikipedia's answer")
            found |= {title: missing for title in asked if title not in found}
        return found

    def _ask(self, titles: Sequence[str]) -> dict[str, dict[str, Any]]:
        query = {
            "action": "query",
            "format": "json",
            "formatversion": "2",
            "prop": "revisions",
            "rvprop": "ids|content",
            "rvslots": "main",
            "titles": "|".join(titles),
            "maxlag": str(MAX_LAG),
        }
        told = ask(self._source, PAGES, API, query, of="Wikipedia", max_bytes=MAX_BYTES)
        result = told.get("query")
        pages = result.get("pages") if isinstance(result, dict) else None
        if not isinstance(pages, list):
            raise BadSource(f"{PAGES} has no query.pages: Wikipedia's answer has.")
        # A page without its revision is one that the answer had no room for, unless it is missing altogether.
        whole = (page for page in pages if isinstance(page, dict) and ("revisions" in page or _is_none(page)))
        return {str(page.get("title")): page for page in whole}


def _is_none(page: dict[str, Any]) -> bool:
    return bool(page.get("missing") or page.get("invalid"))


def _page(told: dict[str, Any]) -> Page | RecordError:
    if _is_none(told):
        return RecordError("is no page of Wikipedia")
    revisions = told["revisions"]
    newest = revisions[0] if isinstance(revisions, list) and revisions else None
    slots = newest.get("slots") if isinstance(newest, dict) else None
    main = slots.get("main") if isinstance(slots, dict) else None
    wikitext = main.get("content") if isinstance(main, dict) else None
    page, revision = told.get("pageid"), newest.get("revid") if isinstance(newest, dict) else None
    if not isinstance(wikitext, str) or not isinstance(page, int) or not isinstance(revision, int):
        return RecordError("has no text, no revision or no id")
    if re.match(r"\s*#redirect", wikitext, re.IGNORECASE):
        return RecordError("is a redirect to another article")
    return Page(page, str(told["title"]), revision, wikitext)
