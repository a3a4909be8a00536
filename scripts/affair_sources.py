"""Where a discovered affair can be read about: its own source's links, and what others, as the press, have added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scripts.models import Affair, AffairSource, PressAnalysis, PressArticle, Stage
from scripts.offences import CLEARED
from scripts.upsert import upsert
from scripts.wikipedia import REVISION

WIKIDATA, WIKIPEDIA = "Wikidata", "Wikipédia"
#: A reference of Wikidata's is called by its address, an article of the press by its title.
_ADDED = (AffairSource.title != AffairSource.url) & AffairSource.publisher.not_in([WIKIDATA, WIKIPEDIA])


@dataclass(frozen=True)
class Link:
    url: str
    publisher: str
    title: str


def stages_gone_on(session: Session, stages: Mapping[str, Stage]) -> dict[str, dict[str, object]]:
    """The stage of those to which the press has added something, by key: it may know better how far they are.

    But not than a source by which somebody is cleared; and it takes more than the press to call a conviction final.
    """
    open_ = [key for key, stage in stages.items() if stage not in CLEARED]
    known = Affair.external_id.in_(open_) & (Affair.stage != Stage.CONDAMNATION_DEFINITIVE) & _ADDED
    there = select(Affair.external_id, Affair.stage, Affair.stage_on).join(AffairSource).where(known)
    return {
        key: {"stage": stage, "stage_on": stage_on}
        for key, stage, stage_on in session.execute(there.distinct()).tuples()
    }


def analyse_again(session: Session, gone: Sequence[Affair]) -> None:
    """What the press has added to them goes with them: its articles are asked once more whom they accuse."""
    urls = select(AffairSource.url).where(AffairSource.affair_id.in_([one.id for one in gone]), _ADDED)
    articles = select(PressArticle.id).where(PressArticle.url.in_(urls))
    session.execute(delete(PressAnalysis).where(PressAnalysis.article_id.in_(articles)))


def link(session: Session, links: Mapping[str, Sequence[Link]]) -> None:
    """Makes the affairs' own links what they are now, by the affairs' keys."""
    keyed = select(Affair.external_id, Affair.id).where(Affair.external_id.in_(links))
    ids = dict(session.execute(keyed).tuples().all())
    rows = {
        (ids[key], one.url): {
            "affair_id": ids[key],
            "url": one.url,
            "publisher": one.publisher,
            "title": one.title,
            "published_on": None,
        }
        for key, listed in links.items()
        for one in listed
    }
    # An article's older revision gives way; what the press has added stays.
    older = AffairSource.affair_id.in_(ids.values()) & AffairSource.url.startswith(REVISION, autoescape=True)
    there = session.execute(select(AffairSource.id, AffairSource.affair_id, AffairSource.url).where(older)).tuples()
    gone = [id_ for id_, affair_id, url in there if (affair_id, url) not in rows]
    session.execute(delete(AffairSource).where(AffairSource.id.in_(gone)))
    upsert(session, AffairSource, list(rows.values()), key=("affair_id", "url"))
