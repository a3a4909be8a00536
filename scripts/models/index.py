"""The index for search by meaning: a vector for each thing that the site has a text of."""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Dialect, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from scripts.models.kinds import EntityType
from scripts.models.row import Row


class PgVector(UserDefinedType[str]):
    """pgvector's type, in its text form. Its own package would load numpy into every script."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "vector"


class Vector(TypeDecorator[Sequence[float]]):
    """Numbers of 32 bits: pgvector's type on PostgreSQL, their bytes (in this machine's order) on SQLite."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(PgVector() if dialect.name == "postgresql" else LargeBinary())

    def process_bind_param(self, value: Sequence[float] | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return json.dumps(list(value)) if dialect.name == "postgresql" else array("f", value).tobytes()

    def process_result_value(self, value: Any, dialect: Dialect) -> Sequence[float] | None:
        if value is None:
            return None
        if dialect.name == "postgresql":
            return array("f", json.loads(value))
        numbers = array("f")
        numbers.frombytes(value)
        return numbers


class Embedding(Row):
    """What a text means, as the encoder of that name says it in numbers; those of two encoders do not compare."""

    __tablename__ = "embeddings"
    __table_args__ = (UniqueConstraint("entity_type", "entity_id"),)

    entity_type: Mapped[EntityType] = mapped_column(index=True)
    entity_id: Mapped[int] = mapped_column(BigInteger)
    #: What a finder is shown.
    title: Mapped[str]
    url: Mapped[str | None]
    dated_on: Mapped[date | None]
    #: What is looked for word by word, as `scripts.index_texts.spelled` spells it, with a space on both sides.
    words: Mapped[str]
    encoder: Mapped[str]
    #: Of all of the above, and the text that was encoded: only what has changed is encoded again.
    content_sha256: Mapped[str]
    vector: Mapped[Sequence[float]] = mapped_column(Vector())
