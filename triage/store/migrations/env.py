"""What Alembic runs for each migration, on the connection that `migrate` hands over, never on one of its own."""

from alembic import context

from triage.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes columns by copying the table
    transaction_per_migration=False,
)
context.run_migrations()
