"""Politicians, what they are, and who may be one of them."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scripts.models.kinds import Chamber, IdSource, Office, PartyRole, PhotoSource, PublicationStatus
from scripts.models.row import Row, words


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
        words(PublicationStatus, name="publicationoverride")
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


class Erasure(Row):
    """An id of somebody who was erased (scripts.erasure), hashed: whoever a source calls so does not come back."""

    __tablename__ = "erasures"

    id_sha256: Mapped[str] = mapped_column(unique=True)


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
