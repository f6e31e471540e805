"""A database that did not keep past charges learns to: what is there counts from as early a day as is known of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.live import Server

import vesicle

VERSIONS = sorted((Path(vesicle.__file__).parent / "db/migrations/versions").glob("*.sql"))
NUMBER = 33
NAME = "before_past_charges"


@pytest.fixture
def before(server: Server) -> Iterator[psycopg.Connection[Any]]:
    """A database of the version before, in which rows need not belong to others."""
    with server.database() as conn:
        conn.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        conn.execute(f"CREATE DATABASE {NAME}")
        with psycopg.connect(server.database_url, dbname=NAME, autocommit=True) as own:
            for file in VERSIONS:
                if int(file.name[:4]) < NUMBER:
                    own.execute(file.read_text("utf-8").encode())
            own.execute("SET session_replication_role = replica")
            own.execute("SET TIME ZONE 'UTC'")
            yield own
        conn.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def test_what_is_there_counts_from_as_early_a_day_as_is_known(before: psycopg.Connection[Any]) -> None:
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
    (file,) = (one for one in VERSIONS if int(one.name[:4]) == NUMBER)
    before.execute(file.read_text("utf-8").encode())
    rows = before.execute("SELECT handle_id, home_id, first_day::text FROM charge ORDER BY 1").fetchall()
    assert rows == [(1, 5, "2026-01-05"), (2, 0, "2026-02-06"), (3, 0, "2026-04-09")]
    assert before.execute("SELECT first_day = current_date FROM past_begin").fetchall() == [(True,)]
