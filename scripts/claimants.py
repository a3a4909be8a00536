"""Whom a claim names, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scripts.claims import Review
from scripts.mentions import Directory, Person
from scripts.text import fold

#: Several claimants in one field: « Anne Roche, députée », « Anne Roche et Jean Dupuis ».
_BETWEEN = re.compile(r"[,;/|(–—]| et | and | & ")
_TITLE_WORDS = """
    m mr mme monsieur madame le la president presidente premier premiere ministre depute deputee senateur senatrice
    maire candidat candidate
"""
_TITLES = frozenset(_TITLE_WORDS.split())


class Claimants:
    """Finds politicians as `Directory` does. A claimant is one whose whole name it is, titles apart: « partisans d'Anne
    Roche » are not she."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._directory = Directory(people)
        self._names = {
            person.id: {fold(person.last_name), fold(f"{person.first_name} {person.last_name}")} for person in people
        }

    def named_in(self, review: Review) -> dict[int, bool]:
        """The politicians, and whether the claim is theirs."""
        # Not in one text: the last word of one and the first of the other would be a name.
        texts = (review.claim, review.claimant or "")
        found = sorted(set().union(*(self._directory.named_in(text).found for text in texts)))
        said_by = {name for part in _BETWEEN.split(review.claimant or "") for name in _without_titles(part)}
        return {one: not said_by.isdisjoint(self._names[one]) for one in found}


def _without_titles(part: str) -> Iterator[str]:
    """Title by title: « Mme Le Pen » is « le pen » as well as « pen »."""
    words = fold(part).split()
    yield " ".join(words)
    while words and words[0] in _TITLES:
        words = words[1:]
        yield " ".join(words)
