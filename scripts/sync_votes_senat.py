"""sync-votes-senat: the public votes of the Sénat, with every senator's position."""

import argparse
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from scripts import senate_votes
from scripts.arguments import positive
from scripts.ballots import COUNTERS, PublicVote, Register, doubt, hashes, write
from scripts.errors import NOT_BY_CHANCE, BadSource, NotThere, RecordError, SourceRefused
from scripts.fingerprints import Document, cursor, forget, recall, remember, set_cursor
from scripts.models import Chamber, IdSource
from scripts.paris import today_in_paris
from scripts.script import Call, Script
from scripts.window import WINDOW

FIRST_SESSION = 2006  # the first whose votes the Sénat has published one by one
LAST_SESSION = 2100
OPENS = 10  # the month in which a session opens (article 28 of the Constitution)
MAX_LIST_BYTES = 5_000_000  # a session's page has some 300 kB
MAX_VOTE_BYTES = 2_000_000  # a vote's page; its JSON has 20 kB
#: So many in a row that are too old, and the window of --today is over: a single one may have a wrong date.
TOO_OLD = 3

_REGISTER = Register(IdSource.SENAT)


@dataclass
class _Work:
    """What one call knows and has done, over however many sessions."""

    call: Call
    counters: dict[str, int]
    politicians: dict[str, int]
    stored: dict[str, str]
    today: bool
    total: int = 0
    tried: int = 0
    refused_in_a_row: int = 0
    unknown: set[str] = field(default_factory=set)
    #: The last day before the window of --today, which ends with the newest vote there is.
    before: date | None = None
    too_old_in_a_row: int = 0

    @property
    def skips(self) -> bool:
        """Whether votes that are stored are left alone: the window is read anew, since votes are corrected."""
        return not self.today and not self.call.options.force

    def lacks(self, uid: str) -> bool:
        """Where nothing is stored yet nothing lacks: the whole is for a full run to read."""
        return bool(self.stored) and uid not in self.stored

    @property
    def left(self) -> int | None:
        """How many more votes --limit allows."""
        limit = self.call.options.limit
        return None if limit is None else max(limit - self.tried, 0)

    @property
    def remembers(self) -> bool:
        return self.call.options.complete and not self.today


def run(call: Call, own: argparse.Namespace) -> None:
    counters = dict.fromkeys([*COUNTERS, "cursorSkipped", "senatorsNotFound", "errors"], 0)
    with call.database.transaction() as session:
        # Senators may have come to the table since their votes did, so this is done even if the source is unchanged.
        counters["votesLinked"] = _REGISTER.link(session)
        politicians, stored = _REGISTER.politicians(session), hashes(session, Chamber.SENAT)
    work = _Work(call, counters, politicians, stored, own.today)
    changed = False
    for year, document, numbers in _sessions(work, own):
        if document is None:
            call.report.log(f"The page of the session {year} has not changed since the last complete pass.")
        else:
            changed = True
            _read_session(work, year, document, numbers)
    counters["senatorsNotFound"] = len(work.unknown)
    call.report.result(counters if changed else counters | {"sourceUnchanged": 1})
    if work.tried and counters["errors"] >= work.tried and (work.tried >= NOT_BY_CHANCE or not stored):
        raise BadSource(f"None of the {work.tried} votes of the Sénat could be read.")


def _sessions(work: _Work, own: argparse.Namespace) -> Iterator[tuple[int, Document | None, list[int]]]:
    """The sessions to read, newest first, each with its page and the numbers of its votes.

    Without a flag: the one under way, and the one before it where that has been read, since its last votes may have
    come after the first of the next. The page of one under way comes with its first vote; until then its predecessor is
    the newest. In a folder, whichever is there.
    """
    if own.session is not None:
        yield own.session, *_list(work, own.session)
        return
    today = today_in_paris()
    under_way = today.year if today.month >= OPENS else today.year - 1
    newest: int | None = None
    for year in range(under_way, FIRST_SESSION - 1, -1):
        if newest is not None and not (own.all and not own.today) and not _is_next_and_begun(work, year, newest):
            return
        try:
            document, numbers = _list(work, year, may_be_empty=year == under_way)
        except NotThere as error:
            if year == under_way or work.call.source.is_folder:
                work.call.report.detail(str(error))
            elif newest is None:
                raise
            else:
                work.call.report.error(str(error))
                work.counters["errors"] += 1
            continue
        if document is None or numbers:
            newest = newest or year
            yield year, document, numbers
    if newest is None:
        raise NotThere(f"None of the Sénat's sessions since {FIRST_SESSION} is there.")


def _is_next_and_begun(work: _Work, year: int, newest: int) -> bool:
    """Begun, too, by a run that remembers nothing: else its last votes, which come late, were lost every October."""
    if year != newest - 1:
        return False
    if any(uid.startswith(_uid(year, "")) for uid in work.stored):
        return True
    with work.call.database.transaction() as session:
        return cursor(session, _key(year)) is not None


def _list(work: _Work, year: int, *, may_be_empty: bool = False) -> tuple[Document | None, list[int]]:
    with work.call.database.transaction() as session:
        known = recall(session, _key(year)) if work.skips else None
    name = senate_votes.list_name(year)
    document = work.call.source.read(name, senate_votes.SITE + name, max_bytes=MAX_LIST_BYTES, known=known)
    if document is None:
        return None, []
    numbers = senate_votes.numbers(document.content, year)
    if not numbers and not may_be_empty:
        raise BadSource(f"{name} links to no vote.")
    return document, numbers


