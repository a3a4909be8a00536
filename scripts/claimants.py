"""Whom a claim names, and whose it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from scripts.claims import Review
from scripts.mentions import Directory, Person
from scripts.models import MatchedBy
from scripts.text import fold

#: Several claimants in one field: « Anne Roche, députée », « Anne Roche et Jean Dupuis ».
_BETWEEN = re.compile(r"[,;/|(–—]| et | and | & ")
_TITLE_WORDS = """
    m mr mme monsieur madame le la president presidente premier premiere ministre depute deputee senateur senatrice
    maire candidat candidate
"""
_TITLES = frozenset(_TITLE_WORDS.split())


class Claimants:
    """Finds politicians as `Directory` does. A claimant is one whose whole name it is, titles apart, or a last name
    that no other of ours has: « partisans d'Anne Roche » are not she, and « Robert Roche » is nobody."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._directory = Directory(people)
        holders = Counter(fold(person.last_name) for person in people)
        self._names = {
            person.id: {full, last if holders[last] == 1 else full}
            for person in people
            for full, last in [(fold(f"{person.first_name} {person.last_name}"), fold(person.last_name))]
        }

    def named_in(self, review: Review) -> dict[int, bool]:
        """The politicians, and whether the claim is theirs."""
        # Not in one text: the last word of one and the first of the other would be a name.
        in_claim = self._directory.named_in(review.claim).found
        in_claimant = self._directory.named_in(review.claimant or "").found
        said_by = {name for part in _BETWEEN.split(review.claimant or "") for name in _without_titles(part)}
        theirs = {one for one in (*in_claim, *in_claimant) if not said_by.isdisjoint(self._names[one])}
        # In that field a last name beside other words is most often somebody else's.
        whole = {one for one, matched_by in in_claimant.items() if matched_by is MatchedBy.FULL_NAME}
        return {one: one in theirs for one in sorted({*in_claim, *whole, *theirs})}


def _without_titles(part: str) -> Iterator[str]:
    """Title by title: « Mme Le Pen » is « le pen » as well as « pen »."""
    words = fold(part).split()
    yield " ".join(words)
    while words and words[0] in _TITLES:
        words = words[1:]
        yield " ".join(words)
