"""A database that did not keep past charges learns to: what is there counts from as early a day as is known of it."""

from __future__ import annotations

import psycopg
from tests.fresh import fresh_database
from tests.live import Server

from vesicle.db.migrate import migrate

BEFORE, AFTER = "0033", "0034"


def test_what_is_there_counts_from_as_early_a_day_as_is_known(server: Server) -> None:
    with fresh_database(server) as url, psycopg.connect(url, autocommit=True) as before:
        migrate(url, BEFORE)
        # Rows need not belong to others here.
        before.execute("SET session_replication_role = replica")
        before.execute("SET TIME ZONE 'UTC'")
        # Of the first two it is known only since when it is kept who is tied to what; the third was tied later.
        days = [("2026-01-05", "2026-03-01", 0), ("2026-02-06", "2026-03-01", 7), ("2026-02-07", "2026-04-09", 7)]
        for number, (made, since, project) in enumerate(days, 1):
            before.execute(
                "INSERT INTO file_handle (id, kind, created_by, created_on, file_name, content_type, content_md5,"
                " content_size, storage_location_id, bucket, key, verification)"
                " VALUES (%s, 's3', 1, %s, 'a', 'b', %s, 1, 1, 'c', 'd', 'claimed')",
                (number, made, "0" * 32),
            )
            before.execute(
                "INSERT INTO charged_handle (handle_id, home_id, bytes, location_id, contributor_id, is_custom)"
                " VALUES (%s, 5, 1, 1, 1, false)",
                (number,),
            )
            before.execute(
                "INSERT INTO charge (handle_id, project_id, home_id, in_trash, since) VALUES (%s, %s, %s, false, %s)",
                (number, project, 0 if project else 4, since),
            )
        migrate(url, AFTER)
        rows = before.execute("SELECT handle_id, home_id, first_day::text FROM charge ORDER BY 1").fetchall()
        assert rows == [(1, 5, "2026-01-05"), (2, 0, "2026-02-06"), (3, 0, "2026-04-09")]
        assert before.execute("SELECT first_day = current_date FROM past_begin").fetchall() == [(True,)]
