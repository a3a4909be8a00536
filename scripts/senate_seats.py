"""A senator's seat: what the Sénat's list of today says of them, with what its open data add."""

from dataclasses import dataclass
from datetime import date, timedelta

from scripts.odsen import Recorded, Term
from scripts.senators import Senator
from scripts.text import fold

# A mandate is of six years, and was once made a year longer. One that has lasted longer still is one that the list of
# mandates, which is kept up less than the others, has forgotten to end.
LONGEST = timedelta(days=7 * 366)


@dataclass(frozen=True)
class Seat:
    """A sitting senator with what the open data add; None where they lack somebody."""

    senator: Senator
    recorded: Recorded | None
    birth_date: date | None
    started_on: date | None

    @property
    def names(self) -> tuple[str, str]:
        """The JSON's; where it has them in capitals, as the open data spell the same."""
        told, known = (self.senator.first_name, self.senator.last_name), self.recorded
        if known and fold(" ".join(told)) == fold(f"{known.first_name} {known.last_name}"):
            return known.first_name, known.last_name
        return told


def seat(senator: Senator, recorded: Recorded | None, term: Term | None, today: date) -> Seat:
    """`term` is the senator's last one."""
    lasts = term is not None and term.ended_on is None and today - term.started_on < LONGEST
    return Seat(
        senator=senator,
        recorded=recorded,
        birth_date=recorded.birth_date if recorded else None,
        started_on=term.started_on if term and lasts else None,
    )
