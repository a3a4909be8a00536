"""Offices beyond the Assemblée, parties, declarations, legislative files, the Sénat's votes, photos, and doubts.

Types are written out here and not imported: a migration must stay as it was when the models go on.
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ID_SOURCES_BEFORE = ("ASSEMBLEE_NATIONALE", "SENAT", "PARLEMENT_EUROPEEN")
ID_SOURCES = (*ID_SOURCES_BEFORE, "GOUVERNEMENT", "PRESIDENCE", "HATVP", "WIKIDATA")
STATUSES = ("DRAFT", "PUBLISHED", "ARCHIVED", "EXCLUDED")
OFFICES = (
    "PRESIDENT",
    "PREMIER_MINISTRE",
    "MINISTRE_ETAT",
    "MINISTRE",
    "MINISTRE_DELEGUE",
    "SECRETAIRE_ETAT",
    "DEPUTE",
    "SENATEUR",
    "DEPUTE_EUROPEEN",
    "PRESIDENT_REGION",
    "PRESIDENT_DEPARTEMENT",
    "MAIRE",
    "CONSEILLER_REGIONAL",
    "CONSEILLER_DEPARTEMENTAL",
    "AUTRE",
)
PHOTO_SOURCES = ("ASSEMBLEE_NATIONALE", "SENAT", "GOUVERNEMENT", "HATVP", "WIKIDATA")
FILE_STATUSES = (
    "DEPOSE",
    "EN_COMMISSION",
    "EN_COURS",
    "CONSEIL_CONSTITUTIONNEL",
    "ADOPTE",
    "REJETE",
    "RETIRE",
    "CADUQUE",
)


def _id() -> sa.Column[int]:
    return sa.Column("id", ID, primary_key=True)


def _moments() -> tuple[sa.Column[datetime], sa.Column[datetime]]:
    return sa.Column("created_at", MOMENT, nullable=False), sa.Column("updated_at", MOMENT, nullable=False)


def _words(name: str, *words: str, length: int = 20) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=length)


def _chamber() -> sa.Enum:
    return _words("chamber", "ASSEMBLEE_NATIONALE", "SENAT", "PARLEMENT_EUROPEEN")


def _politician(*, null: bool = False) -> sa.Column[int]:
    return sa.Column("politician_id", ID, sa.ForeignKey("politicians.id"), nullable=null, index=True)


def upgrade() -> None:
    with op.batch_alter_table("sync_metadata") as table:
        table.alter_column("url", existing_type=sa.Text(), nullable=True)
        table.alter_column("sha256", existing_type=sa.Text(), nullable=True)
        table.add_column(sa.Column("cursor", sa.Text))
        table.add_column(sa.Column("completed_at", MOMENT))
    with op.batch_alter_table("politicians") as table:
        table.add_column(sa.Column("death_date", sa.Date))
        table.add_column(sa.Column("biography", sa.Text))
        table.add_column(sa.Column("photo_url", sa.Text))
        table.add_column(sa.Column("photo_source", _words("photosource", *PHOTO_SOURCES)))
        table.add_column(sa.Column("photo_checked_at", MOMENT))
        table.add_column(sa.Column("prominence", sa.Integer))
        table.add_column(sa.Column("publication_status", _words("publicationstatus", *STATUSES)))
        table.add_column(sa.Column("publication_override", _words("publicationoverride", *STATUSES)))
    _allow_sources(*ID_SOURCES)
    op.create_table(
        "doubts",
        _id(),
        sa.Column("source", _words("idsource", *ID_SOURCES), nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("birth_date", sa.Date),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("candidates", sa.JSON, nullable=False),
        _politician(null=True),
        sa.Column("is_new", sa.Boolean, nullable=False),
        *_moments(),
        sa.UniqueConstraint("source", "external_id"),
    )
    with op.batch_alter_table("mandates") as table:
        # All that is there are deputies' seats.
        table.add_column(
            sa.Column("office", _words("office", *OFFICES, length=30), nullable=False, server_default="DEPUTE")
        )
        table.add_column(sa.Column("title", sa.Text))
        table.alter_column("group_id", existing_type=ID, nullable=True)
        table.alter_column("chamber", existing_type=sa.String(20), nullable=True)
        table.alter_column("legislature", existing_type=sa.Integer(), nullable=True)
        table.alter_column("started_on", existing_type=sa.Date(), nullable=True)
    with op.batch_alter_table("mandates") as table:
        table.alter_column("office", existing_type=sa.String(30), server_default=None)
    with op.batch_alter_table("scrutins") as table:
        table.add_column(sa.Column("chamber", _chamber(), nullable=False, server_default="ASSEMBLEE_NATIONALE"))
        table.add_column(sa.Column("session", sa.Integer))
        table.alter_column("legislature", existing_type=sa.Integer(), nullable=True)
    with op.batch_alter_table("scrutins") as table:
        table.alter_column("chamber", existing_type=sa.String(20), server_default=None)
    op.create_index("scrutins_chamber_idx", "scrutins", ["chamber"])
    op.create_table(
        "parties",
        _id(),
        sa.Column("wikidata_id", sa.Text, nullable=False, unique=True),
        sa.Column("slug", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("short_name", sa.Text),
        sa.Column("founded_on", sa.Date),
        sa.Column("dissolved_on", sa.Date),
        sa.Column("website", sa.Text),
        *_moments(),
    )
    op.create_table(
        "party_memberships",
        _id(),
        sa.Column("external_id", sa.Text, nullable=False, unique=True),
        sa.Column("party_id", ID, sa.ForeignKey("parties.id"), nullable=False, index=True),
        _politician(),
        sa.Column("role", _words("partyrole", "MEMBER", "LEADER", "FOUNDER"), nullable=False),
        sa.Column("started_on", sa.Date),
        sa.Column("ended_on", sa.Date),
        *_moments(),
    )
    op.create_table(
        "declarations",
        _id(),
        sa.Column("external_id", sa.Text, nullable=False, unique=True),
        _politician(),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("office", sa.Text, nullable=False),
        sa.Column("filed_on", sa.Date),
        sa.Column("published_on", sa.Date),
        sa.Column("url", sa.Text, nullable=False),
        *_moments(),
    )
    op.create_table(
        "legislative_files",
        _id(),
        sa.Column("external_id", sa.Text, nullable=False, unique=True),
        sa.Column("legislature", sa.Integer, nullable=False, index=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("procedure", sa.Text, nullable=False),
        sa.Column("status", _words("filestatus", *FILE_STATUSES, length=30), nullable=False, index=True),
        sa.Column("filed_on", sa.Date),
        sa.Column("last_act_on", sa.Date, index=True),
        sa.Column("text_ref", sa.Text),
        sa.Column("source_url", sa.Text, nullable=False),
        sa.Column("senate_url", sa.Text),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("statement", sa.Text),
        sa.Column("statement_url", sa.Text),
        sa.Column("statement_checked_at", MOMENT),
        *_moments(),
    )


def downgrade() -> None:
    """What release 0001 had no place for is lost: offices outside the Assemblée or of which less is known than it
    asks for, the Sénat's votes, doubts."""
    for table_name in ("legislative_files", "declarations", "party_memberships", "parties", "doubts"):
        op.drop_table(table_name)
    op.execute("DELETE FROM votes WHERE scrutin_id IN (SELECT id FROM scrutins WHERE chamber <> 'ASSEMBLEE_NATIONALE')")
    op.execute("DELETE FROM scrutins WHERE chamber <> 'ASSEMBLEE_NATIONALE'")
    op.execute(
        "DELETE FROM mandates WHERE office <> 'DEPUTE' OR group_id IS NULL OR chamber IS NULL OR legislature IS NULL "
        "OR started_on IS NULL"
    )
    op.execute("DELETE FROM sync_metadata WHERE sha256 IS NULL OR url IS NULL")
    op.execute("DELETE FROM external_ids WHERE source NOT IN ('ASSEMBLEE_NATIONALE', 'SENAT', 'PARLEMENT_EUROPEEN')")
    op.drop_index("scrutins_chamber_idx", "scrutins")
    with op.batch_alter_table("scrutins") as table:
        table.drop_constraint(op.f("scrutins_chamber_check"), type_="check")
        table.drop_column("chamber")
        table.drop_column("session")
        table.alter_column("legislature", existing_type=sa.Integer(), nullable=False)
    with op.batch_alter_table("mandates") as table:
        table.drop_constraint(op.f("mandates_office_check"), type_="check")
        table.drop_column("office")
        table.drop_column("title")
        for name, kind in (("group_id", ID), ("chamber", sa.String(20)), ("legislature", sa.Integer())):
            table.alter_column(name, existing_type=kind, nullable=False)
        table.alter_column("started_on", existing_type=sa.Date(), nullable=False)
    _allow_sources(*ID_SOURCES_BEFORE)
    with op.batch_alter_table("politicians") as table:
        for check in ("photosource", "publicationstatus", "publicationoverride"):
            table.drop_constraint(op.f(f"politicians_{check}_check"), type_="check")
        for column in (
            "death_date",
            "biography",
            "photo_url",
            "photo_source",
            "photo_checked_at",
            "prominence",
            "publication_status",
            "publication_override",
        ):
            table.drop_column(column)
    with op.batch_alter_table("sync_metadata") as table:
        table.drop_column("cursor")
        table.drop_column("completed_at")
        table.alter_column("url", existing_type=sa.Text(), nullable=False)
        table.alter_column("sha256", existing_type=sa.Text(), nullable=False)


def _allow_sources(*words: str) -> None:
    allowed = ", ".join(f"'{word}'" for word in words)
    with op.batch_alter_table("external_ids") as table:
        table.drop_constraint(op.f("external_ids_idsource_check"), type_="check")
        table.create_check_constraint(op.f("external_ids_idsource_check"), f"source IN ({allowed})")
