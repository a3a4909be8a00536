"""Politicians put into a site's tables as if a script had found them, for scripts that start from them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from scripts.models import ExternalId, IdSource, Mandate, Politician
from scripts.settings import database_url
from tests.scripts.sites import Site

LONG_AGO = datetime(2024, 7, 8, tzinfo=UTC)


def add(
    site: Site, slug: str, ids: Mapping[IdSource, str], mandate: Mapping[str, object] = {}, **columns: object
) -> None:
    """Their names are made of the slug's words, the first one being the first name."""
    first, _, last = slug.replace("-", " ").title().partition(" ")
    stamps = {"created_at": LONG_AGO, "updated_at": LONG_AGO}
    engine = create_engine(database_url(site.url))
    try:
        with Session(engine) as session, session.begin():
            politician = Politician(**{"slug": slug, "first_name": first, "last_name": last, **stamps, **columns})
            session.add(politician)
            session.flush()
            for source, id_ in ids.items():
                session.add(ExternalId(source=source, external_id=id_, politician_id=politician.id, **stamps))
            if mandate:
                session.add(Mandate(external_id=f"of {slug}", politician_id=politician.id, **{**stamps, **mandate}))
    finally:
        engine.dispose()
