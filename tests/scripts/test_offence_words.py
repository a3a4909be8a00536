"""What words say of an affair: its offence and stage, its numbers, and which sections of an article are judicial."""

import time

import pytest

from scripts.case_numbers import numbers
from scripts.errors import RecordError
from scripts.judicial_sections import LONGEST, LONGEST_OF_ALL, MOST, sections
from scripts.models import Offence, Stage
from scripts.offences import (
    HARMED,
    JUDICIAL,
    OFFENCES,
    POLITICAL,
    SEVERITY,
    STAGES,
    UNDONE,
    is_judicial,
    offence,
    stage,
)
from scripts.text import fold


def test_every_word_is_spelled_as_it_is_compared_and_every_offence_has_a_weight() -> None:
    assert all(fold(word) == word for word in (*OFFENCES, *STAGES, *JUDICIAL, *POLITICAL, *HARMED, *UNDONE))
    assert set(OFFENCES.values()) == set(Offence) - {Offence.AUTRE}
    assert set(STAGES.values()) == set(Stage) - {Stage.INCONNU}
    assert set(SEVERITY) == set(Offence)


@pytest.mark.parametrize(
    ("title", "text", "said"),
    [
        ("Condamnation pour prise illégale d'intérêts", "Il parle de corruption.", Offence.PRISE_ILLEGALE_INTERETS),
        ("Affaire des phares", "Mise en cause pour abus de confiance.", Offence.ABUS_CONFIANCE),
        # Of several, none is guessed.
        ("Affaire des phares", "Abus de confiance, puis diffamation.", Offence.AUTRE),
        ("Violoncelle", "Violette", Offence.AUTRE),
        ("Blanchiment de fraude fiscale", "", Offence.BLANCHIMENT),
    ],
)
def test_what_it_is_about(title: str, text: str, said: Offence) -> None:
    assert offence(title, text) == said


@pytest.mark.parametrize(
    ("title", "text", "said"),
    [
        ("Mise en examen", "Il est condamné.", Stage.MISE_EN_EXAMEN),
        ("Phares", "Elle est définitivement condamnée.", Stage.CONDAMNATION_DEFINITIVE),
        # What is not said to be final is not.
        ("Phares", "Elle est condamnée.", Stage.CONDAMNATION_PREMIERE_INSTANCE),
        ("Phares", "Il n'a jamais été mis en examen.", Stage.INCONNU),
        ("Phares", "Entendu sans être mis en examen, puis relaxé.", Stage.RELAXE),
        ("Phares", "Condamné, puis relaxé.", Stage.INCONNU),
        # Nor in a heading is the first word taken for the last.
        ("Mise en examen, puis non-lieu", "", Stage.INCONNU),
        ("Condamnation et relaxe", "Il est condamné.", Stage.INCONNU),
        ("Jamais condamné", "", Stage.INCONNU),
        ("Condamnation annulée", "Il est condamné en 2019.", Stage.INCONNU),
        ("Phares", "Sa mise en examen est annulée.", Stage.INCONNU),
        ("Phares", "Mis hors de cause, il obtient un non-lieu.", Stage.NON_LIEU),
        # Whose word it is: a politician who condemns is not condemned, nor acquitted who pays.
        ("Plainte pour menaces", "Il condamne ces menaces.", Stage.INCONNU),
        ("Phares", "La région condamne ces menaces.", Stage.INCONNU),
        ("Phares", "Elle s'acquitte de sa dette.", Stage.INCONNU),
        ("Phares", "Le tribunal le condamne.", Stage.CONDAMNATION_PREMIERE_INSTANCE),
        ("Phares", "Relaxé ; en appel, la cour infirme et le condamne.", Stage.INCONNU),
        ("Phares", "Un non-lieu est prononcé.", Stage.NON_LIEU),
        ("Phares", "", Stage.INCONNU),
    ],
)
def test_how_far_it_is(title: str, text: str, said: Stage) -> None:
    assert stage(title, text) == said


