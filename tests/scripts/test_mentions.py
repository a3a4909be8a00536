"""Whom a text names: sure of a whole name, careful with a last name alone."""

import pytest

from scripts.mentions import Directory, Person
from scripts.models import MatchedBy

FULL, LAST = MatchedBy.FULL_NAME, MatchedBy.LAST_NAME
ADA, BEN, CLEO, DAVID, EVE, FAY = range(1, 7)
DIRECTORY = Directory(
    [
        Person(ADA, "Adèle", "Quercelin"),
        Person(BEN, "Ben", "Petit"),
        Person(CLEO, "Cléo", "Roy-Lune"),
        Person(DAVID, "Alain", "David"),
        Person(EVE, "David", "Hab"),
        Person(FAY, "Fay", "Double"),
        Person(7, "Guy", "Double"),
    ]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ADELE QUERCELIN a voté", {ADA: FULL}),
        ("Mme Quercelin a voté, puis Adèle Quercelin", {ADA: FULL}),
        ("le texte de Mme Quercelin.", {ADA: LAST}),
        ("la quercelinade", {}),
        ("Roy Lune, ou Roy-Lune", {CLEO: LAST}),
        ("un petit pas", {}),
        ("Ben Petit avance", {BEN: FULL}),
        ("David Hab parle", {EVE: FULL}),
        ("Hab parle", {}),
        ("M. Double", {}),
        ("Fay Double", {FAY: FULL}),
        ("", {}),
    ],
)
def test_named(text: str, found: dict[int, MatchedBy]) -> None:
    assert DIRECTORY.named_in(text).found == found


def test_ordinary_words_are_counted_as_blocked_unless_the_whole_name_stands_there() -> None:
    assert DIRECTORY.named_in("le petit David").blocked == 2
    assert DIRECTORY.named_in("Ben Petit").blocked == 0


def test_of_two_people_with_one_whole_name_none_is_meant() -> None:
    twins = Directory([Person(1, "Ada", "Lune"), Person(2, "Ada", "Lune")])
    assert twins.named_in("Ada Lune").found == {}


def test_nobody_is_named_where_nobody_is_known() -> None:
    assert Directory([]).named_in("Ada Lune").found == {}
