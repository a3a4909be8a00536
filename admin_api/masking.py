"""Nothing that looks like a secret is stored or shown in clear, wherever it was written by mistake."""

from __future__ import annotations

import re
from typing import Any

MASK = "***"

_KEY = re.compile(r"secret|token|passw|pwd|credential|api[-_]?key|private|authori[sz]ation|cookie|dsn|signing", re.I)
# Every repetition has its bound, and so the time that a hostile text takes.
#: In a URL a password ends at the last `@` before a slash; one that has a slash itself, at the last one after it.
_IN_A_URL = re.compile(
    r"(?P<before>\b[a-z][a-z0-9+.-]{0,40}://[^\s/:@'\"]{0,200}:)"
    r"(?:[^\s/'\"]{1,2000}|[^\s@'\"]{1,2000}(?:@[^\s/@'\"]{0,200}){0,9})(?P<after>@)",
    re.I,
)
_IN_A_QUERY = re.compile(r"(?P<before>[?&](?:[\w-]{0,60}(?:secret|token|passw|key|sig)[\w-]{0,60})=)[^&\s'\"]+", re.I)
_BEARER = re.compile(r"(?P<before>\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}", re.I)


def masked(value: Any) -> Any:
    """The same JSON value without what stands under a secret's name, and without the secrets of any text in it."""
    match value:
        case dict():
            return {str(key): MASK if _is_secret(str(key), item) else masked(item) for key, item in value.items()}
        case list() | tuple():
            return [masked(item) for item in value]
        case str():
            return masked_text(value)
        case _:
            return value


def _is_secret(key: str, value: Any) -> bool:
    """What a model has read and written is counted in tokens, and that is none."""
    counted = key.lower().endswith("tokens") and isinstance(value, int)
    return bool(value) and not counted and _KEY.search(key) is not None


def masked_text(text: str) -> str:
    """Passwords in URLs, keys in queries and bearers' tokens, each replaced; NUL, which no database keeps, too."""
    text = _IN_A_URL.sub(rf"\g<before>{MASK}\g<after>", text.replace("\x00", "�"))
    text = _IN_A_QUERY.sub(rf"\g<before>{MASK}", text)
    return _BEARER.sub(rf"\g<before>{MASK}", text)
