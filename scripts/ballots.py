"""A public vote with every ballot of it, whichever chamber's: as the importers read it, and as the tables keep it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scripts.children import replace
from scripts.models import Chamber, ExternalId, IdSource, Outcome, Position, Scrutin, Vote
from scripts.text import fold
from scripts.upsert import upsert

#: How the importers count what `write` did.
COUNTERS = (
    "scrutinsProcessed", "scrutinsCreated", "scrutinsUpdated", "scrutinsSkipped",
    "votesCreated", "votesUpdated", "votesDeleted", "votesSkipped", "votesLinked",
)  # fmt: skip


class Ballot(NamedTuple):
    """One person's vote; `acteur_ref` is their chamber's id, e.g. PA1008 or 14133K."""

    acteur_ref: str
    position: Position
    by_delegation: bool


@dataclass(frozen=True, kw_only=True)
class PublicVote:
    """A scrutin as its source tells it. The counts are the announced ones, None where the source has none.

    `legislature` is the Assemblée's, `session` the Sénat's.
    """

    uid: str
    chamber: Chamber
    legislature: int | None = None
    session: int | None = None
    number: int
    voted_on: date
    title: str
    outcome: Outcome
    votes_for: int | None
    votes_against: int | None
    abstentions: int | None
    non_voting: int | None
    source_url: str
    ballots: tuple[Ballot, ...]

    @cached_property
    def hash(self) -> str:
        """Of all that is stored, whatever the order of the source; less what the uid says already."""
        # Not dataclasses.asdict: that copies every field of every ballot deeply.
        told = {name: value for name, value in vars(self).items() if name not in {"chamber", "session", "source_url"}}
        return hashlib.sha256(json.dumps(told, default=str, sort_keys=True).encode()).hexdigest()


def outcome(words: str) -> Outcome | None:
    """What « adopté », « rejetée », « Le Sénat a adopté » mean; None where it is not one of both for sure."""
    told = fold(words)
    adopted, rejected = "adopt" in told, "rejet" in told
    if adopted == rejected or "pas" in told.split():
        return None
    return Outcome.ADOPTED if adopted else Outcome.REJECTED


class Register:
    """The votes of those to whom one source gives ids."""

    def __init__(self, source: IdSource) -> None:
        self._theirs = ExternalId.source == source

    def politicians(self, session: Session) -> dict[str, int]:
        known = select(ExternalId.external_id, ExternalId.politician_id).where(self._theirs)
        return dict(session.execute(known).tuples().all())

    def link(self, session: Session) -> int:
        """Gives votes that were kept under the chamber's id alone to politicians who are known by now."""
        politician = (
            select(ExternalId.politician_id)
            .where(self._theirs, ExternalId.external_id == Vote.acteur_ref)
            .scalar_subquery()
        )
        known = select(ExternalId.external_id).where(self._theirs)
        waiting = Vote.politician_id.is_(None) & Vote.acteur_ref.in_(known)
        linked = update(Vote).where(waiting).values(politician_id=politician, updated_at=datetime.now(UTC))
        return len(session.execute(linked.returning(Vote.id)).all())


def hashes(session: Session, chamber: Chamber) -> dict[str, str]:
    """What is stored of each scrutin, by its uid, to be held against PublicVote.hash."""
    stored = select(Scrutin.external_id, Scrutin.votes_hash).where(Scrutin.chamber == chamber, Scrutin.votes_hash != "")
    return dict(session.execute(stored).tuples().all())


def doubt(session: Session, uid: str) -> None:
    """It could not be read anew: it stays as it is, and is none of `hashes` until it can."""
    session.execute(update(Scrutin).where(Scrutin.external_id == uid, Scrutin.votes_hash != "").values(votes_hash=""))


def write(session: Session, votes: Sequence[PublicVote], politicians: Mapping[str, int]) -> dict[str, int]:
    """These scrutins, each with its whole set of votes, in the caller's one transaction."""
    scrutins = upsert(session, Scrutin, [_scrutin(vote) for vote in votes], key=("external_id",))
    told = Scrutin.external_id.in_([vote.uid for vote in votes])
    ids = dict(session.execute(select(Scrutin.external_id, Scrutin.id).where(told)).tuples().all())
    rows = [
        {
            "scrutin_id": ids[vote.uid],
            "acteur_ref": ballot.acteur_ref,
            "politician_id": politicians.get(ballot.acteur_ref),
            "position": ballot.position,
            "by_delegation": ballot.by_delegation,
        }
        for vote in votes
        for ballot in vote.ballots
    ]
    changes = replace(session, Vote, rows, parent="scrutin_id", parents=list(ids.values()), key="acteur_ref")
    return {
        "scrutinsCreated": len(scrutins.created),
        "scrutinsUpdated": len(scrutins.updated),
        "votesCreated": changes.created,
        "votesUpdated": changes.updated,
        "votesDeleted": changes.deleted,
        "votesSkipped": len(rows) - changes.created - changes.updated,
    }


def _scrutin(vote: PublicVote) -> dict[str, object]:
    return {
        "external_id": vote.uid,
        "chamber": vote.chamber,
        "legislature": vote.legislature,
        "session": vote.session,
        "number": vote.number,
        "voted_on": vote.voted_on,
        "title": vote.title,
        "outcome": vote.outcome,
        "votes_for": vote.votes_for,
        "votes_against": vote.votes_against,
        "abstentions": vote.abstentions,
        "non_voting": vote.non_voting,
        "source_url": vote.source_url,
        "votes_hash": vote.hash,
    }
