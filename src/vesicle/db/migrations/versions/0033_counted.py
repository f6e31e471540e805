"""What counts against limits of egress is told apart from what is charged."""

from pathlib import Path

from vesicle.db.migrations import plain_sql

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Run the SQL beside this file."""
    plain_sql.run(Path(__file__).with_suffix(".sql").read_text())
