"""The site's tables that the bundled scripts write. Each has its source's own key, which every write upserts on."""

from datetime import UTC, date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, ForeignKey, Integer, MetaData, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC, with its zone on the way in and out; SQLite itself keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Chamber(StrEnum):
    ASSEMBLEE_NATIONALE = "ASSEMBLEE_NATIONALE"
    SENAT = "SENAT"
    PARLEMENT_EUROPEEN = "PARLEMENT_EUROPEEN"


class IdSource(StrEnum):
    """Who gave a politician an id."""

    ASSEMBLEE_NATIONALE = "ASSEMBLEE_NATIONALE"
    SENAT = "SENAT"
    PARLEMENT_EUROPEEN = "PARLEMENT_EUROPEEN"


class Outcome(StrEnum):
    ADOPTED = "ADOPTED"
    REJECTED = "REJECTED"


class Position(StrEnum):
    POUR = "POUR"
    CONTRE = "CONTRE"
    ABSTENTION = "ABSTENTION"
    NON_VOTANT = "NON_VOTANT"


class MatchedBy(StrEnum):
    """How sure a mention is: a whole name, or a last name that only one politician has."""

    FULL_NAME = "FULL_NAME"
    LAST_NAME = "LAST_NAME"


def _words(enum: type[StrEnum]) -> Enum:
    # Words with a CHECK, not PostgreSQL's own enums: a new word is then an ordinary migration on both dialects.
    return Enum(enum, native_enum=False, create_constraint=True, length=20, name=enum.__name__.lower())


class Row(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ix": "%(table_name)s_%(column_0_N_name)s_idx",
            "fk": "%(table_name)s_%(column_0_name)s_fkey",
            "ck": "%(table_name)s_%(constraint_name)s_check",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        str: Text(),
        datetime: UtcDateTime(),
        Chamber: _words(Chamber),
        IdSource: _words(IdSource),
        Outcome: _words(Outcome),
        Position: _words(Position),
        MatchedBy: _words(MatchedBy),
    }

    # SQLite counts by itself only a column that it knows as INTEGER.
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, sort_order=-1)
    created_at: Mapped[datetime] = mapped_column(sort_order=98)
    updated_at: Mapped[datetime] = mapped_column(sort_order=99)


class SyncMetadata(Row):
    """What a source looked like at its last complete pass, a row per script, part and mode."""

    __tablename__ = "sync_metadata"

    key: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    sha256: Mapped[str]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]


class Politician(Row):
    __tablename__ = "politicians"

    slug: Mapped[str] = mapped_column(unique=True)
    civility: Mapped[str | None]
    first_name: Mapped[str]
    last_name: Mapped[str]
    birth_date: Mapped[date | None]
    birth_place: Mapped[str | None]
    profession: Mapped[str | None]
    email: Mapped[str | None]
    twitter: Mapped[str | None]
    website: Mapped[str | None]


class ExternalId(Row):
    """The name by which a source knows a politician, e.g. PA1008."""

    __tablename__ = "external_ids"
    __table_args__ = (UniqueConstraint("source", "external_id"),)

    source: Mapped[IdSource]
    external_id: Mapped[str]
    politician_id: Mapped[int] = mapped_column(ForeignKey("politicians.id"), index=True)


class PoliticalGroup(Row):
    __tablename__ = "political_groups"
    __table_args__ = (UniqueConstraint("code", "chamber"),)

    code: Mapped[str]
    chamber: Mapped[Chamber]
    name: Mapped[str]


class Mandate(Row):
    """A seat held by a politician; open while `ended_on` is null."""

    __tablename__ = "mandates"

    external_id: Mapped[str] = mapped_column(unique=True)
    politician_id: Mapped[int] = mapped_column(ForeignKey("politicians.id"), index=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("political_groups.id"), index=True)
    chamber: Mapped[Chamber]
    legislature: Mapped[int]
    department_code: Mapped[str | None]
    department_name: Mapped[str | None]
    constituency: Mapped[str | None]
    started_on: Mapped[date]
    ended_on: Mapped[date | None]


class Scrutin(Row):
    """A public vote. The four counts are those announced; null where the source does not count that position."""

    __tablename__ = "scrutins"

    external_id: Mapped[str] = mapped_column(unique=True)
    legislature: Mapped[int]
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


class Vote(Row):
    """One person's position. Kept under the Assemblée's own id, and linked once the politician is known."""

    __tablename__ = "votes"
    __table_args__ = (UniqueConstraint("scrutin_id", "acteur_ref"),)

    scrutin_id: Mapped[int] = mapped_column(ForeignKey("scrutins.id", ondelete="CASCADE"))
    acteur_ref: Mapped[str] = mapped_column(index=True)
    politician_id: Mapped[int | None] = mapped_column(ForeignKey("politicians.id"), index=True)
    position: Mapped[Position]
    by_delegation: Mapped[bool]


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
