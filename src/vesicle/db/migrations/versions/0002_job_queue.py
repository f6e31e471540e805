"""The queue of durable work: procrastinate's own tables, as its pinned release defines them."""

from procrastinate.schema import SchemaManager

from vesicle.db.migrations import plain_sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Run procrastinate's schema. A later release of it brings its own steps as a later migration of ours."""
    plain_sql.run(SchemaManager.get_schema())
