"""What is wrong with a request, in one sentence that repeats nothing of it but the name of a field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError

from admin_api.errors import Invalid
from flows.catalog import Sentence
from flows.catalog.errors import shown

UNREADABLE = Sentence("the body cannot be read.")

_OBJECT = Sentence("{field} must be a JSON object.")
_WHOLE = Sentence("{field} must be a whole number.")
_SWITCH = Sentence("{field} must be true or false.")
_TEXT = Sentence("{field} must be text.")
_ID = Sentence("{field} must be a UUID.")
_CHOICE = Sentence("{field} takes only {expected}.")
_ANY_VALUE = Sentence("{field} must be true or false, a whole number, or text.")
_OTHER = Sentence("{field} is not what the documentation says.")

#: By pydantic's name of the mistake, whose context fills in the bounds.
_SENTENCES = {
    "missing": Sentence("{field} is missing."),
    "extra_forbidden": Sentence("{field} is not known."),
    "greater_than_equal": Sentence("{field} must be at least {ge}."),
    "less_than_equal": Sentence("{field} must be at most {le}."),
    "string_too_short": Sentence("{field} must have at least {min_length} characters."),
    "string_too_long": Sentence("{field} must have at most {max_length} characters."),
    "too_long": Sentence("{field} must have at most {max_length} entries."),
    "json_invalid": Sentence("the body is not JSON."),
    "literal_error": _CHOICE,
    "enum": _CHOICE,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "bool_type": _SWITCH,
    "bool_parsing": _SWITCH,
    "string_type": _TEXT,
    "uuid_type": _ID,
    "uuid_parsing": _ID,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
}

#: What pydantic adds to a field's path: which of its types it was tried as. (With brackets: an enumeration, or a key.)
_NOT_A_NAME = {"bool", "int", "str"}


def invalid(error: RequestValidationError) -> Invalid:
    """The first mistake."""
    first: dict[str, Any] = error.errors()[0]
    path = [str(part) for part in _inside(first) if part not in _NOT_A_NAME and "[" not in str(part)]
    field = shown(".".join(path)) if path else Sentence("the body")
    context = {name: value for name, value in first.get("ctx", {}).items() if isinstance(value, str | int | float)}
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace(" or ", ", ")  # which is English
    sentence = _sentence(first)
    what = Sentence(sentence.template, {**context, "field": field})
    return Invalid(what=what, members={"field": ".".join(path)[:60]} if path else None)


def _sentence(mistake: dict[str, Any]) -> Sentence:
    if {"bool", "int", "str"} & set(mistake["loc"][2:]):
        return _ANY_VALUE
    return _SENTENCES.get(mistake["type"], _OTHER)


def _inside(mistake: dict[str, Any]) -> Sequence[str | int]:
    """The path without where it begins: body, query, path."""
    path: tuple[str | int, ...] = mistake["loc"]
    return () if mistake["type"] == "json_invalid" else path[1:]
