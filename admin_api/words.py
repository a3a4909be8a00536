"""What is said to people, in their language: English in the code, French in translations/."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import Literal

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.requests import HTTPConnection

from flows.catalog import Sentence

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = ("en", "fr")
#: Holds the language that somebody chose.
COOKIE = "lang"

_RANGE = re.compile(r"\s*([a-z]{1,8}|\*)(?:-[a-z0-9]{1,8})*\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?)\s*)?", re.ASCII)
#: Nobody reads more languages, and a hostile header is not read to its end.
_MOST_RANGES = 20


@dataclass(frozen=True)
class Words:
    """One language's."""

    language: Language

    def say(self, sentence: str | Sentence, /, **params: object) -> str:
        """The sentence with its params, of which those that are sentences are said, too. Untranslated: in English."""
        if isinstance(sentence, Sentence):
            return self.say(sentence.template, **sentence.params)
        said = self.translated(sentence)
        return said.format_map({name: self._said(value) for name, value in params.items()}) if params else said

    def translated(self, template: str) -> str:
        """The template alone, its gaps left open."""
        return _translations(self.language).gettext(template)

    def _said(self, value: object) -> object:
        return self.say(value) if isinstance(value, Sentence) else value


def words_for(connection: HTTPConnection, chosen: str | None = None) -> Words:
    """The caller's: what was just chosen, else what was chosen before, else what their browser asks for."""
    accepted = connection.headers.get("accept-language")
    return Words(language(accepted, chosen if chosen in LANGUAGES else connection.cookies.get(COOKIE)))


def language(accept_language: str | None, chosen: str | None = None) -> Language:
    """The best of ours for who accepts these. English for who accepts none, or says what nobody understands."""
    for ours in LANGUAGES:
        if chosen == ours:
            return ours
    weights: dict[str, float] = {}
    for written in (accept_language or "").lower().split(",")[:_MOST_RANGES]:
        if found := _RANGE.fullmatch(written):
            weight = min(float(found[2] or 1), 1)
            weights[found[1]] = max(weight, weights.get(found[1], 0))
    others = weights.get("*", 0)
    best = max(LANGUAGES, key=lambda ours: weights.get(ours, others))  # of equals, the first
    return best if weights.get(best, others) else "en"


@cache
def _translations(language: Language) -> NullTranslations:
    if language == "en":
        return NullTranslations()
    compiled = BytesIO()
    with (files("admin_api") / f"translations/{language}/LC_MESSAGES/messages.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
