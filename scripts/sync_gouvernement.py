"""sync-gouvernement: the members of the governments of the Fifth Republic, from the list on data.gouv.fr.

No mandate is closed because the list lacks it: the list says when a function ended. What is open and not in the list
any more is said, unless our corrections (scripts.government_corrections) say when it ended, or the list has the same
function from another day on: then the list has corrected that day, and the mandate from the wrong one is deleted, for
nobody ever held it. Nor is a closed one opened again: a list that says so is an old one, unless a correction says the
same.
"""

import argparse
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scripts.datagouv import csv_address
from scripts.errors import BadSource, RecordError
from scripts.fingerprints import Document, cursor, forget, recall, remember, set_cursor
from scripts.government_corrections import Corrections, corrections
from scripts.governments import Function, function, lines
from scripts.identity import Identities, Person, Placed, learn
from scripts.models import IdSource, Mandate
from scripts.report import Report
from scripts.script import Call, Script
from scripts.upsert import upsert

DATASET = "https://www.data.gouv.fr/api/1/datasets/historique-des-gouvernements-de-la-veme-republique/"
FILE_NAME = "liste-membres-gouvernements-5eme-republique.csv"
# As it was on that day; only where the dataset's page names no such file.
LAST_SEEN = f"https://static.data.gouv.fr/resources/historique-des-gouvernements-de-la-veme-republique/20250313-105416/{FILE_NAME}"
MAX_BYTES = 20_000_000  # the file has some 300 kB
BATCH = 100  # functions a transaction

#: When the mandates of the list ended, by key; None: open.
Ends = Mapping[str, date | None]


@dataclass
class _Changes:
    """Members, and mandates' keys: somebody may be in several transactions, and is counted once."""

    members_created: set[str] = field(default_factory=set)
    members_updated: set[str] = field(default_factory=set)
    mandates_created: set[str] = field(default_factory=set)
    mandates_updated: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)


def run(call: Call, own: argparse.Namespace) -> None:
    counters = dict.fromkeys(
        [
            "membersCreated", "membersUpdated", "mandatesCreated", "mandatesUpdated", "mandatesClosed",
            "mandatesReplaced", "mandatesAbsent", "doubtful", "errors",
        ],
        0,
    )  # fmt: skip
    mode = "all" if own.all else "current"
    corrected = corrections()
    document = _read(call, mode, corrected)
    if document is None:
        call.report.log("The list of the governments has not changed since the last complete pass.")
        call.report.result(counters | {"sourceUnchanged": 1})
        return
    listed, counters["errors"] = _parse(document.content, call.report)
    functions = corrected.applied_to(listed)
    with call.database.transaction() as session:
        ends = _ends(session)
        for either in ("all", "current"):  # they write the same mandates
            forget(session, f"gouvernement-csv:{either}")
    open_here = {key for key, ended_on in ends.items() if ended_on is None}
    replaced = _replaced(open_here, functions)
    needed = open_here | {one.key for one in replaced.values()}
    wanted = [one for one in functions if own.all or one.ended_on is None or one.key in needed]
    wanted = wanted[: call.options.limit]
    sure = [one for one in wanted if not _opens_again(one, ends, corrected, call.report)]
    counters["errors"] += len(wanted) - len(sure)

    changes = _Changes()
    people = {one.member: _person(one, corrected) for one in functions}
    for start in range(0, len(sure), BATCH):
        batch = sure[start : start + BATCH]
        with call.database.transaction() as session:
            _write(session, batch, people, changes, call.report)
        for one in batch:
            unwritten = one.member in changes.doubtful | changes.refused
            call.report.detail(f"{one.key}: {'not written' if unwritten else one.title}")
        call.report.progress(start + len(batch), len(sure))
    closed = {one.key for one in sure if one.ended_on} & open_here & changes.mandates_updated
    counters["membersCreated"] = len(changes.members_created)
    counters["membersUpdated"] = len(changes.members_updated - changes.members_created)
    counters["mandatesCreated"] = len(changes.mandates_created)
    counters["mandatesUpdated"] = len(changes.mandates_updated)
    counters["mandatesClosed"] = len(closed)
    counters["doubtful"] = len(changes.doubtful)
    counters["errors"] += len(changes.refused)

    if not counters["errors"] and call.options.limit is None:
        absent = open_here - {one.key for one in functions}
        with call.database.transaction() as session:
            moved = {key for key, new in replaced.items() if new.member not in changes.doubtful}
            counters["mandatesReplaced"] = _delete(session, moved)
            late = _end(session, absent - moved, corrected)
        counters["mandatesClosed"] += len(late)
        counters["mandatesUpdated"] += len(late)
        counters["mandatesAbsent"] = _say_absent(absent - moved - late, call.report)
        # While there is a doubt, the same list is read again: somebody may have decided.
        if call.options.complete and not changes.doubtful:
            with call.database.transaction() as session:
                remember(session, f"gouvernement-csv:{mode}", document.fingerprint)
                set_cursor(session, f"gouvernement-corrections:{mode}", corrected.digest)
    call.report.result(counters)


