"""The legislative files, and the texts of them."""

from datetime import UTC, date, datetime

from sqlalchemy import create_engine, insert

from scripts import sync_legislation, sync_legislation_content
from scripts.models import FileStatus, LegislativeFile
from scripts.settings import database_url
from tests.scripts.documents import act, bill, dossier, dossiers, zipped
from tests.scripts.matrix import Case
from tests.scripts.sites import Site

_FILES = [
    dossier(1),
    dossier(2, act("AN1", None, act("AN1-DEPOT"), act("AN1-COM-FOND-RAPPORT"))),
    dossier(3, act("PROM", None, act("PROM-PUB"))),
]


def filed(*texts: str) -> "Files":
    return Files(texts)


class Files:
    """Puts legislative files with these first texts into a site's database; the first has the newest act."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        self._texts = texts

    def __call__(self, site: Site) -> None:
        now = datetime(2025, 11, 17, tzinfo=UTC)
        rows = [
            {
                "external_id": f"DLR5L17N{n}",
                "legislature": 17,
                "title": f"Le dossier n° {n}",
                "procedure": "Proposition de loi ordinaire",
                "status": FileStatus.DEPOSE,
                "last_act_on": date(2025, 11, 28 - n),
                "text_ref": text,
                "source_url": "https://www.assemblee-nationale.fr/dyn/17/dossiers/x",
                "content_hash": "",
                "created_at": now,
                "updated_at": now,
            }
            for n, text in enumerate(self._texts, start=1)
        ]
        engine = create_engine(database_url(site.url))
        with engine.begin() as connection:
            connection.execute(insert(LegislativeFile), rows)
        engine.dispose()


CASES = [
    Case(
        script="sync-legislation",
        documents={"Dossiers_Legislatifs.json.zip": dossiers(*_FILES)},
        main="Dossiers_Legislatifs.json.zip",
        good=3,
        counter="dossiersCreated",
        malformed=dossiers(*_FILES, dossier(9, legislature="XVII")),
        empty=zipped({}),
        foreign=None,
        too_large=sync_legislation.MAX_BYTES,
        written=("dossiersCreated", "dossiersUpdated"),
    ),
    Case(
        script="sync-legislation-content",
        documents={"PIONANR5L17B0001.html": bill(), "PIONANR5L17B0002.html": bill()},
        main="PIONANR5L17B0001.html",
        good=2,
        counter="processed",
        malformed=bill().replace("utf-8", "ebcdic"),
        empty="",
        foreign=bill("Mesdames, Messieurs,", "Les œuvres d’été. " * 9).encode("cp1252"),
        too_large=sync_legislation_content.MAX_BYTES,
        before=filed("PIONANR5L17B0001", "PIONANR5L17B0002"),
        # One text of many is asked for once, and not again.
        empty_is=0,
        remembers=False,
        reads_again=False,
        optional=True,
        counted_as="notFound",
        down_is=0,
    ),
]
