"""sync-photos: where each politician's portrait is. The picture itself is looked at, and never kept."""

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlsplit

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from scripts.errors import (
    NOT_BY_CHANCE,
    BadSource,
    CalledWrongly,
    NotThere,
    RecordError,
    SourceDown,
    SourceRefused,
)
from scripts.images import require_picture
from scripts.models import GOVERNMENT, Chamber, ExternalId, IdSource, Mandate, PhotoSource, Politician
from scripts.portraits import PICTURE, PRIORITY, WIKIDATA, Portrait, Subject, built, item_of, on_commons, pictures
from scripts.script import Call, Script
from scripts.text import slug

MAX_BYTES = 5_000_000  # a portrait has 100 kB at most; what Wikidata answers, too
#: Who has no portrait, or not one of the best source, is looked for again after this: before a week's next run.
AGAIN = timedelta(days=6)
PATIENCE = 3  # addresses in a row for which a host is down; one alone may be a broken picture
#: Seconds that an address may cost: a host that was silent for longer is down for the whole run.
SLOW = 20.0
#: Seconds after which a run ends, well, within the five minutes of its step: the next one goes on behind it.
ENOUGH = 240.0
#: Seconds after which no host is asked for the first time: one that is silent costs two minutes.
LATE = 150.0


@dataclass(frozen=True)
class _One:
    """A politician, and the portrait that they have."""

    id: int
    slug: str
    subject: Subject
    url: str | None
    source: PhotoSource | None

    @property
    def priority(self) -> int:
        return PRIORITY[self.source] if self.source else 0

    @property
    def current(self) -> Portrait | None:
        if self.url is None or self.source is None:
            return None
        same = (one for one in built(self.subject) if one.url == self.url)
        name = unquote(urlsplit(self.url).path.rpartition("/")[2])
        return next(same, Portrait(self.source, name, self.url))

    def may_gain(self) -> bool:
        """Whether any source is better than what they have."""
        better = max((PRIORITY[one.source] for one in built(self.subject)), default=0)
        if item_of(self.subject):
            better = max(better, PRIORITY[PhotoSource.WIKIDATA])
        return better > self.priority


@dataclass
class _Search:
    """One run's reading: a host that is down for a few in a row is left alone from then on.

    `is_clear` is of whoever is looked at: nobody has answered anything but a picture or an honest 404. After anything
    else, what was there may still be, and what was not may have come.
    """

    call: Call
    counters: dict[str, int]
    silent: Counter[str] = field(default_factory=Counter)
    heard: set[str] = field(default_factory=set)
    started: float = field(default_factory=time.monotonic)
    down: SourceDown | None = None
    has_answered: bool = False
    is_clear: bool = True

    @property
    def is_over(self) -> bool:
        return time.monotonic() - self.started >= ENOUGH

    def shows(self, who: _One, portrait: Portrait) -> bool:
        """Whether the address answers a picture."""
        content = self._read(who, portrait.name, portrait.url)
        if content is None:
            return False
        try:
            require_picture(content)
        except RecordError as error:
            self._complain(who, portrait.name, error)
            return False
        self.has_answered = True
        return True

    def on_wikidata(self, who: _One) -> list[Portrait]:
        """What Wikidata calls their picture."""
        item = item_of(who.subject)
        if item is None:
            return []
        query = {"action": "wbgetclaims", "entity": item, "property": PICTURE, "format": "json"}
        content = self._read(who, f"{item}.json", WIKIDATA, query)
        if content is None:
            return []
        try:
            files = pictures(content)
        except RecordError as error:
            self._complain(who, f"{item}.json", error)
            return []
        self.has_answered = True
        return [portrait for file in files for portrait in on_commons(file)]

    def _read(self, who: _One, name: str, url: str, query: dict[str, str] | None = None) -> bytes | None:
        """None where there is no such document, or where that is not clear."""
        host = urlsplit(url).hostname or ""
        asked = time.monotonic()
        is_late = asked - self.started >= (ENOUGH if host in self.heard else LATE)
        if self.silent[host] >= PATIENCE or is_late:
            self.is_clear = False
            return None
        try:
            document = self.call.source.read(name, url, max_bytes=MAX_BYTES, query=query)
        except SourceDown as error:
            self.silent[host] = PATIENCE if time.monotonic() - asked >= SLOW else self.silent[host] + 1
            self._complain(who, name, error)
            if self.silent[host] == PATIENCE:
                self.down = self.down or error
                self.call.report.log(f"{host} is left alone for the rest of this run.")
            return None
        except NotThere:
            self.counters["invalidUrls"] += 1
            self.has_answered, document = True, None
        except SourceRefused as error:
            self._complain(who, name, error)
            document = None
        self.silent[host] = 0
        self.heard.add(host)
        return document.content if document else None

    def _complain(self, who: _One, name: str, error: Exception) -> None:
        self.is_clear = False
        self.counters["errors"] += 1
        self.call.report.error(f"{who.slug}: {name} {str(error).rstrip('.')}.")


