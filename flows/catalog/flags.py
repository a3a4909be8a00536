"""What a script may be told: `--name=value`, or `--name` alone for a switch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeGuard

from flows.catalog.errors import FlagRefused, shown
from flows.catalog.sentences import Sentence

FlagValue = bool | int | str
Flags = Mapping[str, FlagValue]


class Kind(StrEnum):
    INTEGER = "integer"
    SWITCH = "switch"
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True, kw_only=True)
class Flag:
    """A flag and what it allows. Bounds are inclusive; a text is one printable line of at most `max_length`."""

    name: str
    kind: Kind
    help: str
    minimum: int = 0
    maximum: int = 0
    choices: tuple[str, ...] = ()
    max_length: int = 200
    #: What the script does without the flag; None where that is nothing special.
    default: FlagValue | None = None

    @property
    def allowed(self) -> str:
        """What a value may be, in words."""
        return str(self.values)

    @property
    def values(self) -> Sentence:
        """`allowed`, in any language."""
        match self.kind:
            case Kind.INTEGER:
                bounds = {"minimum": self.minimum, "maximum": self.maximum}
                return Sentence("a whole number from {minimum} to {maximum}", bounds)
            case Kind.SWITCH:
                return Sentence("true or false")
            case Kind.CHOICE:
                return Sentence("one of {choices}", {"choices": ", ".join(self.choices)})
            case Kind.TEXT:
                return Sentence("one line of 1 to {maximum} characters", {"maximum": self.max_length})

    def check(self, value: object) -> FlagValue:
        """The value itself, if the flag allows it. Raises FlagRefused, naming flag, value and what is allowed."""
        if self._allows(value):
            return value
        raise FlagRefused(
            "--{flag}: {value} is not allowed, it takes {allowed}.",
            members={"flag": self.name, "allowed": self.values},
            flag=self.name,
            value=shown(value),
            allowed=self.values,
        )

    def read(self, text: str) -> FlagValue:
        """A value as it is written on a command line. Raises FlagRefused like `check`."""
        match self.kind:
            case Kind.INTEGER if len(text) <= 20 and text.isascii() and text.removeprefix("-").isdecimal():
                return self.check(int(text))
            case Kind.SWITCH if text in ("true", "false"):
                return text == "true"
            case _:
                return self.check(text)

    def _allows(self, value: object) -> TypeGuard[FlagValue]:
        match self.kind:
            case Kind.SWITCH:
                return isinstance(value, bool)
            case Kind.INTEGER:
                return type(value) is int and self.minimum <= value <= self.maximum
            case Kind.CHOICE:
                return isinstance(value, str) and value in self.choices
            case Kind.TEXT:
                return isinstance(value, str) and 0 < len(value) <= self.max_length and value.isprintable()


def switch(name: str, sentence: str) -> Flag:
    return Flag(name=name, kind=Kind.SWITCH, help=sentence, default=False)


def integer(name: str, sentence: str, minimum: int, maximum: int, default: int | None = None) -> Flag:
    return Flag(name=name, kind=Kind.INTEGER, help=sentence, minimum=minimum, maximum=maximum, default=default)


def choice(name: str, sentence: str, *choices: str, default: str | None = None) -> Flag:
    return Flag(name=name, kind=Kind.CHOICE, help=sentence, choices=choices, default=default)


def text(name: str, sentence: str) -> Flag:
    return Flag(name=name, kind=Kind.TEXT, help=sentence)


def arguments(flags: Flags) -> list[str]:
    """The flags as words of a command line, in the order given. A switch that is off has none."""
    return [
        f"--{name}" if value is True else f"--{name}={value}" for name, value in flags.items() if value is not False
    ]
