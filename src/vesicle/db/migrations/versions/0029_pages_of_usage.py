"""What is told of usage costs the same however much there is."""

from pathlib import Path

from vesicle.db.migrations import plain_sql

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Run the SQL beside this file."""
    plain_sql.run(Path(__file__).with_suffix(".sql").read_text())
