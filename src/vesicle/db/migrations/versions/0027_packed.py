"""Zips are sent once: what is in them was charged when they were made."""

from pathlib import Path

from vesicle.db.migrations import plain_sql

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Run the SQL beside this file."""
    plain_sql.run(Path(__file__).with_suffix(".sql").read_text())
