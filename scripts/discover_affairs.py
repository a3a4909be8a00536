"""discover-affairs: judicial affairs of our politicians, as Wikidata states them and as Wikipedia has sections of them.

Each is a draft, for a person to read its sources and decide: the text of a section is not kept, and no model is asked.
What its source no longer has goes, unless a person has taken it up; of that nothing is changed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts import judicial_sections, merges
from scripts.affair_sources import WIKIDATA, WIKIPEDIA, Link, analyse_again, link, stages_gone_on
from scripts.case_numbers import Numbers
from scripts.errors import BadSource, CalledWrongly, RecordError
from scripts.models import Affair, AffairOrigin, Offence, Politician, PublicationStatus, Stage
from scripts.offences import ITEMS, offence
from scripts.passes import Found, Pass, Subject, Write
from scripts.script import Call, Script
from scripts.statements import Entity, Statement
from scripts.upsert import upsert
from scripts.wikidata import FACTS_AND_ARTICLE, LABELS, Memory
from scripts.wikipedia import PAGES, Page, Wikipedia

STAGES = {"P1399": Stage.CONDAMNATION_DEFINITIVE, "P1595": Stage.MISE_EN_EXAMEN}
DAY, COURT, PENALTY = "P585", "P4884", "P1596"
#: Qualifiers that say that there is more to it: end time, end cause, sourcing circumstances, nature of the statement,
#: disputed by, significant event. The stage is then for a person to find.
OTHERWISE = frozenset({"P582", "P1534", "P1480", "P5102", "P1310", "P793"})
NO_NUMBERS = Numbers(ecli=None, appeals=[], cases=[])


@dataclass(frozen=True, kw_only=True)
class Discovered:
    """An affair as its source has it."""

    key: str
    subject: Subject
    origin: AffairOrigin
    title: str
    category: Offence
    stage: Stage
    stage_on: date | None = None
    court: str | None = None
    penalty: str | None = None
    numbers: Numbers = NO_NUMBERS
    links: tuple[Link, ...]

    @property
    def row(self) -> dict[str, object]:
        return {
            "external_id": self.key,
            "politician_id": self.subject.politician_id,
            "origin": self.origin,
            "title": self.title,
            "category": self.category,
            "stage": self.stage,
            "stage_on": self.stage_on,
            "court": self.court,
            "penalty": self.penalty,
            "ecli": self.numbers.ecli,
            "appeal_numbers": self.numbers.appeals,
            "case_numbers": self.numbers.cases,
            "publication_status": PublicationStatus.DRAFT,
        }


class Discovery:
    """One run over the politicians, and the offences and courts that it has read."""

    def __init__(self, call: Call, counters: dict[str, int], origins: frozenset[AffairOrigin]) -> None:
        self.over = Pass(call, counters, props=FACTS_AND_ARTICLE)
        self._call, self._counters, self._origins = call, counters, origins
        self._items = Memory(self.over.wikidata, LABELS)
        self._wikipedia = Wikipedia(call.source)
        self.articles = self.read = 0

    def plan(self, found: Found) -> Write:
        #: Of whom not all of a source could be read: nothing of that source goes.
        self._unread: set[tuple[int, AffairOrigin]] = set()
        affairs: list[Discovered] = []
        if AffairOrigin.WIKIDATA in self._origins:
            affairs += self._stated(found)
        if AffairOrigin.WIKIPEDIA in self._origins:
            affairs += self._written(found)
        whole = {(one.politician_id, origin) for one, _ in found for origin in self._origins} - self._unread
        return lambda session: self._write(session, {one.key: one for one in affairs}, whole)

    def _stated(self, found: Found) -> Iterator[Discovered]:
        statements = [one for subject, entity in found for one in self._statements(subject, entity)]
        self._items.read(id_ for _, _, _, _, named in statements for ids in named.values() for id_ in ids)
        for subject, entity, stage, one, named in statements:
            try:
                affair = self._affair(subject, entity, stage, one, named)
            except RecordError as error:
                self._wrong(subject, AffairOrigin.WIKIDATA, f"{one.id} ({subject.slug}):", error)
            else:
                self._counters["wikidataAffairsFound"] += 1
                yield affair

    def _statements(self, subject: Subject, entity: Entity) -> Iterator[_Stated]:
        """Those that say of what; one without a known value does not."""
        for property_, stage in STAGES.items():
            try:
                listed = entity.statements(property_)
            except RecordError as error:
                self._wrong(subject, AffairOrigin.WIKIDATA, f"{subject.qid} ({subject.slug})", error)
                continue
            for one in listed:
                try:
                    named = {name: _items(one, name) for name in (COURT, PENALTY)}
                    if (what := one.main.item()) is not None:
                        yield subject, entity, stage, one, {**named, property_: [what]}
                except RecordError as error:
                    self._wrong(subject, AffairOrigin.WIKIDATA, f"{one.id} ({subject.slug})", error)

    def _affair(
        self, subject: Subject, entity: Entity, stage: Stage, one: Statement, named: Mapping[str, list[str]]
    ) -> Discovered:
        """Raises RecordError."""
        what = one.main.item()
        assert what is not None, "the others were left out"  # noqa: S101 - for the type
        title = self._items.label(what)
        page = Link(f"https://www.wikidata.org/wiki/{subject.qid}", WIKIDATA, entity.label or subject.qid)
        others = (Link(url, urlsplit(url).hostname or url, url) for url in one.addresses() if url != page.url)
        is_sure = not OTHERWISE & one.qualifiers.keys()
        return Discovered(
            key=f"wikidata:{one.id}",
            subject=subject,
            origin=AffairOrigin.WIKIDATA,
            title=title,
            category=ITEMS.get(what) or offence(title),
            stage=stage if is_sure else Stage.INCONNU,
            stage_on=_day(one) if is_sure else None,
            court=self._labels(named[COURT]),
            penalty=self._labels(named[PENALTY]),
            links=(page, *others),
        )

    def _labels(self, ids: Sequence[str]) -> str | None:
        return ", ".join(self._items.label(one) for one in ids) or None

    def _written(self, found: Found) -> Iterator[Discovered]:
        titles = {subject: entity.article for subject, entity in found if entity.article}
        pages = self._wikipedia.pages(titles.values())
        for subject, title in titles.items():
            self.articles += 1
            page = pages[title]
            try:
                if isinstance(page, RecordError):
                    raise page
                sections = judicial_sections.sections(page.wikitext)
            except RecordError as error:
                self._unread.add((subject.politician_id, AffairOrigin.WIKIPEDIA))
                self._call.report.error(f"{PAGES}: « {title} » ({subject.slug}) {error}.")
                self._counters["errors"] += 1
                continue
            self.read += 1
            self._counters["wikipediaAffairsFound"] += len(sections)
            yield from (_of_section(subject, page, one) for one in sections)

    def _wrong(self, subject: Subject, origin: AffairOrigin, what: str, error: RecordError) -> None:
        self._unread.add((subject.politician_id, origin))
        self.over.wrong(what, error)

    def _write(self, session: Session, found: Mapping[str, Discovered], whole: set[tuple[int, AffairOrigin]]) -> None:
        theirs = Affair.politician_id.in_({politician_id for politician_id, _ in whole})
        there = session.scalars(select(Affair).where(theirs | Affair.external_id.in_(found))).all()
        drafts = [one for one in there if one.publication_status is PublicationStatus.DRAFT]
        taken_up = {one.external_id for one in there} - {one.external_id for one in drafts}
        gone = [
            one
            for one in drafts
            # An affair whose item is somebody else's by now is a new one: its merges were with another's.
            if (one.external_id in found and found[one.external_id].subject.politician_id != one.politician_id)
            or (one.external_id not in found and (one.politician_id, one.origin) in whole)
        ]
        analyse_again(session, gone)
        merges.remove(session, gone)
        ours = [one for key, one in found.items() if key not in taken_up]
        gone_on = stages_gone_on(session, {one.key: one.stage for one in ours})
        rows = [{**one.row, **gone_on.get(one.key, {})} for one in ours]
        written = upsert(session, Affair, rows, key=("external_id",))
        link(session, {one.key: one.links for one in ours})
        self._counters["affairsCreated"] += len(written.created)
        self._counters["affairsUpdated"] += len(written.updated)
        self._counters["affairsRemoved"] += len(gone)
        self._counters["duplicatesSkipped"] += len(found) - len(written.created) - len(written.updated)
        for how, keys in (("created", written.created), ("updated", written.updated)):
            for (key,) in sorted(keys, key=str):
                self._call.report.detail(f"{how} {key}")


#: A politician, their item, what the property means, the statement, and the items that it names by property.
_Stated = tuple[Subject, Entity, Stage, Statement, Mapping[str, list[str]]]


def _items(one: Statement, property_: str) -> list[str]:
    """Raises RecordError."""
    return [id_ for snak in one.qualifiers.get(property_, ()) if (id_ := snak.item()) is not None]


def _day(one: Statement) -> date | None:
    """The only one that is known to the day. Raises RecordError."""
    days = {moment.day for snak in one.qualifiers.get(DAY, ()) if (moment := snak.moment())}
    return days.pop() if len(days) == 1 else None


def _of_section(subject: Subject, page: Page, one: judicial_sections.Section) -> Discovered:
    return Discovered(
        key=f"wikipedia:{page.id}:{one.key}",
        subject=subject,
        origin=AffairOrigin.WIKIPEDIA,
        title=one.title,
        category=one.offence,
        stage=one.stage,
        numbers=one.numbers,
        links=(Link(page.url, WIKIPEDIA, page.title),),
    )


def run(call: Call, own: argparse.Namespace) -> None:
    counters = dict.fromkeys(
        [
            "politiciansProcessed", "wikidataAffairsFound", "wikipediaAffairsFound", "duplicatesSkipped",
            "affairsCreated", "affairsUpdated", "affairsRemoved", "errors",
        ],
        0,
    )  # fmt: skip
    which = [] if own.politician is None else [Politician.slug == own.politician]
    with call.database.transaction() as session:
        if which and session.scalar(select(Politician.id).where(*which)) is None:
            raise CalledWrongly(f"no politician has the slug {own.politician!r}")
    origins = {AffairOrigin.WIKIDATA, AffairOrigin.WIKIPEDIA}
    if own.wikidata_only or own.wikipedia_only:
        origins = {AffairOrigin.WIKIDATA if own.wikidata_only else AffairOrigin.WIKIPEDIA}
    discovery = Discovery(call, counters, frozenset(origins))
    discovery.over.over(discovery.plan, *which)
    call.report.result(counters)
    if discovery.articles and not discovery.read:
        raise BadSource(f"None of the {discovery.articles} articles of Wikipedia could be read.")


def _flags(parser: argparse.ArgumentParser) -> None:
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--wikidata-only", action="store_true", help="only what Wikidata states")
    only.add_argument("--wikipedia-only", action="store_true", help="only Wikipedia's judicial sections")
    parser.add_argument("--politician", metavar="SLUG", help="only this politician")


SCRIPT = Script(
    name="discover-affairs",
    summary="Judicial affairs of politicians, from Wikidata and Wikipedia, as drafts.",
    flags=_flags,
    run=run,
)
