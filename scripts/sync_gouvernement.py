"""sync-gouvernement: the members of the governments of the Fifth Republic, from the list on data.gouv.fr.

No mandate is closed because the list lacks it: the list says when a function ended, and one whose first day it has
corrected is another line. What is open and not in the list any more is said. Nor is a closed one opened again: a list
that says so is an old one, unless a correction (scripts.government_corrections) says the same.
"""

import argparse
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.datagouv import csv_address
from scripts.errors import BadSource, RecordError
from scripts.fingerprints import Document, cursor, recall, remember, set_cursor
from scripts.government_corrections import Corrections, corrections
from scripts.governments import Function, function, lines
from scripts.identity import Identities, Person, learn
from scripts.models import IdSource, Mandate
from scripts.report import Report
from scripts.script import Call, Script
from scripts.upsert import upsert

DATASET = "https://www.data.gouv.fr/api/1/datasets/historique-des-gouvernements-de-la-veme-republique/"
FILE_NAME = "liste-membres-gouvernements-5eme-republique.csv"
# As it was on that day; only where the dataset's page does not answer.
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


def run(call: Call, own: argparse.Namespace) -> None:
    counters = dict.fromkeys(
        [
            "membersCreated", "membersUpdated", "mandatesCreated", "mandatesUpdated", "mandatesClosed",
            "mandatesAbsent", "doubtful", "errors",
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
    open_here = {key for key, ended_on in ends.items() if ended_on is None}
    wanted = [one for one in functions if own.all or one.ended_on is None or one.key in open_here]
    wanted = wanted[: call.options.limit]
    sure = [one for one in wanted if not _opens_again(one, ends, corrected, call.report)]
    counters["errors"] += len(wanted) - len(sure)

    changes = _Changes()
    people = {one.member: _person(one, corrected) for one in functions}
    for start in range(0, len(sure), BATCH):
        batch = sure[start : start + BATCH]
        with call.database.transaction() as session:
            _write(session, batch, people, changes)
        for one in batch:
            call.report.detail(f"{one.key}: {'a doubt' if one.member in changes.doubtful else one.title}")
        call.report.progress(start + len(batch), len(sure))
    closed = {one.key for one in sure if one.ended_on} & open_here & changes.mandates_updated
    counters["membersCreated"] = len(changes.members_created)
    counters["membersUpdated"] = len(changes.members_updated - changes.members_created)
    counters["mandatesCreated"] = len(changes.mandates_created)
    counters["mandatesUpdated"] = len(changes.mandates_updated)
    counters["mandatesClosed"] = len(closed)
    counters["doubtful"] = len(changes.doubtful)

    if not counters["errors"] and call.options.limit is None:
        counters["mandatesAbsent"] = _say_absent(open_here, functions, call.report)
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
    address = csv_address(call.source, call.report, DATASET, otherwise=LAST_SEEN, named="membres")
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


def _write(session: Session, functions: Sequence[Function], people: Mapping[str, Person], changes: _Changes) -> None:
    """Who is a doubt has no mandate until somebody has decided."""
    identities = Identities(session)
    members = {one.member for one in functions}
    placed = {member: found for member in sorted(members) if (found := identities.place(people[member]))}
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
    changes.doubtful |= members - set(placed)


def _mandate(one: Function, politician_id: int) -> dict[str, object]:
    return {
        "external_id": one.key,
        "politician_id": politician_id,
        "office": one.office,
        "title": one.title,
        "started_on": one.started_on,
        "ended_on": one.ended_on,
    }


def _say_absent(open_here: Set[str], functions: Sequence[Function], report: Report) -> int:
    absent = open_here - {one.key for one in functions}
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
