"""First tables: people and mandates, votes, press, and what the sources looked like.

Types are written out here and not imported: a migration must stay as it was when the models go on.
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def _id() -> sa.Column[int]:
    return sa.Column("id", ID, primary_key=True)


def _moments() -> tuple[sa.Column[datetime], sa.Column[datetime]]:
    return sa.Column("created_at", MOMENT, nullable=False), sa.Column("updated_at", MOMENT, nullable=False)


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=20)


def _institution(name: str) -> sa.Enum:
    return _words(name, "ASSEMBLEE_NATIONALE", "SENAT", "PARLEMENT_EUROPEEN")


def upgrade() -> None:
    op.create_table(
        "sync_metadata",
        _id(),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        *_moments(),
    )
    op.create_table(
        "politicians",
        _id(),
        sa.Column("slug", sa.Text, nullable=False, unique=True),
        sa.Column("civility", sa.Text),
        sa.Column("first_name", sa.Text, nullable=False),
        sa.Column("last_name", sa.Text, nullable=False),
        sa.Column("birth_date", sa.Date),
        sa.Column("birth_place", sa.Text),
        sa.Column("profession", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("twitter", sa.Text),
        sa.Column("website", sa.Text),
        *_moments(),
    )
    op.create_table(
        "external_ids",
        _id(),
        sa.Column("source", _institution("idsource"), nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("politician_id", ID, sa.ForeignKey("politicians.id"), nullable=False, index=True),
        *_moments(),
        sa.UniqueConstraint("source", "external_id"),
    )
    op.create_table(
        "political_groups",
        _id(),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("chamber", _institution("chamber"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        *_moments(),
        sa.UniqueConstraint("code", "chamber"),
    )
    op.create_table(
        "mandates",
        _id(),
        sa.Column("external_id", sa.Text, nullable=False, unique=True),
        sa.Column("politician_id", ID, sa.ForeignKey("politicians.id"), nullable=False, index=True),
        sa.Column("group_id", ID, sa.ForeignKey("political_groups.id"), nullable=False, index=True),
        sa.Column("chamber", _institution("chamber"), nullable=False),
        sa.Column("legislature", sa.Integer, nullable=False),
        sa.Column("department_code", sa.Text),
        sa.Column("department_name", sa.Text),
        sa.Column("constituency", sa.Text),
        sa.Column("started_on", sa.Date, nullable=False),
        sa.Column("ended_on", sa.Date),
        *_moments(),
    )
    op.create_table(
        "scrutins",
        _id(),
        sa.Column("external_id", sa.Text, nullable=False, unique=True),
        sa.Column("legislature", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("voted_on", sa.Date, nullable=False, index=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("outcome", _words("outcome", "ADOPTED", "REJECTED"), nullable=False),
        sa.Column("votes_for", sa.Integer),
        sa.Column("votes_against", sa.Integer),
        sa.Column("abstentions", sa.Integer),
        sa.Column("non_voting", sa.Integer),
        sa.Column("source_url", sa.Text, nullable=False),
        sa.Column("votes_hash", sa.Text, nullable=False),
        *_moments(),
    )
    op.create_table(
        "votes",
        _id(),
        sa.Column("scrutin_id", ID, sa.ForeignKey("scrutins.id", ondelete="CASCADE"), nullable=False),
        sa.Column("acteur_ref", sa.Text, nullable=False, index=True),
        sa.Column("politician_id", ID, sa.ForeignKey("politicians.id"), index=True),
        sa.Column("position", _words("position", "POUR", "CONTRE", "ABSTENTION", "NON_VOTANT"), nullable=False),
        sa.Column("by_delegation", sa.Boolean, nullable=False),
        *_moments(),
        sa.UniqueConstraint("scrutin_id", "acteur_ref"),
    )
    op.create_table(
        "press_articles",
        _id(),
        sa.Column("feed", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("url", sa.Text, unique=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("published_at", MOMENT, index=True),
        *_moments(),
        sa.UniqueConstraint("feed", "external_id"),
    )
    op.create_table(
        "press_mentions",
        _id(),
        sa.Column("article_id", ID, sa.ForeignKey("press_articles.id", ondelete="CASCADE"), nullable=False),
        sa.Column("politician_id", ID, sa.ForeignKey("politicians.id"), nullable=False, index=True),
        sa.Column("matched_by", _words("matchedby", "FULL_NAME", "LAST_NAME"), nullable=False),
        *_moments(),
        sa.UniqueConstraint("article_id", "politician_id"),
    )


def downgrade() -> None:
    for table in (
        "press_mentions",
        "press_articles",
        "votes",
        "scrutins",
        "mandates",
        "political_groups",
        "external_ids",
        "politicians",
        "sync_metadata",
    ):
        op.drop_table(table)
