"""Run by alembic, always on the connection that scripts.migrate hands over."""

from alembic import context

from scripts.migrate import VERSION_TABLE
from scripts.models import Row

connection = context.config.attributes["connection"]
context.configure(
    connection,
    target_metadata=Row.metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,  # on SQLite too: scripts.database begins its transactions itself
    render_as_batch=connection.dialect.name == "sqlite",  # which alters a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
