"""Legislative files, public votes, and how each voted."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scripts.models.kinds import Chamber, FileStatus, Outcome, Position, Theme, ThemedBy
from scripts.models.row import Row


class LegislativeFile(Row):
    """A bill's way through Parliament, as the Assemblée files it."""

    __tablename__ = "legislative_files"

    external_id: Mapped[str] = mapped_column(unique=True)
    legislature: Mapped[int] = mapped_column(index=True)
    title: Mapped[str]
    procedure: Mapped[str]
    status: Mapped[FileStatus] = mapped_column(index=True)
    filed_on: Mapped[date | None]
    last_act_on: Mapped[date | None] = mapped_column(index=True)
    #: The first text, e.g. PIONANR5L17B0123, whose explanatory statement is read.
    text_ref: Mapped[str | None]
    source_url: Mapped[str]
    senate_url: Mapped[str | None]
    content_hash: Mapped[str]
    #: The explanatory statement (exposé des motifs), or else how the text begins.
    statement: Mapped[str | None]
    statement_url: Mapped[str | None]
    statement_checked_at: Mapped[datetime | None]
    theme: Mapped[Theme | None] = mapped_column(index=True)
    themed_by: Mapped[ThemedBy | None]


class Scrutin(Row):
    """A public vote. The four counts are those announced; null where the source does not count that position.

    The Assemblée's has a legislature, the Sénat's a session, named after the year in which it began.
    """

    __tablename__ = "scrutins"

    external_id: Mapped[str] = mapped_column(unique=True)
    chamber: Mapped[Chamber] = mapped_column(index=True)
    legislature: Mapped[int | None]
    session: Mapped[int | None]
    number: Mapped[int]
    voted_on: Mapped[date] = mapped_column(index=True)
    title: Mapped[str]
    outcome: Mapped[Outcome]
    votes_for: Mapped[int | None]
    votes_against: Mapped[int | None]
    abstentions: Mapped[int | None]
    non_voting: Mapped[int | None]
    source_url: Mapped[str]
    votes_hash: Mapped[str]
    theme: Mapped[Theme | None] = mapped_column(index=True)
    themed_by: Mapped[ThemedBy | None]


class Vote(Row):
    """One person's position. Kept under the chamber's own id, and linked once the politician is known."""

    __tablename__ = "votes"
    __table_args__ = (UniqueConstraint("scrutin_id", "acteur_ref"),)

    scrutin_id: Mapped[int] = mapped_column(ForeignKey("scrutins.id", ondelete="CASCADE"))
    acteur_ref: Mapped[str] = mapped_column(index=True)
    politician_id: Mapped[int | None] = mapped_column(ForeignKey("politicians.id"), index=True)
    position: Mapped[Position]
    by_delegation: Mapped[bool]
