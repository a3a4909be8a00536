"""The site's tables that the bundled scripts write. Each has its source's own key, which every write upserts on."""

from datetime import UTC, date, datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Enum, ForeignKey, Integer, MetaData, Text, UniqueConstraint
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
    #: The lists of governments have ids of their own, and the presidents' list has the slug.
    GOUVERNEMENT = "GOUVERNEMENT"
    PRESIDENCE = "PRESIDENCE"
    HATVP = "HATVP"
    WIKIDATA = "WIKIDATA"


class Office(StrEnum):
    """What a mandate is."""

    PRESIDENT = "PRESIDENT"
    PREMIER_MINISTRE = "PREMIER_MINISTRE"
    MINISTRE_ETAT = "MINISTRE_ETAT"
    MINISTRE = "MINISTRE"
    MINISTRE_DELEGUE = "MINISTRE_DELEGUE"
    SECRETAIRE_ETAT = "SECRETAIRE_ETAT"
    DEPUTE = "DEPUTE"
    SENATEUR = "SENATEUR"
    DEPUTE_EUROPEEN = "DEPUTE_EUROPEEN"
    PRESIDENT_REGION = "PRESIDENT_REGION"
    PRESIDENT_DEPARTEMENT = "PRESIDENT_DEPARTEMENT"
    MAIRE = "MAIRE"
    CONSEILLER_REGIONAL = "CONSEILLER_REGIONAL"
    CONSEILLER_DEPARTEMENTAL = "CONSEILLER_DEPARTEMENTAL"
    AUTRE = "AUTRE"


class PhotoSource(StrEnum):
    ASSEMBLEE_NATIONALE = "ASSEMBLEE_NATIONALE"
    SENAT = "SENAT"
    GOUVERNEMENT = "GOUVERNEMENT"
    HATVP = "HATVP"
    WIKIDATA = "WIKIDATA"


class PublicationStatus(StrEnum):
    """Whether the site shows a politician's page."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    ARCHIVED = "ARCHIVED"
    EXCLUDED = "EXCLUDED"


class PartyRole(StrEnum):
    MEMBER = "MEMBER"
    LEADER = "LEADER"
    FOUNDER = "FOUNDER"


class FileStatus(StrEnum):
    """How far a legislative file is."""

    DEPOSE = "DEPOSE"
    EN_COMMISSION = "EN_COMMISSION"
    EN_COURS = "EN_COURS"
    CONSEIL_CONSTITUTIONNEL = "CONSEIL_CONSTITUTIONNEL"
    ADOPTE = "ADOPTE"
    REJETE = "REJETE"
    RETIRE = "RETIRE"
    CADUQUE = "CADUQUE"


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


def _words(enum: type[StrEnum], length: int = 20, name: str | None = None) -> Enum:
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
        Chamber: _words(Chamber),
        IdSource: _words(IdSource),
        Outcome: _words(Outcome),
        Position: _words(Position),
        MatchedBy: _words(MatchedBy),
        Office: _words(Office, 30),
        PhotoSource: _words(PhotoSource),
        PublicationStatus: _words(PublicationStatus),
        PartyRole: _words(PartyRole),
        FileStatus: _words(FileStatus, 30),
    }

    # SQLite counts by itself only a column that it knows as INTEGER.
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, sort_order=-1)
    created_at: Mapped[datetime] = mapped_column(sort_order=98)
    updated_at: Mapped[datetime] = mapped_column(sort_order=99)


class SyncMetadata(Row):
    """What a source looked like at its last complete pass, or how far it was read: a row per script, part and mode."""

    __tablename__ = "sync_metadata"

    key: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str | None]
    sha256: Mapped[str | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    cursor: Mapped[str | None]
    completed_at: Mapped[datetime | None]


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
    death_date: Mapped[date | None]
    biography: Mapped[str | None]
    photo_url: Mapped[str | None]
    photo_source: Mapped[PhotoSource | None]
    photo_checked_at: Mapped[datetime | None]
    #: 0 to 1000 (scripts.recalculate_prominence).
    prominence: Mapped[int | None]
    publication_status: Mapped[PublicationStatus | None]
    #: What a person has decided; no script changes it, nor decides otherwise.
    publication_override: Mapped[PublicationStatus | None] = mapped_column(
        _words(PublicationStatus, name="publicationoverride")
    )


class ExternalId(Row):
    """The name by which a source knows a politician, e.g. PA1008."""

    __tablename__ = "external_ids"
    __table_args__ = (UniqueConstraint("source", "external_id"),)

    source: Mapped[IdSource]
    external_id: Mapped[str]
    politician_id: Mapped[int] = mapped_column(ForeignKey("politicians.id"), index=True)


class Doubt(Row):
    """Somebody of a source who may be one of ours, or not: kept aside until a person decides (scripts.identity).

    `candidates` are slugs. Decided, `politician_id` says who it is, or `is_new` that it is none of them.
    """

    __tablename__ = "doubts"
    __table_args__ = (UniqueConstraint("source", "external_id"),)

    source: Mapped[IdSource]
    external_id: Mapped[str]
    name: Mapped[str]
    birth_date: Mapped[date | None]
    why: Mapped[str]
    candidates: Mapped[list[str]] = mapped_column(JSON)
    politician_id: Mapped[int | None] = mapped_column(ForeignKey("politicians.id"), index=True)
    is_new: Mapped[bool]


class PoliticalGroup(Row):
    __tablename__ = "political_groups"
    __table_args__ = (UniqueConstraint("code", "chamber"),)

    code: Mapped[str]
    chamber: Mapped[Chamber]
    name: Mapped[str]


class Mandate(Row):
    """An office held by a politician; open while `ended_on` is null. Only a seat has a chamber, and perhaps a group."""

    __tablename__ = "mandates"

    external_id: Mapped[str] = mapped_column(unique=True)
    politician_id: Mapped[int] = mapped_column(ForeignKey("politicians.id"), index=True)
    office: Mapped[Office]
    #: As the source words it: « ministre de l'intérieur ».
    title: Mapped[str | None]
    group_id: Mapped[int | None] = mapped_column(ForeignKey("political_groups.id"), index=True)
    chamber: Mapped[Chamber | None]
    legislature: Mapped[int | None]
    department_code: Mapped[str | None]
    department_name: Mapped[str | None]
    constituency: Mapped[str | None]
    #: Null where the source does not say it.
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]


class Party(Row):
    """A party, by its id in Wikidata."""

    __tablename__ = "parties"

    wikidata_id: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    short_name: Mapped[str | None]
    founded_on: Mapped[date | None]
    dissolved_on: Mapped[date | None]
    website: Mapped[str | None]


class PartyMembership(Row):
    """What somebody is or was in a party, by the statement's own id where the source has one."""

    __tablename__ = "party_memberships"

    external_id: Mapped[str] = mapped_column(unique=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"), index=True)
    politician_id: Mapped[int] = mapped_column(ForeignKey("politicians.id"), index=True)
    role: Mapped[PartyRole]
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]


class Declaration(Row):
    """A declaration of interests or assets, as the HATVP lists it; its content stays there."""

    __tablename__ = "declarations"

    #: The name of its file, which the HATVP gives once.
    external_id: Mapped[str] = mapped_column(unique=True)
    politician_id: Mapped[int] = mapped_column(ForeignKey("politicians.id"), index=True)
    kind: Mapped[str]
    office: Mapped[str]
    filed_on: Mapped[date | None]
    published_on: Mapped[date | None]
    url: Mapped[str]


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


class Vote(Row):
    """One person's position. Kept under the chamber's own id, and linked once the politician is known."""

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
