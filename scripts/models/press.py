"""Press articles, and whom they name."""

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
