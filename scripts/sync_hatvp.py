"""sync-hatvp: the published declarations of the politicians that we know, from the HATVP's list.

The list has thousands of local officials who are none of ours. Nobody is made of it; a name alone is nobody, and of
two who have it none is guessed.
"""

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from scripts.closing import refuse_a_short_list
from scripts.declarations import Listed, declarant, is_cut, is_published, lines, listed, origin, refuse_broken, words
from scripts.errors import BadSource, RecordError
from scripts.fingerprints import Document, cursor, forget, recall, remember, set_cursor
from scripts.identity import Identities, Person
from scripts.models import Declaration, ExternalId, IdSource, Mandate, Office, Politician
from scripts.report import Report
from scripts.script import Call, Script
from scripts.upsert import upsert

ADDRESS = "https://www.hatvp.fr/livraison/opendata/liste.csv"
FILE_NAME = "liste.csv"
MAX_BYTES = 50_000_000  # the file has 3 MB
BATCH = 100  # declarants a transaction
FINGERPRINT = "hatvp-liste:full"
#: For whom the list was read: who has come since may be in it.
POPULATION = "hatvp-politicians"


@dataclass
class _Declarant:
    """Somebody by their number; `ids` are of every line, published or not."""

    id: str
    ids: dict[IdSource, str] = field(default_factory=dict)
    declarations: list[Listed] = field(default_factory=list)
    #: False where the list gives one person two ids of one chamber: then nothing of theirs is taken.
    is_one: bool = True

    def state(self, id_: tuple[IdSource, str] | None) -> None:
        """Raises RecordError."""
        if id_ and self.ids.setdefault(*id_) != id_[1]:
            self.is_one = False
            raise RecordError(f"is {id_[1]} of {id_[0]}, and {self.ids[id_[0]]} in another line")

    @property
    def person(self) -> Person:
        one = self.declarations[0]
        return Person(
            source=IdSource.HATVP,
            external_id=self.id,
            first_name=one.first_name,
            last_name=one.last_name,
            others=self.ids,
        )

    @property
    def offices(self) -> frozenset[Office]:
        return frozenset().union(*(one.sits_as for one in self.declarations))


@dataclass
class _Found:
    """What the list says. `named` has the files of every line, also of those that cannot be used: they are not gone."""

    declarants: list[_Declarant] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    unpublished: int = 0
    errors: int = 0
    is_cut: bool = False


def run(call: Call, _: argparse.Namespace) -> None:
    counters = dict.fromkeys(
        [
            "declarationsCreated", "declarationsUpdated", "declarationsDeleted", "declarationsUnpublished",
            "politiciansNotFound", "doubtful", "errors",
        ],
        0,
    )  # fmt: skip
    document = _read(call)
    if document is None:
        call.report.log("The HATVP's list has not changed since the last complete pass, nor who we know.")
        call.report.result(counters | {"sourceUnchanged": 1})
        return
    found = _parse(document.content, call.report)
    counters["declarationsUnpublished"], counters["errors"] = found.unpublished, found.errors
    with call.database.transaction() as session:
        _refuse_a_short_file(session, found.named)
        forget(session, FINGERPRINT)
        # Who comes while this goes on is not looked for in what is written by then.
        population = _population(session)
    wanted = _first(found.declarants, call.options.limit)
    total = sum(len(one.declarations) for one in wanted)
    done = 0
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        with call.database.transaction() as session:
            for counter, count in _write(session, batch, call.report).items():
                counters[counter] += count
        done += sum(len(one.declarations) for one in batch)
        call.report.progress(done, total)

    if found.is_cut:
        call.report.log("No declaration was deleted: the last line is not whole, so the list may go on.")
    elif call.options.limit is None:
        with call.database.transaction() as session:
            counters["declarationsDeleted"] = _delete_withdrawn(session, found.named)
            # While there is a doubt, the same list is read again: somebody may have decided.
            if call.options.complete and not counters["errors"] and not counters["doubtful"]:
                remember(session, FINGERPRINT, document.fingerprint)
                set_cursor(session, POPULATION, population)
    call.report.result(counters)


def _read(call: Call) -> Document | None:
    with call.database.transaction() as session:
        same_people = cursor(session, POPULATION) == _population(session)
        known = recall(session, FINGERPRINT) if same_people and not call.options.force else None
    return call.source.read(FILE_NAME, ADDRESS, max_bytes=MAX_BYTES, known=known)


def _population(session: Session) -> str:
    """Another where a politician, an id of one or an office has come; not by the ids that this script gives."""
    people, ids, mandates = (select(func.max(table.id)) for table in (Politician, ExternalId, Mandate))
    newest = (people, ids.where(ExternalId.source != IdSource.HATVP), mandates)
    return " ".join(str(session.scalar(one) or 0) for one in newest)


