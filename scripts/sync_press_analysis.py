"""sync-press-analysis: which stored articles are about justice, and which politician each calls accused, by a model.

An article's text is read for that and not kept. What comes of it is a source of an affair, or a draft of one that a
person decides on: a model's word about somebody is never published by itself.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from scripts.article_text import MAX_BYTES, text
from scripts.errors import BadSource, CalledWrongly, RecordError, SourceDown, SourceRefused
from scripts.feeds import FEEDS
from scripts.generation import HOPELESS, Question, Round
from scripts.judicial_words import tier
from scripts.language_model import LanguageModel, NoMore
from scripts.mentions import Directory, Person
from scripts.models import MatchedBy, Politician, PressAnalysis, PressArticle, PressMention
from scripts.paris import PARIS
from scripts.press_affairs import Accusation, Source, add
from scripts.press_prompt import Answer, documents, prompt
from scripts.publishers import PUBLISHERS, Publisher, page_name
from scripts.script import Call, Script
from scripts.text import shorten
from scripts.upsert import upsert

DOWN = 3  # pages of a publisher in a row, each after every retry: the others wait for the next run
MOST_NAMED = 40  # politicians that the model is asked about; an article that names more is a list


@dataclass(frozen=True)
class Article:
    """What is analysed. `known_as` is the fingerprint of what was analysed last, if anything was."""

    id: int
    feed: str
    url: str | None
    title: str
    description: str
    published_at: datetime | None
    known_as: str | None
    read_at: datetime

    @property
    def name(self) -> str:
        return f"{self.feed}: {shorten(self.title, 80)!r}"

    @property
    def publisher(self) -> Publisher:
        return PUBLISHERS.get(self.feed, Publisher(self.feed))

    @property
    def source(self) -> Source | None:
        """None where nobody can read it."""
        if self.url is None:
            return None
        day = self.published_at and self.published_at.astimezone(PARIS).date()
        return Source(self.url, self.publisher.name, self.title, day)


@dataclass(frozen=True)
class Named:
    """A politician whom an article names."""

    id: int
    slug: str
    name: str
    matched_by: MatchedBy


class People:
    """Everybody whom an article may name."""

    def __init__(self, session: Session) -> None:
        columns = select(Politician.id, Politician.slug, Politician.first_name, Politician.last_name)
        everyone = session.execute(columns).tuples().all()
        self._known = {id_: (slug, f"{first} {last}") for id_, slug, first, last in everyone}
        self._directory = Directory(Person(id_, first, last) for id_, _, first, last in everyone)

    def named_in(self, text: str) -> dict[str, Named]:
        """By slug; those named in full first."""
        found = self._directory.named_in(text).found
        ordered = sorted(found.items(), key=lambda one: (one[1] is not MatchedBy.FULL_NAME, one[0]))
        named = [Named(id_, *self._known[id_], matched_by) for id_, matched_by in ordered[:MOST_NAMED]]
        return {one.slug: one for one in named}


class Analysis:
    """One run. `counters` are its result; `answers` are those of the model that were of use."""

    def __init__(self, call: Call, model: LanguageModel, people: People, *, again: bool) -> None:
        self._call, self._model, self._people, self._again = call, model, people, again
        self._down: Counter[str] = Counter()
        self.answers = 0
        self.counters = dict.fromkeys(
            [
                "articlesProcessed", "articlesAnalyzed", "affairRelated", "affairsEnriched", "affairsCreated",
                "scrapeErrors", "errors",
            ],
            0,
        )  # fmt: skip

    def of(self, article_id: int) -> None:
        """Raises RecordError, and what LanguageModel.ask does, all of it of the model's answer."""
        self._model.end_in_time()  # pages take time, too, also where nothing is asked about them
        with self._call.database.transaction() as session:
            article = _article(session, article_id)
        if self._down[article.feed] >= DOWN:
            return
        content = self._text(article)
        whole = f"{article.title} / {article.description} / {content}"
        sha256 = _sha256(article.title, article.description, content)
        if article.known_as == sha256 and not self._again:
            with self._call.database.transaction() as session:
                mine = PressAnalysis.article_id == article.id
                session.execute(update(PressAnalysis).where(mine).values(analyzed_at=article.read_at))
            self.counters["articlesProcessed"] += 1
            return
        named, its_tier = self._people.named_in(whole), tier(whole)
        answer = self._ask(article, content, named) if its_tier else Answer(is_judicial=False, politicians=[])
        row = {
            "article_id": article.id,
            "tier": its_tier,
            "is_judicial": answer.is_judicial,
            "model": self._model.name if its_tier else None,
            "content_sha256": sha256,
            "analyzed_at": article.read_at,
        }
        with self._call.database.transaction() as session:
            upsert(session, PressAnalysis, [row], key=("article_id",))
            made = self._affairs(session, article, answer, named)
        self.counters["articlesProcessed"] += 1
        self.counters["articlesAnalyzed"] += 1
        self.counters["affairRelated"] += answer.is_judicial
        for counter, count in made.items():
            self.counters[counter] += count

    def _text(self, article: Article) -> str:
        """None of a page that cannot be read; then title and excerpt are all that there is."""
        if not article.publisher.sites or article.url is None:
            return ""
        page = page_name(article.feed, article.url)
        try:
            document = self._call.source.read(page, article.url, max_bytes=MAX_BYTES, sites=article.publisher.sites)
            if document is None:
                raise AssertionError("unreachable: nothing is known of it before")
            found = text(document.content)
        except (SourceDown, SourceRefused, RecordError) as error:
            told = f"{page} {error}." if isinstance(error, RecordError) else str(error)
            self._call.report.error(f"{article.name}: {told}")
            self.counters["scrapeErrors"] += 1
            self._down[article.feed] = self._down[article.feed] + 1 if isinstance(error, SourceDown) else 0
            return ""
        self._down[article.feed] = 0
        return found

    def _ask(self, article: Article, content: str, named: dict[str, Named]) -> Answer:
        names = {slug: one.name for slug, one in named.items()}
        answer = self._model.ask(prompt(list(names)), documents(article.title, article.description, content, names))
        self.answers += 1
        return answer

    def _affairs(self, session: Session, article: Article, answer: Answer, named: dict[str, Named]) -> Counter[str]:
        made: Counter[str] = Counter()
        for one in answer.accused:
            who = named[one.slug]
            # A last name alone may be another's: for an accusation that is not enough.
            if article.source is None or who.matched_by is not MatchedBy.FULL_NAME:
                self._call.report.detail(f"{article.name} makes no affair of {one.slug}.")
                continue
            if done := add(session, article.source, Accusation(who.id, one.slug, one.offence, one.stage)):
                made[done] += 1
        return made


