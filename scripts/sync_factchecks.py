"""sync-factchecks: what fact-checkers found of claims that name our politicians, from Google's Fact Check Tools."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

import httpx
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from scripts.claimants import Claimants
from scripts.claims import Answer, Review, answer, reviews, says
from scripts.errors import BadSource, CalledWrongly, NotConfigured, NotThere, RecordError, SourceDown, SourceRefused
from scripts.fingerprints import set_cursor
from scripts.mentions import Person
from scripts.models import FactCheck, FactCheckMention, Politician, PublicationStatus, Rating, SyncMetadata
from scripts.script import Call, Script
from scripts.text import shorten
from scripts.upsert import upsert

ADDRESS = "https://factchecktools.googleapis.com/v1alpha1/claims:search"
MAX_BYTES = 10_000_000  # a page of 100 claims has some 100 kB
PAGE_SIZE = 100
PAGES = 3  # a politician
#: Politicians a run, without --limit or --all.
MOST = 50
#: Politicians in a row after whom it must be the key that Google answers with a 400, and not their names.
REFUSED = 3
#: Of each politician when they were last asked for; the rest of the key is the slug.
ASKED = "factchecks:"
#: Whom the site does not show is asked for by --all and --politician alone.
HIDDEN = (PublicationStatus.EXCLUDED, PublicationStatus.ARCHIVED)


@dataclass(frozen=True)
class _Subject:
    slug: str
    name: str


def run(call: Call, own: argparse.Namespace) -> None:
    counters = dict.fromkeys(
        [
            "politiciansSearched", "claimsFound", "factChecksCreated", "factChecksUpdated", "factChecksSkipped",
            "mentionsCreated", "namingNobody", "ratingsUnknown", "apiErrors", "errors",
        ],
        0,
    )  # fmt: skip
    search = _Search(call, counters)
    with call.database.transaction() as session:
        people = session.execute(select(Politician.id, Politician.first_name, Politician.last_name)).tuples()
        claimants = Claimants([Person(*person) for person in people])
        due = _due(session, call, own)
    refused = 0
    for done, subject in enumerate(due, start=1):
        try:
            found = search.reviews(subject)
        except BadSource as error:
            search.failed(error)
            continue
        except (SourceDown, SourceRefused) as error:
            refused += 1
            if error.status == httpx.codes.BAD_REQUEST and refused < REFUSED:
                search.failed(error)
                continue
            # The next one would be told the same.
            counters["apiErrors"] += 1
            counters["errors"] += 1
            call.report.result(counters)
            raise
        refused = 0
        with call.database.transaction() as session:
            for counter, count in _write(session, found, claimants).items():
                counters[counter] += count
            set_cursor(session, f"{ASKED}{subject.slug}", "asked", complete=True)
        counters["politiciansSearched"] += 1
        call.report.detail(f"{subject.slug}: {len(found)} reviews.")
        call.report.progress(done, len(due))
    call.report.result(counters)
    if due and not counters["politiciansSearched"]:
        raise BadSource(f"For none of {len(due)} politicians could Google's answer be used.")


class _Search:
    """Google's answers. Raises NotConfigured where there is no key and its own address would be asked."""

    def __init__(self, call: Call, counters: dict[str, int]) -> None:
        self._call, self._counters = call, counters
        self._unknown: set[str] = set()
        self._keys: dict[str, str] = {}
        if not call.source.is_folder:
            key = call.settings.google_factcheck_api_key
            if key is None:
                raise NotConfigured("GOOGLE_FACTCHECK_API_KEY is not set: give a key of Google's Fact Check Tools.")
            self._keys = {"X-Goog-Api-Key": key.get_secret_value()}

    def failed(self, error: Exception) -> None:
        self._call.report.error(str(error))
        self._counters["apiErrors"] += 1
        self._counters["errors"] += 1

    def reviews(self, subject: _Subject) -> dict[str, Review]:
        """By address. Raises SourceDown, SourceRefused and BadSource."""
        found: dict[str, Review] = {}
        wrong = claims = 0
        for claim in self._claims(subject):
            claims += 1
            for one in reviews(claim):
                if isinstance(one, RecordError):
                    self._call.report.error(f"{subject.slug}: a claim {one}.")
                    wrong += 1
                else:
                    # Of a page that reviews several claims, the first is its fact-check.
                    found.setdefault(one.url, one)
        self._counters["claimsFound"] += claims
        self._counters["errors"] += wrong
        if wrong and not found:
            raise BadSource(f"{subject.slug}: none of {claims} claims could be used.")
        for one in found.values():
            self._see(one)
        return found

    def _see(self, one: Review) -> None:
        if one.rating is None:
            self._counters["ratingsUnknown"] += 1
            if (text := one.rating_text or "") not in self._unknown:
                self._unknown.add(text)
                self._call.report.log(f"Not a rating that we know: {shorten(text, 100)!r} ({one.publisher}).")

    def _claims(self, subject: _Subject) -> Iterator[object]:
        token = None
        for _ in range(PAGES):
            page = self._page(subject, token)
            yield from page.claims
            token = page.next_token
            if token is None or self._call.source.is_folder:
                return

    def _page(self, subject: _Subject, token: str | None) -> Answer:
        name = f"{subject.slug}.json"
        query = {"query": subject.name, "languageCode": "fr", "pageSize": str(PAGE_SIZE)}
        try:
            document = self._call.source.read(
                name,
                ADDRESS,
                max_bytes=MAX_BYTES,
                query=query | ({"pageToken": token} if token else {}),
                keys=self._keys,
                says=says,
            )
        except NotThere:
            if not self._call.source.is_folder:
                raise
            document = None  # a folder has files of those alone of whom there are claims
        return answer(document.content if document else b"{}", name)


