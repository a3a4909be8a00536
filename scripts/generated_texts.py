"""Texts that a model writes, each about one thing of ours and marked as such: which are due, and how each is stored."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Generic

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.generation import Question, Round
from scripts.language_model import LanguageModel, Prompt, Shape
from scripts.models import GeneratedText, TextKind
from scripts.script import Call
from scripts.upsert import upsert

BATCH = 500  # things whose documents are held at a time


@dataclass(frozen=True)
class Given:
    """What the model is given about one thing, and where that can be read. `key` is the thing's own."""

    subject_id: int
    key: str
    name: str
    documents: Mapping[str, object]
    sources: Sequence[str]

    @cached_property
    def content_sha256(self) -> str:
        return hashlib.sha256(json.dumps(self.documents, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Genre(Generic[Shape]):
    """A kind of text. `given` leaves out what there is too little to say of.

    `place` puts the text where else it belongs, in the same transaction; false where that is taken by now.
    """

    script: str
    kind: TextKind
    prompt: Prompt[Shape]
    given: Callable[[Session, Sequence[int]], list[Given]]
    text: Callable[[Shape], str]
    place: Callable[[Session, int, str], bool] = lambda _session, _subject_id, _text: True


def generate(call: Call, genre: Genre[Shape], wanted: Callable[[Session], Sequence[int]]) -> None:
    """Writes what is due of the `wanted` things, in their order.

    Due is what has no text yet, or one of other documents than there are now; with --force all that is wanted.
    """
    model = LanguageModel(call)
    names = ["processed", "generated", "skipped", "errors", "left", "calls", "tokens"]
    counters = dict.fromkeys(names, 0)
    round_ = Round(call, genre.script, counters, good="generated")
    with call.database.transaction() as session:
        ids = wanted(session)
        failed = round_.failed_lately(session)
        due = {
            Question(given.key, given.name, given.content_sha256): given.subject_id
            for start in range(0, len(ids), BATCH)
            for given in _due(session, call, genre, ids[start : start + BATCH])
            if (given.key, given.content_sha256) not in failed
        }
    counters["left"] = len(due)
    counters["skipped"] = len(ids) - len(due)

    def answer(question: Question) -> bool:
        with call.database.transaction() as session:
            given = genre.given(session, [due[question]])
        if not given:
            return False
        text = genre.text(model.ask(genre.prompt, given[0].documents))
        with call.database.transaction() as session:
            return _store(session, genre, given[0], text, model.name)

    round_.ask(model, list(due)[: call.options.limit], answer)


def _due(session: Session, call: Call, genre: Genre[Shape], ids: Sequence[int]) -> list[Given]:
    of_these = (GeneratedText.kind == genre.kind) & GeneratedText.subject_id.in_(ids)
    stored = select(GeneratedText.subject_id, GeneratedText.content_sha256).where(of_these)
    known = {} if call.options.force else dict(session.execute(stored).tuples().all())
    return [one for one in genre.given(session, ids) if known.get(one.subject_id) != one.content_sha256]


def _store(session: Session, genre: Genre[Shape], given: Given, text: str, model: str) -> bool:
    if not genre.place(session, given.subject_id, text):
        return False
    row = {
        "kind": genre.kind,
        "subject_id": given.subject_id,
        "text": text,
        "model": model,
        "generated_at": datetime.now(UTC),
        "sources": list(given.sources),
        "content_sha256": given.content_sha256,
    }
    upsert(session, GeneratedText, [row], key=("kind", "subject_id"))
    return True
