"""sync-legislation-content: the explanatory statements of the legislative files, from their first texts."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from scripts.errors import BadSource, NotThere, RecordError, ScriptError, SourceDown, SourceRefused
from scripts.explanatory_statement import statement
from scripts.models import LegislativeFile
from scripts.script import Call, Script

ADDRESS = "https://www.assemblee-nationale.fr/dyn/opendata/{ref}.html"
MAX_BYTES = 20_000_000  # a finance bill has some 8 MB
BATCH = 20
DOWN = 3  # texts of a batch, each after every retry, and the site is down
#: A text that is not there, or no such text, may be published or mended later.
ASK_AGAIN = timedelta(days=7)


Failure = SourceDown | SourceRefused | RecordError


@dataclass(frozen=True)
class Wanted:
    """A file whose first text is to be read."""

    id: int
    uid: str
    text_ref: str

    @property
    def url(self) -> str:
        return ADDRESS.format(ref=quote(self.text_ref, safe=""))


def run(call: Call, _: argparse.Namespace) -> None:
    counters = dict.fromkeys(["processed", "downloaded", "extracted", "notFound", "skipped", "errors"], 0)
    with call.database.transaction() as session:
        wanted, counters["skipped"] = _wanted(session, call)
    try:
        for start in range(0, len(wanted), BATCH):
            _sync_batch(call, wanted[start : start + BATCH], counters)
            call.report.progress(counters["processed"], len(wanted))
    finally:
        call.report.result(counters)


def _sync_batch(call: Call, batch: Sequence[Wanted], counters: dict[str, int]) -> None:
    """Raises SourceDown, SourceRefused and BadSource where none of it could be read: nor could the next ones."""
    failures: list[Failure] = []
    for done, one in enumerate(batch, start=1):
        counters["processed"] += 1
        try:
            _sync(call, one, counters)
        except (SourceDown, SourceRefused, RecordError) as error:
            if not isinstance(error, SourceDown):
                with call.database.transaction() as session:
                    _asked(session, one)
            told = f"{one.text_ref}.html {error}." if isinstance(error, RecordError) else str(error)
            call.report.error(f"{one.uid}: {told}")
            counters["errors"] += 1
            failures.append(error)
        if len(failures) < done:
            continue
        all_down = all(isinstance(error, SourceDown) for error in failures)
        # One text alone that is odd day after day says nothing of the source.
        if (done == len(batch) and (all_down or done > 1)) or (done == DOWN and all_down):
            raise _failed(failures)


def _wanted(session: Session, call: Call) -> tuple[list[Wanted], int]:
    """Those never asked for, newest act first, then those asked for longest ago: else a few bad texts that are the
    newest would be asked for again and again, and no other ever. And how many of those with a text are not asked for.
    """
    file = LegislativeFile
    has_text = file.text_ref.is_not(None)
    due = or_(file.statement_checked_at.is_(None), file.statement_checked_at < datetime.now(UTC) - ASK_AGAIN)
    # The statement of another text than is now the first one is none.
    lacks: ColumnElement[bool] = or_(
        file.statement.is_(None),
        file.statement_url.is_distinct_from(ADDRESS.partition("{ref}")[0] + file.text_ref + ".html"),
    )
    # The Assemblée does not publish the Sénat's own texts.
    published = has_text & ~file.text_ref.contains("SNR")
    pending = published if call.options.force else published & lacks & due
    asked, newest = file.statement_checked_at.asc().nulls_first(), file.last_act_on.desc().nulls_last()
    columns = select(file.id, file.external_id, file.text_ref)
    rows = session.execute(columns.where(pending).order_by(asked, newest, file.id))
    found = [Wanted(id_, uid, ref) for id_, uid, ref in rows if ref is not None]
    wanted = found[: call.options.limit]
    return wanted, len(session.scalars(select(file.id).where(has_text)).all()) - len(wanted)


def _sync(call: Call, one: Wanted, counters: dict[str, int]) -> None:
    """Raises SourceDown; then nothing is known of this text, and it is asked for the next time. Raises SourceRefused
    and RecordError."""
    try:
        document = call.source.read(f"{one.text_ref}.html", one.url, max_bytes=MAX_BYTES)
    except NotThere:
        counters["notFound"] += 1
        call.report.detail(f"{one.uid}: {one.text_ref} is not published.")
        with call.database.transaction() as session:
            _asked(session, one)
        return
    if document is None:
        raise AssertionError("unreachable: nothing is known of it before")
    counters["downloaded"] += 1
    told = statement(document.content)
    counters["extracted"] += 1
    with call.database.transaction() as session:
        _store(session, one, told)
    call.report.detail(f"{one.uid}: {len(told):,} characters of {one.text_ref}.")


def _store(session: Session, one: Wanted, told: str) -> None:
    file = LegislativeFile
    differs = file.statement.is_distinct_from(told) | file.statement_url.is_distinct_from(one.url)
    now = datetime.now(UTC)
    values = {"statement": told, "statement_url": one.url, "statement_checked_at": now, "updated_at": now}
    session.execute(update(file).where(file.id == one.id, differs).values(values))


def _asked(session: Session, one: Wanted) -> None:
    file = LegislativeFile
    now = datetime.now(UTC)
    # Only where the answer is news: a run that asks again sooner, by --force, changes nothing.
    due = or_(file.statement_checked_at.is_(None), file.statement_checked_at < now - ASK_AGAIN)
    values = {"statement_checked_at": now, "updated_at": now}
    session.execute(update(file).where(file.id == one.id, due).values(values))


def _failed(failures: Sequence[Failure]) -> ScriptError:
    said = f"None of {len(failures)} texts could be read; one said: "
    down = next((error for error in failures if isinstance(error, SourceDown)), None)
    if down:
        return SourceDown(f"{said}{down}", down.retry_after)
    last = failures[-1]
    return BadSource(f"{said}{last}") if isinstance(last, RecordError) else SourceRefused(f"{said}{last}")


SCRIPT = Script(
    name="sync-legislation-content",
    summary="The explanatory statements of the legislative files.",
    run=run,
)
