"""Articles put into a site's tables as sync-press stores them, and pages as a publisher has them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from scripts.database import connected
from scripts.models import PressArticle
from scripts.press_mentions import mention, names
from scripts.publishers import page_name
from scripts.settings import database_url
from tests.scripts.people import LONG_AGO, add
from tests.scripts.sites import Site

NEWEST = datetime(2025, 11, 24, 23, 30, tzinfo=UTC)  # in Paris, that is the 25th
COURT = "Le tribunal correctionnel a rendu son jugement."
FILLER = "Les élus de la ville ont débattu tout l’après-midi du budget des écoles et des cantines. " * 4


@dataclass(frozen=True)
class Told:
    """By a feed, lcp being one whose pages are read, and lemonde one that has a paywall."""

    title: str
    description: str = ""
    feed: str = "lemonde"
    url: str | None = None
    has_url: bool = True

    def address(self, number: int) -> str | None:
        return (self.url or f"https://{self.feed}.example/{number}") if self.has_url else None

    def page(self, number: int) -> str:
        return page_name(self.feed, self.address(number) or "")


def stored(*articles: Told, people: tuple[str, ...] = ("ada-lune", "ben-quercelin")) -> Callable[[Site], None]:
    """The first is the newest; their numbers, from 1, are their ids, and the ends of their addresses."""

    def put(site: Site) -> None:
        for slug in people:
            add(site, slug, {})
        with connected(database_url(site.url)) as engine, Session(engine) as session, session.begin():
            rows = [
                PressArticle(
                    feed=told.feed,
                    external_id=f"{told.feed}-{n}",
                    url=told.address(n),
                    title=told.title,
                    description=told.description,
                    published_at=NEWEST - timedelta(days=n - 1),
                    created_at=LONG_AGO,
                    updated_at=LONG_AGO,
                )
                for n, told in enumerate(articles, start=1)
            ]
            session.add_all(rows)
            session.flush()
            mention(session, rows, names(session))

    return put


def page(*paragraphs: str, title: str = "Un titre", before: str = "") -> str:
    told = "".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head><body>{before}'
        f"<nav><a href='/'>Accueil</a></nav><article><h1>{title}</h1>{told}</article><footer>Mentions</footer>"
        "</body></html>"
    )
