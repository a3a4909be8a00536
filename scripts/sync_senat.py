"""sync-senat: the sitting senators, their groups and mandates, from the Sénat's JSON and its open data."""

import argparse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts import odsen, senators
from scripts.closing import close, count_open, open_in, refuse_a_short_list
from scripts.errors import BadSource, NotThere, RecordError, SourceDown, SourceRefused
from scripts.fingerprints import Document, forget, recall, remember
from scripts.identity import Identities, Person, Placed, learn
from scripts.models import Chamber, IdSource, Mandate, Office, PoliticalGroup
from scripts.odsen import ELUSEN, GENERAL, Recorded, Term
from scripts.paris import today_in_paris
from scripts.report import Report
from scripts.script import Call, Script
from scripts.senate_seats import Seat, seat
from scripts.senators import Senator
from scripts.upsert import Written, upsert

SITTING = "senateurs.json"
ARCHIVE = "nossenateurs.json"
ADDRESSES = {
    SITTING: "https://www.senat.fr/api-senat/senateurs.json",
    GENERAL: f"https://data.senat.fr/data/senateurs/{GENERAL}",
    ELUSEN: f"https://data.senat.fr/data/senateurs/{ELUSEN}",
    ARCHIVE: "https://archive.nossenateurs.fr/senateurs/json",
}
MAX_BYTES = 20_000_000  # each has less than half a megabyte
BATCH = 100  # senators a transaction
T = TypeVar("T", Senator, Recorded, Term)
_OPEN = open_in(Chamber.SENAT)


def run(call: Call, _: argparse.Namespace) -> None:
    counters = dict.fromkeys(
        [
            "groupsCreated", "groupsUpdated", "senatorsCreated", "senatorsUpdated", "senatorsDeactivated",
            "doubtful", "errors",
        ],
        0,
    )  # fmt: skip
    documents = _read(call)
    if documents is None:
        call.report.log("The list of senators and the open data have not changed since the last complete pass.")
        call.report.result(counters | {"sourceUnchanged": 1})
        return
    entries = senators.entries(documents[SITTING].content)
    with call.database.transaction() as session:
        refuse_a_short_list("The list of senators", len(entries), count_open(session, Chamber.SENAT))
    sitting, unreadable = _parse(SITTING, entries, senators.senator, call.report)
    listed, bad = _parse(GENERAL, odsen.lines(documents[GENERAL].content, GENERAL), odsen.recorded, call.report)
    known = {one.id: one for one in listed}
    counters["errors"] = unreadable + bad
    terms: dict[str, Term] = {}
    if ELUSEN in documents:
        told = odsen.lines(documents[ELUSEN].content, ELUSEN)
        mandates, bad = _parse(ELUSEN, told, odsen.term, call.report, once=False)
        terms = odsen.latest(mandates)
        counters["errors"] += bad
    # By id, so that of two people of one name it is always the same who has the plain slug.
    wanted = sorted(sitting, key=lambda one: one.id)[: call.options.limit]
    today = today_in_paris()
    seats = [seat(one, known.get(one.id), terms.get(one.id), today) for one in wanted]
    if any(one.birth_date is None for one in seats):
        births = _archived(call)
        seats = [replace(one, birth_date=one.birth_date or births.get(one.senator.id)) for one in seats]

    with call.database.transaction() as session:
        for name in documents:
            forget(session, _fingerprint(name))
        groups = _write_groups(session, wanted)
    counters["groupsCreated"], counters["groupsUpdated"] = len(groups.created), len(groups.updated)
    for start in range(0, len(seats), BATCH):
        batch = seats[start : start + BATCH]
        with call.database.transaction() as session:
            _write(session, batch, counters, call.report)
        call.report.progress(start + len(batch), len(seats))

    # Of the open data only: to close takes the very line that says of somebody that they have left.
    if unreadable:
        call.report.log("No mandate was closed: a record that cannot be read is not a senator who has left.")
    elif call.options.limit is None:
        with call.database.transaction() as session:
            counters["senatorsDeactivated"], unsure = _close_absent(
                session, {one.id for one in sitting}, known, terms, call.report
            )
            counters["errors"] += unsure
            # While there is a doubt the next run reads it again, and acts on what was decided.
            if call.options.complete and not counters["errors"] and not counters["doubtful"]:
                for name, document in documents.items():
                    remember(session, _fingerprint(name), document.fingerprint)
    call.report.result(counters)


def _read(call: Call) -> dict[str, Document] | None:
    """The documents by name, or None where none of them has changed. All are needed but the list of mandates."""
    names = (SITTING, GENERAL, ELUSEN)
    with call.database.transaction() as session:
        known = {name: None if call.options.force else recall(session, _fingerprint(name)) for name in names}
    found: dict[str, Document] = {}
    unchanged = []
    for name in names:
        try:
            document = call.source.read(name, ADDRESSES[name], max_bytes=MAX_BYTES, known=known[name])
        except NotThere as error:
            if name != ELUSEN:
                raise
            call.report.log(f"{error} Since when each senator sits is left as it is.")
            continue
        if document is None:
            unchanged.append(name)
        else:
            found[name] = document
    if not found:
        return None
    for name in unchanged:
        again = call.source.read(name, ADDRESSES[name], max_bytes=MAX_BYTES)
        if again is not None:  # as always without a fingerprint
            found[name] = again
    return found


def _fingerprint(name: str) -> str:
    return f"senat:{name}:full"


