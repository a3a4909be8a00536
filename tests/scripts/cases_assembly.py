"""The Assemblée's deputies and votes."""

from scripts import sync_assemblee, sync_votes_an
from tests.scripts.documents import archive, deputies_csv, deputy_line, scrutin, zipped
from tests.scripts.matrix import Case

_DEPUTIES = [deputy_line(number, nom=f"Éluard{number}") for number in range(1, 5)]

CASES = [
    Case(
        script="sync-assemblee",
        documents={"deputes-active.csv": deputies_csv(*_DEPUTIES)},
        main="deputes-active.csv",
        good=4,
        counter="deputiesCreated",
        malformed=deputies_csv(*_DEPUTIES, deputy_line(9, naissance="hier")),
        empty=deputies_csv(),
        foreign=deputies_csv(*_DEPUTIES).encode("latin-1"),
        too_large=sync_assemblee.MAX_BYTES,
        written=("deputiesCreated", "deputiesUpdated", "deputiesDeactivated"),
    ),
    Case(
        script="sync-votes-an",
        documents={"Scrutins.json.zip": archive(*(scrutin(number) for number in range(1, 6)))},
        main="Scrutins.json.zip",
        good=5,
        counter="scrutinsCreated",
        malformed=archive(*(scrutin(number) for number in range(1, 6)), scrutin(9, code="ajourné")),
        empty=zipped({}),
        foreign=None,
        too_large=sync_votes_an.MAX_BYTES,
        written=("scrutinsCreated", "scrutinsUpdated", "votesCreated", "votesUpdated"),
    ),
]
