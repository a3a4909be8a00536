"""What an article adds to the affairs of a politician whom it calls accused: a source of one, or a draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from scripts.models import Affair, AffairOrigin, AffairSource, Offence, PublicationStatus, Stage
from scripts.upsert import upsert

#: How far a stage is. Of those that end an affair none goes on to another: that is for a person to see.
_FURTHER: Mapping[Stage, int] = {
    Stage.INCONNU: 0,
    Stage.ENQUETE: 1,
    Stage.MISE_EN_EXAMEN: 2,
    Stage.RENVOI: 3,
    Stage.PROCES: 4,
    Stage.CONDAMNATION_PREMIERE_INSTANCE: 5,
    Stage.APPEL: 6,
}
_ENDED = len(_FURTHER)


@dataclass(frozen=True)
class Accusation:
    """What an article says of one politician."""

    politician_id: int
    slug: str
    offence: Offence
    stage: Stage


@dataclass(frozen=True)
class Source:
    """The article, as an affair's source."""

    url: str
    publisher: str
    title: str
    published_on: date | None


def add(session: Session, source: Source, told: Accusation) -> Literal["affairsCreated", "affairsEnriched"] | None:
    """What came of it, as a counter; None where the affair has this source, and is no further.

    An affair that a person has taken up stays as it is; one that is shown does not even get the source.
    """
    key = f"press:{source.url}:{told.slug}"
    affair = _of_this_article(session, key) or _of_the_same_kind(session, source, told)
    if affair is None:
        affair = _draft(session, key, source, told)
        _cite(session, affair, source)
        return "affairsCreated"
    is_new = _cite(session, affair, source)
    goes_on = affair.publication_status is PublicationStatus.DRAFT and _rank(told.stage) > _rank(affair.stage)
    if goes_on:
        # The day was the earlier stage's.
        affair.stage, affair.stage_on, affair.updated_at = told.stage, None, datetime.now(UTC)
    return "affairsEnriched" if is_new or goes_on else None


def _rank(stage: Stage) -> int:
    return _FURTHER.get(stage, _ENDED)


def _of_this_article(session: Session, key: str) -> Affair | None:
    """Made of it earlier, perhaps as another offence; of one that was merged, the one that it is now."""
    affair = session.scalar(select(Affair).where(Affair.external_id == key))
    while affair is not None and affair.merged_into_id is not None:
        affair = session.get(Affair, affair.merged_into_id)
    return affair


def _of_the_same_kind(session: Session, source: Source, told: Accusation) -> Affair | None:
    """The one that has this source, or else the newest that nobody is shown: a model's word that an article is about
    another is not published by itself. What fits no offence is of no kind.
    """
    has_it = exists().where(AffairSource.affair_id == Affair.id, AffairSource.url == source.url)
    is_open = Affair.publication_status.in_((PublicationStatus.DRAFT, PublicationStatus.EXCLUDED))
    same = select(Affair).where(
        Affair.politician_id == told.politician_id,
        Affair.category == told.offence,
        Affair.merged_into_id.is_(None),
        has_it if told.offence is Offence.AUTRE else or_(has_it, is_open),
    )
    return session.scalar(same.order_by(has_it.desc(), Affair.id.desc()).limit(1))


def _draft(session: Session, key: str, source: Source, told: Accusation) -> Affair:
    now = datetime.now(UTC)
    affair = Affair(
        external_id=key,
        politician_id=told.politician_id,
        origin=AffairOrigin.PRESS,
        title=source.title,
        category=told.offence,
        stage=told.stage,
        appeal_numbers=[],
        case_numbers=[],
        publication_status=PublicationStatus.DRAFT,
        created_at=now,
        updated_at=now,
    )
    session.add(affair)
    session.flush()
    return affair


def _cite(session: Session, affair: Affair, source: Source) -> bool:
    """Whether this source is new. One that a person has taken up with its affair stays as it is."""
    there = select(AffairSource.id).where(AffairSource.affair_id == affair.id, AffairSource.url == source.url)
    if affair.publication_status is not PublicationStatus.DRAFT and session.scalar(there):
        return False
    row = {
        "affair_id": affair.id,
        "url": source.url,
        "publisher": source.publisher,
        "title": source.title,
        "published_on": source.published_on,
    }
    return bool(upsert(session, AffairSource, [row], key=("affair_id", "url")).created)
