"""The database schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from tests import golden_files
from tests.fresh import fresh_database
from tests.live import Server

from vesicle.db.migrate import current, migrate, newest

COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable, coalesce(column_default, '')
FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'procrastinate%'
ORDER BY table_name, ordinal_position
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'procrastinate%'
AND contype <> 'n' ORDER BY 1, 2
"""
INDEXES = """
SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
AND tablename NOT LIKE 'procrastinate%' ORDER BY 1, 2
"""
# Foreign keys that no index begins with. A partial index helps only where it leaves out nothing but NULL.
UNINDEXED = """
SELECT c.conrelid::regclass::text, string_agg(a.attname, ', ' ORDER BY k.place), c.confrelid::regclass::text
FROM pg_constraint c CROSS JOIN unnest(c.conkey) WITH ORDINALITY AS k (number, place)
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number
WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indisvalid
    AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey
    AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) ~ '^\\(\\w+ IS NOT NULL\\)$')
) AND c.conrelid::regclass::text NOT LIKE 'procrastinate%' GROUP BY c.oid ORDER BY 1, 2
"""
NEVER_REMOVED = "a storage location never goes, so nobody asks who names it"
NEEDS_NO_INDEX = {
    ("file_handle", "storage_location_id", "storage_location"): NEVER_REMOVED,
    ("multipart_upload", "storage_location_id", "storage_location"): NEVER_REMOVED,
    ("project_storage", "location_id", "storage_location"): NEVER_REMOVED,
}
ROWS = "SELECT 'principal', count(*) FROM principal UNION ALL SELECT 'node', count(*) FROM node ORDER BY 1"


def picture(conn: psycopg.Connection[Any]) -> str:
    return "".join(
        "  ".join(str(value) for value in row).rstrip() + "\n"
        for query in (COLUMNS, CONSTRAINTS, INDEXES)
        for row in conn.execute(query)
    )


@pytest.fixture
def empty(server: Server) -> Iterator[str]:
    """The address of an empty database beside the server's."""
    with fresh_database(server) as url:
        yield url


def test_a_fresh_database_is_the_servers_and_migrating_twice_changes_nothing(server: Server, empty: str) -> None:
    with psycopg.connect(empty, autocommit=True) as conn:
        assert current(conn) is None
        migrate(empty)
        assert current(conn) == newest()
        once, rows = picture(conn), conn.execute(ROWS).fetchall()
        migrate(empty)
        assert picture(conn) == once
        assert conn.execute(ROWS).fetchall() == rows
    with server.database() as conn:
        assert picture(conn) == once
        assert current(conn) == newest()


def test_no_shipped_plan_is_unlimited_in_storage_or_egress(empty: str) -> None:
    migrate(empty)
    with psycopg.connect(empty) as conn:
        shipped = conn.execute(
            "SELECT name, kind, storage_limit, egress_limit, egress_period, certified_user_limit FROM plan_offer"
            " ORDER BY name"
        ).fetchall()
    assert shipped == [
        ("BASIC", "BASIC", 100 * 10**9, 1000 * 10**9, "YEAR", 1),
        ("SELF_MANAGED", "SELF_MANAGED", 500 * 10**9, 5000 * 10**9, "YEAR", None),
    ]


def test_the_schema_is_the_golden_one(server: Server) -> None:
    with server.database() as conn:
        golden_files.check("schema.txt", picture(conn))


def test_every_project_has_an_organization_and_sequences_start_high(server: Server) -> None:
    with server.database() as conn, pytest.raises(psycopg.errors.CheckViolation):
        conn.execute(
            "INSERT INTO node (kind, parent_id, project_id, benefactor_id, name, created_by, modified_by)"
            " VALUES ('project', 4489, 4489, 4489, 'x', 1, 1)"
        )
    with server.database() as conn:
        low = conn.execute(
            "SELECT sequencename, start_value FROM pg_sequences WHERE schemaname = 'public'"
            " AND sequencename NOT LIKE 'procrastinate%' AND start_value < 1000000"
        ).fetchall()
    assert low == [("storage_location_id_seq", 3)]


def test_whatever_may_be_removed_is_looked_for_by_an_index_wherever_it_may_be_named(server: Server) -> None:
    """Removing a row asks every table that may refer to it; without an index that reads the whole table."""
    with server.database() as conn:
        found = set(conn.execute(UNINDEXED).fetchall())
    assert found == set(NEEDS_NO_INDEX), "make an index, or say in NEEDS_NO_INDEX why the question is never asked"
