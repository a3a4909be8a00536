"""What publishers call their findings, and what that is here."""

import pytest

from scripts.models import Rating
from scripts.ratings import rating_of

KNOWN = {
    Rating.TRUE: ["Vrai", "VRAI.", "C'est vrai", "True", "Exact", "Tout à fait vrai", "Vrai : la loi existe", "Oui"],
    Rating.MOSTLY_TRUE: [
        "Plutôt vrai", "Vrai mais", "Vrai, mais…", "Vrai mais incomplet", "Mostly true", "Pas faux",
        "Ce n'est pas faux",
        "Presque vrai", "Vrai. Mais il faut préciser", "Oui, mais", "C'est vrai, à une nuance près", "Not false",
        "Vrai (à nuancer)",
    ],
    Rating.HALF_TRUE: [
        "C'est plus compliqué", "C’est plus compliqué", "Ni vrai ni faux", "Partiellement vrai", "Half true",
        "À nuancer",
        "Vrai et faux", "Pas tout à fait", "Ce n'est pas tout à fait vrai", "Pas totalement faux", "Imprécis",
        "Plutôt vrai, mais", "Pas faux, mais exagéré", "Mixture",
    ],
    Rating.MISLEADING: ["Trompeur", "TROMPEUSE", "C'est trompeur", "Misleading", "Trompeur, mais fondé"],
    Rating.OUT_OF_CONTEXT: [
        "Hors contexte", "Manque de contexte", "Sorti de son contexte", "Missing context", "Photo détournée",
        "Décontextualisé", "Faux contexte", "Image hors contexte.",
    ],
    Rating.MOSTLY_FALSE: [
        "Plutôt faux", "Partiellement faux", "Mostly False", "Exagéré", "Faux, mais", "En grande partie faux",
        "Faux mais inspiré d'une histoire vraie",
    ],
    Rating.FALSE: [
        "Faux", "FAUX", "« Faux »", "❌ Faux", "C'est faux !", "Faux. La photo date de 2015", "Totalement faux",
        "Infondé",
        "Sans fondement", "Pas vrai", "Ce n'est pas vrai", "Non, c'est faux", "Cette affirmation est fausse", "False",
        "Fake", "Intox", "Fausse citation", "Inexact", "Faux — le texte n'existe pas",
        "Non", "Pants on Fire!", "Not true", "Image générée par IA",
    ],
    Rating.UNVERIFIABLE: [
        "Pas de preuve", "Pas de preuves", "Aucune preuve", "Non prouvé", "Invérifiable", "Unproven", "No evidence",
        "Non vérifié", "Il n'y a pas de preuve",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("text", "rating"), [(text, rating) for rating, texts in KNOWN.items() for text in texts])
def test_words_that_publishers_use(text: str, rating: Rating) -> None:
    assert rating_of(text) is rating


@pytest.mark.parametrize(
    "text",
    [
        "", "?", "Vrai ou faux", "Vrai ou faux ?", "Vrai ?", "Vrai/Faux", "Vrai, faux", "Satire", "4/5",
        "Rien de faux là-dedans", "Un faux compte est derrière la rumeur", "Vrai document, mauvaise lecture",
        "Cette vidéo a été tournée en 2015", "Il est faux de dire que c'est vrai", "Pas trompeur",
        "Aucune fausse information", "Faussement attribué", "True crime", "Non loin de là",
    ],
)  # fmt: skip
def test_what_the_table_does_not_know_is_not_guessed(text: str) -> None:
    assert rating_of(text) is None


def test_a_long_text_takes_no_time() -> None:
    assert rating_of("c est " * 100_000) is None
