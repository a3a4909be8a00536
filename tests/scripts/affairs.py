"""Affairs of politicians, put straight into a site's tables."""

from typing import Any

from scripts.models import Affair, AffairOrigin, AffairSource, Offence, PublicationStatus, Stage
from tests.scripts.sites import Site
from tests.scripts.wikidata_people import write

DRAFT, PUBLISHED, EXCLUDED = PublicationStatus.DRAFT, PublicationStatus.PUBLISHED, PublicationStatus.EXCLUDED


def affair(site: Site, number: int, who: int = 1, sources: int = 1, **known: Any) -> None:
    """`number` is its id."""
    told = {
        "external_id": f"wikidata:{number}",
        "origin": AffairOrigin.WIKIDATA,
        "title": f"affaire {number}{number}",
        "category": Offence.AUTRE,
        "stage": Stage.INCONNU,
        "appeal_numbers": [],
        "case_numbers": [],
        "publication_status": DRAFT,
        **known,
    }
    links = [
        AffairSource(affair_id=number, url=f"https://gazette.example/{number}/{n}", publisher="Gazette", title="Titre")
        for n in range(sources)
    ]
    write(site, Affair(id=number, politician_id=who, **told), *links)
