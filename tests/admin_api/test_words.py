"""English in the code, French beside it: whole, and in the language that is asked for."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import admin_api
import flows.catalog
from admin_api import causes
from admin_api.errors import AdminError, AlreadyUnderWay
from admin_api.rendering import ENVIRONMENT
from admin_api.words import Words, language
from flows.catalog import GROUPS, SCRIPTS, FlagRefused, Sentence, Target, UnknownName, check_flags, read_flags, resolve

FRENCH = Words("fr")
#: What a sentence is made by, in Python.
MAKERS = {"Sentence": None, "FlagRefused": None}


def sentences() -> Iterator[str]:
    yield from (kind.sentence for kind in AdminError.__subclasses__())
    yield "Nothing is called {name}. {hint}"
    yield from (cause for name, cause in vars(causes).items() if name.isupper() and isinstance(cause, str))
    for flags in [*(group.flags for group in GROUPS), *(script.flags for script in SCRIPTS)]:
        yield from (flag.help for flag in flags)
    for package in (admin_api, flows.catalog):
        for folder in package.__path__:
            for _, _, message, _, _ in extract_from_dir(Path(folder), [("**.py", "python")], keywords=MAKERS):
                assert isinstance(message, str)
                yield message
    for name in ENVIRONMENT.list_templates(["html"]):
        source, _, _ = ENVIRONMENT.loader.get_source(ENVIRONMENT, name)  # type: ignore[union-attr]
        for _, _, found in ENVIRONMENT.extract_translations(source):  # type: ignore[attr-defined]
            yield found if isinstance(found, str) else found[0]


SENTENCES = sorted(set(sentences()))


with (files("admin_api") / "translations/fr/LC_MESSAGES/messages.po").open("rb") as source:
    CATALOG = read_po(source, locale="fr", abort_invalid=True)
FRENCH_OF = {str(message.id): str(message.string) for message in CATALOG if message.id}


def gaps(text: str) -> set[str]:
    return set(re.findall(r"\{\w*\}|%\(\w+\)s", text))


def test_there_are_sentences_of_each_kind() -> None:
    assert {"Sign in", "It takes no flags.", "{field} is missing.", AlreadyUnderWay.sentence} <= set(SENTENCES)
    assert "--{flag} is given twice." in SENTENCES


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_sentence_is_there_in_french_with_the_same_gaps(sentence: str) -> None:
    assert gaps(FRENCH_OF[sentence]) == gaps(sentence)


def test_french_lines_do_not_break_before_a_mark() -> None:
    assert not [said for said in FRENCH_OF.values() if re.search(r" [:;?!»]|« ", said)]


def test_the_translations_hold_nothing_doubtful_and_nothing_that_is_no_longer_said() -> None:
    assert not [message.id for message in CATALOG if message.id and message.fuzzy]
    assert all(FRENCH_OF.values())
    assert set(FRENCH_OF) == set(SENTENCES)


def test_a_sentence_within_a_sentence_is_translated_too() -> None:
    with pytest.raises(UnknownName) as refused:
        resolve("sync:pres")
    said = FRENCH.say(refused.value.sentence, **refused.value.params)
    assert said.startswith("Rien ne s’appelle 'sync:pres'. Vouliez-vous dire sync:press ou ")


def test_what_a_flag_allows_is_translated() -> None:
    with pytest.raises(FlagRefused) as refused:
        read_flags(resolve("sync:press"), ["--limit=0"])
    said = FRENCH.say(refused.value.sentence, **refused.value.params)
    assert said == "--limit\u00a0: 0 n’est pas accepté, il faut un nombre entier de 1 à 100000."


def test_every_refusal_of_every_flag_can_be_said_in_french() -> None:
    targets: tuple[Target, ...] = (*GROUPS, *SCRIPTS)
    for target in targets:
        for flag in target.flags:
            with pytest.raises(FlagRefused) as refused:
                check_flags(target, {flag.name: None})
            assert "n’est pas accepté" in FRENCH.say(refused.value.sentence, **refused.value.params)


def test_what_has_no_translation_is_said_in_english() -> None:
    assert FRENCH.say("Nobody has translated {what}.", what="this") == "Nobody has translated this."


def test_braces_in_what_fills_a_gap_are_text() -> None:
    assert Words("en").say("{a} and {b}", a="{b}", b=Sentence("{c}", {"c": "{a}"})) == "{b} and {a}"


def test_a_refusal_that_was_said_before_is_said_again_as_it_was() -> None:
    assert str(FlagRefused("'{x}' is not a flag")) == "'{x}' is not a flag"


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("fr", "fr"),
        ("FR-fr", "fr"),
        ("fr-CA;q=0.8", "fr"),
        ("en,fr", "en"),
        ("fr,en", "en"),
        ("fr, en;q=0.9", "fr"),
        ("en;q=0.3,fr;q=0.5", "fr"),
        ("de,fr;q=0.1", "fr"),
        ("fr;q=0", "en"),
        ("*", "en"),
        ("*;q=0.5, fr", "fr"),
        ("en;q=0, *", "fr"),
        ("de", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_language_is_the_best_of_those_accepted(accepted: str | None, spoken: str) -> None:
    assert language(accepted) == spoken


@pytest.mark.parametrize(
    "accepted",
    [
        "fr;q=x",
        "fr;q=-1",
        "fr;q=nan",
        ";;;",
        "fr;" * 1000,
        "../../fr",
        "fr\0",
        "{fr}",
        "ｆｒ",
        "x" * 100_000,
        ("de," * 100_000) + "fr",
        "fr-" + "-" * 100_000,
        "fr" + " " * 100_000 + "x",
    ],
)
def test_a_hostile_header_means_english(accepted: str) -> None:
    assert language(accepted) == "en"


@pytest.mark.parametrize(("chosen", "spoken"), [("fr", "fr"), ("en", "en"), ("de", "fr"), ("", "fr"), (None, "fr")])
def test_what_was_chosen_wins_where_it_is_one_of_ours(chosen: str | None, spoken: str) -> None:
    assert language("fr", chosen) == spoken
