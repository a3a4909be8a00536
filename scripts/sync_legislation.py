"""sync-legislation: the legislative files of the Assemblée nationale, and how far each is."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from scripts.archive import Archive
from scripts.arguments import positive
from scripts.dossiers import KEY, Dossier, archive, dossier, is_legislative, last_act_on
from scripts.errors import NOT_BY_CHANCE, BadSource, RecordError
from scripts.file_status import UNDER_WAY
from scripts.fingerprints import forget, recall, remember
from scripts.models import FileStatus, LegislativeFile
from scripts.script import Call, Script
from scripts.upsert import upsert
from scripts.window import WINDOW, recent

ADDRESS = (
    "https://data.assemblee-nationale.fr/static/openData/repository/{leg}/loi/dossiers_legislatifs/"
    "Dossiers_Legislatifs.json.zip"
)
FILE_NAME = "Dossiers_Legislatifs.json.zip"
MAX_BYTES = 100_000_000  # the legislature 17 has less than 3 MB
BATCH = 100
#: The archives of older ones are closed; files that this one has taken up again are in its own, too.
CURRENT_LEGISLATURE = 17


@dataclass(frozen=True)
class Known:
    """What the database has of a file."""

    hash: str
    status: FileStatus
    last_act_on: date | None


def run(call: Call, own: argparse.Namespace) -> None:
    leg: int = own.leg
    fingerprint = f"legislation-zip:{leg}:full"
    counters = dict.fromkeys(
        [
            "dossiersProcessed", "dossiersCreated", "dossiersUpdated", "dossiersSkipped", "dossiersNotLegislative",
            "errors",
        ],
        0,
    )  # fmt: skip
    with call.database.transaction() as session:
        seen = None if call.options.force else recall(session, fingerprint)
        columns = (LegislativeFile.content_hash, LegislativeFile.status, LegislativeFile.last_act_on)
        rows = session.execute(select(LegislativeFile.external_id, *columns)).tuples()
        known = {uid: Known(hash_, status, day) for uid, hash_, status, day in rows}
    document = call.source.read(FILE_NAME, ADDRESS.format(leg=leg), max_bytes=MAX_BYTES, known=seen)
    if document is None:
        call.report.log("The archive of legislative files has not changed since the last complete pass.")
        call.report.result(counters | {"sourceUnchanged": 1})
        return
    files = archive(document.content)
    uids = (_recent(files) if own.today else files.uids)[: call.options.limit]
    with call.database.transaction() as session:
        forget(session, fingerprint)

    for start in range(0, len(uids), BATCH):
        batch = uids[start : start + BATCH]
        kept = list(_read(call, files, batch, leg, counters))
        changed = [
            one for one in kept if _is_news(one, known.get(one.external_id), leg, own.active, call.options.force)
        ]
        with call.database.transaction() as session:
            written = upsert(session, LegislativeFile, [_row(one) for one in changed], key=("external_id",))
        counters["dossiersCreated"] += len(written.created)
        counters["dossiersUpdated"] += len(written.updated)
        counters["dossiersSkipped"] += len(kept) - len(written.created) - len(written.updated)
        for one in changed:
            call.report.detail(f"{one.external_id}: {one.status}, {one.title}")
        call.report.progress(start + len(batch), len(uids))

    if call.options.complete and not (own.today or own.active or counters["errors"]):
        with call.database.transaction() as session:
            remember(session, fingerprint, document.fingerprint)
    call.report.result(counters)
    if uids and counters["errors"] == len(uids) and (len(uids) >= NOT_BY_CHANCE or not known):
        raise BadSource(f"None of the {len(uids)} files of {FILE_NAME} could be read.")


def _read(call: Call, files: Archive, uids: Sequence[str], leg: int, counters: dict[str, int]) -> Iterator[Dossier]:
    """Those of these that are legislative, one after the other."""
    for uid in uids:
        try:
            raw = files.read(uid, KEY)
            legislative = is_legislative(raw)
            found = dossier(raw, lapsed=leg < CURRENT_LEGISLATURE) if legislative else None
        except RecordError as error:
            call.report.error(f"{FILE_NAME}: {uid} {error}.")
            counters["errors"] += 1
            continue
        counters["dossiersProcessed"] += 1
        if found is None:
            counters["dossiersSkipped"] += 1
            counters["dossiersNotLegislative"] += 1
        else:
            yield found


def _is_news(one: Dossier, known: Known | None, leg: int, active: bool, force: bool) -> bool:
    if active and one.status not in UNDER_WAY and (known is None or known.status not in UNDER_WAY):
        return False
    if known is None:
        return True
    # A later legislature has taken the file up again: what an older one's archive last knew of it is no news.
    taken_up = leg < CURRENT_LEGISLATURE and known.status != FileStatus.CADUQUE
    if taken_up and known.last_act_on and (one.last_act_on or date.min) <= known.last_act_on:
        return False
    return force or known.hash != one.hash


def _recent(files: Archive) -> list[str]:
    days: dict[str, date] = {}
    for uid in files.uids:
        try:
            days[uid] = last_act_on(files.read(uid, KEY)) or date.min
        except RecordError:
            days[uid] = date.max  # whoever reads it next counts and names it
    return recent(days)


def _row(one: Dossier) -> Mapping[str, Any]:
    return asdict(one) | {"content_hash": one.hash}


def _flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--active", action="store_true", help="only the files still under way, here or there")
    parser.add_argument(
        "--today", action="store_true", help=f"only files with an act of the last {WINDOW.days} days, or a planned one"
    )
    parser.add_argument(
        "--leg", type=positive, default=CURRENT_LEGISLATURE, metavar="N",
        help=f"the legislature (default {CURRENT_LEGISLATURE})",
    )  # fmt: skip


SCRIPT = Script(
    name="sync-legislation",
    summary="The legislative files of the Assemblée nationale, and how far each is.",
    flags=_flags,
    run=run,
)
