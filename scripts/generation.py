"""Asking a model about one thing after another: what all scripts share that write what it answers.

An answer is written in a transaction of its own, so that nothing is lost that was paid for. What cannot be answered is
named, counted, and left alone for a week: else it would be paid for three times a day, and keep others waiting.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.errors import BadSource, RecordError, SourceDown
from scripts.fingerprints import set_cursor
from scripts.language_model import LanguageModel, NoMore
from scripts.models import SyncMetadata
from scripts.script import Call

ASK_AGAIN = timedelta(days=7)
HOPELESS = 5  # failures without one answer that is good: it is not the questions


@dataclass(frozen=True)
class Question:
    """`key` names it for good, within its script; `name` is for people; `records` wait for its answer."""

    key: str
    name: str
    content_sha256: str
    records: int = 1


class Round:
    """One run's way over its questions. `counters` has processed, errors, left and what `good` names.

    `left` is set by whoever knows what waits; each question takes from it.
    """

    def __init__(self, call: Call, script: str, counters: dict[str, int], *, good: str) -> None:
        self._call, self._script, self._counters, self._good = call, script, counters, good

    def failed_lately(self, session: Session) -> set[tuple[str, str]]:
        """Key and content of what is not asked again yet; none with --force."""
        if self._call.options.force:
            return set()
        table, prefix = SyncMetadata, self._key("")
        lately = table.completed_at > datetime.now(UTC) - ASK_AGAIN
        rows = session.execute(
            select(table.key, table.cursor).where(table.key.startswith(prefix, autoescape=True), lately)
        )
        return {(key.removeprefix(prefix), cursor) for key, cursor in rows.tuples() if cursor}

    def ask(self, model: LanguageModel, questions: Sequence[Question], answer: Callable[[Question], bool]) -> None:
        """`answer` asks, and writes: false where that was for nothing. It raises as LanguageModel.ask does.

        What came of it is reported, whatever happens. Raises SourceDown and SourceRefused, and BadSource where no
        question at all had a good answer.
        """
        counters = self._counters
        if self._call.options.dry_run and questions:
            self._call.report.log("The model is asked in a dry run as well, and that costs what it costs.")
        is_down = False
        try:
            for done, question in enumerate(questions, start=1):
                try:
                    self._ask_one(question, answer)
                    is_down = False
                except SourceDown as error:
                    # Of one it may be the question, too long for it or too hard; of two in a row it is the server.
                    if is_down or done == len(questions):
                        raise
                    is_down = True
                    self._call.report.error(f"{question.name} waits for the next run: {error}")
                self._call.report.progress(done, len(questions))
                if not counters[self._good] and done >= HOPELESS:
                    break
        except NoMore as spent:
            self._call.report.log(f"{spent}. What is left for the next run: {counters['left']}.")
            return
        finally:
            counters["calls"], counters["tokens"] = model.calls, model.tokens
            self._call.report.result(counters)
        if counters["errors"] and not counters[self._good]:
            raise BadSource(f"None of the answers of {model.name} could be used.")

    def failed(self, question: Question, error: RecordError) -> None:
        """Names it, counts it, and has it left alone for a while."""
        self._call.report.error(f"{question.name} {error}.")
        self._counters["errors"] += question.records
        with self._call.database.transaction() as session:
            set_cursor(session, self._key(question.key), question.content_sha256, complete=True)

    def _ask_one(self, question: Question, answer: Callable[[Question], bool]) -> None:
        counters = self._counters
        try:
            counters[self._good if answer(question) else "skipped"] += question.records
        except RecordError as error:
            self.failed(question, error)
        counters["processed"] += question.records
        counters["left"] -= question.records

    def _key(self, key: str) -> str:
        return f"{self._script}:{key}"
