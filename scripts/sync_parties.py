"""sync-parties: the parties that our politicians are or were in, their leaders and founders, from Wikidata."""

import argparse

from sqlalchemy import select

from scripts.errors import BadSource
from scripts.mediawiki import AT_ONCE
from scripts.models import ExternalId, IdSource, Party, PartyRole
from scripts.parties import COUNTERS, ROLES, Parties
from scripts.script import Call, Script
from scripts.wikidata import parted


def run(call: Call, own: argparse.Namespace) -> None:
    counters = dict.fromkeys(["politiciansProcessed", *COUNTERS], 0)
    parties = Parties(call, counters)
    if not own.founders_only:
        parties.over.over(parties.members)
    _roles(call, parties, founders_only=own.founders_only)
    call.report.result(counters)


def _roles(call: Call, parties: Parties, *, founders_only: bool) -> None:
    """Of every party that we have: also of one that nobody of ours is in any more."""
    roles = {name: role for name, role in ROLES.items() if role == PartyRole.FOUNDER or not founders_only}
    of_wikidata = select(ExternalId.external_id, ExternalId.politician_id).where(ExternalId.source == IdSource.WIKIDATA)
    with call.database.transaction() as session:
        known = session.scalars(select(Party.wikidata_id).order_by(Party.id)).all()
        politicians = dict(session.execute(of_wikidata).tuples().all())
    wanted = known[: call.options.limit]
    done = 0
    for batch in parted(wanted, AT_ONCE):
        parties.read(batch)
        with call.database.transaction() as session:
            for one in batch:
                parties.write_roles(session, one, politicians, roles)
        done += len(batch)
        if founders_only:  # else the politicians are the progress
            call.report.progress(done, len(wanted))
    if wanted and not parties.any_was_read:
        raise BadSource(f"None of the {len(wanted)} parties' items could be read.")


def _flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--founders-only", action="store_true", help="only the founders of the parties that we have")


SCRIPT = Script(
    name="sync-parties",
    summary="The parties of politicians, their leaders and founders, from Wikidata.",
    flags=_flags,
    run=run,
)
