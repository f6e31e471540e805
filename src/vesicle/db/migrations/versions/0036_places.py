"""What is copied, restored and waited for is told more exactly."""

from pathlib import Path

from vesicle.db.migrations import plain_sql

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Run the SQL beside this file."""
    plain_sql.run(Path(__file__).with_suffix(".sql").read_text())
