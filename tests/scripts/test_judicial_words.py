"""Which texts a model is asked about."""

import pytest

from scripts.judicial_words import tier


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", 0),
        ("Les députés ont débattu du budget des écoles.", 0),
        ("Un court débat sur les affaires étrangères", 0),
        ("La ministre a porté plainte", 1),
        ("le PROCÈS s’ouvre", 1),
        ("Un maire condamné", 1),
        ("Il a été mis en examen", 2),
        ("Les prévenues, mises en examen hier", 2),
        ("soupçonnée de prise illégale d’intérêts", 2),
        ("une enquête préliminaire", 2),
        ("La maire a été jugée", 1),
        ("deux élus écroués", 1),
        ("l'ancien ministre a été relaxé", 2),
        ("The senator was indicted", 2),
        ("le parquetage, les jugeotes", 0),
    ],
)
def test_tier(text: str, told: int) -> None:
    assert tier(text) == told


def test_a_long_text_is_looked_through_quickly() -> None:
    assert tier("mis en " * 100_000) == 0
