"""Which parties a text names: careful with names that are ordinary words."""

import pytest

from scripts.party_names import PartyDirectory, PartyNames

PS, RN, LR, PLACE, RENAISSANCE, TWO, TOO, MODEM = range(1, 9)
DIRECTORY = PartyDirectory(
    [
        PartyNames(PS, "Parti socialiste", "PS"),
        PartyNames(RN, "Rassemblement national", "RN"),
        PartyNames(LR, "Les Républicains", "LR"),
        PartyNames(PLACE, "Place publique", None),
        PartyNames(RENAISSANCE, "Renaissance", "EN"),
        PartyNames(TWO, "Union des uns", "UD"),
        PartyNames(TOO, "Union des autres", "UD"),
        PartyNames(MODEM, "Mouvement démocrate", "MoDem"),
    ]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Le Parti socialiste et le RN", {PS, RN}),
        ("le PARTI SOCIALISTE", {PS}),
        ("un parti socialiste de plus", set()),
        ("le ps de la lettre", set()),
        ("un accident sur la RN 20, puis sur la RN20", set()),
        ("RN : 20 députés", set()),
        ("chez les Républicains, Les Republicains", {LR}),
        ("les républicains du Congrès", set()),
        ("sur la place publique", set()),
        ("Place publique se réunit", {PLACE}),
        ("une renaissance, la Renaissance, EN DIRECT", set()),
        ("UD, l'Union des autres", {TOO}),
        ("le Modem, le MoDem", {MODEM}),
        ("le modem est en panne", set()),
        ("Parti", set()),
        ("", set()),
    ],
)
def test_named(text: str, found: set[int]) -> None:
    # "RN : 20 députés" costs a mention: of a number that follows at once it is not known what it counts.
    assert DIRECTORY.named_in(text) == found


def test_another_name_of_one_of_them_is_another_directory() -> None:
    one, same, other = ([PartyNames(1, "Un", short)] for short in ("UN", "UN", "UNS"))
    assert PartyDirectory(one).sha256 == PartyDirectory(same).sha256 != PartyDirectory(other).sha256


@pytest.mark.parametrize("name", ["", "…", "A", "12", "Oui"])
def test_a_name_that_says_nothing_names_nobody(name: str) -> None:
    assert PartyDirectory([PartyNames(1, name, None)]).named_in(f"{name} {name}") == set()
