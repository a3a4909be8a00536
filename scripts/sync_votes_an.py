"""sync-votes-an: the public votes of the Assemblée nationale, with every deputy's position."""

import argparse
from collections.abc import Container
from datetime import date

from scripts.archive import Archive
from scripts.arguments import positive
from scripts.ballots import COUNTERS, PublicVote, Register, hashes, write
from scripts.errors import NOT_BY_CHANCE, BadSource, RecordError
from scripts.fingerprints import forget, recall, remember
from scripts.models import Chamber, IdSource
from scripts.script import Call, Script
from scripts.scrutins import KEY, archive, public_vote, voted_on
from scripts.window import WINDOW, recent

ADDRESS = "https://data.assemblee-nationale.fr/static/openData/repository/{leg}/loi/scrutins/Scrutins.json.zip"
FILE_NAME = "Scrutins.json.zip"
MAX_BYTES = 200_000_000  # the whole legislature 17 has about 12 MB
BATCH = 25  # scrutins, of some 170 votes each, in a transaction

_REGISTER = Register(IdSource.ASSEMBLEE_NATIONALE)


def run(call: Call, own: argparse.Namespace) -> None:
    leg: int = own.leg
    fingerprint = f"votes-an-zip:{leg}:full"
    counters = dict.fromkeys([*COUNTERS, "politiciansNotFound", "errors"], 0)
    with call.database.transaction() as session:
        # Deputies may have come to the table since their votes did, so this is done even if the source is unchanged.
        counters["votesLinked"] = _REGISTER.link(session)
        known = None if call.options.force else recall(session, fingerprint)
        politicians = _REGISTER.politicians(session)
        stored = hashes(session, Chamber.ASSEMBLEE_NATIONALE)
    document = call.source.read(FILE_NAME, ADDRESS.format(leg=leg), max_bytes=MAX_BYTES, known=known)
    if document is None:
        call.report.log("The archive of votes has not changed since the last complete pass.")
        call.report.result(counters | {"sourceUnchanged": 1})
        return
    archived = archive(document.content, leg)
    uids = (_recent(archived, stored) if own.today else archived.uids)[: call.options.limit]
    with call.database.transaction() as session:
        forget(session, fingerprint)

    unknown: set[str] = set()
    for start in range(0, len(uids), BATCH):
        batch = uids[start : start + BATCH]
        changed: list[PublicVote] = []
        for uid in batch:
            try:
                vote = public_vote(archived.read(uid, KEY), leg)
            except RecordError as error:
                call.report.error(f"{FILE_NAME}: {uid} {error}.")
                counters["errors"] += 1
                continue
            counters["scrutinsProcessed"] += 1
            unknown.update(ballot.acteur_ref for ballot in vote.ballots if ballot.acteur_ref not in politicians)
            if stored.get(uid) == vote.hash and not call.options.force:
                counters["scrutinsSkipped"] += 1
                counters["votesSkipped"] += len(vote.ballots)
            else:
                changed.append(vote)
                call.report.detail(f"{uid}: {len(vote.ballots)} votes, {vote.title}")
        if changed:
            with call.database.transaction() as session:
                changes = write(session, changed, politicians)
            for counter, count in changes.items():
                counters[counter] += count
        call.report.progress(start + len(batch), len(uids))
    counters["politiciansNotFound"] = len(unknown)

    if call.options.complete and not own.today and not counters["errors"]:
        with call.database.transaction() as session:
            remember(session, fingerprint, document.fingerprint)
    call.report.result(counters)
    if uids and counters["errors"] == len(uids) and (len(uids) >= NOT_BY_CHANCE or not stored):
        raise BadSource(f"None of the {len(uids)} scrutins of {FILE_NAME} could be read.")


def _recent(archived: Archive, stored: Container[str]) -> list[str]:
    """Of the window, and what is older and lacks: after an outage longer than the window it would never come.

    Where nothing is stored yet nothing lacks: the whole is for a full run to read.
    """
    days: dict[str, date] = {}
    for uid in archived.uids:
        try:
            days[uid] = voted_on(archived.read(uid, KEY))
        except RecordError:
            days[uid] = date.max  # whoever reads it next counts and names it
    wanted = set(recent(days))
    if any(uid in stored for uid in archived.uids):
        wanted.update(uid for uid in archived.uids if uid not in stored)
    return [uid for uid in archived.uids if uid in wanted]


def _flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--today", action="store_true", help=f"only the last {WINDOW.days} days of the archive, and what lacks"
    )
    parser.add_argument("--leg", type=positive, default=17, metavar="N", help="the legislature (default 17)")


SCRIPT = Script(
    name="sync-votes-an",
    summary="The public votes of the Assemblée nationale, with every deputy's position.",
    flags=_flags,
    run=run,
)
