"""Alembic's entry: runs the plain-SQL migrations on the connection that vesicle.db.migrate hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], target_metadata=None)
with context.begin_transaction():
    context.run_migrations()
