"""The index's table on PostgreSQL: what its migration needs, and says where it may not have it."""

import psycopg
import pytest
from alembic import command
from sqlalchemy import make_url

from scripts.database import altering, connected
from scripts.migrate import migrations
from scripts.settings import database_url
from tests.postgres import create
from tests.scripts.sites import Site


@pytest.fixture
def poor(postgres: str, sqlite_site: Site) -> Site:
    """A site whose role may make tables in its database, and no extension."""
    create(postgres, "poor")
    rich = make_url(postgres).set(database="poor").render_as_string(hide_password=False)
    with psycopg.connect(rich, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS poor")
        connection.execute("CREATE ROLE poor LOGIN PASSWORD 'poor'")
        connection.execute("GRANT ALL ON SCHEMA public TO poor")
    url = make_url(rich).set(username="poor", password="poor")
    sqlite_site.url = url.render_as_string(hide_password=False)
    return sqlite_site


def test_a_database_without_rights_is_told_what_it_lacks_and_left_as_it_was(poor: Site, postgres: str) -> None:
    outcome = poor.sync("migrate")
    assert outcome.code == 1
    assert "The database has no pgvector, which the search index needs (permission denied" in outcome.err
    assert "`CREATE EXTENSION vector` run by whoever may." in outcome.err
    assert list(poor.dump()) == []
    rich = make_url(postgres).set(database="poor").render_as_string(hide_password=False)
    with psycopg.connect(rich, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION vector")
    assert poor.sync("migrate").code == 0


def test_it_can_be_taken_back_and_made_again(site: Site) -> None:
    with connected(database_url(site.url)) as engine, engine.connect() as connection, altering(connection):
        config = migrations()
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
        assert not engine.dialect.has_table(connection, "embeddings")
        command.upgrade(config, "head")
        assert engine.dialect.has_table(connection, "embeddings")
