"""The Assemblée's ZIP of public votes: one JSON file a scrutin, `json/VTANR5L17V<number>.json`."""

import re
from collections import Counter
from datetime import date
from functools import lru_cache
from typing import Any

from scripts.archive import Archive
from scripts.ballots import Ballot, PublicVote, outcome
from scripts.errors import RecordError
from scripts.fields import at, listed, number, text
from scripts.models import Chamber, Outcome, Position

PAGE = "https://www.assemblee-nationale.fr/dyn/{leg}/scrutins/{number}"
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
#: What is held against the voters named; of those who do not vote, not every one is.
ANNOUNCED = {"pour": Position.POUR, "contre": Position.CONTRE, "abstentions": Position.ABSTENTION}


def archive(content: bytes, legislature: int) -> Archive:
    """The scrutins of one legislature. Raises BadSource."""
    names = re.compile(rf"json/(VTANR5L{legislature}V([0-9]{{1,9}}))\.json")
    return Archive(content, names, "The archive of votes")


def public_vote(scrutin: dict[str, Any], legislature: int) -> PublicVote:
    """Raises RecordError for whatever is missing or not known: a position is never guessed."""
    if text(scrutin, "legislature") != str(legislature):
        raise RecordError(f"is of legislature {scrutin['legislature']!r}")
    counts = at(scrutin, "syntheseVote", "decompte")
    numero = number(scrutin, "numero")
    ballots = _ballots(scrutin)
    named = Counter(ballot.position for ballot in ballots)
    for key, position in ANNOUNCED.items():
        if named[position] < (_count(counts, key) or 0):
            # Stored as it is, it would take away the votes that an earlier edition of the file had.
            raise RecordError(f"announces {_count(counts, key)} votes {position} and names {named[position]} voters")
    return PublicVote(
        uid=text(scrutin, "uid"),
        chamber=Chamber.ASSEMBLEE_NATIONALE,
        legislature=legislature,
        number=numero,
        voted_on=voted_on(scrutin),
        title=text(scrutin, "titre"),
        outcome=_outcome(text(scrutin, "sort", "code")),
        votes_for=_count(counts, "pour"),
        votes_against=_count(counts, "contre"),
        abstentions=_count(counts, "abstentions"),
        non_voting=_count(counts, "nonVotants"),
        source_url=PAGE.format(leg=legislature, number=numero),
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
    found = outcome(code)
    if found is None:
        raise RecordError(f"has the unknown outcome {code!r} as sort.code")
    return found


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


def _ballot(voter: Any, position: Position) -> Ballot:
    ref = voter.get("acteurRef") if isinstance(voter, dict) else None
    if not (isinstance(ref, str) and _is_voter(ref)):
        raise RecordError(f"has the voter {ref!r}, not PA and a number")
    delegated = voter.get("parDelegation")
    if delegated not in ("true", "false", None):
        raise RecordError(f"has parDelegation {delegated!r} for {ref}")
    return Ballot(ref, position, delegated == "true")


@lru_cache(maxsize=10_000)  # the same people vote again and again
def _is_voter(ref: str) -> bool:
    return _VOTER.fullmatch(ref) is not None


def _count(counts: Any, key: str) -> int | None:
    return None if at(counts, key) is None else number(counts, key)
