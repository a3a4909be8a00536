"""Affairs, fact-checks, decisions, what a model has written, themes, and the index for search by meaning.

Types are written out here and not imported: a migration must stay as it was when the models go on.
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import DBAPIError

from scripts.errors import DatabaseNotReady

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
STATUSES = ("DRAFT", "PUBLISHED", "ARCHIVED", "EXCLUDED")
OFFENCES = (
    "CORRUPTION",
    "TRAFIC_INFLUENCE",
    "PRISE_ILLEGALE_INTERETS",
    "FAVORITISME",
    "DETOURNEMENT_FONDS_PUBLICS",
    "EMPLOI_FICTIF",
    "FINANCEMENT_ILLEGAL",
    "FRAUDE_FISCALE",
    "FRAUDE_ELECTORALE",
    "BLANCHIMENT",
    "ABUS_BIENS_SOCIAUX",
    "ABUS_CONFIANCE",
    "ESCROQUERIE",
    "FAUX",
    "VIOLENCES",
    "AGRESSION_SEXUELLE",
    "HARCELEMENT",
    "INCITATION_HAINE",
    "DIFFAMATION",
    "AUTRE",
)
STAGES = (
    "ENQUETE",
    "MISE_EN_EXAMEN",
    "RENVOI",
    "PROCES",
    "CONDAMNATION_PREMIERE_INSTANCE",
    "APPEL",
    "CONDAMNATION_DEFINITIVE",
    "RELAXE",
    "NON_LIEU",
    "PRESCRIPTION",
    "CLASSEMENT_SANS_SUITE",
    "INCONNU",
)
RATINGS = (
    "TRUE",
    "MOSTLY_TRUE",
    "HALF_TRUE",
    "MISLEADING",
    "OUT_OF_CONTEXT",
    "MOSTLY_FALSE",
    "FALSE",
    "UNVERIFIABLE",
)
THEMES = (
    "ECONOMIE_BUDGET",
    "SOCIAL_TRAVAIL",
    "SECURITE_JUSTICE",
    "ENVIRONNEMENT_ENERGIE",
    "SANTE",
    "EDUCATION_CULTURE",
    "INSTITUTIONS",
    "AFFAIRES_ETRANGERES_DEFENSE",
    "NUMERIQUE_TECH",
    "IMMIGRATION",
    "AGRICULTURE_ALIMENTATION",
    "LOGEMENT_URBANISME",
    "TRANSPORTS",
)
ENTITIES = ("POLITICIAN", "PARTY", "AFFAIR", "DOSSIER", "SCRUTIN", "FACTCHECK", "PRESS_ARTICLE")
TABLES = (
    "party_mentions",
    "press_analyses",
    "affairs",
    "affair_sources",
    "affair_merges",
    "fact_checks",
    "fact_check_mentions",
    "decisions",
    "generated_texts",
    "embeddings",
    "erasures",
)


def _id() -> sa.Column[int]:
    return sa.Column("id", ID, primary_key=True)


def _moments() -> tuple[sa.Column[datetime], sa.Column[datetime]]:
    return sa.Column("created_at", MOMENT, nullable=False), sa.Column("updated_at", MOMENT, nullable=False)


def _words(name: str, *words: str, length: int = 20) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=length)


def _of(
    column: str, table: str, *, with_it: bool = False, null: bool = False, index: bool = False, unique: bool = False
) -> sa.Column[int]:
    """`with_it`: gone when what it belongs to is."""
    key = sa.ForeignKey(f"{table}.id", ondelete="CASCADE" if with_it else None)
    return sa.Column(column, ID, key, nullable=null, index=index, unique=unique or None)


def upgrade() -> None:
    for table_name in ("legislative_files", "scrutins"):
        with op.batch_alter_table(table_name) as table:
            table.add_column(sa.Column("theme", _words("theme", *THEMES, length=30)))
            table.add_column(sa.Column("themed_by", _words("themedby", "RULE", "MODEL", "PERSON")))
        op.create_index(f"{table_name}_theme_idx", table_name, ["theme"])
    op.create_table(
        "party_mentions",
        _id(),
        _of("article_id", "press_articles", with_it=True),
        _of("party_id", "parties", index=True),
        *_moments(),
        sa.UniqueConstraint("article_id", "party_id"),
    )
    op.create_table(
        "press_analyses",
        _id(),
        _of("article_id", "press_articles", with_it=True, unique=True),
        sa.Column("tier", sa.Integer, nullable=False),
        sa.Column("is_judicial", sa.Boolean, nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("analyzed_at", MOMENT, nullable=False),
        sa.Column("content_sha256", sa.Text, nullable=False),
        *_moments(),
    )
    op.create_table(
        "affairs",
        _id(),
        sa.Column("external_id", sa.Text, nullable=False, unique=True),
        _of("politician_id", "politicians", index=True),
        sa.Column("origin", _words("affairorigin", "WIKIDATA", "WIKIPEDIA", "PRESS"), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("category", _words("offence", *OFFENCES, length=30), nullable=False),
        sa.Column("stage", _words("stage", *STAGES, length=40), nullable=False),
        sa.Column("stage_on", sa.Date),
        sa.Column("court", sa.Text),
        sa.Column("penalty", sa.Text),
        sa.Column("ecli", sa.Text, index=True),
        sa.Column("appeal_numbers", sa.JSON, nullable=False),
        sa.Column("case_numbers", sa.JSON, nullable=False),
        sa.Column("publication_status", _words("publicationstatus", *STATUSES), nullable=False),
        _of("merged_into_id", "affairs", null=True, index=True),
        *_moments(),
    )
    op.create_table(
        "affair_sources",
        _id(),
        _of("affair_id", "affairs", with_it=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("publisher", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("published_on", sa.Date),
        *_moments(),
        sa.UniqueConstraint("affair_id", "url"),
    )
    op.create_table(
        "affair_merges",
        _id(),
        _of("kept_id", "affairs", with_it=True),
        _of("merged_id", "affairs", with_it=True, index=True),
        sa.Column("confidence", _words("confidence", "CERTAIN", "HIGH", "POSSIBLE"), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("undone_at", MOMENT),
        *_moments(),
        sa.UniqueConstraint("kept_id", "merged_id"),
    )
    op.create_table(
        "fact_checks",
        _id(),
        sa.Column("source_url", sa.Text, nullable=False, unique=True),
        sa.Column("claim", sa.Text, nullable=False),
        sa.Column("claimant", sa.Text),
        sa.Column("claimed_on", sa.Date),
        sa.Column("title", sa.Text),
        sa.Column("publisher", sa.Text, nullable=False),
        sa.Column("publisher_site", sa.Text),
        sa.Column("reviewed_on", sa.Date, index=True),
        sa.Column("rating_text", sa.Text),
        sa.Column("rating", _words("rating", *RATINGS), nullable=False),
        sa.Column("language", sa.Text),
        *_moments(),
    )
    op.create_table(
        "fact_check_mentions",
        _id(),
        _of("fact_check_id", "fact_checks", with_it=True),
        _of("politician_id", "politicians", index=True),
        sa.Column("is_claimant", sa.Boolean, nullable=False),
        *_moments(),
        sa.UniqueConstraint("fact_check_id", "politician_id"),
    )
    op.create_table(
        "decisions",
        _id(),
        sa.Column("external_id", sa.Text, nullable=False, unique=True),
        sa.Column("ecli", sa.Text, index=True),
        sa.Column("numbers", sa.JSON, nullable=False),
        sa.Column("jurisdiction", sa.Text, nullable=False),
        sa.Column("chamber", sa.Text, index=True),
        sa.Column("chamber_name", sa.Text),
        sa.Column("decided_on", sa.Date, nullable=False, index=True),
        sa.Column("solution", sa.Text),
        sa.Column("solution_name", sa.Text),
        sa.Column("kind", sa.Text),
        sa.Column("formation", sa.Text),
        sa.Column("publication", sa.JSON, nullable=False),
        sa.Column("themes", sa.JSON, nullable=False),
        sa.Column("summary", sa.Text),
        sa.Column("topics", sa.JSON, nullable=False),
        sa.Column("source_url", sa.Text, nullable=False),
        *_moments(),
    )
    op.create_table(
        "generated_texts",
        _id(),
        sa.Column("kind", _words("textkind", "BIOGRAPHY", "FILE_SUMMARY", "SCRUTIN_SUMMARY"), nullable=False),
        sa.Column("subject_id", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("generated_at", MOMENT, nullable=False),
        sa.Column("sources", sa.JSON, nullable=False),
        sa.Column("content_sha256", sa.Text, nullable=False),
        *_moments(),
        sa.UniqueConstraint("kind", "subject_id"),
    )
    op.create_table(
        "embeddings",
        _id(),
        sa.Column("entity_type", _words("entitytype", *ENTITIES), nullable=False, index=True),
        sa.Column("entity_id", sa.BigInteger, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("dated_on", sa.Date),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("encoder", sa.Text, nullable=False),
        sa.Column("content_sha256", sa.Text, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        *_moments(),
        sa.UniqueConstraint("entity_type", "entity_id"),
    )
    op.create_table("erasures", _id(), sa.Column("id_sha256", sa.Text, nullable=False, unique=True), *_moments())
    if op.get_bind().dialect.name == "postgresql":
        try:
            op.execute("CREATE EXTENSION IF NOT EXISTS vector")
        except DBAPIError as error:
            reason = str(error.orig).strip().partition("\n")[0]
            raise DatabaseNotReady(
                f"The database has no pgvector, which the search index needs ({reason}). Have it installed, and "
                "`CREATE EXTENSION vector` run by whoever may."
            ) from error
        op.execute("ALTER TABLE embeddings ALTER COLUMN vector TYPE vector USING NULL")


def downgrade() -> None:
    """All that this release added is lost. The extension stays: others may use it."""
    for table_name in reversed(TABLES):
        op.drop_table(table_name)
    for table_name in ("legislative_files", "scrutins"):
        op.drop_index(f"{table_name}_theme_idx", table_name)
        with op.batch_alter_table(table_name) as table:
            for check, column in (("theme", "theme"), ("themedby", "themed_by")):
                table.drop_constraint(op.f(f"{table_name}_{check}_check"), type_="check")
                table.drop_column(column)