def run(call: Call, own: argparse.Namespace) -> None:
    model = LanguageModel(call)
    with call.database.transaction() as session:
        people = People(session)
        analysis = Analysis(call, model, people, again=own.reanalyze)
        counters = analysis.counters
        round_ = Round(call, SCRIPT.name, counters, good="articlesAnalyzed")
        failed = set() if own.reanalyze else round_.failed_lately(session)
        waiting = [one for one in _waiting(session, own) if (one.key, one.content_sha256) not in failed]
    if call.options.dry_run:
        call.report.log("The model is asked all the same.")
    wanted = waiting[: call.options.limit]
    failure: RecordError | None = None
    is_hopeless = is_down = False
    try:
        for done, question in enumerate(wanted, start=1):
            try:
                analysis.of(int(question.key))
            except RecordError as error:
                round_.failed(question, error)
                failure = error
            except SourceDown as error:
                # Of one it may be the article, too long or too hard; of two it is the server.
                if is_down or done == len(wanted):
                    raise
                is_down = True
                call.report.error(f"{question.name} waits for the next run: {error}")
            call.report.progress(done, len(wanted))
            if is_hopeless := counters["errors"] >= HOPELESS and not analysis.answers:
                break
    except NoMore as stopped:
        call.report.log(f"{stopped}.")
        return
    finally:
        left = len(waiting) - counters["articlesProcessed"] - counters["errors"]
        if left:
            call.report.log(f"{left} articles wait for the next run.")
        call.report.result(counters | {"left": left, "calls": model.calls, "tokens": model.tokens})
    if failure and (is_hopeless or not counters["articlesProcessed"]):
        raise BadSource(f"None of {counters['errors']} articles could be analysed: the last one {failure}.")


def _waiting(session: Session, own: argparse.Namespace) -> list[Question]:
    """Those not analysed yet, or changed since; the newest first. Raises CalledWrongly."""
    article, known = PressArticle, PressAnalysis
    wanted = select(article.id, article.title, article.description).outerjoin(known, known.article_id == article.id)
    if not own.reanalyze:
        wanted = wanted.where(or_(known.id.is_(None), article.updated_at > known.analyzed_at))
    if own.feed:
        wanted = wanted.where(article.feed == own.feed)
    if own.politician:
        who = session.scalar(select(Politician.id).where(Politician.slug == own.politician))
        if who is None:
            raise CalledWrongly(f"--politician={own.politician}: no politician has this slug.")
        naming = select(PressMention.article_id).where(PressMention.politician_id == who)
        wanted = wanted.where(article.id.in_(naming))
    rows = session.execute(wanted.order_by(article.published_at.desc().nulls_last(), article.id.desc())).tuples()
    return [Question(str(id_), f"Article {id_}", _sha256(title, description)) for id_, title, description in rows]


def _sha256(*told: str) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _article(session: Session, article_id: int) -> Article:
    # Before it is read: what changes after that is analysed again.
    now = datetime.now(UTC)
    article = session.scalars(select(PressArticle).where(PressArticle.id == article_id)).one()
    known = session.scalar(select(PressAnalysis.content_sha256).where(PressAnalysis.article_id == article_id))
    return Article(
        article.id, article.feed, article.url, article.title, article.description, article.published_at, known, now
    )


def _flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--feed", choices=[feed.id for feed in FEEDS], metavar="ID", help="only this feed's articles")
    parser.add_argument("--politician", metavar="SLUG", help="only articles that name this politician")
    parser.add_argument("--reanalyze", action="store_true", help="analyse again what has been analysed")


SCRIPT = Script(
    name="sync-press-analysis",
    summary="Which press articles are about justice, and whom they call accused; by a language model.",
    flags=_flags,
    run=run,
)
