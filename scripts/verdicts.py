"""One column of the politicians, worked out anew for each of them: only what changes is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, bindparam, true, update

from scripts.models import Politician
from scripts.script import Call

BATCH = 500  # politicians a transaction


Value = TypeVar("Value")


@dataclass(frozen=True)
class Verdict(Generic[Value]):
    """What the column of one politician is, and what it should be. `why` is for --verbose."""

    politician_id: int
    slug: str
    before: Value | None
    after: Value
    why: str

    @property
    def changes(self) -> bool:
        return self.before != self.after


def write(
    call: Call, column: str, verdicts: Sequence[Verdict[Value]], *, where: ColumnElement[bool] | None = None
) -> None:
    """`where`: what must still be so of a politician, whatever has happened since they were read."""
    statement = (
        update(Politician)
        .where(Politician.id == bindparam("which"), true() if where is None else where)
        .values({column: bindparam("after"), "updated_at": bindparam("now")})
    )
    for start in range(0, len(verdicts), BATCH):
        batch = verdicts[start : start + BATCH]
        changed = [one for one in batch if one.changes]
        with call.database.transaction() as session:
            now = datetime.now(UTC)
            rows = [{"which": one.politician_id, "after": one.after, "now": now} for one in changed]
            if rows:
                session.connection().execute(statement, rows)
        for one in changed:
            call.report.detail(f"{one.slug}: {one.before} becomes {one.after}: {one.why}")
        call.report.progress(start + len(batch), len(verdicts))
