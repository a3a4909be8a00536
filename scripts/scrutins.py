"""The Assemblée's ZIP of public votes: one JSON file a scrutin, `json/VTANR5L17V<number>.json`."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from scripts.archive import Archive
from scripts.errors import RecordError
from scripts.fields import at, listed, number, text
from scripts.models import Outcome, Position
from scripts.text import fold

#: Under which a file holds its scrutin.
KEY = "scrutin"

_VOTER = re.compile(r"PA[0-9]{1,9}")

POSITIONS = {
    "pours": Position.POUR,
    "contres": Position.CONTRE,
    "abstentions": Position.ABSTENTION,
    "nonVotants": Position.NON_VOTANT,
    "nonVotantsVolontaires": Position.NON_VOTANT,
}


@dataclass(frozen=True)
class Ballot:
    """One person's vote; `acteur_ref` is the Assemblée's id, e.g. PA1008."""

    acteur_ref: str
    position: Position
    by_delegation: bool


@dataclass(frozen=True)
class PublicVote:
    """A scrutin as its file tells it. The counts are the announced ones, None where the file has null."""

    uid: str
    legislature: int
    number: int
    voted_on: date
    title: str
    outcome: Outcome
    votes_for: int | None
    votes_against: int | None
    abstentions: int | None
    non_voting: int | None
    ballots: tuple[Ballot, ...]

    @property
    def hash(self) -> str:
        """Of all that is stored, whatever the order of the file."""
        fields = vars(self) | {"ballots": [(*vars(ballot).values(),) for ballot in self.ballots]}
        told = json.dumps(fields, default=str, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


def archive(content: bytes, legislature: int) -> Archive:
    """The scrutins of one legislature. Raises BadSource."""
    names = re.compile(rf"json/(VTANR5L{legislature}V([0-9]{{1,9}}))\.json")
    return Archive(content, names, "The archive of votes")


def public_vote(scrutin: dict[str, Any], legislature: int) -> PublicVote:
    """Raises RecordError for whatever is missing or not known: a position is never guessed."""
    if text(scrutin, "legislature") != str(legislature):
        raise RecordError(f"is of legislature {scrutin['legislature']!r}")
    counts = at(scrutin, "syntheseVote", "decompte")
    ballots = _ballots(scrutin)
    if not ballots and any(_count(counts, key) for key in ("pour", "contre", "abstentions")):
        # Stored as it is, it would take away the votes that an earlier edition of the file had.
        raise RecordError("announces votes and names no voter")
    return PublicVote(
        uid=text(scrutin, "uid"),
        legislature=legislature,
        number=number(scrutin, "numero"),
        voted_on=voted_on(scrutin),
        title=text(scrutin, "titre"),
        outcome=_outcome(text(scrutin, "sort", "code")),
        votes_for=_count(counts, "pour"),
        votes_against=_count(counts, "contre"),
        abstentions=_count(counts, "abstentions"),
        non_voting=_count(counts, "nonVotants"),
        ballots=ballots,
    )


def voted_on(scrutin: dict[str, Any]) -> date:
    """The day of the vote in Paris, as the Assemblée dates it. Raises RecordError."""
    written = text(scrutin, "dateScrutin")
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise RecordError(f"has {written!r} as dateScrutin, not a day such as 2025-11-17") from None


def _outcome(code: str) -> Outcome:
    words = fold(code)
    adopted, rejected = "adopt" in words, "rejet" in words
    if adopted == rejected or "pas" in words.split():
        raise RecordError(f"has the unknown outcome {code!r} as sort.code")
    return Outcome.ADOPTED if adopted else Outcome.REJECTED


def _ballots(scrutin: dict[str, Any]) -> tuple[Ballot, ...]:
    found: dict[str, Ballot] = {}
    for group in listed(at(scrutin, "ventilationVotes", "organe", "groupes", "groupe")):
        by_position = at(group, "vote", "decompteNominatif") or {}
        if not isinstance(by_position, dict):
            raise RecordError("has a decompteNominatif that is no object")
        for key, voters in by_position.items():
            if key not in POSITIONS:
                raise RecordError(f"has the unknown position {key!r}")
            for voter in listed(voters and at(voters, "votant")):
                ballot = _ballot(voter, POSITIONS[key])
                if ballot.acteur_ref in found:
                    raise RecordError(f"counts {ballot.acteur_ref} twice")
                found[ballot.acteur_ref] = ballot
    return tuple(found[ref] for ref in sorted(found))


def _ballot(voter: dict[str, Any], position: Position) -> Ballot:
    ref = at(voter, "acteurRef")
    if not (isinstance(ref, str) and _VOTER.fullmatch(ref)):
        raise RecordError(f"has the voter {ref!r}, not PA and a number")
    delegated = voter.get("parDelegation")
    if delegated not in ("true", "false", None):
        raise RecordError(f"has parDelegation {delegated!r} for {ref}")
    return Ballot(ref, position, delegated == "true")


def _count(counts: Any, key: str) -> int | None:
    return None if at(counts, key) is None else number(counts, key)
