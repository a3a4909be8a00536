"""sync-mep-parties: the parties of the French members of the European Parliament, from Wikidata (P102)."""

import argparse

from sqlalchemy import select

from scripts.models import ExternalId, IdSource, Politician
from scripts.parties import COUNTERS, Parties
from scripts.script import Call, Script

_MEPS = select(ExternalId.politician_id).where(ExternalId.source == IdSource.PARLEMENT_EUROPEEN)


def run(call: Call, _: argparse.Namespace) -> None:
    counters = dict.fromkeys(["politiciansProcessed", *COUNTERS], 0)
    parties = Parties(call, counters)
    parties.over.over(parties.members, Politician.id.in_(_MEPS))
    call.report.result(counters)


SCRIPT = Script(
    name="sync-mep-parties",
    summary="The parties of the members of the European Parliament, from Wikidata.",
    run=run,
)
