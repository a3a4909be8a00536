"""The rows that belong to others, such as a scrutin's votes, made what the source says of them: many at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import psycopg
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from scripts.models import Row

_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


@dataclass(frozen=True)
class Changes:
    """How many rows were. What is as it was is in none of them."""

    created: int
    updated: int
    deleted: int


def replace(
    session: Session,
    model: type[Row],
    rows: Sequence[Mapping[str, object]],
    *,
    parent: str,
    parents: Sequence[int],
    key: str,
) -> Changes:
    """Makes `rows` all that these parents have; `key` tells the rows of one parent apart.

    What is there is read first, so that the database is asked to write only what differs, in bulk: a row of an upsert
    costs it several times as much. The caller has written the parents' own rows before, in this transaction: until it
    ends nobody else, who does the same, changes their rows.
    """
    columns = model.__table__.columns
    values = [name for name in (rows[0] if rows else ()) if name not in (parent, key)]
    there = {
        (parent_id, name): (id_, *held)
        for id_, parent_id, name, *held in session.execute(
            select(columns["id"], columns[parent], columns[key], *(columns[name] for name in values)).where(
                columns[parent].in_(parents)
            )
        )
    }
    now = datetime.now(UTC)
    new, changed = [], []
    for row in rows:
        had = there.pop((row[parent], row[key]), None)
        if had is None:
            new.append(row)
        elif had[1:] != (told := tuple([row[name] for name in values])):
            changed.append({"row_id": had[0], "updated_at": now} | dict(zip(values, told, strict=True)))
    if new:
        _insert(session, model, new, now)
    if changed:
        statement = update(model).where(columns["id"] == bindparam("row_id"))
        session.connection().execute(statement, changed)
    if gone := [had[0] for had in there.values()]:
        session.execute(delete(model).where(columns["id"].in_(gone)))
    return Changes(len(new), len(changed), len(gone))


def _insert(session: Session, model: type[Row], rows: Sequence[Mapping[str, object]], now: datetime) -> None:
    connection = session.connection()
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        connection.execute(insert(model), [{**row, "created_at": now, "updated_at": now} for row in rows])
        return
    names = map(psycopg.sql.Identifier, [*rows[0], "created_at", "updated_at"])
    into = psycopg.sql.SQL("COPY {} ({}) FROM STDIN").format(
        psycopg.sql.Identifier(model.__tablename__), psycopg.sql.SQL(", ").join(names)
    )
    end = f"\t{now}\t{now}\n"
    with driver.cursor() as cursor, cursor.copy(into) as copy:
        copy.write("".join("\t".join([_copied(value) for value in row.values()]) + end for row in rows))


@lru_cache(maxsize=10_000, typed=True)  # the same few words and numbers come again and again; True is not 1
def _copied(value: object) -> str:
    """As COPY's text format has it; psycopg's own way to it takes several times as long."""
    if value is None:
        return r"\N"
    told = str(value)
    return told if told.isalnum() else told.translate(_ESCAPED)
