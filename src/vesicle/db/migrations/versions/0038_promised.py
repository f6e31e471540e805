"""What is promised to uploads into one project is found by an index, and objects count up to 50 TB."""

from pathlib import Path

from vesicle.db.migrations import plain_sql

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Run the SQL beside this file."""
    plain_sql.run(Path(__file__).with_suffix(".sql").read_text())
