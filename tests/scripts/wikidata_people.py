"""Politicians of ours for Wikidata's scripts to find: as other scripts would have written them."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from scripts.models import Chamber, ExternalId, IdSource, Mandate, Office, Party, Politician, SyncMetadata
from scripts.settings import database_url
from tests.scripts.sites import Site

_NOW = datetime(2025, 11, 1, tzinfo=UTC)


def write(site: Site, *rows: Any) -> None:
    engine = create_engine(database_url(site.url))
    try:
        with Session(engine) as session, session.begin():
            for row in rows:
                row.created_at = row.updated_at = _NOW
                session.add(row)
                session.flush()
    finally:
        engine.dispose()


def politician(site: Site, number: int, qid: str | None = None, **known: Any) -> None:
    """`number` is its id, and in its slug. `ids` are other sources' ids."""
    ids: dict[IdSource, str] = known.pop("ids", {})
    if qid:
        ids = {**ids, IdSource.WIKIDATA: qid}
    names = {"slug": f"ombeline-nom{number}", "first_name": "Ombeline", "last_name": f"Nom{number}"}
    linked = [ExternalId(source=source, external_id=id_, politician_id=number) for source, id_ in ids.items()]
    write(site, Politician(id=number, **names, **known), *linked)


def politicians(site: Site, count: int, *, items: bool = True) -> None:
    """Numbers 1 to `count`, who are Q1 and so on, or else PA1: at once, as one by one takes long."""
    source, letters = (IdSource.WIKIDATA, "Q") if items else (IdSource.ASSEMBLEE_NATIONALE, "PA")
    names = {"first_name": "Ombeline", "last_name": "Nom"}
    people = [Politician(id=number, slug=f"nom{number}", **names) for number in range(1, count + 1)]
    ids = [ExternalId(source=source, external_id=f"{letters}{one.id}", politician_id=one.id) for one in people]
    write(site, *people, *ids)


def completed(site: Site) -> list[bool]:
    """Whether each pass that sync_metadata knows was complete; a site's dump leaves that out."""
    engine = create_engine(database_url(site.url))
    try:
        with Session(engine) as session:
            return [one is not None for one in session.scalars(select(SyncMetadata.completed_at))]
    finally:
        engine.dispose()


def mandate(
    site: Site,
    number: int,
    key: str,
    office: Office,
    started: date | None,
    ended: date | None,
    title: str | None = None,
    chamber: Chamber | None = None,
) -> None:
    told = {"external_id": key, "office": office, "title": title, "started_on": started, "ended_on": ended}
    write(site, Mandate(politician_id=number, chamber=chamber, **told))


def party(site: Site, qid: str, name: str) -> None:
    write(site, Party(wikidata_id=qid, slug=name.lower(), name=name))
