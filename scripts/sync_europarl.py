"""sync-europarl: the French members of the European Parliament, their groups and mandates."""

import argparse
from collections.abc import Sequence
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from scripts.closing import close, refuse_a_short_list
from scripts.errors import BadSource, NotThere, RecordError, SourceRefused
from scripts.fingerprints import forget, recall, remember
from scripts.identity import Identities, Person, learn
from scripts.meps import GROUPS, Member, Profile, Seat, listed, member
from scripts.models import Chamber, ExternalId, IdSource, Mandate, Office, PoliticalGroup
from scripts.paris import today_in_paris
from scripts.report import Report
from scripts.script import Call, Script
from scripts.seats import ACCEPT, API, BATCH, OF_THE_EP, OPEN, Sitting, known_members, read_profile
from scripts.upsert import upsert

LIST = "meps/show-current"
QUERY = {"offset": "0", "limit": "1000"}  # more than the Parliament has seats: one page is all
MAX_BYTES = 20_000_000  # the list has about 200 kB
FINGERPRINT = "europarl-meps:full"


def run(call: Call, _: argparse.Namespace) -> None:
    counters = dict.fromkeys(
        ["mepsCreated", "mepsUpdated", "mandatesCreated", "mandatesUpdated", "mandatesClosed", "doubtful", "errors"], 0
    )
    with call.database.transaction() as session:
        remembered = None if call.options.force else recall(session, FINGERPRINT)
        known = known_members(session)
    document = call.source.read(LIST, API + LIST, max_bytes=MAX_BYTES, known=remembered, query=QUERY, accept=ACCEPT)
    if document is None:
        call.report.log("The list of members has not changed since the last complete pass.")
        call.report.result(counters | {"sourceUnchanged": 1})
        return
    members, unreadable, found = _parse(document.content, call.report)
    refuse_a_short_list("The list of French members", found, sum(one.seat is not None for one in known.values()))

    wanted = members[: call.options.limit]
    sitting = Sitting(call, known)
    sitting.find_term(wanted, members)
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        sitting.read(batch)
        with call.database.transaction() as session:
            forget(session, FINGERPRINT)
            told = _write(session, [one for one in batch if one.id in sitting.seats], sitting, call.report)
        for counter, count in told.items():
            counters[counter] += count
        call.report.progress(start + len(batch), len(wanted))
    counters["errors"] += unreadable + sitting.errors

    if unreadable:
        call.report.log("No mandate was closed: a record that cannot be read is not a member who has left.")
    elif call.options.limit is None:
        counters["mandatesClosed"], unsure = _close_absent(call, members, sitting)
        counters["errors"] += unsure
    # Nor with a doubt: what a person decides of it is to be acted on by the next run.
    if call.options.complete and not counters["errors"] and not counters["doubtful"]:
        with call.database.transaction() as session:
            remember(session, FINGERPRINT, document.fingerprint)
    call.report.result(counters)


def _parse(content: bytes, report: Report) -> tuple[list[Member], int, int]:
    """The French members by rising id, how many records are not usable, and how many French ones or such there are."""
    members: dict[str, Member] = {}
    errors = 0
    for number, record in enumerate(listed(content), start=1):
        try:
            one = member(record)
            if one is None:
                continue
            if one.id in members:
                raise RecordError(f"repeats the identifier {one.id}")
        except RecordError as error:
            named = record.get("identifier") if isinstance(record, dict) else None
            report.error(f"{LIST}, record {number} ({named!r}) {error}.")
            errors += 1
            continue
        members[one.id] = one
    if not members:
        raise BadSource("The list of the European Parliament's members has nobody of France that can be read.")
    # By id, so that of two people of one name it is always the same who has the plain slug.
    return sorted(members.values(), key=lambda one: int(one.id)), errors, len(members) + errors


def _write(session: Session, members: Sequence[Member], sitting: Sitting, report: Report) -> dict[str, int]:
    identities = Identities(session)
    chambers = (IdSource.ASSEMBLEE_NATIONALE, IdSource.SENAT)
    elsewhere = set(session.scalars(select(ExternalId.politician_id).where(ExternalId.source.in_(chambers))))
    groups = _groups(session, members)
    created: set[str] = set()
    updated: set[str] = set()
    mandates: list[dict[str, object]] = []
    doubtful = errors = 0
    before = dict(session.execute(select(Mandate.external_id, Mandate.group_id).where(*OPEN)).tuples().all())
    for one in members:
        told = sitting.profiles.get(one.id)
        try:
            placed = identities.place(_identity(one, told))
        except RecordError as error:
            report.error(f"{LIST}: {one.id} ({one.first_name} {one.last_name}) {error}.")
            errors += 1
            continue
        if placed is None:
            doubtful += identities.is_doubtful(_identity(one, told))
            continue
        # Who has sat in a chamber of France is known better there; the Parliament's names have lost some accents.
        is_known_elsewhere = placed.politician_id in elsewhere
        changed = learn(session, placed.politician_id, only_gaps=is_known_elsewhere, **_facts(one, told))
        if placed.is_new:
            created.add(placed.slug)
        elif changed:
            updated.add(placed.slug)
        seat = sitting.seats[one.id]
        group_id = groups[one.group_code] if one.group_code else before.get(seat.key(one.id))
        mandates.append(_mandate(one, seat, placed.politician_id, group_id))
    written = upsert(session, Mandate, mandates, key=("external_id",))
    for slug in sorted(created | updated):
        report.detail(f"{'created' if slug in created else 'updated'} {slug}")
    return {
        "mepsCreated": len(created),
        "mepsUpdated": len(updated),
        "mandatesCreated": len(written.created),
        "mandatesUpdated": len(written.updated),
        "doubtful": doubtful,
        "errors": errors,
    }


