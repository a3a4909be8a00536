"""sync-press: the articles of the press feeds, and the politicians and parties that they name."""

import argparse
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.errors import BadSource, RecordError, ScriptError, SourceDown, SourceRefused
from scripts.feeds import FEEDS, Article, Feed, article, entries, name_of
from scripts.fingerprints import Fingerprint, cursor, forget, recall, remember, set_cursor
from scripts.models import PressArticle
from scripts.press_mentions import Names, mention, names
from scripts.script import Call, Script
from scripts.upsert import upsert

MAX_BYTES = 5_000_000  # a feed has some 100 kB
NAMES = "press-mentions:names"
BATCH = 500  # stored articles matched in one transaction


def run(call: Call, own: argparse.Namespace) -> None:
    """Raises SourceDown (or what else happened) only where no feed at all could be read."""
    counters = dict.fromkeys(
        [
            "feedsFetched", "feedsUnchanged", "articlesTotal", "articlesNew", "articlesUpdated", "articlesSkipped",
            "mentionsCreated", "mentionsBlocked", "partyMentionsCreated", "errors",
        ],
        0,
    )  # fmt: skip
    known = _names(call, counters)
    feeds = [feed for feed in FEEDS if own.feed in {None, feed.id}]
    failures: list[ScriptError] = []
    for done, feed in enumerate(feeds, start=1):
        try:
            _sync_feed(call, feed, known, counters)
        except (SourceDown, SourceRefused, BadSource) as error:
            call.report.error(f"{feed.id}: {error}")
            counters["errors"] += 1
            failures.append(error)
        call.report.progress(done, len(feeds))
        if _left(call, counters) == 0:
            break
    call.report.result(counters)
    if len(failures) == len(feeds):
        down = next((error for error in failures if isinstance(error, SourceDown)), failures[-1])
        raise type(down)(f"None of the feeds could be read; one said: {down}")


def _sync_feed(call: Call, feed: Feed, named: Names, counters: dict[str, int]) -> None:
    """Raises SourceDown, SourceRefused and BadSource; then nothing of the feed is written."""
    fingerprint = f"press-feed:{feed.id}"
    with call.database.transaction() as session:
        known = None if call.options.force else recall(session, fingerprint)
    document = call.source.read(feed.file_name, feed.url, max_bytes=MAX_BYTES, known=known)
    if document is None:
        call.report.log(f"{feed.id}: unchanged since its last complete pass.")
        counters["feedsUnchanged"] += 1
        return
    feed_entries = entries(document.content)
    counters["feedsFetched"] += 1
    articles: list[Article] = []
    wrong = 0
    for entry in feed_entries.found[: _left(call, counters)]:
        counters["articlesTotal"] += 1
        try:
            articles.append(article(entry))
        except RecordError as error:
            call.report.error(f"{feed.id}: the entry {name_of(entry)!r} {error}.")
            wrong += 1
    counters["errors"] += wrong
    if wrong and not articles:
        raise BadSource(f"None of the {wrong} entries could be used.")
    with call.database.transaction() as session:
        changes = _write(session, feed, articles, named)
        # A feed that broke off may have lost entries on its way: it is read again next time.
        if call.options.complete and feed_entries.whole and not wrong:
            remember(session, fingerprint, document.fingerprint)
        else:
            forget(session, fingerprint)
    for counter, count in changes.items():
        counters[counter] += count
    call.report.log(f"{feed.id}: {len(articles)} articles, {changes['articlesNew']} new.")


def _left(call: Call, counters: Mapping[str, int]) -> int | None:
    """How many more articles this call may read, of all feeds together; None for as many as there are."""
    limit = call.options.limit
    return None if limit is None else limit - counters["articlesTotal"]


def _write(session: Session, feed: Feed, articles: Sequence[Article], named: Names) -> dict[str, int]:
    addresses = [one.url for one in articles if one.url]
    owners: dict[str | None, tuple[str, str]] = {
        url: (feed_id, external_id)
        for url, feed_id, external_id in session.execute(
            select(PressArticle.url, PressArticle.feed, PressArticle.external_id).where(PressArticle.url.in_(addresses))
        )
    }
    rows: dict[str, dict[str, object]] = {}
    for one in articles:
        this = (feed.id, one.external_id)
        # An article that two feeds carry stays with the one that had it first.
        if one.external_id not in rows and (one.url is None or owners.setdefault(one.url, this) == this):
            rows[one.external_id] = {
                "feed": feed.id,
                "external_id": one.external_id,
                "url": one.url,
                "title": one.title,
                "description": one.description,
                "published_at": one.published_at,
            }
    written = upsert(session, PressArticle, list(rows.values()), key=("feed", "external_id"))
    mine = (PressArticle.feed == feed.id) & PressArticle.external_id.in_(rows)
    mentioned = mention(session, session.scalars(select(PressArticle).where(mine)).all(), named)
    return {
        "articlesNew": len(written.created),
        "articlesUpdated": len(written.updated),
        "articlesSkipped": len(articles) - len(written.created) - len(written.updated),
        **mentioned,
    }


def _names(call: Call, counters: dict[str, int]) -> Names:
    """Where politicians or parties are others than last time, every stored article is matched with them again.

    A pass that was cut short is gone on with where it was: a site has more and more articles.
    """
    with call.database.transaction() as session:
        known = names(session)
        before, reached = recall(session, NAMES), cursor(session, NAMES) or ""
        if before and before.sha256 == known.sha256:
            return known
        forget(session, NAMES)
    of_names, _, at = reached.partition(":")
    last_id = int(at) if before is None and of_names == known.sha256 else 0
    while True:
        with call.database.transaction() as session:
            batch = select(PressArticle).where(PressArticle.id > last_id).order_by(PressArticle.id).limit(BATCH)
            articles = session.scalars(batch).all()
            if not articles:
                remember(session, NAMES, Fingerprint("names", known.sha256))
                return known
            made = mention(session, articles, known)
            for counter in ("mentionsCreated", "partyMentionsCreated"):
                counters[counter] += made[counter]
            last_id = articles[-1].id
            set_cursor(session, NAMES, f"{known.sha256}:{last_id}")


def _flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--feed", choices=[feed.id for feed in FEEDS], metavar="ID", help="only this feed")


SCRIPT = Script(
    name="sync-press",
    summary="The articles of the press feeds, and the politicians and parties that they name.",
    flags=_flags,
    run=run,
)
