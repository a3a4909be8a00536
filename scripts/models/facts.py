"""Fact-checks, and decisions of the Cour de cassation."""

from datetime import date

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scripts.models.kinds import Rating
from scripts.models.row import Row


class FactCheck(Row):
    """What a publisher found of a claim. Its text is the publisher's; this is where to read it."""

    __tablename__ = "fact_checks"

    source_url: Mapped[str] = mapped_column(unique=True)
    claim: Mapped[str]
    claimant: Mapped[str | None]
    claimed_on: Mapped[date | None]
    title: Mapped[str | None]
    publisher: Mapped[str]
    publisher_site: Mapped[str | None]
    reviewed_on: Mapped[date | None] = mapped_column(index=True)
    #: As the publisher words it, and what that means here.
    rating_text: Mapped[str | None]
    rating: Mapped[Rating]
    language: Mapped[str | None]


class FactCheckMention(Row):
    """A politician whom a claim names; `is_claimant`, where it is theirs."""

    __tablename__ = "fact_check_mentions"
    __table_args__ = (UniqueConstraint("fact_check_id", "politician_id"),)

    fact_check_id: Mapped[int] = mapped_column(ForeignKey("fact_checks.id", ondelete="CASCADE"))
    politician_id: Mapped[int] = mapped_column(ForeignKey("politicians.id"), index=True)
    is_claimant: Mapped[bool]


class Decision(Row):
    """A decision as Judilibre publishes it, under pseudonyms. It is linked with nobody: the terms of use forbid it."""

    __tablename__ = "decisions"

    external_id: Mapped[str] = mapped_column(unique=True)
    ecli: Mapped[str | None] = mapped_column(index=True)
    #: Of the appeals that it decides, e.g. 19-19.463.
    numbers: Mapped[list[str]] = mapped_column(JSON)
    #: Judilibre's keys, and what its taxonomy calls the chamber and the solution.
    jurisdiction: Mapped[str]
    chamber: Mapped[str | None] = mapped_column(index=True)
    chamber_name: Mapped[str | None]
    decided_on: Mapped[date] = mapped_column(index=True)
    solution: Mapped[str | None]
    solution_name: Mapped[str | None]
    kind: Mapped[str | None]
    formation: Mapped[str | None]
    publication: Mapped[list[str]] = mapped_column(JSON)
    themes: Mapped[list[str]] = mapped_column(JSON)
    summary: Mapped[str | None]
    #: The topics of ours that found it.
    topics: Mapped[list[str]] = mapped_column(JSON)
    source_url: Mapped[str]