@pytest.mark.parametrize("heading", ["Affaires judiciaires", "Démêlés judiciaires", "Mise en examen", "Procès"])
def test_a_judicial_heading(heading: str) -> None:
    assert is_judicial(heading)


@pytest.mark.parametrize(
    "heading",
    [
        *("Réforme judiciaire", "Ministre de la Justice", "Affaires étrangères", "Carrière judiciaire", "Biographie"),
        *("Lutte contre la corruption", "Commission d'enquête judiciaire", "Procès-verbal", "Police judiciaire", ""),
    ],
)
def test_a_heading_of_politics(heading: str) -> None:
    assert not is_judicial(heading)


def test_the_numbers_of_a_text() -> None:
    found = numbers(
        "pourvois n° 19-19.463 et 20\u201110.001. RG n° 19/01234 ; parquet no 12345678901, ECLI:FR:CCASS:2099:CR1."
    )
    assert found.ecli == "ECLI:FR:CCASS:2099:CR1"
    assert found.appeals == ["19-19.463", "20-10.001"]
    assert found.cases == ["12345678901", "RG 19/01234"]


def test_what_is_no_number_and_of_two_eclis_none() -> None:
    found = numbers("02-19-19.463 19-19.4635 19-19.463-1 119-19.463 ECLI:FR:CCASS:2099:A ECLI:FR:CCASS:2099:B")
    assert (found.ecli, found.appeals, found.cases) == (None, [], [])


def test_subsections_are_affairs_and_else_the_section_itself() -> None:
    text = (
        "== Vie ==\n=== Procès des phares ===\nA\n== Affaires judiciaires ==\nB\n=== ''Bacs'' [[x|et]] ponts ===\n"
        "C<ref>Condamné</ref>\n==== Appel ====\nRelaxe.\n=== Bacs et ponts ===\n<!--\n== Procès ==\n--> E\n== Fin ==\nF"
    )
    found = sections(text)
    assert [(one.key, one.title, one.stage) for one in found] == [
        ("proces-des-phares", "Procès des phares", Stage.PROCES),
        ("affaires-judiciaires/bacs-et-ponts", "Bacs et ponts", Stage.RELAXE),
        ("affaires-judiciaires/bacs-et-ponts-2", "Bacs et ponts", Stage.INCONNU),
    ]


@pytest.mark.parametrize(
    "headings",
    [
        "== Affaires judiciaires ==\n=== Victime de violences ===\n",
        "== Plainte comme partie civile ==\n",
        "== Victime : le procès ==\n=== Condamnation ===\n",
    ],
)
def test_of_whom_something_was_done_to_it_makes_nothing(headings: str) -> None:
    assert sections(f"{headings}Viol.\n") == []


def test_a_page_with_too_many_is_refused() -> None:
    assert len(sections("== Procès ==\n" * MOST)) == MOST
    with pytest.raises(RecordError, match="more than"):
        sections("== Procès ==\n" * (MOST + 1))


def test_of_a_whole_page_the_parser_gets_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []

    def prose(text: str) -> str:
        given.append(text)
        return text

    monkeypatch.setattr("scripts.judicial_sections._prose", prose)
    sections(f"== Procès ==\n{'a' * LONGEST}\n" * MOST)
    assert LONGEST_OF_ALL * 0.9 < sum(len(text) for text in given) < LONGEST_OF_ALL * 1.1


@pytest.mark.parametrize("hostile", ["<ref>", "{{[[<b>", "{|\n|-\n", "<!--", "<ref ", "RG ", "=", "== x\n", "ECLI:"])
def test_a_hostile_page_takes_no_longer_than_it_must(hostile: str) -> None:
    started = time.monotonic()
    sections("== Procès ==\n" + hostile * (10 * LONGEST))
    assert time.monotonic() - started < 5
