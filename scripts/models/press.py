"""Press articles, whom they name, and whether justice is their subject."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scripts.models.kinds import MatchedBy
from scripts.models.row import Row


class PressArticle(Row):
    """Title, link and a short excerpt: more than that is its publisher's."""

    __tablename__ = "press_articles"
    __table_args__ = (UniqueConstraint("feed", "external_id"),)

    feed: Mapped[str]
    external_id: Mapped[str]
    url: Mapped[str | None] = mapped_column(unique=True)
    title: Mapped[str]
    description: Mapped[str]
    published_at: Mapped[datetime | None] = mapped_column(index=True)


class PressMention(Row):
    """A politician named in an article's title or excerpt."""

    __tablename__ = "press_mentions"
    __table_args__ = (UniqueConstraint("article_id", "politician_id"),)

    article_id: Mapped[int] = mapped_column(ForeignKey("press_articles.id", ondelete="CASCADE"))
    politician_id: Mapped[int] = mapped_column(ForeignKey("politicians.id"), index=True)
    matched_by: Mapped[MatchedBy]


class PartyMention(Row):
    """A party named in an article's title or excerpt."""

    __tablename__ = "party_mentions"
    __table_args__ = (UniqueConstraint("article_id", "party_id"),)

    article_id: Mapped[int] = mapped_column(ForeignKey("press_articles.id", ondelete="CASCADE"))
    party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"), index=True)


class PressAnalysis(Row):
    """What was found in an article's text, which itself is not kept: whether justice is its subject.

    `tier` is 0 where no judicial word stands in it, so that no model was asked; 1 and 2 as scripts.judicial_words says.
    `is_judicial` is the model's answer. `model` is null where none was asked.
    """

    __tablename__ = "press_analyses"

    article_id: Mapped[int] = mapped_column(ForeignKey("press_articles.id", ondelete="CASCADE"), unique=True)
    tier: Mapped[int]
    is_judicial: Mapped[bool]
    model: Mapped[str | None]
    analyzed_at: Mapped[datetime]
    #: Of what was analysed: title, excerpt and text.
    content_sha256: Mapped[str]
