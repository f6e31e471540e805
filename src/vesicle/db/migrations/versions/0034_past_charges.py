"""Where handles counted on days that are over."""

from pathlib import Path

from vesicle.db.migrations import plain_sql

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Run the SQL beside this file."""
    plain_sql.run(Path(__file__).with_suffix(".sql").read_text())
