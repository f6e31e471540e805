"""The ledger of stored and sent bytes."""

from pathlib import Path

from vesicle.db.migrations import plain_sql

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Run the SQL beside this file."""
    plain_sql.run(Path(__file__).with_suffix(".sql").read_text())
