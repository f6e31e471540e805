"""What managers limit, whose invitations bounced, and who alone manages an organization."""

from pathlib import Path

from vesicle.db.migrations import plain_sql

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Run the SQL beside this file."""
    plain_sql.run(Path(__file__).with_suffix(".sql").read_text())