def _parse(
    name: str, found: Iterable[object], parse: Callable[..., T], report: Report, *, once: bool = True
) -> tuple[list[T], int]:
    """The usable records, and how many are not. `once`: nobody may be there twice."""
    good: list[T] = []
    seen: set[str] = set()
    bad = 0
    for number, record in enumerate(found, start=1):
        try:
            one = parse(record)
            if once and one.id in seen:
                raise RecordError(f"repeats the matricule {one.id}")
        except RecordError as error:
            report.error(f"{name}, record {number} {error}.")
            bad += 1
            continue
        seen.add(one.id)
        good.append(one)
    if not good:
        raise BadSource(f"None of the {bad} records of {name} can be used.")
    return good, bad


def _archived(call: Call) -> dict[str, date]:
    """Birth dates that the Sénat's open data lack. The archive ends with its day: it may know no more, or be gone."""
    try:
        document = call.source.read(ARCHIVE, ADDRESSES[ARCHIVE], max_bytes=MAX_BYTES)
        return senators.births(document.content) if document else {}
    except (SourceDown, SourceRefused, BadSource) as error:
        call.report.log(f"{error} Some birth dates are not known.")
        return {}


def _write_groups(session: Session, sitting: Iterable[Senator]) -> Written:
    names = {one.group_code: one.group_name for one in sitting}
    rows = [{"code": code, "chamber": Chamber.SENAT, "name": name} for code, name in names.items()]
    return upsert(session, PoliticalGroup, rows, key=("code", "chamber"))


def _write(session: Session, seats: Iterable[Seat], counters: dict[str, int], report: Report) -> None:
    identities = Identities(session)
    in_chamber = PoliticalGroup.chamber == Chamber.SENAT
    groups = dict(session.execute(select(PoliticalGroup.code, PoliticalGroup.id).where(in_chamber)).tuples().all())
    # Of who comes back, the start of the time before is not the start of this one.
    starts = dict(session.execute(select(Mandate.external_id, Mandate.started_on).where(*_OPEN)).tuples().all())
    for one_seat in seats:
        one = one_seat.senator
        # To open a mandate takes both lists, as to close it does: an old list has whoever has left since.
        if one.mandate not in starts and one_seat.recorded and not one_seat.recorded.sits:
            report.error(f"{SITTING} has {one.id}, whom {GENERAL} calls ANCIEN: no mandate was opened.")
            counters["errors"] += 1
            continue
        try:
            placed = identities.place(_identity(one_seat))
        except RecordError as error:
            report.error(f"{SITTING}: {one.id} {error}.")
            counters["errors"] += 1
            continue
        if placed is None:
            counters["doubtful"] += identities.is_doubtful(_identity(one_seat))
            continue
        learnt = learn(session, placed.politician_id, **_facts(one_seat))
        row = _mandate(one_seat, placed, groups[one.group_code], starts.get(one.mandate))
        written = upsert(session, Mandate, [row], key=("external_id",))
        if placed.is_new:
            counters["senatorsCreated"] += 1
            report.detail(f"created {placed.slug}")
        elif learnt or written.created or written.updated:
            counters["senatorsUpdated"] += 1
            report.detail(f"updated {placed.slug}")


def _identity(seat: Seat) -> Person:
    first_name, last_name = seat.names
    return Person(
        source=IdSource.SENAT,
        external_id=seat.senator.id,
        first_name=first_name,
        last_name=last_name,
        birth_date=seat.birth_date,
    )


def _facts(seat: Seat) -> dict[str, Any]:
    first_name, last_name = seat.names
    recorded = seat.recorded
    return {
        "civility": seat.senator.civility or (recorded.civility if recorded else None),
        "first_name": first_name,
        "last_name": last_name,
        "birth_date": seat.birth_date,
        "profession": (recorded.profession if recorded else None) or seat.senator.profession,
        "email": recorded.email if recorded else None,
        "twitter": seat.senator.twitter,
    }


def _mandate(seat: Seat, placed: Placed, group_id: int, started_before: date | None) -> dict[str, object]:
    one = seat.senator
    return {
        "external_id": one.mandate,
        "politician_id": placed.politician_id,
        "group_id": group_id,
        "chamber": Chamber.SENAT,
        "department_code": one.department_code,
        "department_name": one.department_name,
        "office": Office.SENATEUR,
        # A start that the open data no longer tell is not taken away.
        "started_on": seat.started_on or started_before,
        "ended_on": None,
    }


def _close_absent(
    session: Session, present: set[str], known: Mapping[str, Recorded], terms: Mapping[str, Term], report: Report
) -> tuple[int, int]:
    """How many mandates were closed, and of how many it is not sure that they have ended.

    Both lists must say so. One that is old knows nothing of those who have come since, and would close their mandates.
    """
    ends: dict[int, date] = {}
    unsure = 0
    for mandate in session.scalars(select(Mandate).where(*_OPEN).order_by(Mandate.external_id)).all():
        id_ = mandate.external_id.removeprefix("senat-")
        if id_ in present:
            continue
        recorded, term = known.get(id_), terms.get(id_)
        if recorded is None or recorded.sits:
            says = "does not know" if recorded is None else "has as sitting"
            report.error(f"{SITTING} lacks {id_}, whom {GENERAL} {says}: the mandate stays open.")
            unsure += 1
            continue
        ended = term.ended_on if term and term.started_on == mandate.started_on else None
        ends[mandate.id] = ended or today_in_paris()  # the list itself is of today and has no date
        learn(session, mandate.politician_id, death_date=recorded.death_date)
    close(session, ends)
    return len(ends), unsure


SCRIPT = Script(
    name="sync-senat",
    summary="The sitting senators, their groups and mandates.",
    run=run,
)
