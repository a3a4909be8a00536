"""What a model may write for readers: plain French prose of what it was given. Each check raises ValueError, so that
the model is told and asked again, once.

No check can tell whether a sentence is true. These refuse what a model that has been talked over, or that invents,
writes most often: markup and links, figures and names that nobody gave it, and a judicial claim about somebody.
"""

import json
import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

from scripts.judicial_words import beginnings, strong
from scripts.text import clean, fold, plain

_LINK = re.compile(r"://|\]\(|\S@\S|\w\.[A-Za-z]{2}")
_MARKDOWN = re.compile(r"\*\*|__|`|^\s*(?:#|[-*•]\s)", re.MULTILINE)
# 3 000 and 3.000 are 3000.
_NUMBER = re.compile(r"[0-9]+(?:[ .\u00a0\u202f][0-9]{3}(?![0-9]))*")
_CAPITALISED = r"[A-ZÀ-ÖØ-Þ][\w'’-]+"
_TITLES = (
    r"M\.|MM\.|Mmes?|Mlle|Monsieur|Madame|[Dd]éputée?|[Ss]énateur|[Ss]énatrice|[Mm]inistre|[Mm]aire|[Pp]résidente?"
)
_TITLED = re.compile(rf"\b(?:{_TITLES})\s+{_CAPITALISED}")
_NAME = re.compile(rf"\b{_CAPITALISED}(?:\s+{_CAPITALISED})+")
#: Beside the strong judicial words, what is said of somebody who stands accused; folded.
_ACCUSED = re.compile(
    r"\b(condamn\w*|inculp\w*|poursuivie?s?|poursuites?|soupcon\w*|accus[ae]\w*|coupables?|proces|plaintes?|prison|"
    r"enquetes? judiciaires?|corrompu\w*|detourne\w*|blanchi|escrocs?|frauduleu\w*)\b"
)


class Answer(BaseModel):
    """A field that was not asked for is refused: nothing that a document talked the model into gets any further."""

    model_config = ConfigDict(extra="forbid", strict=True)


def _plain(written: str) -> str:
    text = clean(written)
    if plain(written) != text or _MARKDOWN.search(written):
        raise ValueError("holds markup: plain text is allowed alone")
    if _LINK.search(text):
        raise ValueError("holds a link or an address: none is allowed")
    return text


def _of_what_was_given(text: str, info: ValidationInfo) -> str:
    # As it is written in JSON, a line's end would be the first letter of the next word.
    given = json.dumps(info.context, ensure_ascii=False).replace("\\n", " ")
    if not _numbers(text) <= _numbers(given):
        raise ValueError("holds a number that the documents do not: copy numbers as they are written there")
    words = set(fold(given).split())
    # The first word of a name may only begin a sentence: « Selon Renaissance ».
    if not all(words.issuperset(fold(name).split()[1:]) for name in _NAME.findall(text)):
        raise ValueError("holds a name that the documents do not")
    return text


def _numbers(text: str) -> set[str]:
    """3 000, 3.000 and 3000 are one, as are 08 and 8."""
    return {re.sub(r"[^0-9]", "", one).lstrip("0") for one in _NUMBER.findall(text)}


def is_judicial(text: str) -> bool:
    return strong(text) or bool(_ACCUSED.search(fold(text)))


def nothing_judicial(text: str, info: ValidationInfo) -> str:
    """Of a text about a person. A word that is said of many other things, too, may come from what was given."""
    if is_judicial(text) or beginnings(text) - beginnings(str(info.context)):
        raise ValueError("speaks of a judicial matter: never do")
    return text


def nothing_judicial_of_anybody(text: str) -> str:
    """Of a text about a law, which may well be one on corruption."""
    if is_judicial(text) and (_TITLED.search(text) or _NAME.search(text)):
        raise ValueError("speaks of a judicial matter and names somebody: name nobody")
    return text


def words_between(fewest: int, most: int) -> AfterValidator:
    def check(text: str) -> str:
        if not fewest <= (count := len(text.split())) <= most:
            raise ValueError(f"has {count} words: {fewest} to {most} are allowed")
        return text

    return AfterValidator(check)


#: Bounded before anything looks at it.
Prose = Annotated[str, Field(max_length=2_500), AfterValidator(_plain), AfterValidator(_of_what_was_given)]
