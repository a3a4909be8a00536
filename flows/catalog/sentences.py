"""What the catalog says to people, in a form that can be said in another language too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sentence:
    """`template` is the English text and the translations' key; `params` fill it in, and may be sentences, too."""

    template: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        # Without params it is text: one that was said before, and read back, may hold braces of a stranger's.
        return self.template.format_map(self.params) if self.params else self.template


def either(first: str, *others: str) -> Sentence | str:
    """`a or b or c`."""
    said: Sentence | str = first
    for other in others:
        said = Sentence("{left} or {right}", {"left": said, "right": other})
    return said
