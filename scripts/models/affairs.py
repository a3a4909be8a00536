"""Judicial affairs, where they can be read about, and which of them are one."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scripts.models.kinds import AffairOrigin, Confidence, Offence, PublicationStatus, Stage
from scripts.models.row import Row


class Affair(Row):
    """A politician's affair, with its first source's own key. It always has a source that anybody can read.

    A script only ever makes a DRAFT, and changes nothing of one that a person has taken up (any other status).
    """

    __tablename__ = "affairs"

    #: `wikidata:<statement>`, `wikipedia:<page id>:<section>`, `press:<article's url>:<slug>`.
    external_id: Mapped[str] = mapped_column(unique=True)
    politician_id: Mapped[int] = mapped_column(ForeignKey("politicians.id"), index=True)
    origin: Mapped[AffairOrigin]
    #: As the source words it; no model writes one.
    title: Mapped[str]
    category: Mapped[Offence]
    stage: Mapped[Stage]
    #: When that stage was reached, where the source says the day.
    stage_on: Mapped[date | None]
    court: Mapped[str | None]
    penalty: Mapped[str | None]
    #: European Case Law Identifier of a decision.
    ecli: Mapped[str | None] = mapped_column(index=True)
    #: Numbers of appeals to the Cour de cassation, e.g. 19-19.463.
    appeal_numbers: Mapped[list[str]] = mapped_column(JSON)
    case_numbers: Mapped[list[str]] = mapped_column(JSON)
    publication_status: Mapped[PublicationStatus]
    #: The one that it is, after a merge (AffairMerge); everything of its own stays with it, so that this can be undone.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("affairs.id"), index=True)


class AffairSource(Row):
    """Where an affair can be read about."""

    __tablename__ = "affair_sources"
    __table_args__ = (UniqueConstraint("affair_id", "url"),)

    affair_id: Mapped[int] = mapped_column(ForeignKey("affairs.id", ondelete="CASCADE"))
    url: Mapped[str]
    publisher: Mapped[str]
    title: Mapped[str]
    published_on: Mapped[date | None]


class AffairMerge(Row):
    """Two affairs that were found to be one. Undone by a person, it is never done again."""

    __tablename__ = "affair_merges"
    __table_args__ = (UniqueConstraint("kept_id", "merged_id"),)

    kept_id: Mapped[int] = mapped_column(ForeignKey("affairs.id", ondelete="CASCADE"))
    merged_id: Mapped[int] = mapped_column(ForeignKey("affairs.id", ondelete="CASCADE"), index=True)
    confidence: Mapped[Confidence]
    why: Mapped[str]
    undone_at: Mapped[datetime | None]
