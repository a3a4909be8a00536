"""The Assemblée's ZIP of public votes: one JSON file a scrutin, `json/VTANR5L17V<number>.json`."""

import io
import json
import lzma
import re
import zipfile
import zlib
from datetime import date
from typing import Any

from scripts.ballots import Ballot, PublicVote, outcome
from scripts.errors import BadSource, RecordError
from scripts.models import Chamber, Outcome, Position
from scripts.text import clean

PAGE = "https://www.assemblee-nationale.fr/dyn/{leg}/scrutins/{number}"
# What a ZIP may hold, far above what it does: the whole legislature 17 has some 4,000 files of 30 kB.
MAX_FILES = 20_000
MAX_FILE_BYTES = 5_000_000
MAX_TOTAL_BYTES = 1_000_000_000

POSITIONS = {
    "pours": Position.POUR,
    "contres": Position.CONTRE,
    "abstentions": Position.ABSTENTION,
    "nonVotants": Position.NON_VOTANT,
    "nonVotantsVolontaires": Position.NON_VOTANT,
}


class Archive:
    """The scrutins of one legislature, newest first. Nothing is ever unpacked to disk.

    Raises BadSource where this is not such a ZIP, or would unpack to more than it honestly can.
    """

    def __init__(self, content: bytes, legislature: int) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except zipfile.BadZipFile as error:
            raise BadSource(f"The archive of votes is not a whole ZIP file: {error}.") from error
        entries = self._zip.infolist()
        if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
            raise BadSource(f"The archive of votes holds more than {MAX_FILES:,} files or {MAX_TOTAL_BYTES:,} bytes.")
        self._entries: dict[str, zipfile.ZipInfo] = {}
        numbers: dict[str, int] = {}
        for entry in entries:
            if named := re.fullmatch(rf"json/(VTANR5L{legislature}V(\d{{1,9}}))\.json", entry.filename):
                self._entries[named[1]] = entry
                numbers[named[1]] = int(named[2])
        if not numbers:
            raise BadSource(f"The archive of votes holds no json/VTANR5L{legislature}V*.json.")
        self.uids = sorted(numbers, key=numbers.__getitem__, reverse=True)

    def read(self, uid: str) -> dict[str, Any]:
        """The file's `scrutin`, unchecked. Raises RecordError."""
        entry = self._entries[uid]
        if entry.file_size > MAX_FILE_BYTES:
            raise RecordError(f"has {entry.file_size:,} bytes; {MAX_FILE_BYTES:,} are allowed")
        try:
            # zipfile gives out no more bytes than the size declared, and checks their sum.
            scrutin = json.loads(self._zip.read(entry))["scrutin"]
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError) as error:
            raise RecordError(f"cannot be unpacked: {error}") from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise RecordError(f"is not the JSON of a scrutin: {type(error).__name__}") from error
        if not isinstance(scrutin, dict) or scrutin.get("uid") != uid:
            raise RecordError("is not the JSON of that scrutin")
        return scrutin


def public_vote(scrutin: dict[str, Any], legislature: int) -> PublicVote:
    """Raises RecordError for whatever is missing or not known: a position is never guessed."""
    if _text(scrutin, "legislature") != str(legislature):
        raise RecordError(f"is of legislature {scrutin['legislature']!r}")
    counts = _at(scrutin, "syntheseVote", "decompte")
    number = _number(scrutin, "numero")
    ballots = _ballots(scrutin)
    if not ballots and any(_count(counts, key) for key in ("pour", "contre", "abstentions")):
        # Stored as it is, it would take away the votes that an earlier edition of the file had.
        raise RecordError("announces votes and names no voter")
    return PublicVote(
        uid=_text(scrutin, "uid"),
        chamber=Chamber.ASSEMBLEE_NATIONALE,
        legislature=legislature,
        number=number,
        voted_on=voted_on(scrutin),
        title=_text(scrutin, "titre"),
        outcome=_outcome(_text(scrutin, "sort", "code")),
        votes_for=_count(counts, "pour"),
        votes_against=_count(counts, "contre"),
        abstentions=_count(counts, "abstentions"),
        non_voting=_count(counts, "nonVotants"),
        source_url=PAGE.format(leg=legislature, number=number),
        ballots=ballots,
    )


def voted_on(scrutin: dict[str, Any]) -> date:
    """The day of the vote in Paris, as the Assemblée dates it. Raises RecordError."""
    written = _text(scrutin, "dateScrutin")
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
    for group in _listed(_at(scrutin, "ventilationVotes", "organe", "groupes", "groupe")):
        by_position = _at(group, "vote", "decompteNominatif") or {}
        if not isinstance(by_position, dict):
            raise RecordError("has a decompteNominatif that is no object")
        for key, voters in by_position.items():
            if key not in POSITIONS:
                raise RecordError(f"has the unknown position {key!r}")
            for voter in _listed(voters and _at(voters, "votant")):
                ballot = _ballot(voter, POSITIONS[key])
                if ballot.acteur_ref in found:
                    raise RecordError(f"counts {ballot.acteur_ref} twice")
                found[ballot.acteur_ref] = ballot
    return tuple(found[ref] for ref in sorted(found))


def _ballot(voter: dict[str, Any], position: Position) -> Ballot:
    ref, delegated = _text(voter, "acteurRef"), voter.get("parDelegation")
    if not re.fullmatch(r"PA[0-9]{1,9}", ref):
        raise RecordError(f"has the voter {ref!r}, not PA and a number")
    if delegated not in ("true", "false", None):
        raise RecordError(f"has parDelegation {delegated!r} for {ref}")
    return Ballot(ref, position, delegated == "true")


def _listed(value: Any) -> list[Any]:
    """The source's JSON is made from XML: none is null, one is an object, several are a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _at(value: Any, *path: str) -> Any:
    for key in path:
        if not isinstance(value, dict) or key not in value:
            raise RecordError(f"has no {'.'.join(path)}")
        value = value[key]
    return value


def _text(value: Any, *path: str) -> str:
    found = _at(value, *path)
    if not isinstance(found, str) or not clean(found):
        raise RecordError(f"has no {'.'.join(path)}")
    return clean(found)


def _number(value: Any, *path: str) -> int:
    written = _text(value, *path)
    if not re.fullmatch(r"[0-9]{1,9}", written):
        raise RecordError(f"has {written!r} as {'.'.join(path)}, not a whole number")
    return int(written)


def _count(counts: Any, key: str) -> int | None:
    return None if _at(counts, key) is None else _number(counts, key)
