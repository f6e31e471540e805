"""Files of what was purged are told from files that are left untied."""

from pathlib import Path

from vesicle.db.migrations import plain_sql

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Run the SQL beside this file."""
    plain_sql.run(Path(__file__).with_suffix(".sql").read_text())
