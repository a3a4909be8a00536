"""index-embeddings: what the site has a text of, made findable by its meaning. It reads no source.

Only what is new or has changed is encoded, and what is gone or may no longer be shown is taken away. What each kind of
thing is found by stands in scripts.index_texts, and what encodes it in scripts.encoders.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from scripts.encoders import Vector, encoder
from scripts.errors import BadSource, RecordError, ScriptError, SourceDown, SourceRefused
from scripts.index_texts import Text, is_shown, read, shown
from scripts.language_model import NoMore
from scripts.models import Embedding, EntityType
from scripts.script import Call, Script
from scripts.upsert import upsert

WINDOW = 64  # things looked at in one transaction, and at most written in one
HOPELESS = 20  # texts in a row of which nothing came: the rest waits for the next run


class Indexing:
    """One run. Once `stopped`, what is left is only counted."""

    def __init__(self, call: Call, kinds: Sequence[EntityType]) -> None:
        self._call, self._kinds = call, kinds
        self._encoder = encoder(call.settings, call.client)
        self.counters = dict.fromkeys(["processed", "indexed", "unchanged", "removed", "errors", "left"], 0)
        self.stopped: Exception | None = None
        self._failed_in_a_row = 0
        with call.database.transaction() as session:
            self._total = sum(session.scalar(_count(kind)) or 0 for kind in kinds)
            self._size = _size(session, self._encoder.name)
        #: How many numbers a vector must have: as those in the index, which --force may replace by longer ones.
        self._wanted = None if call.options.force else self._size

    def run(self) -> None:
        for kind in self._kinds:
            with self._call.database.transaction() as session:
                self.counters["removed"] += _remove(session, kind)
            for texts, changed in self._windows(kind):
                for portion in self._encoder.portions([len(text.content) for text in changed]):
                    self._index(kind, changed[portion])
                self.counters["processed"] += len(texts)
                self.counters["unchanged"] += len(texts) - len(changed)
                self._call.report.progress(self.counters["processed"], max(self._total, self.counters["processed"]))

    def _windows(self, kind: EntityType) -> Iterator[tuple[list[Text], list[Text]]]:
        """All texts, and those that are not indexed as they are; no transaction is open while they are encoded."""
        last = 0
        ids = shown(kind).subquery()
        while True:
            window = select(ids.c.id).where(ids.c.id > last).order_by(ids.c.id).limit(WINDOW)
            with self._call.database.transaction() as session:
                found = list(session.scalars(window))
                texts = read(session, kind, found)
                known = _known(session, kind, found)
            if not found:
                return
            last = found[-1]
            force, name = self._call.options.force, self._encoder.name
            yield texts, [one for one in texts if force or known.get(one.entity_id) != (name, one.sha256)]

    def _index(self, kind: EntityType, texts: Sequence[Text]) -> None:
        limit = self._call.options.limit
        tried = self.counters["indexed"] + self.counters["errors"]
        wanted = [] if self.stopped else texts[: None if limit is None else max(0, limit - tried)]
        encoded: list[tuple[Text, Vector]] = []
        failed = 0
        try:
            for text, vector in self._encoded(wanted):
                if isinstance(vector, RecordError):
                    self._call.report.error(f"{kind} {text.entity_id} ({text.title[:80]}): {vector}.")
                    failed += 1
                else:
                    encoded.append((text, vector))
        except (NoMore, SourceDown, SourceRefused) as why:
            self.stopped = why
        if encoded:
            with self._call.database.transaction() as session:
                self._write(session, kind, encoded)
        self.counters["indexed"] += len(encoded)
        self.counters["errors"] += failed
        self.counters["left"] += len(texts) - len(encoded) - failed
        self._failed_in_a_row = 0 if encoded else self._failed_in_a_row + failed
        if self._failed_in_a_row >= HOPELESS:
            self.stopped = self.stopped or NoMore(f"{self._encoder.name} made nothing of {HOPELESS} texts in a row")

    def _encoded(self, texts: Sequence[Text]) -> Iterator[tuple[Text, Vector | RecordError]]:
        """Where nothing comes of several at once, each alone: one that cannot be encoded costs no other."""
        if not texts:
            return
        try:
            vectors = self._encoder.encode([text.content for text in texts])
            self._wanted = self._wanted or len(vectors[0])
            if len(vectors[0]) != self._wanted:
                raise RecordError(
                    f"got {len(vectors[0])} numbers from {self._encoder.name}, and not {self._wanted} as the others; "
                    "--force encodes all anew"
                )
        except RecordError as error:
            if len(texts) == 1:
                yield texts[0], error
                return
            for text in texts:
                yield from self._encoded([text])
        else:
            yield from zip(texts, vectors, strict=True)

    def _write(self, session: Session, kind: EntityType, encoded: Sequence[tuple[Text, Vector]]) -> None:
        rows = [
            {
                "entity_type": kind,
                "entity_id": text.entity_id,
                "title": text.title,
                "url": text.url,
                "dated_on": text.dated_on,
                "words": text.words,
                "encoder": self._encoder.name,
                "content_sha256": text.sha256,
                "vector": vector,
            }
            for text, vector in encoded
        ]
        size = len(encoded[0][1])
        if self._size != size:
            # All of one encoder's have one length, or they could not be compared.
            session.execute(delete(Embedding).where(Embedding.encoder == self._encoder.name))
            self._size = size
        upsert(session, Embedding, rows, key=("entity_type", "entity_id"))


def run(call: Call, own: argparse.Namespace) -> None:
    indexing = Indexing(call, [EntityType(own.type)] if own.type else list(EntityType))
    indexing.run()
    call.report.result(indexing.counters)
    left, why = indexing.counters["left"], indexing.stopped
    if isinstance(why, ScriptError):
        raise why
    if indexing.counters["errors"] and not indexing.counters["indexed"]:
        raise BadSource(f"Nothing could be indexed, and {left} texts are left.")
    if left:
        call.report.log(f"{left} texts wait for the next run: {why or 'the limit is reached'}.")


def _count(kind: EntityType) -> Select[tuple[int]]:
    return select(func.count()).select_from(shown(kind).subquery())


def _size(session: Session, name: str) -> int | None:
    vector = session.scalar(select(Embedding.vector).where(Embedding.encoder == name).limit(1))
    return len(vector) if vector is not None else None


def _remove(session: Session, kind: EntityType) -> int:
    hidden = (Embedding.entity_type == kind) & ~is_shown(kind)
    return session.connection().execute(delete(Embedding).where(hidden)).rowcount


def _known(session: Session, kind: EntityType, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    rows = select(Embedding.entity_id, Embedding.encoder, Embedding.content_sha256).where(
        Embedding.entity_type == kind, Embedding.entity_id.in_(ids)
    )
    return {id_: (name, sha256) for id_, name, sha256 in session.execute(rows).tuples()}


def _flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--type", choices=[kind.value for kind in EntityType], help="only this kind of thing")


SCRIPT = Script(
    name="index-embeddings",
    summary="The index for search by meaning.",
    flags=_flags,
    run=run,
)
