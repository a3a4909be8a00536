"""What the catalog says to people, in a form that can be said in another language too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce


@dataclass(frozen=True)
class Sentence:
    """`template` is the English text and the translations' key; `params` fill it in, and may be sentences, too."""

    template: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        # Without params it is text: one that was said before, and read back, may hold braces of a stranger's.
        return self.template.format_map(self.params) if self.params else self.template


def either(names: Iterable[str]) -> Sentence | str:
    """`a or b or c`."""
    return reduce(_or, names)


def _or(left: Sentence | str, right: str) -> Sentence:
    return Sentence("{left} or {right}", {"left": left, "right": right})