def _parse(content: bytes, report: Report) -> _Found:
    """Who has published something, those first of whom a chamber's id says who it is: no namesake comes before them."""
    listed_lines = lines(content)
    found = _Found(is_cut=is_cut(listed_lines[-1]))
    everybody: dict[str, _Declarant] = {}
    files: dict[str, Listed] = {}
    for row, line in enumerate(listed_lines, start=2):
        try:
            refuse_broken(line)
            number = declarant(line)
            whose = everybody.setdefault(number, _Declarant(number))
            whose.state(origin(line))
            if not is_published(line):
                found.unpublished += 1
                continue
            one = listed(line)
            if files.setdefault(one.file, one) != one:
                raise RecordError(f"repeats {one.file}, otherwise")
        except RecordError as error:
            report.error(f"{FILE_NAME}, line {row} ({line['prenom']} {line['nom']}) {error}.")
            found.errors += 1
            found.named |= words(line)
            continue
        if one not in whose.declarations:
            whose.declarations.append(one)
    if found.errors == len(listed_lines):
        raise BadSource(f"None of the {len(listed_lines)} lines of the HATVP's list can be used.")
    clear = [one for one in everybody.values() if one.declarations and one.is_one]
    found.declarants = sorted(clear, key=lambda one: (not one.ids, one.id))
    found.named |= set(files)
    return found


def _first(declarants: Sequence[_Declarant], limit: int | None) -> list[_Declarant]:
    """As many as have `limit` declarations between them, the last one's cut short."""
    if limit is None:
        return list(declarants)
    wanted: list[_Declarant] = []
    for one in declarants:
        if limit <= 0:
            break
        wanted.append(_Declarant(one.id, one.ids, one.declarations[:limit]))
        limit -= len(one.declarations)
    return wanted


def _refuse_a_short_file(session: Session, files: set[str]) -> None:
    """A file cut off on its way would delete what it lacks."""
    stored = session.scalars(select(Declaration.external_id)).all()
    refuse_a_short_list("The HATVP's list", sum(file in files for file in stored), len(stored), "declarations")


def _write(session: Session, declarants: Sequence[_Declarant], report: Report) -> dict[str, int]:
    identities = Identities(session)
    in_office = _in_office(session)
    counters: defaultdict[str, int] = defaultdict(int)
    rows: list[dict[str, object]] = []
    for one in declarants:
        try:
            politician_id = _whose(identities, one, in_office)
        except RecordError as error:
            report.error(f"{FILE_NAME}: {one.person.name} ({one.id}) {error}.")
            counters["errors"] += 1
            continue
        if politician_id is None:
            counters["doubtful" if identities.is_doubtful(one.person) else "politiciansNotFound"] += 1
            continue
        rows += [_declaration(declaration, politician_id) for declaration in one.declarations]
    written = upsert(session, Declaration, rows, key=("external_id",))
    for name in sorted(str(key[0]) for key in written.created | written.updated):
        report.detail(name)
    counters["declarationsCreated"] = len(written.created)
    counters["declarationsUpdated"] = len(written.updated)
    return counters


def _whose(identities: Identities, one: _Declarant, in_office: Mapping[Office, set[int]]) -> int | None:
    if one.ids or one.offices:
        held: set[int] = set().union(*(in_office.get(office, set()) for office in one.offices))
        placed = identities.recognise(one.person, among=held)
    else:
        # Of a mayor the name says nothing: there are thousands, and namesakes of deputies among them.
        placed = identities.find(IdSource.HATVP, one.id)
    return placed.politician_id if placed else None


def _in_office(session: Session) -> Mapping[Office, set[int]]:
    holders: defaultdict[Office, set[int]] = defaultdict(set)
    for office, politician_id in session.execute(select(Mandate.office, Mandate.politician_id).distinct()).tuples():
        holders[office].add(politician_id)
    return holders


def _declaration(one: Listed, politician_id: int) -> dict[str, object]:
    return {
        "external_id": one.file,
        "politician_id": politician_id,
        "kind": one.kind,
        "office": one.office,
        "filed_on": one.filed_on,
        "published_on": one.published_on,
        "url": one.url,
    }


def _delete_withdrawn(session: Session, files: set[str]) -> int:
    """The HATVP takes a declaration away when its time of publication is over; so do we."""
    stored = session.execute(select(Declaration.id, Declaration.external_id)).tuples()
    gone = [id_ for id_, file in stored if file not in files]
    session.execute(delete(Declaration).where(Declaration.id.in_(gone)))
    return len(gone)


SCRIPT = Script(
    name="sync-hatvp",
    summary="The published declarations of interests and assets of politicians, from the HATVP.",
    run=run,
)
