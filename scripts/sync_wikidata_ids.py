"""sync-wikidata-ids: which item of Wikidata a politician is, by the ids of the chambers that Wikidata states.

Never by a name: whoever has none of these ids gets none. One person has one item and one item is one person; where
Wikidata says otherwise a person must look, there or here, and nothing of it is written.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.errors import BadSource, NotThere, RecordError
from scripts.identity import Identities, Person
from scripts.models import ExternalId, IdSource, Politician
from scripts.passes import Steps, resume_flag
from scripts.script import Call, Script
from scripts.wikidata import LABELS, Wikidata, item

CURSOR = "sync-wikidata-ids:politicians"
BATCH = 100  # politicians a transaction
_OF_WIKIDATA = select(ExternalId.politician_id, ExternalId.external_id).where(ExternalId.source == IdSource.WIKIDATA)


@dataclass(frozen=True)
class Property:
    """Where Wikidata keeps a chamber's ids. `ours` makes of one what we call it; None: it is of another form."""

    name: str
    id: str
    source: IdSource
    ours: Callable[[str], str | None]


@dataclass
class Match:
    """One politician, and the items that are said to be them, each with the ids that say so."""

    politician_id: int
    items: defaultdict[str, dict[IdSource, str]] = field(default_factory=lambda: defaultdict(dict))


@dataclass(frozen=True)
class Merged:
    """An item that Wikidata has merged into another: the old one leads to the new for ever."""

    old: str
    new: str


def _deputy(written: str) -> str | None:
    """267706; on the Assemblée's own pages and with us it is PA267706."""
    found = re.fullmatch(r"(?:PA)?([1-9][0-9]{0,8})", written, re.ASCII)
    return f"PA{found[1]}" if found else None


def _senator(written: str) -> str | None:
    """The name of a page of senat.fr, as quilliot_roger74041p: its end is the matricule, in lower case."""
    found = re.fullmatch(r"[^0-9]*([0-9]{5}[a-z]|[0-9]{4}[a-z][0-9]|[0-9]{6})", written.lower(), re.ASCII)
    return found[1].upper() if found else None


def _mep(written: str) -> str | None:
    return written if re.fullmatch(r"[1-9][0-9]{0,8}", written, re.ASCII) else None


PROPERTIES = (
    Property("sparql-assemblee.json", "P4123", IdSource.ASSEMBLEE_NATIONALE, _deputy),
    Property("sparql-senat.json", "P1808", IdSource.SENAT, _senator),
    Property("sparql-europarl.json", "P1186", IdSource.PARLEMENT_EUROPEEN, _mep),
)


def run(call: Call, own: argparse.Namespace) -> None:
    counters = dict.fromkeys(["itemsFound", "idsOfAnotherForm", "idsAdded", "idsKept", "idsMerged", "errors"], 0)
    steps = Steps(call, CURSOR)
    stated = {one: _stated(call, one, counters) for one in PROPERTIES}
    with call.database.transaction() as session:
        matches = _matches(session, stated)
        reached = steps.reached(session, resume=own.resume)
        had = dict(session.execute(_OF_WIKIDATA).tuples().all())
    counters["itemsFound"] = sum(len(one.items) for one in matches)
    shared = _shared(matches)
    for batch in steps.of([one for one in matches if one.politician_id > reached], BATCH):
        merged = _merged(call, [one for one in batch if not shared & one.items.keys()], had)
        with call.database.transaction() as session:
            _follow(call, session, merged, counters)
            _write(call, session, batch, shared, counters)
            steps.reach(session, batch[-1].politician_id)
    steps.end(counters["errors"])
    call.report.result(counters)


def _stated(call: Call, property_: Property, counters: dict[str, int]) -> list[tuple[str, str]]:
    """Items with the id that we know somebody by. All three answers are read before anything is written."""
    found = []
    lines = Wikidata(call.source).ids(property_.name, property_.id)
    for number, line in enumerate(lines, start=1):
        if isinstance(line, RecordError):
            call.report.error(f"{property_.name}, line {number} {line}.")
            counters["errors"] += 1
        elif ours := property_.ours(line[1]):
            found.append((line[0], ours))
        else:
            # Of whom a site's page is called otherwise we know nothing; it is no fault of the answer.
            counters["idsOfAnotherForm"] += 1
            call.report.detail(f"{property_.name}: {line[0]} has the {property_.id} {line[1]!r}.")
    if not found:
        raise BadSource(f"None of the {len(lines)} lines of {property_.name} has an id of {property_.source}.")
    return found


