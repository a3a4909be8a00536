"""sync-votes-an: the public votes of the Assemblée nationale, with every deputy's position."""

import argparse
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scripts.archive import Archive
from scripts.arguments import positive
from scripts.children import replace
from scripts.errors import BadSource, RecordError
from scripts.fingerprints import recall, remember
from scripts.models import Chamber, ExternalId, IdSource, Scrutin, Vote
from scripts.script import Call, Script
from scripts.scrutins import KEY, PublicVote, archive, public_vote, voted_on
from scripts.upsert import upsert
from scripts.window import WINDOW, recent

ADDRESS = "https://data.assemblee-nationale.fr/static/openData/repository/{leg}/loi/scrutins/Scrutins.json.zip"
PAGE = "https://www.assemblee-nationale.fr/dyn/{leg}/scrutins/{number}"
FILE_NAME = "Scrutins.json.zip"
MAX_BYTES = 200_000_000  # the whole legislature 17 has about 12 MB
BATCH = 25  # scrutins, of some 170 votes each, in a transaction

_OF_THE_AN = ExternalId.source == IdSource.ASSEMBLEE_NATIONALE
_POLITICIANS = select(ExternalId.external_id, ExternalId.politician_id).where(_OF_THE_AN)


def run(call: Call, own: argparse.Namespace) -> None:
    leg: int = own.leg
    fingerprint = f"votes-an-zip:{leg}:full"
    counters = dict.fromkeys(
        [
            "scrutinsProcessed", "scrutinsCreated", "scrutinsUpdated", "scrutinsSkipped",
            "votesCreated", "votesUpdated", "votesDeleted", "votesSkipped", "votesLinked",
            "politiciansNotFound", "errors",
        ],
        0,
    )  # fmt: skip
    with call.database.transaction() as session:
        # Deputies may have come to the table since their votes did, so this is done even if the source is unchanged.
        counters["votesLinked"] = _link(session)
        known = None if call.options.force else recall(session, fingerprint)
        politicians = dict(session.execute(_POLITICIANS).tuples().all())
        hashes = dict(session.execute(select(Scrutin.external_id, Scrutin.votes_hash)).tuples().all())
    document = call.source.read(FILE_NAME, ADDRESS.format(leg=leg), max_bytes=MAX_BYTES, known=known)
    if document is None:
        call.report.log("The archive of votes has not changed since the last complete pass.")
        call.report.result(counters | {"sourceUnchanged": 1})
        return
    votes = archive(document.content, leg)
    uids = (_recent(votes) if own.today else votes.uids)[: call.options.limit]

    unknown: set[str] = set()
    for start in range(0, len(uids), BATCH):
        batch = uids[start : start + BATCH]
        changed: list[PublicVote] = []
        for uid in batch:
            try:
                vote = public_vote(votes.read(uid, KEY), leg)
            except RecordError as error:
                call.report.error(f"{FILE_NAME}: {uid} {error}.")
                counters["errors"] += 1
                continue
            counters["scrutinsProcessed"] += 1
            unknown.update(ballot.acteur_ref for ballot in vote.ballots if ballot.acteur_ref not in politicians)
            if hashes.get(uid) == vote.hash and not call.options.force:
                counters["scrutinsSkipped"] += 1
                counters["votesSkipped"] += len(vote.ballots)
            else:
                changed.append(vote)
                call.report.detail(f"{uid}: {len(vote.ballots)} votes, {vote.title}")
        if changed:
            with call.database.transaction() as session:
                changes = _write(session, changed, politicians)
            for counter, count in changes.items():
                counters[counter] += count
        call.report.progress(start + len(batch), len(uids))
    counters["politiciansNotFound"] = len(unknown)

    if call.options.complete and not own.today and not counters["errors"]:
        with call.database.transaction() as session:
            remember(session, fingerprint, document.fingerprint)
    call.report.result(counters)
    if uids and counters["errors"] == len(uids):
        raise BadSource(f"None of the {len(uids)} scrutins of {FILE_NAME} could be read.")


def _recent(votes: Archive) -> list[str]:
    days: dict[str, date] = {}
    for uid in votes.uids:
        try:
            days[uid] = voted_on(votes.read(uid, KEY))
        except RecordError:
            days[uid] = date.max  # whoever reads it next counts and names it
    return recent(days)


def _link(session: Session) -> int:
    """Gives votes that were kept under the Assemblée's id alone to politicians who are known by now."""
    politician = (
        select(ExternalId.politician_id).where(_OF_THE_AN, ExternalId.external_id == Vote.acteur_ref).scalar_subquery()
    )
    waiting = Vote.politician_id.is_(None) & Vote.acteur_ref.in_(select(ExternalId.external_id).where(_OF_THE_AN))
    linked = session.execute(
        update(Vote).where(waiting).values(politician_id=politician, updated_at=datetime.now(UTC)).returning(Vote.id)
    )
    return len(linked.all())


def _write(session: Session, votes: Sequence[PublicVote], politicians: Mapping[str, int]) -> dict[str, int]:
    """These scrutins, each with its whole set of votes, in the caller's one transaction."""
    scrutins = upsert(session, Scrutin, [_scrutin(vote) for vote in votes], key=("external_id",))
    uids = [vote.uid for vote in votes]
    ids = dict(
        session.execute(select(Scrutin.external_id, Scrutin.id).where(Scrutin.external_id.in_(uids))).tuples().all()
    )
    rows = [
        {
            "scrutin_id": ids[vote.uid],
            "acteur_ref": ballot.acteur_ref,
            "politician_id": politicians.get(ballot.acteur_ref),
            "position": ballot.position,
            "by_delegation": ballot.by_delegation,
        }
        for vote in votes
        for ballot in vote.ballots
    ]
    changes = replace(session, Vote, rows, parent="scrutin_id", parents=list(ids.values()), key="acteur_ref")
    return {
        "scrutinsCreated": len(scrutins.created),
        "scrutinsUpdated": len(scrutins.updated),
        "votesCreated": changes.created,
        "votesUpdated": changes.updated,
        "votesDeleted": changes.deleted,
        "votesSkipped": len(rows) - changes.created - changes.updated,
    }


def _scrutin(vote: PublicVote) -> dict[str, object]:
    return {
        "external_id": vote.uid,
        "chamber": Chamber.ASSEMBLEE_NATIONALE,
        "legislature": vote.legislature,
        "number": vote.number,
        "voted_on": vote.voted_on,
        "title": vote.title,
        "outcome": vote.outcome,
        "votes_for": vote.votes_for,
        "votes_against": vote.votes_against,
        "abstentions": vote.abstentions,
        "non_voting": vote.non_voting,
        "source_url": PAGE.format(leg=vote.legislature, number=vote.number),
        "votes_hash": vote.hash,
    }


def _flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--today", action="store_true", help=f"only the last {WINDOW.days} days that the archive knows")
    parser.add_argument("--leg", type=positive, default=17, metavar="N", help="the legislature (default 17)")


SCRIPT = Script(
    name="sync-votes-an",
    summary="The public votes of the Assemblée nationale, with every deputy's position.",
    flags=_flags,
    run=run,
)
