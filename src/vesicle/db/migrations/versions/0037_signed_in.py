"""Who did not sign in is no member of an organization, and who has something at a location is found by an index."""

from pathlib import Path

from vesicle.db.migrations import plain_sql

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Run the SQL beside this file."""
    plain_sql.run(Path(__file__).with_suffix(".sql").read_text())
