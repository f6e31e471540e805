"""Every kind of entity, provenance, favourites, open data, the purge of the trash can."""

from pathlib import Path

from vesicle.db.migrations import plain_sql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Run the SQL beside this file."""
    plain_sql.run(Path(__file__).with_suffix(".sql").read_text())