def _groups(session: Session, members: Sequence[Member]) -> dict[str, int]:
    in_chamber = PoliticalGroup.chamber == Chamber.PARLEMENT_EUROPEEN
    codes = dict.fromkeys(one.group_code for one in members if one.group_code)
    rows = [{"code": code, "chamber": Chamber.PARLEMENT_EUROPEEN, "name": GROUPS.get(code, code)} for code in codes]
    upsert(session, PoliticalGroup, rows, key=("code", "chamber"))
    return dict(session.execute(select(PoliticalGroup.code, PoliticalGroup.id).where(in_chamber)).tuples().all())


def _identity(one: Member, told: Profile | None) -> Person:
    return Person(
        source=IdSource.PARLEMENT_EUROPEEN,
        external_id=one.id,
        first_name=one.first_name,
        last_name=one.last_name,
        birth_date=told.birth_date if told else None,
    )


def _facts(one: Member, told: Profile | None) -> dict[str, object]:
    facts: dict[str, object] = {"first_name": one.first_name, "last_name": one.last_name}
    if told:
        facts |= {"civility": told.civility, "birth_date": told.birth_date}
        facts |= {"birth_place": told.birth_place, "email": told.email}
    return facts


def _mandate(one: Member, seat: Seat, politician_id: int, group_id: int | None) -> dict[str, object]:
    return {
        "external_id": seat.key(one.id),
        "politician_id": politician_id,
        "office": Office.DEPUTE_EUROPEEN,
        "group_id": group_id,
        "chamber": Chamber.PARLEMENT_EUROPEEN,
        "legislature": seat.term,
        "started_on": seat.started_on,
        "ended_on": None,
    }


def _close_absent(call: Call, members: Sequence[Member], sitting: Sitting) -> tuple[int, int]:
    """Those of who is not listed any more, and those of an earlier term. And of how many it is not sure.

    The list does not say when, and may lack a part: the member's own document says it, too.
    """
    with call.database.transaction() as session:
        mine = and_(ExternalId.politician_id == Mandate.politician_id, OF_THE_EP)
        of_all = select(Mandate.id, Mandate.external_id, Mandate.legislature, ExternalId.external_id)
        mandates = session.execute(of_all.join(ExternalId, mine).where(*OPEN)).tuples().all()
    present = {one.id for one in members}
    over = [
        (mandate_id, key, term, id_)
        for mandate_id, key, term, id_ in mandates
        if id_ not in present or (id_ in sitting.seats and sitting.seats[id_].key(id_) != key)
    ]
    unsure = 0
    for start in range(0, len(over), BATCH):
        ends: dict[int, date] = {}
        for mandate_id, key, term, id_ in over[start : start + BATCH]:
            try:
                ends[mandate_id] = _end(call, sitting, id_, key, term)
            except (RecordError, SourceRefused) as error:
                call.report.error(f"{LIST} lacks {id_}, and {key} stays open: its document {str(error).rstrip('.')}.")
                unsure += 1
        with call.database.transaction() as session:
            close(session, ends)
    return len(over) - unsure, unsure


def _end(call: Call, sitting: Sitting, id_: str, key: str, term: int | None) -> date:
    """Raises RecordError where the document has them as sitting, or cannot be read, and SourceRefused."""
    try:
        told = sitting.profiles.get(id_) or read_profile(call.source, id_)
    except NotThere as error:
        call.report.log(f"When mandate {key} has ended is not known, it is closed today: {error}")
        return today_in_paris()
    held = told.seat_on(today_in_paris())
    if held and held.term == term:
        raise RecordError("has them as sitting")
    return min(told.end_of(term or 0) or today_in_paris(), today_in_paris())


SCRIPT = Script(
    name="sync-europarl",
    summary="The French members of the European Parliament, their groups and mandates.",
    run=run,
)
