"""The first schema."""

from pathlib import Path

from vesicle.db.migrations import plain_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the SQL beside this file."""
    plain_sql.run(Path(__file__).with_suffix(".sql").read_text())
