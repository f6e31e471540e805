"""Running a file of SQL as it stands."""

from __future__ import annotations

from alembic import op


def run(text: str) -> None:
    """Run many statements at once. Past SQLAlchemy, which would read a percent sign as a placeholder."""
    raw = op.get_bind().connection.driver_connection
    if raw is None:
        raise RuntimeError("migrations need a live connection")
    raw.execute(text)
