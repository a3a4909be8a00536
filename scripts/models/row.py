"""What every table has: its key, its moments in UTC, and words that the database checks."""

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from scripts.models import kinds


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


def words(enum: type[StrEnum], length: int = 20, name: str | None = None) -> Enum:
    # Words with a CHECK, not PostgreSQL's own enums: a new word is then an ordinary migration on both dialects.
    return Enum(enum, native_enum=False, create_constraint=True, length=length, name=name or enum.__name__.lower())


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
        kinds.Chamber: words(kinds.Chamber),
        kinds.IdSource: words(kinds.IdSource),
        kinds.Outcome: words(kinds.Outcome),
        kinds.Position: words(kinds.Position),
        kinds.MatchedBy: words(kinds.MatchedBy),
        kinds.Office: words(kinds.Office, 30),
        kinds.PhotoSource: words(kinds.PhotoSource),
        kinds.PublicationStatus: words(kinds.PublicationStatus),
        kinds.PartyRole: words(kinds.PartyRole),
        kinds.FileStatus: words(kinds.FileStatus, 30),
        kinds.Offence: words(kinds.Offence, 30),
        kinds.Stage: words(kinds.Stage, 40),
        kinds.AffairOrigin: words(kinds.AffairOrigin),
        kinds.Confidence: words(kinds.Confidence),
        kinds.Rating: words(kinds.Rating),
        kinds.Theme: words(kinds.Theme, 30),
        kinds.ThemedBy: words(kinds.ThemedBy),
        kinds.TextKind: words(kinds.TextKind),
        kinds.EntityType: words(kinds.EntityType),
    }

    # SQLite counts by itself only a column that it knows as INTEGER.
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, sort_order=-1)
    created_at: Mapped[datetime] = mapped_column(sort_order=98)
    updated_at: Mapped[datetime] = mapped_column(sort_order=99)
