"""sync-president: the presidents of the Fifth Republic. They are written here; no source is read."""

import argparse
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from scripts.errors import RecordError
from scripts.identity import Identities, Person, Placed, learn
from scripts.models import IdSource, Mandate, Office
from scripts.script import Call, Script
from scripts.text import slug
from scripts.upsert import upsert


@dataclass(frozen=True)
class President:
    """One presidency, from the day of taking office to the day of leaving it.

    Who is re-elected does not leave: between two terms of one president the day is told in several ways, and nothing
    changes on it. The Senate's president, who stood in twice, was no President of the Republic.
    """

    first_name: str
    last_name: str
    born_on: date
    born_in: str
    died_on: date | None
    started_on: date
    ended_on: date | None

    @property
    def id(self) -> str:
        return slug(f"{self.first_name} {self.last_name}")

    @property
    def key(self) -> str:
        return f"president-{self.id}-{self.started_on}"


PRESIDENTS = (
    President(
        "Charles", "de Gaulle", date(1890, 11, 22), "Lille", date(1970, 11, 9), date(1959, 1, 8), date(1969, 4, 28)
    ),
    President(
        "Georges", "Pompidou", date(1911, 7, 5), "Montboudif", date(1974, 4, 2), date(1969, 6, 20), date(1974, 4, 2)
    ),
    President(
        "Valéry",
        "Giscard d'Estaing",
        date(1926, 2, 2),
        "Coblence",
        date(2020, 12, 2),
        date(1974, 5, 27),
        date(1981, 5, 21),
    ),
    President(
        "François", "Mitterrand", date(1916, 10, 26), "Jarnac", date(1996, 1, 8), date(1981, 5, 21), date(1995, 5, 17)
    ),
    President(
        "Jacques", "Chirac", date(1932, 11, 29), "Paris", date(2019, 9, 26), date(1995, 5, 17), date(2007, 5, 16)
    ),
    President("Nicolas", "Sarkozy", date(1955, 1, 28), "Paris", None, date(2007, 5, 16), date(2012, 5, 15)),
    President("François", "Hollande", date(1954, 8, 12), "Rouen", None, date(2012, 5, 15), date(2017, 5, 14)),
    # His second term ends in May 2027: the next release knows who comes then.
    President("Emmanuel", "Macron", date(1977, 12, 21), "Amiens", None, date(2017, 5, 14), None),
)


def run(call: Call, _: argparse.Namespace) -> None:
    """Eight people are one transaction; what is written here needs no fingerprint."""
    counters = dict.fromkeys(
        ["presidentsCreated", "presidentsUpdated", "mandatesCreated", "mandatesUpdated", "doubtful", "errors"], 0
    )
    presidents = PRESIDENTS[: call.options.limit]
    with call.database.transaction() as session:
        identities = Identities(session)
        for done, one in enumerate(presidents, start=1):
            try:
                placed = identities.place(_person(one))
            except RecordError as error:
                call.report.error(f"{one.key} {error}.")
                counters["errors"] += 1
                continue
            if placed is None:
                counters["doubtful"] += identities.is_doubtful(_person(one))
            for counter in _write(session, one, placed) if placed else []:
                counters[counter] += 1
            call.report.detail(f"{one.key}: {placed.slug if placed else 'nobody'}")
            call.report.progress(done, len(presidents))
    call.report.result(counters)


def _person(one: President) -> Person:
    return Person(
        source=IdSource.PRESIDENCE,
        external_id=one.id,
        first_name=one.first_name,
        last_name=one.last_name,
        birth_date=one.born_on,
    )


def _write(session: Session, one: President, placed: Placed) -> list[str]:
    """What of the counters goes up."""
    # Whoever sits somewhere is better known there.
    learnt = learn(
        session,
        placed.politician_id,
        only_gaps=True,
        civility="M.",
        birth_date=one.born_on,
        birth_place=one.born_in,
        death_date=one.died_on,
    )
    row = {
        "external_id": one.key,
        "politician_id": placed.politician_id,
        "office": Office.PRESIDENT,
        "title": "Président de la République",
        "started_on": one.started_on,
        "ended_on": one.ended_on,
    }
    written = upsert(session, Mandate, [row], key=("external_id",))
    person = "presidentsCreated" if placed.is_new else "presidentsUpdated" if learnt or written.updated else None
    counters = [person, "mandatesCreated" if written.created else "mandatesUpdated" if written.updated else None]
    return [counter for counter in counters if counter]


SCRIPT = Script(
    name="sync-president",
    summary="The presidents of the Fifth Republic.",
    run=run,
)
