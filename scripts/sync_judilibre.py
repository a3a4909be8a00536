"""sync-judilibre: the Cour de cassation's decisions on subjects that matter to the site, by topic and chamber.

It matches no persons: the corpus is pseudonymised, and its terms of use forbid it. A decision's text is not kept.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.decisions import decision
from scripts.errors import BadSource, RecordError, SourceDown, SourceRefused
from scripts.fingerprints import cursor, set_cursor
from scripts.judilibre import MOST_PAGES, TOPICS, Judilibre, Topic
from scripts.models import Decision
from scripts.paris import today_in_paris
from scripts.script import Call, Script
from scripts.upsert import upsert

#: How far a topic was read; the rest of the key is its own.
CURSOR = "judilibre:"
#: The newest days are read in every run: a decision may be put online weeks after its day, or be mended.
LATE = timedelta(days=90)


@dataclass(frozen=True)
class Reached:
    """Of a topic: every decision from `newest` down to `oldest` was read; without `oldest`, all."""

    newest: date
    oldest: date | None

    @classmethod
    def read(cls, written: str | None) -> Reached | None:
        newest, _, oldest = (written or "").partition("/")
        return cls(date.fromisoformat(newest), date.fromisoformat(oldest) if oldest else None) if newest else None

    def __str__(self) -> str:
        return f"{self.newest}/{self.oldest or ''}"


def run(call: Call, _: argparse.Namespace) -> None:
    counters = dict.fromkeys(
        ["decisionsFound", "decisionsCreated", "decisionsUpdated", "decisionsSkipped", "errors"], 0
    )
    judilibre = Judilibre(call)
    reading = _Reading(call, judilibre, counters, judilibre.names("chamber"), judilibre.names("solution"))
    waiting = list(TOPICS)
    while waiting and counters["decisionsCreated"] != call.options.limit:
        cut: list[Topic] = []
        for done, topic in enumerate(waiting, start=1):
            try:
                if reading.read(topic, _share(call.options.limit, counters, len(waiting) - done + 1)):
                    cut.append(topic)
            except BadSource as error:
                reading.wrong(str(error))
            except (SourceDown, SourceRefused):
                counters["errors"] += 1
                call.report.result(counters)
                raise
            call.report.progress(len(TOPICS) - len(waiting) + done - len(cut), len(TOPICS))
        waiting = cut
    if waiting:
        call.report.log(f"--limit is spent: {len(waiting)} of {len(TOPICS)} topics go on in the next run.")
    call.report.result(counters)
    if not reading.any_was_good:
        raise BadSource("None of the searches has found a decision that could be used.")


def _share(limit: int | None, counters: dict[str, int], topics: int) -> int | None:
    """How many new decisions a topic may bring; what one does not need is the others'."""
    return None if limit is None else math.ceil((limit - counters["decisionsCreated"]) / topics)