def _read(call: Call, mode: str, corrected: Corrections) -> Document | None:
    with call.database.transaction() as session:
        as_corrected = cursor(session, f"gouvernement-corrections:{mode}") == corrected.digest
        known = recall(session, f"gouvernement-csv:{mode}") if as_corrected and not call.options.force else None
    address = csv_address(call.source, call.report, DATASET, otherwise=LAST_SEEN, named="membres", grows_old=True)
    return call.source.read(FILE_NAME, address, max_bytes=MAX_BYTES, known=known)


def _parse(content: bytes, report: Report) -> tuple[list[Function], int]:
    """The functions, and how many lines are not usable."""
    found = lines(content)
    functions: dict[str, Function] = {}
    for number, line in enumerate(found, start=2):
        try:
            one = function(line)
            if one.key in functions:
                raise RecordError(f"repeats the mandate {one.key}")
        except RecordError as error:
            report.error(f"{FILE_NAME}, line {number} ({line['prenom']} {line['nom']}) {error}.")
            continue
        functions[one.key] = one
    if not functions:
        raise BadSource(f"None of the {len(found)} lines of the list of the governments can be used.")
    return list(functions.values()), len(found) - len(functions)


def _ends(session: Session) -> Ends:
    mandates = select(Mandate.external_id, Mandate.ended_on).where(Mandate.external_id.startswith("gouv-"))
    return dict(session.execute(mandates).tuples().all())


def _opens_again(one: Function, ends: Ends, corrected: Corrections, report: Report) -> bool:
    ended_on = ends.get(one.key)
    if ended_on is None or one.ended_on is not None or one.key in corrected.ends:
        return False
    report.error(
        f"{FILE_NAME}: {one.key} ended on {ended_on} and is open again: see whether the list is an old one; "
        f"if it is right, the corrections must say so."
    )
    return True


def _person(one: Function, corrected: Corrections) -> Person:
    return Person(
        source=IdSource.GOUVERNEMENT,
        external_id=one.member,
        first_name=one.first_name,
        last_name=one.last_name,
        birth_date=corrected.births.get(one.member),
    )


def _write(
    session: Session, functions: Sequence[Function], people: Mapping[str, Person], changes: _Changes, report: Report
) -> None:
    """Who is a doubt has no mandate until somebody has decided; nor has whose ids contradict each other."""
    identities = Identities(session)
    placed: dict[str, Placed] = {}
    for member in sorted({one.member for one in functions} - changes.refused):
        try:
            found = identities.place(people[member])
        except RecordError as error:
            report.error(f"{FILE_NAME}: {people[member].name} {error}.")
            changes.refused.add(member)
            continue
        if found:
            placed[member] = found
        elif identities.is_doubtful(people[member]):
            changes.doubtful.add(member)
    rows = [_mandate(one, placed[one.member].politician_id) for one in functions if one.member in placed]
    written = upsert(session, Mandate, rows, key=("external_id",))
    created = {str(key[0]) for key in written.created}
    updated = {str(key[0]) for key in written.updated}
    learnt = {
        member
        for member, found in placed.items()
        if learn(session, found.politician_id, only_gaps=True, birth_date=people[member].birth_date)
    }
    changes.members_created |= {member for member, found in placed.items() if found.is_new}
    changes.members_updated |= learnt | {one.member for one in functions if one.key in created | updated}
    changes.mandates_created |= created
    changes.mandates_updated |= updated


def _mandate(one: Function, politician_id: int) -> dict[str, object]:
    return {
        "external_id": one.key,
        "politician_id": politician_id,
        "office": one.office,
        "title": one.title,
        "started_on": one.started_on,
        "ended_on": one.ended_on,
    }


def _replaced(open_here: Set[str], functions: Sequence[Function]) -> dict[str, Function]:
    """By key of a mandate that is open here and not in the list: the one that the list has in its place.

    That is the same person's, in the same government with the same code, at the same time and from another day on.
    """
    listed = {one.key for one in functions}
    return {
        key: one
        for key in sorted(open_here - listed)
        for one in functions
        if (day := one.other_day(key)) and (one.ended_on is None or one.ended_on > day)
    }


def _delete(session: Session, keys: Set[str]) -> int:
    session.execute(delete(Mandate).where(Mandate.external_id.in_(keys)))
    return len(keys)


def _end(session: Session, absent: Set[str], corrected: Corrections) -> Set[str]:
    """As our corrections say; which."""
    ended: set[str] = set()
    for mandate in session.scalars(select(Mandate).where(Mandate.external_id.in_(absent))):
        end = corrected.end_of(mandate.external_id)
        if end and (mandate.started_on is None or end >= mandate.started_on):
            mandate.ended_on, mandate.updated_at = end, datetime.now(UTC)
            ended.add(mandate.external_id)
    return ended


def _say_absent(absent: Set[str], report: Report) -> int:
    for key in sorted(absent):
        report.log(f"{key} is open here, and the list does not have it: a person must see which is right.")
    return len(absent)


def _flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="every government since 1959, not only the present one")


SCRIPT = Script(
    name="sync-gouvernement",
    summary="The members of the governments of the Fifth Republic.",
    flags=_flags,
    run=run,
)
