"""Databases with rows are migrated: afterwards every counter of the ledger is the sum of what it counts."""

from __future__ import annotations

from pathlib import Path

import psycopg
from tests.fresh import fresh_database
from tests.live import Server
from tests.usage.counting import check_rows

from vesicle.db.migrate import migrate

ROWS = sorted((Path(__file__).parent / "rows").glob("*.sql"))
RECORD = "SELECT coalesce(organization_id, 1), charged, counted FROM download_record WHERE charged > 0 ORDER BY id"
ACCOUNTS = "SELECT organization_id, stored, custom_stored, reserved, in_trash, files FROM ledger_account ORDER BY 1"
COUNTER = "SELECT sum(bytes)::bigint FROM egress_counter WHERE organization_id = 80"


def test_rows_of_every_age_are_counted_after_they_were_migrated(server: Server) -> None:
    with fresh_database(server) as url, psycopg.connect(url, autocommit=True) as conn:
        for rows in ROWS:
            migrate(url, rows.stem)
            conn.execute(rows.read_text())
        for _ in range(2):
            migrate(url)
            check_rows(conn)
        assert conn.execute(RECORD).fetchall() == [
            (1, 100, 100), (70, 100, 100), (90, 100, 100), (70, 100, 100), (70, 100, 100), (70, 100, 0),
            (80, 100, 0), (80, 100, 0), (80, 100, 100), (80, 100, 0),
        ]  # fmt: skip
        assert conn.execute(ACCOUNTS).fetchall() == [
            (1, 120, 0, 40, 0, 2), (70, 150, 0, 0, 50, 2), (80, 30, 700, 0, 0, 2),
        ]  # fmt: skip
        assert conn.execute(COUNTER).fetchone() == (100,), "what was sent in its present year"
