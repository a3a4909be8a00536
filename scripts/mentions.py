"""Which politicians a text names."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from scripts.models import MatchedBy
from scripts.text import fold

SHORTEST_LAST_NAME = 4  # letters; shorter ones are too often something else

# Last names that are ordinary French words, places or first names: alone they name nobody. A whole name always counts.
_ORDINARY_WORDS = """
    arnaud barre beau berger bleu blanc blanche bois bonnet boucher boulanger bourgeois brun carre cavalier chaine
    champ champion charpentier chef chevalier clair clerc colombe comte coq corbeau cordier cour court croix
    david denis dubois duc evrard faucon fontaine forest foret fort france gaillard garde garnier gauche gay grand
    grande gris guerre guide henry hubert juge jardin jeune joli jour juillet lacroix lambert lance large laurent
    leblanc legrand lejeune leon libre lion loup lune maire maison marchand marche marie marin marion martin mercier
    meunier michel million monde moulin nation neveu nicolas noel noir nord olivier page paris parti pascal pasteur
    pays petit picard pierre place plage plume poirier police pont porte premier prevost prince proche rang renard
    reveil riche richard robert roche roger rose rouge roux royal sable saint salle serpent simon simple soleil
    tailleur temps terre terrier thomas tour tournier trois vaillant vert vidal vigne ville vincent vrai
"""
ORDINARY_WORDS = frozenset(_ORDINARY_WORDS.split())


@dataclass(frozen=True)
class Person:
    """As much of a politician as a text can name."""

    id: int
    first_name: str
    last_name: str


@dataclass(frozen=True)
class Named:
    """`blocked` counts last names that were seen and taken for an ordinary word or a first name."""

    found: dict[int, MatchedBy]
    blocked: int


class Directory:
    """Finds whole names, then last names that one politician alone has: accents, case and hyphens do not count."""

    def __init__(self, people: Iterable[Person]) -> None:
        everyone = sorted(people, key=lambda person: person.id)
        holders = Counter(fold(person.last_name) for person in everyone)
        full_names = Counter(fold(f"{person.first_name} {person.last_name}") for person in everyone)
        first_names = {fold(person.first_name) for person in everyone}
        # By its first word: a text is walked once, however many people there are.
        self._by_first_word: dict[str, list[tuple[list[str], int, MatchedBy]]] = {}
        self._blocked: dict[str, int] = {}
        for person in everyone:
            full, last = fold(f"{person.first_name} {person.last_name}"), fold(person.last_name)
            if full_names[full] == 1:
                self._add(full, person.id, MatchedBy.FULL_NAME)
            if len(last) < SHORTEST_LAST_NAME or holders[last] > 1:
                continue
            if last in ORDINARY_WORDS or last in first_names:
                self._blocked[last] = person.id
            else:
                self._add(last, person.id, MatchedBy.LAST_NAME)
        told = repr([(person.id, fold(person.first_name), fold(person.last_name)) for person in everyone])
        self.sha256 = hashlib.sha256(told.encode()).hexdigest()

    def named_in(self, text: str) -> Named:
        words = fold(text).split()
        found: dict[int, MatchedBy] = {}
        for at, word in enumerate(words):
            for name, person_id, matched_by in self._by_first_word.get(word, ()):
                if words[at : at + len(name)] == name and found.get(person_id) is not MatchedBy.FULL_NAME:
                    found[person_id] = matched_by
        blocked = sum(word in self._blocked and self._blocked[word] not in found for word in words)
        return Named(found, blocked)

    def _add(self, name: str, person_id: int, matched_by: MatchedBy) -> None:
        words = name.split()
        if words:
            self._by_first_word.setdefault(words[0], []).append((words, person_id, matched_by))
