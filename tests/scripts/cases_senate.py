"""The Sénat's senators and votes."""

from scripts import sync_senat, sync_votes_senat
from scripts.odsen import ELUSEN, GENERAL
from tests.scripts.matrix import Case, Content
from tests.scripts.senate_documents import (
    elusen_csv,
    elusen_line,
    general_csv,
    general_line,
    senator,
    senators_json,
    session_documents,
    session_page,
    vote_page,
    votes_json,
)

_SENATORS = [senator(number, nom=f"Éluard{number}") for number in range(1, 5)]
_LINES = [general_line(number, Nom_usuel=f"Éluard{number}") for number in range(1, 5)]
_DOCUMENTS: dict[str, Content] = {
    "senateurs.json": senators_json(*_SENATORS),
    GENERAL: general_csv(*_LINES),
    ELUSEN: elusen_csv(*(elusen_line(number) for number in range(1, 5))),
}
_WRITTEN = ("senatorsCreated", "senatorsUpdated", "senatorsDeactivated", "groupsCreated", "groupsUpdated")

CASES = [
    Case(
        script="sync-senat",
        documents=_DOCUMENTS,
        main="senateurs.json",
        good=4,
        counter="senatorsCreated",
        malformed=senators_json(*_SENATORS, senator(9, groupe=None)),
        empty=senators_json(),
        foreign=senators_json(*_SENATORS).encode("latin-1"),
        too_large=sync_senat.MAX_BYTES,
        written=_WRITTEN,
    ),
    Case(
        script="sync-senat",
        documents=_DOCUMENTS,
        main=GENERAL,
        flags=("--verbose",),
        good=4,
        counter="senatorsCreated",
        malformed=general_csv(*_LINES, general_line(9, État="PARTI")),
        empty=general_csv(),
        foreign=general_csv(*_LINES).decode("cp1252").encode(),
        too_large=sync_senat.MAX_BYTES,
        written=_WRITTEN,
    ),
    Case(
        script="sync-votes-senat",
        documents={
            **session_documents(range(1, 6)),
            # Only the malformed list links to it: a page without a day.
            "2025/scr2025-9.html": vote_page(9, day="soir"),
            "2025/scr2025-9.json": votes_json(),
        },
        main="scr2025.html",
        flags=("--session=2025",),
        good=5,
        counter="scrutinsCreated",
        malformed=session_page([*range(1, 6), 9]),
        empty=session_page([]),
        foreign=session_page(range(1, 6)).encode("latin-1"),
        too_large=sync_votes_senat.MAX_LIST_BYTES,
        written=("scrutinsCreated", "scrutinsUpdated", "votesCreated", "votesUpdated"),
    ),
]