class _Reading:
    """One run. `left` is how many new decisions the topic that is read may still bring."""

    def __init__(
        self,
        call: Call,
        judilibre: Judilibre,
        counters: dict[str, int],
        chambers: dict[str, str],
        solutions: dict[str, str],
    ) -> None:
        self._call, self._judilibre, self._counters = call, judilibre, counters
        self._chambers, self._solutions = chambers, solutions
        self._left: int | None = None
        self._is_cut = False
        self.any_was_good = False

    def wrong(self, sentence: str) -> None:
        self._call.report.error(sentence)
        self._counters["errors"] += 1

    def read(self, topic: Topic, share: int | None) -> bool:
        """First what has come since the last run, then on downwards from where it stopped. Whether the share was spent
        before the end."""
        self._left, self._is_cut = share, False
        with self._call.database.transaction() as session:
            known = None if self._call.options.force else Reached.read(cursor(session, CURSOR + topic.key))
        if known is None:
            self._down(topic, None, None, None)
        elif (reached := self._down(topic, known, known.newest - LATE, None)) and reached.oldest:
            self._down(topic, reached, None, reached.oldest)
        return self._is_cut

    def _down(self, topic: Topic, known: Reached | None, since: date | None, until: date | None) -> Reached | None:
        """How far is known, when these days were read to their end; None where the share was spent before.

        On the way the cursor says how far down this run is, and with `since` forgets `known` until it has met it: a run
        that ends before loses nothing, and what lies below is read once more, at no cost of the share.
        """
        newest, oldest = known.newest if known else None, None
        for results in self._pages(topic, since, until):
            rows = self._rows(topic, results)
            days = [day for row in rows if isinstance(day := row["decided_on"], date)]
            # A slip of the pen that lies in the future must not be what all others are older than.
            newest = max([min(day, today_in_paris()) for day in days] + ([newest] if newest else []), default=None)
            with self._call.database.transaction() as session:
                taken = self._write(session, topic, rows)
                oldest = days[taken - 1] if taken else oldest
                if newest and oldest:
                    set_cursor(session, CURSOR + topic.key, str(Reached(newest, oldest)))
            if taken < len(rows):
                self._is_cut = True
                return None
        if newest is None:
            return None
        reached = Reached(newest, known.oldest if known and since else None)
        with self._call.database.transaction() as session:
            set_cursor(session, CURSOR + topic.key, str(reached), complete=reached.oldest is None)
        return reached

    def _pages(self, topic: Topic, since: date | None, until: date | None) -> Iterator[list[object]]:
        """Downwards by days, not by page numbers: a decision that comes while we read moves every page by one.

        Only a day that fills a page alone has a second one. What two pages have in common is written once.
        """
        number = 0
        while number < MOST_PAGES:
            page = self._judilibre.search(topic, since, until, number)
            days = page.days
            if until and days and max(days) > until and not self._judilibre.is_folder:
                raise BadSource(f"{topic.key}: Judilibre answers decisions after {until}, the last day asked for.")
            yield page.results
            if self._judilibre.is_folder or not page.goes_on:
                return
            oldest = min(days, default=until)
            number = number + 1 if oldest == until else 0
            until = oldest
        raise BadSource(f"{topic.key}: Judilibre has more than {MOST_PAGES} pages of one day.")

    def _rows(self, topic: Topic, results: list[object]) -> list[dict[str, object]]:
        """The newest first, each once."""
        rows: dict[object, dict[str, object]] = {}
        self._counters["decisionsFound"] += len(results)
        for one in results:
            try:
                row = decision(one, self._chambers, self._solutions)
            except RecordError as error:
                self.wrong(f"search-{topic.key}.json: a decision {error}.")
            else:
                rows.setdefault(row["external_id"], row)
        self.any_was_good |= bool(rows)
        return sorted(rows.values(), key=lambda row: str(row["decided_on"]), reverse=True)

    def _write(self, session: Session, topic: Topic, rows: list[dict[str, object]]) -> int:
        """How many were taken: all, or as many as the share allows."""
        ids = [row["external_id"] for row in rows]
        stored = select(Decision.external_id, Decision.topics).where(Decision.external_id.in_(ids))
        known = dict(session.execute(stored).tuples().all())
        taken: list[dict[str, object]] = []
        for row in rows:
            before = known.get(str(row["external_id"]))
            if before is None and self._left is not None:
                if self._left <= 0:
                    break
                self._left -= 1
            topics = {topic.key, *(before or ())}
            taken.append(row | {"topics": [one.key for one in TOPICS if one.key in topics]})
        written = upsert(session, Decision, taken, key=("external_id",))
        for (id_,) in sorted(written.created | written.updated, key=str):
            self._call.report.detail(f"{topic.key}: {id_}")
        self._counters["decisionsCreated"] += len(written.created)
        self._counters["decisionsUpdated"] += len(written.updated)
        self._counters["decisionsSkipped"] += len(taken) - len(written.created) - len(written.updated)
        return len(taken)


SCRIPT = Script(
    name="sync-judilibre",
    summary="Decisions of the Cour de cassation, from Judilibre, by topic and chamber.",
    run=run,
)
