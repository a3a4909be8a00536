"""Rows about politicians, put straight into a site's tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count

from sqlalchemy.orm import Session

from scripts.database import connected
from scripts.models import (
    Chamber,
    Mandate,
    MatchedBy,
    Office,
    Outcome,
    Party,
    PartyMembership,
    PartyRole,
    Politician,
    Position,
    PressArticle,
    PressMention,
    Row,
    Scrutin,
    Vote,
)
from scripts.settings import database_url
from tests.scripts.sites import Site

LONG_BEFORE = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Politicians:
    """Each method adds what its name says; a key that a table needs is just a number."""

    session: Session
    numbers: Iterator[int]

    def add(self, row: Row) -> int:
        row.created_at = row.updated_at = LONG_BEFORE
        self.session.add(row)
        self.session.flush()
        return row.id

    def politician(self, slug: str = "anne-roche", **known: object) -> int:
        return self.add(Politician(slug=slug, first_name="Anne", last_name="Roche", **known))

    def office(self, who: int, office: Office, start: date | None = None, end: date | None = None) -> None:
        self.add(Mandate(**self._key(), politician_id=who, office=office, started_on=start, ended_on=end))

    def role(
        self,
        who: int,
        role: PartyRole,
        start: date | None = None,
        end: date | None = None,
        dissolved_on: date | None = None,
    ) -> None:
        number = str(next(self.numbers))
        party = self.add(Party(wikidata_id=f"Q{number}", slug=number, name="Parti", dissolved_on=dissolved_on))
        membership = PartyMembership(**self._key(), party_id=party, politician_id=who, role=role)
        membership.started_on, membership.ended_on = start, end
        self.add(membership)

    def votes(self, who: int | None, number: int) -> None:
        for _ in range(number):
            scrutin = Scrutin(
                **self._key(), chamber=Chamber.SENAT, number=1, voted_on=date(2025, 1, 1), title="le scrutin"
            )
            scrutin.outcome, scrutin.source_url, scrutin.votes_hash = Outcome.ADOPTED, "", ""
            vote = Vote(scrutin_id=self.add(scrutin), acteur_ref="1", politician_id=who)
            vote.position, vote.by_delegation = Position.POUR, False
            self.add(vote)

    def mentions(self, who: int, *published: datetime | None) -> None:
        for moment in published:
            article = self.add(
                PressArticle(**self._key(), feed="lemonde", title="Titre", description="", published_at=moment)
            )
            self.add(PressMention(article_id=article, politician_id=who, matched_by=MatchedBy.FULL_NAME))

    def _key(self) -> dict[str, str]:
        return {"external_id": str(next(self.numbers))}


@contextmanager
def politicians(site: Site) -> Iterator[Politicians]:
    """What was added is there when the block ends."""
    with connected(database_url(site.url)) as engine, Session(engine) as session, session.begin():
        yield Politicians(session, count(1))