def _due(session: Session, call: Call, own: argparse.Namespace) -> list[_Subject]:
    """Who was not asked for the longest, by days; among those the most prominent first."""
    query = select(
        Politician.slug,
        Politician.first_name,
        Politician.last_name,
        Politician.prominence,
        func.coalesce(Politician.publication_override, Politician.publication_status),
        SyncMetadata.completed_at,
    ).outerjoin(SyncMetadata, SyncMetadata.key == ASKED + Politician.slug)
    if own.politician is not None:
        query = query.where(Politician.slug == own.politician)
    rows = session.execute(query.order_by(Politician.id)).tuples().all()
    if own.politician is not None and not rows:
        raise CalledWrongly(f"--politician: no politician has the slug {own.politician!r}")
    if not own.all and own.politician is None:
        rows = [row for row in rows if row[4] not in HIDDEN]
    rows = sorted(rows, key=lambda row: (_day(row[5]), -(row[3] or 0)))
    most = call.options.limit or (None if own.all else MOST)
    return [_Subject(slug, f"{first} {last}") for slug, first, last, *_ in rows[:most]]


def _day(asked_at: datetime | None) -> date:
    return asked_at.astimezone(UTC).date() if asked_at else date.min


def _write(session: Session, found: Mapping[str, Review], claimants: Claimants) -> dict[str, int]:
    named = {url: claimants.named_in(one) for url, one in found.items()}
    stored = {
        url: (claim, reviewed_on)
        for url, claim, reviewed_on in session.execute(
            select(FactCheck.source_url, FactCheck.claim, FactCheck.reviewed_on).where(FactCheck.source_url.in_(found))
        )
    }
    wanted = [
        one
        for url, one in found.items()
        # Another claim of the same review: who is asked for first would change it from run to run.
        if named[url] and (url not in stored or stored[url][0] == one.claim or stored[url][1] != one.reviewed_on)
    ]
    written = upsert(session, FactCheck, [_row(one) for one in wanted], key=("source_url",))
    return {
        "factChecksCreated": len(written.created),
        "factChecksUpdated": len(written.updated),
        "factChecksSkipped": len(found) - len(written.created) - len(written.updated),
        "namingNobody": sum(not people for people in named.values()),
        "mentionsCreated": _mention(session, {one.url: named[one.url] for one in wanted}),
    }


def _row(one: Review) -> dict[str, object]:
    row = asdict(one)
    return {"source_url": row.pop("url"), **row, "rating": one.rating or Rating.UNVERIFIABLE}


def _mention(session: Session, named: Mapping[str, Mapping[int, bool]]) -> int:
    """Makes these fact-checks' mentions what their claims say: how many are new."""
    stored = select(FactCheck.id, FactCheck.source_url).where(FactCheck.source_url.in_(named))
    urls = dict(session.execute(stored).tuples().all())
    rows = [
        {"fact_check_id": id_, "politician_id": politician_id, "is_claimant": is_claimant}
        for id_, url in urls.items()
        for politician_id, is_claimant in named[url].items()
    ]
    written = upsert(session, FactCheckMention, rows, key=("fact_check_id", "politician_id"))
    said = {(row["fact_check_id"], row["politician_id"]) for row in rows}
    kept = select(FactCheckMention.id, FactCheckMention.fact_check_id, FactCheckMention.politician_id)
    here = session.execute(kept.where(FactCheckMention.fact_check_id.in_(urls))).tuples()
    stale = [id_ for id_, *key in here if tuple(key) not in said]
    session.execute(delete(FactCheckMention).where(FactCheckMention.id.in_(stale)))
    return len(written.created)


def _flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--politician", metavar="SLUG", help="only this politician")
    parser.add_argument("--all", action="store_true", help=f"everybody, and not only {MOST} whom the site shows")


SCRIPT = Script(
    name="sync-factchecks",
    summary="Fact-checks of claims that name politicians, from Google's Fact Check Tools.",
    flags=_flags,
    run=run,
)
