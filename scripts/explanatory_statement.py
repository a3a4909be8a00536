"""The explanatory statement (exposé des motifs) in the HTML of a text that was filed with the Assemblée."""

import re
from collections.abc import Sequence

from scripts.errors import RecordError
from scripts.html_charset import decoded
from scripts.html_lines import lines
from scripts.text import fold, shorten

SHORTEST = 50
#: How much of a text stands in for a statement that cannot be told apart in it.
BEGINNING = 5_000

_HEADING = re.compile(r"(EXPOS[EÉ]\s+DES\s+MOTIFS)\b[\s:.]*", re.I)
# What may follow a statement: the text's own title, or its first division. Whole lines are surest: a statement, too,
# speaks of « l'article 1er ».
_TITLE = re.compile(r"(proposition|projet) de (loi|resolution)( .*)?")
_PART = r"(titre|chapitre) (1er|1 er|premier|preliminaire|unique|[ivx]+(er| er)?|1)\b"
_ARTICLE = r"article (1er|1 er|premier|unique)\b"
_ENDS = (re.compile(rf"{_PART}.{{0,100}}|{_ARTICLE}"), re.compile(rf"({_PART}|{_ARTICLE}).*"))
_LAW = re.compile(r"\b(proposition|projet) de (loi|resolution)\b")


def statement(content: bytes) -> str:
    """A line a paragraph. Raises RecordError where this is no such text, or not the whole of it."""
    markup = decoded(content)
    if not re.search(r"</(html|body)\s*>\s*$", markup[-200:], re.I):
        raise RecordError("breaks off: it has no end of an HTML document")
    paragraphs = lines(markup)
    whole = "\n".join(paragraphs)
    if len(whole) < SHORTEST or not _LAW.search(fold(whole)):
        raise RecordError("is not the text of a bill: an error's page, perhaps")
    told = "\n".join(_told(paragraphs))
    return told if len(told) >= SHORTEST else shorten(whole, BEGINNING)


def _told(paragraphs: Sequence[str]) -> Sequence[str]:
    """What stands between the heading and the law's own words; nothing where one of the two is missing."""
    headings = {n: line[found.end() :] for n, line in enumerate(paragraphs) if (found := _HEADING.match(line))}
    # A table of contents may name it first, with the number of its page.
    at = next((n for n, rest in headings.items() if not rest), next(iter(headings), None))
    if at is None:
        return []
    after = [*filter(None, [headings[at]]), *paragraphs[at + 1 :]]
    return after[: _end(after)]


def _end(after: Sequence[str]) -> int:
    folded = [fold(line) for line in after]
    for end in _ENDS:
        found = next((n for n, line in enumerate(folded) if end.fullmatch(line)), None)
        if found is not None:
            # The text's own title, in capitals, stands between the two.
            titles = (n for n in range(found) if after[n].isupper() and _TITLE.fullmatch(folded[n]))
            return next(titles, found)
    return 0
