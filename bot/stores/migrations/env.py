"""What Alembic runs: it is handed a connection, and asks for no configuration file."""

from alembic import context

from bot.stores.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # whoever calls holds the transaction
)
context.run_migrations()
