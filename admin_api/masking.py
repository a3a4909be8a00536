"""Nothing that looks like a secret is stored or shown in clear, wherever it was written by mistake."""

from __future__ import annotations

import re
from typing import Any

MASK = "***"

_KEY = re.compile(r"secret|token|passw|pwd|credential|api[-_]?key|private|authori[sz]ation|cookie|dsn|signing", re.I)
#: What follows `://`, up to the next one: each character is looked at once, however hostile the text.
_AFTER_SCHEME = re.compile(r"(?<=://)(?:(?!://)[^\s'\"])+")
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
    text = _AFTER_SCHEME.sub(_without_password, text.replace("\x00", "�"))
    text = _IN_A_QUERY.sub(rf"\g<before>{MASK}", text)
    return _BEARER.sub(rf"\g<before>{MASK}", text)


def _without_password(found: re.Match[str]) -> str:
    """A password ends at the last `@` before a slash; one that has a slash itself, at the last `@` of all."""
    rest = found[0]
    authority = rest.partition("/")[0]
    end = authority.rfind("@")
    start = rest.find(":", 0, end if end >= 0 else len(authority))
    if start < 0:
        return rest
    if end < 0 and not authority[start + 1 :].isdecimal():  # else that is a port
        end = rest.rfind("@")
    return f"{rest[: start + 1]}{MASK}{rest[end:]}" if end > start + 1 else rest
