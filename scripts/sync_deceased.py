"""sync-deceased: the days of death, from Wikidata (P570). It closes no mandate: those are their own sources' matter."""

import argparse

from scripts.life_dates import DIED, sync
from scripts.passes import resume_flag
from scripts.script import Call, Script


def run(call: Call, own: argparse.Namespace) -> None:
    sync(call, own, "sync-deceased:politicians", property_=DIED, column="death_date", counter="deathDatesAdded")


SCRIPT = Script(
    name="sync-deceased",
    summary="The days of death, from Wikidata.",
    flags=resume_flag,
    run=run,
)
