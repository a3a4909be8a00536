"""The members of the European Parliament, and everybody's portraits."""

from scripts import sync_europarl, sync_photos
from scripts.models import IdSource
from tests.scripts.documents import claims, foreign_mep, jpeg, linked, mep, mep_detail
from tests.scripts.matrix import Case
from tests.scripts.people import add
from tests.scripts.sites import Site

_MEPS = [mep(number) for number in range(1, 5)]


def _three_politicians(site: Site) -> None:
    for number in (1, 2, 3):
        ids = {IdSource.ASSEMBLEE_NATIONALE: f"PA{number}", IdSource.WIKIDATA: f"Q{number}"}
        add(site, f"un-{number}", ids=ids)


CASES = [
    Case(
        script="sync-europarl",
        documents={
            "meps/show-current": linked(foreign_mep(8), *_MEPS),
            **{f"meps/{number}": linked(mep_detail(number)) for number in range(1, 5)},
        },
        main="meps/show-current",
        good=4,
        counter="mepsCreated",
        malformed=linked(*_MEPS, mep(9, identifier="neuf")),
        empty=linked(),
        foreign=linked(*_MEPS).encode("latin-1"),
        too_large=sync_europarl.MAX_BYTES,
        written=("mepsCreated", "mepsUpdated", "mandatesCreated", "mandatesUpdated", "mandatesClosed"),
    ),
    # The first of three portraits is the one that is tried; without it there is another one on Commons.
    Case(
        script="sync-photos",
        before=_three_politicians,
        documents={
            **{f"PA{number}.jpg": jpeg(number) for number in (1, 2, 3)},
            "Q1.json": claims("Un portrait.jpg"),
            "330px-Un_portrait.jpg": jpeg(),
        },
        main="PA1.jpg",
        good=3,
        counter="updated",
        malformed="<!doctype html><title>Maintenance</title>",
        empty=b"",
        empty_is=0,
        foreign=None,
        too_large=sync_photos.MAX_BYTES,
        remembers=False,
        optional=True,
        down_is=0,
        counted_as="invalidUrls",
        written=("updated", "validated"),
    ),
]
