"""The fields of the Assemblée's JSON, which is made from XML. Each raises RecordError, naming the field's path."""

import re
from typing import Any

from scripts.errors import RecordError
from scripts.text import clean


def listed(value: Any) -> list[Any]:
    """None is null, one is an object, several are a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def at(value: Any, *path: str) -> Any:
    for key in path:
        if not isinstance(value, dict) or key not in value:
            raise RecordError(f"has no {'.'.join(path)}")
        value = value[key]
    return value


def text(value: Any, *path: str) -> str:
    found = at(value, *path)
    if not isinstance(found, str) or not (cleaned := clean(found)):
        raise RecordError(f"has no {'.'.join(path)}")
    return cleaned


def number(value: Any, *path: str) -> int:
    written = text(value, *path)
    if not re.fullmatch(r"[0-9]{1,9}", written):
        raise RecordError(f"has {written!r} as {'.'.join(path)}, not a whole number")
    return int(written)