def _matches(session: Session, stated: dict[Property, list[tuple[str, str]]]) -> list[Match]:
    """Those of ours whom Wikidata names, by their rising id."""
    known = {
        (source, id_): politician_id
        for source, id_, politician_id in session.execute(
            select(ExternalId.source, ExternalId.external_id, ExternalId.politician_id)
        )
    }
    matches: dict[int, Match] = {}
    for property_, lines in stated.items():
        for qid, ours in lines:
            if (politician_id := known.get((property_.source, ours))) is not None:
                match = matches.setdefault(politician_id, Match(politician_id))
                match.items[qid][property_.source] = ours
    return [matches[key] for key in sorted(matches)]


def _shared(matches: list[Match]) -> set[str]:
    """The items that are said to be several of ours."""
    said = Counter(qid for one in matches for qid in one.items)
    return {qid for qid, people in said.items() if people > 1}


def _merged(call: Call, batch: list[Match], had: Mapping[int, str]) -> dict[int, Merged]:
    """Whose item with us is, as Wikidata answers when it is asked for, the one that is said to be them now."""
    others = {
        one.politician_id: Merged(had[one.politician_id], next(iter(one.items)))
        for one in batch
        if len(one.items) == 1 and one.politician_id in had and had[one.politician_id] not in one.items
    }
    try:
        told = Wikidata(call.source).items((one.old for one in others.values()), LABELS)
    except NotThere:  # a folder of answers to queries need not have it
        told = {}
    return {who: one for who, one in others.items() if _leads_to(told, one)}


def _leads_to(told: Mapping[str, object], merged: Merged) -> bool:
    try:
        return item(told, merged.old).id == merged.new
    except RecordError:
        return False


def _follow(call: Call, session: Session, merged: Mapping[int, Merged], counters: dict[str, int]) -> None:
    """Writes down what their item is now, unless that is somebody's with us already."""
    of_wikidata = ExternalId.source == IdSource.WIKIDATA
    new = [one.new for one in merged.values()]
    taken = set(session.scalars(select(ExternalId.external_id).where(of_wikidata, ExternalId.external_id.in_(new))))
    theirs = (
        select(ExternalId, Politician.slug)
        .join(Politician, Politician.id == ExternalId.politician_id)
        .where(of_wikidata, ExternalId.politician_id.in_(merged))
        .order_by(ExternalId.politician_id)
    )
    for row, its_slug in session.execute(theirs).tuples():
        one = merged[row.politician_id]
        if row.external_id == one.old and one.new not in taken:
            row.external_id, row.updated_at = one.new, datetime.now(UTC)
            counters["idsMerged"] += 1
            call.report.log(f"{its_slug} was {one.old}, which Wikidata has merged into {one.new}.")
    session.flush()


def _write(call: Call, session: Session, batch: list[Match], shared: set[str], counters: dict[str, int]) -> None:
    ids = [one.politician_id for one in batch]
    people = {row.id: row for row in session.scalars(select(Politician).where(Politician.id.in_(ids)))}
    had = dict(session.execute(_OF_WIKIDATA.where(ExternalId.politician_id.in_(ids))).tuples().all())
    identities = Identities(session)
    for one in batch:
        who = people[one.politician_id]
        try:
            qid = _the_one(one, shared, had.get(one.politician_id))
            identities.place(
                Person(
                    source=IdSource.WIKIDATA,
                    external_id=qid,
                    first_name=who.first_name,
                    last_name=who.last_name,
                    others=one.items[qid],
                )
            )
        except RecordError as error:
            call.report.error(f"Wikidata: {who.slug} {error}.")
            counters["errors"] += 1
        else:
            counters["idsKept" if one.politician_id in had else "idsAdded"] += 1
            call.report.detail(f"{who.slug} is {qid}.")


def _the_one(match: Match, shared: set[str], had: str | None) -> str:
    """Raises RecordError where it is not the only one."""
    said = ", ".join(f"{qid} by {' and '.join(ids.values())}" for qid, ids in sorted(match.items.items()))
    if len(match.items) > 1:
        raise RecordError(f"is several items: {said}")
    if shared & match.items.keys():
        raise RecordError(f"shares an item with another politician: {said}")
    if had is not None and had not in match.items:
        raise RecordError(f"is {had} with us and another item there: {said}")
    return next(iter(match.items))


SCRIPT = Script(
    name="sync-wikidata-ids",
    summary="Which item of Wikidata a politician is, by the ids that Wikidata states.",
    flags=resume_flag,
    run=run,
)
