"""What the catalog refuses. The text of each is meant for the person who asked.

CatalogError
├── UnknownName    nothing answers to the name
└── FlagRefused    a flag that is not taken, or a value that it does not allow
"""

from __future__ import annotations


class CatalogError(ValueError):
    """What was asked for is not in the catalog."""


class UnknownName(CatalogError):
    """No script, group or day answers to the name; `nearest` holds those that look like it, best first."""

    def __init__(self, written: str, nearest: tuple[str, ...]) -> None:
        self.written = written
        self.nearest = nearest
        hint = f"Did you mean {' or '.join(nearest)}?" if nearest else "`syncs catalog` lists every name."
        super().__init__(f"Nothing is called {shown(written)}. {hint}")


class FlagRefused(CatalogError):
    """A flag that its script or group does not take, or a value outside what the flag allows."""


def shown(value: object) -> str:
    """A stranger's value, short and harmless enough to stand in a sentence."""
    text = repr(value) if isinstance(value, str | int | float | bool | None) else f"a {type(value).__name__}"
    return text if len(text) <= 60 else f"{text[:57]}..."
