"""Which parties a text names: by their own capitals, for half of their names are ordinary words, too."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from scripts.text import fold, words

SHORTEST_WORD = 4  # letters of a name that is one word and no acronym
_ARTICLES = frozenset({"le", "la", "les", "l"})

# Names of one word, acronyms among them, that alone name no party: « une renaissance », "EN DIRECT".
_ORDINARY_WORDS = """
    agir ai alternative an ap as au avec avenir centre ce convergence convictions de demain dom du egalite ela elan
    elle en ensemble equinoxe espoir est et eu eux ex fil forces france generation generations horizons il in ju
    la le les liberte libres ma me mer mes moi mouvement ne nos nous on or os ou patrie pa pas peuple pour progres
    qui quoi rassemblement reconquete refondation renaissance resistons rue sa se ses si solidarite son souverains
    sud sur ta te territoires tu un une union unis uni unite va vie vous
"""
ORDINARY_WORDS = frozenset(_ORDINARY_WORDS.split())


@dataclass(frozen=True)
class PartyNames:
    """What a party is called, as the tables have it."""

    id: int
    name: str
    short_name: str | None

    @property
    def spellings(self) -> set[str]:
        return {self.name, self.short_name or self.name}


class PartyDirectory:
    """Finds the names that one party alone has. Accents and hyphens do not count; a name's capitals do, less those of
    an article before it. An acronym stands in its own letters, and before no number, as a road's does (« la RN 20 »).
    """

    def __init__(self, parties: Iterable[PartyNames]) -> None:
        everyone = sorted(parties, key=lambda party: party.id)
        holders: defaultdict[str, set[int]] = defaultdict(set)
        for party in everyone:
            for spelling in party.spellings:
                holders[fold(spelling)].add(party.id)
        # By its first word: a text is walked once, however many parties there are.
        self._by_first_word: defaultdict[str, list[tuple[list[str], int]]] = defaultdict(list)
        for party in everyone:
            for spelling in party.spellings:
                name = words(spelling)
                if len(holders[fold(spelling)]) == 1 and _is_telling(name):
                    self._by_first_word[name[0].lower()].append((name, party.id))
        told = repr([(party.id, party.name, party.short_name) for party in everyone])
        self.sha256 = hashlib.sha256(told.encode()).hexdigest()

    def named_in(self, text: str) -> set[int]:
        there = words(text)
        return {
            party_id
            for at, word in enumerate(there)
            for name, party_id in self._by_first_word.get(word.lower(), ())
            if _stands(name, there[at : at + len(name) + 1])
        }


def _is_telling(name: list[str]) -> bool:
    if len(name) != 1:
        return bool(name)
    [word] = name
    is_long_enough = len(word) >= (2 if word.isupper() else SHORTEST_WORD)
    return is_long_enough and not word.isdigit() and word.lower() not in ORDINARY_WORDS


def _stands(name: list[str], there: list[str]) -> bool:
    """Whether the text begins with this name; it has one word more, if it goes on."""
    if len(name) == 1 and name[0].isupper():
        return there[0] == name[0] and not (there[1:] and there[1].isdigit())
    return len(there) >= len(name) and all(
        told.lower() == word.lower() and (told[0].isupper() or not word[0].isupper() or (n == 0 and told in _ARTICLES))
        for n, (word, told) in enumerate(zip(name, there, strict=False))
    )