def run(call: Call, own: argparse.Namespace) -> None:
    counters = dict.fromkeys(["checked", "updated", "validated", "invalidUrls", "errors"], 0)
    with call.database.transaction() as session:
        due = list(_due(session, call, own))[: call.options.limit]
    search = _Search(call, counters)
    for done, who in enumerate(due, start=1):
        portrait = _look(search, who, validate=own.validate)
        with call.database.transaction() as session:
            changed = _write(session, who, portrait, is_clear=search.is_clear)
        counters["checked"] += 1
        if changed:
            counters["updated"] += portrait is not None
            call.report.detail(f"{who.slug}: {portrait.url if portrait else 'no portrait any more'}")
        call.report.progress(done, len(due))
        if search.is_over and done < len(due):
            call.report.log(f"{ENOUGH:g} s are over: {len(due) - done} politicians are looked at in the next runs.")
            break
    call.report.result(counters)
    # Only a host that was left alone: a single picture that its server cannot send, day after day, is no run's end.
    if search.down:
        raise search.down
    if counters["errors"] >= NOT_BY_CHANCE and not search.has_answered:
        raise BadSource(f"Of {counters['checked']} politicians no address of a portrait could be looked at.")


def _due(session: Session, call: Call, own: argparse.Namespace) -> Iterator[_One]:
    """Who is looked at, those first who never were and then those who were the longest ago: runs with --limit go round.

    Never whose portrait a person has given, which has no source.
    """
    before = datetime.now(UTC) - AGAIN
    ordered = select(Politician).order_by(Politician.photo_checked_at.asc().nulls_first(), Politician.id)
    rows = session.scalars(ordered if own.slug is None else ordered.where(Politician.slug == own.slug)).all()
    if own.slug is not None and not rows:
        raise CalledWrongly(f"--slug: no politician has the slug {own.slug!r}")
    subjects = _subjects(session)
    for row in rows:
        one = _One(row.id, row.slug, subjects[row.id], row.photo_url, row.photo_source)
        if one.url and one.source is None:
            continue
        waits = row.photo_checked_at is None or row.photo_checked_at <= before
        asked_for = call.options.force or own.slug is not None
        if (own.validate and one.url) or asked_for or (waits and one.may_gain()):
            yield one


def _subjects(session: Session) -> dict[int, Subject]:
    people = session.execute(select(Politician.id, Politician.first_name, Politician.last_name)).tuples().all()
    ids: dict[int, dict[IdSource, str]] = {}
    for politician_id, source, id_ in session.execute(
        select(ExternalId.politician_id, ExternalId.source, ExternalId.external_id).order_by(ExternalId.id)
    ).tuples():
        ids.setdefault(politician_id, {})[source] = id_
    legislatures = dict(
        session.execute(
            select(Mandate.politician_id, func.max(Mandate.legislature))
            .where(Mandate.chamber == Chamber.ASSEMBLEE_NATIONALE)
            .group_by(Mandate.politician_id)
        )
        .tuples()
        .all()
    )
    governed = set(session.scalars(select(Mandate.politician_id).where(Mandate.office.in_(GOVERNMENT))))
    # An address that is made of a name is nobody's where two have that name.
    names = Counter(slug(f"{last} {first}") for _, first, last in people)
    return {
        id_: Subject(
            first_name=first,
            last_name=last,
            ids=ids.get(id_, {}),
            legislature=legislatures.get(id_),
            has_governed=id_ in governed and names[slug(f"{last} {first}")] == 1,
        )
        for id_, first, last in people
    }


def _look(search: _Search, who: _One, *, validate: bool) -> Portrait | None:
    """The best portrait that is there. What they have stays, unless it is gone or a better one has come."""
    search.is_clear = True
    kept, gone = who.current, None
    if kept and validate:
        if search.shows(who, kept):
            search.counters["validated"] += 1
        elif search.is_clear:
            kept, gone = None, kept
    # With --force those of as good a source are looked at, too: a new legislature has new portraits.
    least = (PRIORITY[kept.source] if kept else 0) + (not search.call.options.force)
    for portrait in _candidates(search, who, least):
        if portrait == kept or (portrait != gone and search.shows(who, portrait)):
            return portrait
    return kept


def _candidates(search: _Search, who: _One, least: int) -> Iterator[Portrait]:
    """Best first. Wikidata is asked only for whom nobody else has shown."""
    yield from (one for one in built(who.subject) if PRIORITY[one.source] >= least)
    if PRIORITY[PhotoSource.WIKIDATA] >= least:
        yield from search.on_wikidata(who)


def _write(session: Session, who: _One, portrait: Portrait | None, *, is_clear: bool) -> bool:
    """Whether their portrait has changed. That they were looked at changes nothing of them, nor updated_at."""
    now = datetime.now(UTC)
    # Of whom something was not to be seen is due again at once, behind everybody who waits.
    values: dict[str, object] = {"photo_checked_at": now if is_clear else now - AGAIN}
    url, source = (portrait.url, portrait.source) if portrait else (None, None)
    changed = (url, source) != (who.url, who.source)
    if changed:
        values |= {"photo_url": url, "photo_source": source, "updated_at": now}
    session.execute(update(Politician).where(Politician.id == who.id).values(values))
    return changed


def _flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--validate", action="store_true", help="see whether each known portrait is still there")
    parser.add_argument("--slug", help="only this politician", metavar="SLUG")


SCRIPT = Script(
    name="sync-photos",
    summary="Where the politicians' portraits are, at the chambers, the HATVP and Wikimedia Commons.",
    flags=_flags,
    run=run,
)
