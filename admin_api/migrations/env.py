"""Run by alembic, always on the connection that admin_api.migrate hands over, in its transaction."""

from alembic import context

from admin_api.migrate import VERSION_TABLE
from admin_api.models import Row

connection = context.config.attributes["connection"]
context.configure(
    connection,
    target_metadata=Row.metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,  # on SQLite too: admin_api.db begins its transactions itself
    render_as_batch=connection.dialect.name == "sqlite",  # which alters a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