def _key(year: int) -> str:
    return f"votes-senat:{year}"


def _read_session(work: _Work, year: int, document: Document, numbers: list[int]) -> None:
    """Rising, so that one that is interrupted goes on where it was; of --today falling, until the window is over: then
    only what lacks, such as what came during a long outage."""
    report, counters = work.call.report, work.counters
    # The next one is the last of these.
    waiting = [number for number in numbers if not (work.skips and _uid(year, number) in work.stored)]
    counters["cursorSkipped"] += len(numbers) - len(waiting)
    if not work.today:
        waiting = waiting[max(len(waiting) - work.left, 0) if work.left is not None else 0 :][::-1]
    work.total = work.tried + len(waiting)
    failed: int | None = None
    work.too_old_in_a_row = 0
    window_over = False
    while waiting and work.left != 0:
        number = waiting.pop()
        try:
            vote = _read_vote(work, year, number)
        except RecordError as error:
            report.error(f"{_uid(year, number)} {error}.")
            counters["errors"] += 1
            failed = number if failed is None else min(failed, number)
            with work.call.database.transaction() as session:
                doubt(session, _uid(year, number))
                forget(session, _key(year))
            work.tried += 1
        else:
            if vote is not None:
                _keep(work, year, vote, _reached(numbers, *waiting[-1:]) if failed is None else None)
                work.tried += 1
        if work.too_old_in_a_row >= TOO_OLD and not window_over:
            window_over = True
            waiting = [number for number in waiting if work.lacks(_uid(year, number))]
        work.total = work.tried + (len(waiting) if work.left is None else min(len(waiting), work.left))
        report.progress(work.tried, work.total)
        if work.today and work.before is None and work.tried >= NOT_BY_CHANCE:
            raise BadSource(f"None of the {work.tried} newest votes of the session {year} has a day that can be read.")
    if work.remembers:
        with work.call.database.transaction() as session:
            if failed is None:
                remember(session, _key(year), document.fingerprint)
            set_cursor(session, _key(year), _reached(numbers, *([] if failed is None else [failed])))


def _reached(numbers: Sequence[int], *still_to_read: int) -> str:
    """The number up to which a session is stored whole."""
    place = bisect_left(numbers, still_to_read[0]) if still_to_read else len(numbers)
    return str(numbers[place - 1] if place else 0)


def _uid(year: int, number: int | str) -> str:
    return f"SENAT-{year}-{number}"


def _read_vote(work: _Work, year: int, number: int) -> PublicVote | None:
    """None: it is older than the window of --today, and does not lack. Raises RecordError."""
    read = senate_votes.page(_vote_document(work, senate_votes.page_name(year, number)), year, number)
    if work.today:
        too_old = work.before is not None and read.voted_on <= work.before
        work.too_old_in_a_row = work.too_old_in_a_row + 1 if too_old else 0
        if too_old and not work.lacks(_uid(year, number)):
            return None
        # A day to come is a slip of the pen and moves nothing; nor does one long past, of whichever vote is the newest.
        if read.voted_on <= today_in_paris():
            work.before = max(work.before or date.min, read.voted_on - WINDOW)
    return senate_votes.public_vote(year, read, _vote_document(work, senate_votes.json_name(year, number)))


def _vote_document(work: _Work, name: str) -> bytes:
    """One that is refused is one vote less, and is asked for again the next time; many are the end of the call."""
    try:
        document = work.call.source.read(name, senate_votes.SITE + name, max_bytes=MAX_VOTE_BYTES)
    except NotThere as error:
        raise RecordError(f"cannot be read: {error}") from error
    except SourceRefused as error:
        work.refused_in_a_row += 1
        if work.refused_in_a_row >= NOT_BY_CHANCE:
            raise
        raise RecordError(f"cannot be read: {error}") from error
    work.refused_in_a_row = 0
    return document.content if document else b""


def _keep(work: _Work, year: int, vote: PublicVote, reached: str | None) -> None:
    counters = work.counters
    counters["scrutinsProcessed"] += 1
    work.unknown.update(ballot.acteur_ref for ballot in vote.ballots if ballot.acteur_ref not in work.politicians)
    with work.call.database.transaction() as session:
        if work.stored.get(vote.uid) == vote.hash and not work.call.options.force:
            counters["scrutinsSkipped"] += 1
            counters["votesSkipped"] += len(vote.ballots)
        else:
            changes = write(session, [vote], work.politicians)
            for counter, count in changes.items():
                counters[counter] += count
            work.call.report.detail(f"{vote.uid}: {changes}")
        if reached is not None and work.remembers:
            set_cursor(session, _key(year), reached)


def _flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--today", action="store_true", help=f"only the {WINDOW.days} days up to the newest vote, and what lacks"
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help=f"every session since {FIRST_SESSION}")
    which.add_argument("--session", type=_session, metavar="YEAR", help="the session, by the year in which it began")


def _session(written: str) -> int:
    year = positive(written)
    if not FIRST_SESSION <= year <= LAST_SESSION:
        raise argparse.ArgumentTypeError(f"{year} is not from {FIRST_SESSION} to {LAST_SESSION}")
    return year


SCRIPT = Script(
    name="sync-votes-senat",
    summary="The public votes of the Sénat, with every senator's position.",
    flags=_flags,
    run=run,
)
