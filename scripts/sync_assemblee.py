"""sync-assemblee: the sitting deputies, their groups and mandates, from Datan's CSV on data.gouv.fr."""

import argparse
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.closing import close, count_open, open_in, refuse_a_short_list, refuse_an_old_list
from scripts.datagouv import csv_address
from scripts.deputies import Deputy, deputy, lines
from scripts.errors import BadSource, RecordError
from scripts.fingerprints import Document, cursor, forget, recall, remember, set_cursor
from scripts.identity import Identities, Person, Placed, learn
from scripts.models import Chamber, IdSource, Mandate, Office, PoliticalGroup
from scripts.paris import today_in_paris
from scripts.report import Report
from scripts.script import Call, Script
from scripts.upsert import Written, upsert

DATASET = "https://www.data.gouv.fr/api/1/datasets/deputes-actifs-de-lassemblee-nationale-informations-et-statistiques/"
# The CSV's permanent address. The one on static.data.gouv.fr has the day in its path, and a fixed one would bring old
# mandates back.
PERMALINK = "https://www.data.gouv.fr/api/1/datasets/r/092bd7bb-1543-405b-b53c-932ebb49bb8e"
FILE_NAME = "deputes-active.csv"
MAX_BYTES = 20_000_000  # the file has 150 kB
BATCH = 100  # deputies a transaction
FINGERPRINT = "assemblee-csv:full"
TOLD_ON = "assemblee-csv:told-on"  # the day of the newest file by which mandates were closed
T = TypeVar("T", int, date)

_HERE = Chamber.ASSEMBLEE_NATIONALE
_WHAT = "The deputies' CSV"


def run(call: Call, _: argparse.Namespace) -> None:
    counters = dict.fromkeys(
        [
            "groupsCreated", "groupsUpdated", "deputiesCreated", "deputiesUpdated", "deputiesDeactivated",
            "doubtful", "errors",
        ],
        0,
    )  # fmt: skip
    document = _read(call)
    if document is None:
        call.report.log("The deputies' CSV has not changed since the last complete pass.")
        call.report.result(counters | {"sourceUnchanged": 1})
        return
    deputies, unreadable, found = _parse(document.content, call.report)
    counters["errors"] = unreadable
    with call.database.transaction() as session:
        refuse_a_short_list(_WHAT, found, count_open(session, _HERE))
        _refuse_an_old_file(session, deputies)
        forget(session, FINGERPRINT)
        wanted = deputies[: call.options.limit]
        groups = _write_groups(session, wanted)
    counters["groupsCreated"], counters["groupsUpdated"] = len(groups.created), len(groups.updated)

    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        with call.database.transaction() as session:
            _write_deputies(session, batch, counters, call.report)
        call.report.progress(start + len(batch), len(wanted))

    if unreadable:
        call.report.log("No mandate was closed: a line that cannot be read is not a deputy who has left.")
    elif call.options.limit is None:
        with call.database.transaction() as session:
            counters["deputiesDeactivated"] = _close_absent(session, deputies)
            set_cursor(session, TOLD_ON, _told_on(deputies).isoformat())
            # While there is a doubt the next run reads it again, and acts on what was decided.
            if call.options.complete and not counters["errors"] and not counters["doubtful"]:
                remember(session, FINGERPRINT, document.fingerprint)
    call.report.result(counters)


def _read(call: Call) -> Document | None:
    with call.database.transaction() as session:
        known = None if call.options.force else recall(session, FINGERPRINT)
    address = csv_address(call.source, call.report, DATASET, otherwise=PERMALINK)
    return call.source.read(FILE_NAME, address, max_bytes=MAX_BYTES, known=known)


def _parse(content: bytes, report: Report) -> tuple[list[Deputy], int, int]:
    """The deputies by rising id, how many lines are not usable, and how many there are."""
    found = lines(content)
    deputies: dict[int, Deputy] = {}
    ids: set[str] = set()
    for number, line in enumerate(found, start=2):
        try:
            one = deputy(line)
            if one.id in ids:
                raise RecordError(f"repeats the id {one.id}")
        except RecordError as error:
            report.error(f"{FILE_NAME}, line {number} ({line['id']!r}) {error}.")
            continue
        ids.add(one.id)
        deputies[number] = one
    if not deputies:
        raise BadSource(f"None of the {len(found)} lines of the deputies' CSV can be used.")
    # All who sit do so in one legislature. A slip in one line, taken for it, would have every later file refused.
    legislature = _most(one.legislature for one in deputies.values())
    for number, one in deputies.items():
        if one.legislature != legislature:
            report.error(
                f"{FILE_NAME}, line {number} ({one.id!r}) is of legislature {one.legislature}, most of {legislature}."
            )
    # By id, so that of two people of one name it is always the same who has the plain slug.
    usable = (one for one in deputies.values() if one.legislature == legislature)
    ordered = sorted(usable, key=lambda one: int(one.id.removeprefix("PA")))
    return ordered, len(found) - len(ordered), len(found)


def _most(values: Iterable[T]) -> T:
    """What is there most often; of several the greatest."""
    counts = Counter(values)
    return max(counts, key=lambda value: (counts[value], value))


