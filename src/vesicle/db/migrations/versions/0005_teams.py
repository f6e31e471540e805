"""Teams, and how people come into them."""

from pathlib import Path

from vesicle.db.migrations import plain_sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Run the SQL beside this file."""
    plain_sql.run(Path(__file__).with_suffix(".sql").read_text())
