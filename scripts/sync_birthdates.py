"""sync-birthdates: the days of birth that no other source knows, from Wikidata (P569)."""

import argparse

from scripts.life_dates import BORN, sync
from scripts.passes import resume_flag
from scripts.script import Call, Script


def run(call: Call, own: argparse.Namespace) -> None:
    sync(call, own, "sync-birthdates:politicians", property_=BORN, column="birth_date", counter="birthDatesAdded")


SCRIPT = Script(
    name="sync-birthdates",
    summary="The days of birth that no other source knows, from Wikidata.",
    flags=resume_flag,
    run=run,
)
