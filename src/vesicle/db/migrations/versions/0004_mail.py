"""E-mail on its way, and the links in it."""

from pathlib import Path

from vesicle.db.migrations import plain_sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Run the SQL beside this file."""
    plain_sql.run(Path(__file__).with_suffix(".sql").read_text())
