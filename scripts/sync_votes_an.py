"""sync-votes-an: the public votes of the Assemblée nationale, with every deputy's position."""

import argparse
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from scripts.arguments import positive
from scripts.ballots import COUNTERS, Register, hashes, write
from scripts.errors import BadSource, RecordError
from scripts.fingerprints import recall, remember
from scripts.models import Chamber, IdSource
from scripts.script import Call, Script
from scripts.scrutins import Archive, public_vote, voted_on

ADDRESS = "https://data.assemblee-nationale.fr/static/openData/repository/{leg}/loi/scrutins/Scrutins.json.zip"
FILE_NAME = "Scrutins.json.zip"
MAX_BYTES = 200_000_000  # the whole legislature 17 has about 12 MB
WINDOW = timedelta(days=7)
PARIS = ZoneInfo("Europe/Paris")

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
    archive = Archive(document.content, leg)
    uids = (_recent(archive) if own.today else archive.uids)[: call.options.limit]

    unknown: set[str] = set()
    for done, uid in enumerate(uids, start=1):
        try:
            vote = public_vote(archive.read(uid), leg)
        except RecordError as error:
            call.report.error(f"{FILE_NAME}: {uid} {error}.")
            counters["errors"] += 1
        else:
            counters["scrutinsProcessed"] += 1
            unknown.update(ballot.acteur_ref for ballot in vote.ballots if ballot.acteur_ref not in politicians)
            if stored.get(uid) == vote.hash and not call.options.force:
                counters["scrutinsSkipped"] += 1
                counters["votesSkipped"] += len(vote.ballots)
            else:
                with call.database.transaction() as session:
                    changes = write(session, [vote], politicians)
                for counter, count in changes.items():
                    counters[counter] += count
                call.report.detail(f"{uid}: {changes}")
        call.report.progress(done, len(uids))
    counters["politiciansNotFound"] = len(unknown)

    if call.options.complete and not own.today and not counters["errors"]:
        with call.database.transaction() as session:
            remember(session, fingerprint, document.fingerprint)
    call.report.result(counters)
    if uids and counters["errors"] == len(uids):
        raise BadSource(f"None of the {len(uids)} scrutins of {FILE_NAME} could be read.")


def _recent(archive: Archive) -> list[str]:
    """The scrutins of the WINDOW before the newest one.

    Not of a day: the Assemblée publishes a vote hours or days after it, so that a window of one day misses it for
    ever. And counted from the newest vote, not from the clock: an archive read late, or a sample, has its last days
    too. A date that lies in the future in Paris is a slip of the pen and moves nothing.
    """
    days: dict[str, date] = {}
    for uid in archive.uids:
        try:
            days[uid] = voted_on(archive.read(uid))
        except RecordError:
            days[uid] = date.max  # whoever reads it next counts and names it
    newest = max((day for day in days.values() if day <= datetime.now(PARIS).date()), default=date.min + WINDOW)
    return [uid for uid, day in days.items() if day > newest - WINDOW]


def _flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--today", action="store_true", help=f"only the last {WINDOW.days} days that the archive knows")
    parser.add_argument("--leg", type=positive, default=17, metavar="N", help="the legislature (default 17)")


SCRIPT = Script(
    name="sync-votes-an",
    summary="The public votes of the Assemblée nationale, with every deputy's position.",
    flags=_flags,
    run=run,
)
