"""What the catalog refuses. The text of each is meant for the person who asked.

CatalogError
├── UnknownName    nothing answers to the name
└── FlagRefused    a flag that is not taken, or a value that it does not allow
"""

from __future__ import annotations

from collections.abc import Mapping

from flows.catalog.sentences import Sentence, either


class CatalogError(ValueError):
    """What was asked for is not in the catalog.

    `sentence` is the English text and the translations' key, `params` fill it in; `members` are what a program may
    want to know of it.
    """

    def __init__(self, sentence: str, *, members: Mapping[str, object] | None = None, **params: object) -> None:
        self.sentence = sentence
        self.params = params
        self.members = members or {}
        super().__init__(str(Sentence(sentence, params)))


class UnknownName(CatalogError):
    """No script, group or day answers to the name; `nearest` holds those that look like it, best first."""

    def __init__(self, written: str, nearest: tuple[str, ...]) -> None:
        self.written = written
        self.nearest = nearest
        hint = (
            Sentence("Did you mean {names}?", {"names": either(*nearest)})
            if nearest
            else Sentence("`syncs catalog` lists every name.")
        )
        super().__init__(
            "Nothing is called {name}. {hint}", members={"nearest": nearest}, name=shown(written), hint=hint
        )


class FlagRefused(CatalogError):
    """A flag that its script or group does not take, or a value outside what the flag allows."""


def shown(value: object) -> str:
    """A stranger's value, short and harmless enough to stand in a sentence."""
    text = repr(value) if isinstance(value, str | int | float | bool | None) else f"a {type(value).__name__}"
    return text if len(text) <= 60 else f"{text[:57]}..."
