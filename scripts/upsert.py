"""Insert or update on the source's own key, in one statement, on PostgreSQL and SQLite."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Text, cast, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from scripts.models import Row

Key = tuple[object, ...]


@dataclass(frozen=True)
class Written:
    """The keys that were new, and those whose row has changed. A row that is as it was is in neither."""

    created: set[Key] = field(default_factory=set)
    updated: set[Key] = field(default_factory=set)


def upsert(session: Session, model: type[Row], rows: Sequence[Mapping[str, object]], key: Sequence[str]) -> Written:
    """Every row has the same columns, and no two the same key.

    A row that would not change is not touched, nor its updated_at.
    """
    if not rows:
        return Written()
    now = datetime.now(UTC)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(model)
    columns = model.__table__.columns
    # Where the key is all that there is, it is what stays as it was.
    new = {name: statement.excluded[name] for name in rows[0] if name not in key or len(key) == len(rows[0])}
    statement = statement.on_conflict_do_update(
        index_elements=list(key),
        set_={**new, "updated_at": now},
        where=or_(*(_comparable(columns[name]).is_distinct_from(_comparable(value)) for name, value in new.items())),
    )
    # Only a row of this very statement has been created and updated at the same instant.
    returning = statement.returning(*(columns[name] for name in key), columns["created_at"] == columns["updated_at"])
    stamped = [{**row, "created_at": now, "updated_at": now} for row in rows]
    written = Written()
    for *values, is_new in session.connection().execute(returning, stamped):
        (written.created if is_new else written.updated).add(tuple(values))
    return written


def _comparable(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """PostgreSQL has no equality of JSON; as it was written, it has."""
    return cast(value, Text) if isinstance(value.type, JSON) else value
