"""What the list of the governments lacks or is late with: a small file of ours, of facts that can be looked up.

The list goes before: a correction does not stand against what it says itself, save one that names a single mandate.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from scripts.errors import BadSource
from scripts.governments import OFFICES, Function

PATH = Path(__file__).parent / "data" / "government_corrections.json"

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}$")]
Key = Annotated[str, StringConstraints(pattern=r"^gouv-[0-9]+-[A-Z]+-[0-9-]+-[a-z0-9-]+$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Missing(_Strict):
    """A line that the list should have, by its own columns."""

    government: Number
    code: Words
    first_name: Words
    last_name: Words
    title: Words
    started_on: date
    ended_on: date | None = None

    @model_validator(mode="after")
    def _is_a_function(self) -> Missing:
        if self.code not in OFFICES:
            raise ValueError(f"the code {self.code!r} is none of {', '.join(OFFICES)}")
        if self.ended_on and self.ended_on < self.started_on:
            raise ValueError(f"{self.first_name} {self.last_name} ends before the beginning")
        return self


class Corrections(_Strict):
    """`about` is for whoever reads the file."""

    about: str = ""
    #: When a government ended; for its functions that the list still has open.
    ended_governments: dict[Number, date]
    #: When one function ended, by its mandate's key; null: it goes on, whatever the list says.
    ends: dict[Key, date | None]
    #: For governments of which the list knows nothing yet.
    missing: tuple[Missing, ...]
    #: Birth dates by a member's name, as in an address: the list has none, and without one a name may be a doubt.
    births: dict[Slug, date]

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def applied_to(self, functions: Sequence[Function]) -> list[Function]:
        """In the order of time."""
        known = {one.government for one in functions}
        added = [Function(**entry.model_dump()) for entry in self.missing if entry.government not in known]
        return sorted(map(self._ended, [*functions, *added]), key=lambda one: (one.started_on, one.key))

    def end_of(self, key: str) -> date | None:
        """Of a mandate that the list does not have."""
        return self.ends.get(key) or self.ended_governments.get(key.split("-")[1])

    def _ended(self, one: Function) -> Function:
        if one.key in self.ends:
            return replace(one, ended_on=self.ends[one.key])
        end = self.ended_governments.get(one.government)
        if one.ended_on is None and end and end >= one.started_on:
            return replace(one, ended_on=end)
        return one


def corrections() -> Corrections:
    """Raises BadSource, naming entry and reason."""
    try:
        return Corrections.model_validate_json(PATH.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadSource(f"{PATH.name}: {where or 'the file'}: {first['msg']}.") from error
