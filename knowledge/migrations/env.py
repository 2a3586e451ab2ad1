"""Alembic's entry: runs migrations on the connection that ``knowledge.db.migrate`` opened."""

from alembic import context

from knowledge.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    transactional_ddl=True,
    transaction_per_migration=False,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