def _refuse_an_old_file(session: Session, deputies: Sequence[Deputy]) -> None:
    """One of before would bring back who has left since, and close the mandates of who has come."""
    legislature = deputies[0].legislature
    told_on = _told_on(deputies)
    last_told_on = cursor(session, TOLD_ON)
    if last_told_on and told_on < date.fromisoformat(last_told_on):
        refuse_an_old_list(_WHAT, f"{told_on}", f"one of {last_told_on} has been read")
    columns = select(Mandate.external_id, Mandate.legislature, Mandate.started_on)
    open_mandates = session.execute(columns.where(*open_in(_HERE))).tuples()
    present = {one.mandate for one in deputies}
    for key, its_legislature, started_on in open_mandates:
        # Of one that the site itself has written, neither may be known.
        later_term = its_legislature is not None and its_legislature > legislature
        if later_term or (key not in present and started_on is not None and started_on > told_on):
            known = f"mandate {key} of legislature {its_legislature} is open since {started_on}"
            refuse_an_old_list(_WHAT, f"legislature {legislature} and {told_on}", known)


def _told_on(deputies: Sequence[Deputy]) -> date:
    """The CSV's own date, which every line repeats. One that lies in the future in Paris is a slip of the pen."""
    today = today_in_paris()
    return _most([one.as_of for one in deputies if one.as_of <= today] or [today])


def _write_groups(session: Session, deputies: Sequence[Deputy]) -> Written:
    names = {one.group_code: one.group_name for one in reversed(deputies)}
    rows = [{"code": code, "chamber": _HERE, "name": name} for code, name in names.items()]
    return upsert(session, PoliticalGroup, rows, key=("code", "chamber"))


def _write_deputies(session: Session, deputies: Sequence[Deputy], counters: dict[str, int], report: Report) -> None:
    placed = _place(session, deputies, counters, report)
    sure = [one for one in deputies if one.mandate in placed]
    learnt = {found.slug for one in sure if learn(session, (found := placed[one.mandate]).politician_id, **_facts(one))}
    in_chamber = PoliticalGroup.chamber == _HERE
    groups = dict(session.execute(select(PoliticalGroup.code, PoliticalGroup.id).where(in_chamber)).tuples().all())
    mandates = upsert(
        session,
        Mandate,
        [_mandate(one, placed[one.mandate].politician_id, groups[one.group_code]) for one in sure],
        key=("external_id",),
    )
    created = {found.slug for found in placed.values() if found.is_new}
    changed = {placed[str(key[0])].slug for key in mandates.created | mandates.updated}
    updated = (learnt | changed) - created
    counters["deputiesCreated"] += len(created)
    counters["deputiesUpdated"] += len(updated)
    for slug in sorted(created | updated):
        report.detail(f"{'created' if slug in created else 'updated'} {slug}")


def _place(
    session: Session, deputies: Sequence[Deputy], counters: dict[str, int], report: Report
) -> Mapping[str, Placed]:
    """By mandate. Whoever is missing was erased, is a doubt or has ids that contradict each other."""
    identities = Identities(session)
    placed: dict[str, Placed] = {}
    for one in deputies:
        try:
            found = identities.place(_identity(one))
        except RecordError as error:
            report.error(f"{FILE_NAME}: {one.id} {error}.")
            counters["errors"] += 1
            continue
        if found is None:
            counters["doubtful"] += identities.is_doubtful(_identity(one))
        else:
            placed[one.mandate] = found
    return placed


def _identity(one: Deputy) -> Person:
    return Person(
        source=IdSource.ASSEMBLEE_NATIONALE,
        external_id=one.id,
        first_name=one.first_name,
        last_name=one.last_name,
        birth_date=one.birth_date,
    )


def _facts(one: Deputy) -> dict[str, Any]:
    return {
        "civility": one.civility,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "birth_date": one.birth_date,
        "birth_place": one.birth_place,
        "profession": one.profession,
        "email": one.email,
        "twitter": one.twitter,
        "website": one.website,
    }


def _mandate(one: Deputy, politician_id: int, group_id: int) -> dict[str, object]:
    return {
        "external_id": one.mandate,
        "politician_id": politician_id,
        "group_id": group_id,
        "chamber": _HERE,
        "legislature": one.legislature,
        "department_code": one.department_code,
        "department_name": one.department_name,
        "constituency": one.constituency,
        "office": Office.DEPUTE,
        "started_on": one.started_on,
        "ended_on": None,
    }


def _close_absent(session: Session, deputies: Sequence[Deputy]) -> int:
    """The CSV does not say when someone left, only that by its own date they had."""
    present = {one.mandate for one in deputies}
    open_here = session.execute(select(Mandate.id, Mandate.external_id).where(*open_in(_HERE))).tuples()
    absent = [id_ for id_, key in open_here if key not in present]
    close(session, dict.fromkeys(absent, _told_on(deputies)))
    return len(absent)


SCRIPT = Script(
    name="sync-assemblee",
    summary="The sitting deputies of the Assemblée nationale, their groups and mandates.",
    run=run,
)
