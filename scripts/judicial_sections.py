"""The judicial sections of an article of Wikipedia: each subsection an affair, or else the section itself.

A page is anybody's to write, and mwparserfromhell takes minutes for a hundred thousand characters of tags or tables
that are not closed. So the headings are found here; it is given a section's beginning, and neither tags nor tables.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from scripts.case_numbers import Numbers, numbers
from scripts.errors import RecordError
from scripts.models import Offence, Stage
from scripts.offences import is_judicial, is_of_somebody_harmed, offence, stage
from scripts.text import clean, shorten, slug

MOST = 30  # of one page
LONGEST = 10_000  # characters of a section that are looked at for words
LONGEST_OF_ALL = 100_000  # of a page's: templates that are not closed take the parser seconds a section
LONGEST_TITLE = 300
_HEADING = re.compile(r"^(={2,6})([^\n]{1,500}?)\1[ \t]*$", re.MULTILINE)
# What its sources are called says nothing of the affair itself. No tag goes beyond the next one.
_REFERENCE = re.compile(r"<ref\b[^<>]*/>|<ref\b[^<>]*>[^<]*</ref>", re.IGNORECASE)
_MARKUP = re.compile(r"<[^<>]*>?|\{\|")


@dataclass(frozen=True)
class Section:
    """`key` is the section's place in its page, by its headings."""

    key: str
    title: str
    offence: Offence
    stage: Stage
    numbers: Numbers


@dataclass
class _Part:
    level: int
    title: str
    start: int
    end: int = 0
    parts: list[_Part] = field(default_factory=list)


def sections(wikitext: str) -> list[Section]:
    """Raises RecordError for a page with too many."""
    text = _uncommented(wikitext)
    found = [
        (part, child, text[child.start : child.end])
        for part in _judicial(_tree(text))
        for child in part.parts or [part]
        if child.title and not (is_of_somebody_harmed(part.title) or is_of_somebody_harmed(child.title))
    ]
    if len(found) > MOST:
        raise RecordError(f"has {len(found)} judicial sections, more than {MOST}")
    seen: Counter[str] = Counter()
    longest = min(LONGEST, LONGEST_OF_ALL // max(len(found), 1))
    return [_section(part, child, body, longest, seen) for part, child, body in found]


def _section(part: _Part, child: _Part, body: str, longest: int, seen: Counter[str]) -> Section:
    key = slug(part.title) if child is part else f"{slug(part.title)}/{slug(child.title)}"
    seen[key] += 1
    prose = _prose(_REFERENCE.sub(" ", body[:longest]))
    return Section(
        key=key if seen[key] == 1 else f"{key}-{seen[key]}",
        title=child.title,
        offence=offence(child.title, prose),
        stage=stage(child.title, prose),
        numbers=numbers(body),
    )


def _tree(text: str) -> list[_Part]:
    """The sections that are in no other."""
    roots: list[_Part] = []
    above: list[_Part] = []
    for found in _HEADING.finditer(text):
        part = _Part(len(found[1]), found[2], found.end())
        while above and above[-1].level >= part.level:
            above.pop().end = found.start()
        (above[-1].parts if above else roots).append(part)
        above.append(part)
    for part in above:
        part.end = len(text)
    return roots


def _judicial(parts: list[_Part]) -> list[_Part]:
    """Those of the highest level, from the top to the bottom."""
    found: list[_Part] = []
    for part in parts:
        if is_judicial(part.title):
            # Only now: most headings are none, and each takes the parser.
            for one in (part, *part.parts):
                one.title = shorten(_prose(one.title), LONGEST_TITLE)
            found.append(part)
        else:
            found += _judicial(part.parts)
    return found


def _uncommented(text: str) -> str:
    """One that is not closed hides all that follows."""
    shown, done = [], 0
    while (start := text.find("<!--", done)) >= 0:
        shown.append(text[done:start])
        end = text.find("-->", start)
        done = end + len("-->") if end >= 0 else len(text)
    return "".join(shown) + text[done:]


def _prose(wikitext: str) -> str:
    # Every script imports this module's neighbours, and the parser is only for one of them.
    from mwparserfromhell import parse

    return clean(parse(_MARKUP.sub(" ", wikitext)).strip_code())
