"""An article's text out of its publisher's page: what a reader sees of it, and no more than is needed."""

from __future__ import annotations

import logging
import re

from scripts.errors import RecordError
from scripts.html_charset import decoded
from scripts.html_lines import INLINE
from scripts.text import clean, shorten

MAX_BYTES = 3_000_000  # a page has some 300 kB
MOST_TAGS = 20_000  # a page has some 5,000
LONGEST = 16_000  # characters; few articles have as many
SHORTEST = 200  # less is a notice about cookies, or a teaser before a paywall

_TAG = re.compile(r"</?[a-zA-Z]")
#: What no reader sees. A class that hides something is beyond us: what is hidden is data, too, and no instruction.
_HIDDEN = "//template | //noscript | //*[@hidden] | //*[@aria-hidden='true']"
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])", re.I)


def text(content: bytes) -> str:
    """Of at most LONGEST characters. Raises RecordError where the page is not whole, or holds no article."""
    markup = decoded(content)
    if not re.search(r"</(html|body)\s*>", markup[-1_000:], re.I):
        raise RecordError("breaks off: it has no end of an HTML document")
    if (tags := sum(1 for _ in _TAG.finditer(markup))) > MOST_TAGS:
        raise RecordError(f"has {tags:,} tags, more than {MOST_TAGS:,}")
    try:
        found = _article(markup)
    except Exception as error:
        # A page is a stranger's, and a parser raises anything on markup that is wrong enough. None may cost the others.
        raise RecordError(f"cannot be read: {type(error).__name__}") from error
    if found is None:
        raise RecordError("is no HTML document")
    if len(found) < SHORTEST:
        raise RecordError(f"holds no article: {len(found)} characters of text")
    return shorten(found, LONGEST)


def _article(markup: str) -> str | None:
    # Not needed where no article is read, and every script imports every other.
    from trafilatura import extract, load_html

    # What it says of a page on standard error, we say ourselves.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    page = load_html(markup)
    if page is None:
        return None
    styled = [one for one in page.xpath("//*[@style]") if _HIDING.search(one.get("style"))]
    for hidden in {*page.xpath(_HIDDEN), *styled} - {page}:
        hidden.drop_tree()
    # Each of thousands of these costs trafilatura a millisecond or two, and says nothing to it.
    for inline in list(page.iter(*INLINE)):
        inline.drop_tag()
    return clean(extract(page, fast=True, include_comments=False, include_tables=False) or "")
