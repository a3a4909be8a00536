"""`python -m scripts search "retraite des agriculteurs"`: what the index has of that, best first, in French.

What counts is how near the meanings are, and which of the question's words stand in a title or beside it, a rare word
more than a frequent one; and somebody who is asked for by name comes first.
"""

from __future__ import annotations

import argparse
import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    LargeBinary,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from scripts.arguments import positive
from scripts.database import Database
from scripts.encoders import Encoder, Vector
from scripts.errors import CalledWrongly, DatabaseNotReady, RecordError, ScriptError
from scripts.index_texts import is_shown, spelled
from scripts.language_model import NoMore
from scripts.models import Embedding, EntityType, Politician
from scripts.text import clean

SEARCH = "Answers a question from the index that index-embeddings makes, by meaning and by words."

LONGEST = 1_000  # characters of a question
MOST_WORDS = 20
SHORT = 4  # letters; a longer word is found at the beginning of others, too: « agricole » in « agricoles »
FAMILY = 5  # letters that longer words share with those of their family: « agriculteur » with « agricole »
KIN = 0.5  # what a word of the family weighs, of the word itself
BLOCK = 1_000  # vectors that are in memory at a time

#: What the words of a question weigh, where a vector that is the question's own weighs 1: all of them found, and how
#: much of the words is then said; and a name.
FOUND, TERSE, NAMED = 0.6, 0.2, 0.6

KINDS = {
    EntityType.POLITICIAN: "Personnalité politique",
    EntityType.PARTY: "Parti",
    EntityType.AFFAIR: "Affaire judiciaire",
    EntityType.DOSSIER: "Dossier législatif",
    EntityType.SCRUTIN: "Scrutin",
    EntityType.FACTCHECK: "Vérification",
    EntityType.PRESS_ARTICLE: "Article de presse",
}


@dataclass(frozen=True)
class Answer:
    entity_type: EntityType
    entity_id: int
    title: str
    url: str | None
    dated_on: date | None
    score: float


class Question:
    """Its vector, and its words as patterns of SQL's LIKE, each once. Raises CalledWrongly where it has no words."""

    def __init__(self, asked: str, encoder: Encoder) -> None:
        self.spelled = spelled(asked[:LONGEST])
        words = list(dict.fromkeys(self.spelled.split()))[:MOST_WORDS]
        if not words:
            raise CalledWrongly(f"{asked!r} has no words")
        self.patterns = [pattern for word in words for pattern in _patterns(word)]
        self.encoder = encoder.name
        try:
            [self.vector] = encoder.encode([asked[:LONGEST]])
        except (RecordError, NoMore) as error:
            raise ScriptError(f"The question could not be encoded: {error}.") from error


def answers(
    database: Database, encoder: Encoder, asked: str, kind: EntityType | None = None, limit: int = 10
) -> list[Answer]:
    """Only what anybody may be shown, whatever the index still holds. Raises DatabaseNotReady where it is of no use."""
    with database.transaction() as session:
        size = _size(session, encoder.name)
    question = Question(asked, encoder)
    if len(question.vector) != size:
        raise DatabaseNotReady(
            f"The index has vectors of {size} numbers, and {encoder.name} sends {len(question.vector)} now: "
            "run `python -m scripts index-embeddings --force`."
        )
    with database.transaction() as session:
        which = and_(
            Embedding.encoder == question.encoder,
            or_(*(and_(Embedding.entity_type == one, is_shown(one)) for one in EntityType if kind in {None, one})),
        )
        by_words = _by_words(session, question, which)
        find = _nearest_in_sql if session.get_bind().dialect.name == "postgresql" else _nearest_here
        found = dict(find(session, question.vector, which, by_words, limit))
        columns = (Embedding.entity_type, Embedding.entity_id, Embedding.title, Embedding.url, Embedding.dated_on)
        rows = session.execute(select(Embedding.id, *columns).where(Embedding.id.in_(found))).tuples()
        told = {id_: Answer(kind, entity, title, url, day, found[id_]) for id_, kind, entity, title, url, day in rows}
    return [told[id_] for id_ in found]


def lines(found: Sequence[Answer]) -> Iterator[str]:
    if not found:
        yield "Aucun résultat."
    for rank, one in enumerate(found, start=1):
        day = f"{one.dated_on:%d/%m/%Y}" if one.dated_on else None
        score = f"{one.score:.2f}".replace(".", ",")
        told = (KINDS[one.entity_type], one.title, day, one.url, score)
        # A title is a source's: it must not obey a terminal, nor begin a line.
        yield f"{rank}. " + " · ".join(clean(part) for part in told if part)


def flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", help="in French, as one would ask it")
    parser.add_argument("--type", choices=[kind.value for kind in EntityType], help="only this kind of thing")
    parser.add_argument("--limit", type=positive, default=10, metavar="N", help="at most N answers; 10 by default")


def _size(session: Session, name: str) -> int:
    """How many numbers each vector of that encoder has. Raises DatabaseNotReady where there is none."""
    vector = session.scalar(select(Embedding.vector).where(Embedding.encoder == name).limit(1))
    if vector is not None:
        return len(vector)
    other = session.scalar(select(Embedding.encoder).limit(1))
    state = f"was made by {other}, the question would be by {name}" if other else "is empty"
    raise DatabaseNotReady(f"The index {state}: run `python -m scripts index-embeddings`.")


def _patterns(word: str) -> Iterator[tuple[str, float]]:
    """What the word is found by, and what each weighs."""
    if word.isdigit() or len(word) < SHORT:
        yield f"% {word} %", 1.0
    elif len(word) <= FAMILY + 1:
        yield f"% {word.rstrip('sx')}%", 1.0
    else:
        yield f"% {word.rstrip('sx')}%", 1.0 - KIN
        yield f"% {word[:FAMILY]}%", KIN


def _by_words(session: Session, question: Question, which: ColumnElement[bool]) -> ColumnElement[float]:
    """What the words give, between 0 and FOUND + TERSE + NAMED."""
    matches = [Embedding.words.like(pattern) for pattern, _ in question.patterns]
    counts = (func.coalesce(func.sum(cast(match, Integer)), 0) for match in matches)
    total, *having = session.execute(select(func.count(), *counts).where(which)).one()
    weights = [
        weight * math.log((total + 2) / (count + 1))
        for (_, weight), count in zip(question.patterns, having, strict=True)
    ]
    whole = sum(weights)
    share = _sum([case((match, weight / whole), else_=0.0) for match, weight in zip(matches, weights, strict=True)])
    letters = [
        case((match, weight * len(pattern.strip("% "))), else_=0.0)
        for match, (pattern, weight) in zip(matches, question.patterns, strict=True)
    ]
    said = _sum(letters) / func.length(Embedding.words)
    named = and_(Embedding.entity_type == EntityType.POLITICIAN, Embedding.entity_id.in_(_named(session, question)))
    return FOUND * share + TERSE * share * said + case((named, NAMED), else_=0.0) * share * share


def _sum(terms: Sequence[ColumnElement[float]]) -> ColumnElement[float]:
    return sum(terms[1:], start=terms[0])


def _named(session: Session, question: Question) -> list[int]:
    """Whose last name stands in the question. One that is a word, too, does little: see what it is multiplied by."""
    asked = f" {question.spelled} "
    everybody = session.execute(select(Politician.id, Politician.last_name)).tuples()
    return [id_ for id_, last in everybody if (name := spelled(last)) and f" {name} " in asked]


def _nearest_in_sql(
    session: Session, vector: Vector, which: ColumnElement[bool], by_words: ColumnElement[float], limit: int
) -> Iterator[tuple[int, float]]:
    away = Embedding.vector.op("<=>", return_type=Float())(vector)
    score = (literal(1.0) - away + by_words).label("score")
    best = select(Embedding.id, score).where(which).order_by(score.desc(), Embedding.id).limit(limit)
    yield from session.execute(best).tuples()


def _nearest_here(
    session: Session, vector: Vector, which: ColumnElement[bool], by_words: ColumnElement[float], limit: int
) -> Iterator[tuple[int, float]]:
    # Here: numpy alone takes longer to import than all else that a script needs.
    import numpy as np

    asked = np.frombuffer(vector, dtype=np.float32)
    rows = select(Embedding.id, by_words, type_coerce(Embedding.vector, LargeBinary)).where(which)
    best: list[tuple[float, int]] = []
    for block in session.execute(rows.execution_options(yield_per=BLOCK)).partitions():
        ids, words, vectors = zip(*block, strict=True)
        matrix = np.frombuffer(b"".join(vectors), dtype=np.float32).reshape(len(ids), -1)
        scores = matrix @ asked + np.array(words)
        best = heapq.nlargest(limit, [*best, *((float(score), -id_) for score, id_ in zip(scores, ids, strict=True))])
    yield from ((-id_, score) for score, id_ in best)
