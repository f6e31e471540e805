"""What the ledger should say, counted independently of it: from file handles, their ties, and open uploads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
import pytest
from tests.live import Server
from tests.usage import counting_sent

from vesicle.objectstore.contract import NoSuchObject, NoSuchUpload

_HANDLES = """
SELECT h.id, h.content_size, l.kind <> 'managed-s3', c.home_id, h.storage_location_id, h.created_by
FROM file_handle h JOIN storage_location l ON l.id = h.storage_location_id
LEFT JOIN charged_handle c ON c.handle_id = h.id WHERE h.bucket IS NOT NULL
"""
_TIES = """
SELECT a.file_handle_id, n.project_id, bool_and(n.benefactor_id = 1681355) FROM file_association a
JOIN node n ON n.id = a.object_id WHERE a.object_type = 'FileEntity' GROUP BY 1, 2
"""
_UPLOADS = """
SELECT u.id, u.file_size, r.organization_id, r.bytes FROM multipart_upload u
LEFT JOIN reservation r ON r.upload_id = u.id
-- One that ended, replaced or aborted, needs no room once the store has nothing of it: see `_ENDED`.
WHERE u.state = 'UPLOADING' AND (u.request_digest IS NOT NULL OR r.upload_id IS NOT NULL)
"""
_BEGUN = """
SELECT u.id, u.bucket, u.key, u.store_upload_id FROM multipart_upload u
JOIN storage_location l ON l.id = u.storage_location_id AND l.kind = 'managed-s3'
WHERE u.state = 'UPLOADING'
"""
_ENDED = f"""{_BEGUN} AND u.request_digest IS NULL
AND NOT EXISTS (SELECT 1 FROM reservation r WHERE r.upload_id = u.id)
"""
_seen_gone: set[tuple[str, int]] = set()
_HELD = """
SELECT 'storage', organization_id, 0, stored + reserved, storage_limit FROM ledger_account
UNION ALL SELECT 'custom', organization_id, 0, custom_stored + custom_reserved, custom_limit FROM ledger_account
UNION ALL SELECT 'project', project_id, location_id, stored, max_bytes FROM project_storage
"""
Held = dict[tuple[str, int, int], int]
Counters = dict[Any, Any]


class Place(NamedTuple):
    """A file handle, as it counts in a project; project 0 is none."""

    owner: int
    project: int
    handle: int
    size: int
    location: int
    maker: int
    is_custom: bool
    in_trash: bool


def places(conn: psycopg.Connection[Any]) -> Iterator[Place]:
    """Where each file handle counts now."""
    organizations = dict(conn.execute("SELECT id, organization_id FROM node WHERE kind = 'project'").fetchall())
    ties: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for handle, project, trashed in conn.execute(_TIES):
        ties[handle].append((project, trashed))
    for handle, size, custom, home, location, maker in conn.execute(_HANDLES):
        assert home is not None, f"file handle {handle} is charged to nobody"
        for project, trashed in ties.get(handle, [(0, False)]):
            yield Place(organizations.get(project, home), project, handle, size, location, maker, custom, trashed)


def check(server: Server) -> None:
    """Every counter of the ledger is the sum of what it counts."""
    with server.database() as conn:
        check_rows(conn)
        # Each is looked at once.
        ended = [one for one in conn.execute(_ENDED) if (server.url, one[0]) not in _seen_gone]
        check_gone(server, ended)
        _seen_gone.update((server.url, one[0]) for one in ended)


def check_rows(conn: psycopg.Connection[Any]) -> None:
    """The same for a database."""
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        counting_sent.check(conn)
        stored: Counters = defaultdict(int)
        kept: Counters = defaultdict(lambda: [0, 0])
        totals: Counters = defaultdict(lambda: [0, 0, 0])
        for one in places(conn):
            stored[one.owner, one.is_custom] += one.size
            kept[one.owner] = [kept[one.owner][0] + one.size * one.in_trash, kept[one.owner][1] + 1]
            cell = totals[one.owner, one.project, one.location, one.maker]
            cell[0], cell[1], cell[2] = cell[0] + one.size, cell[1] + one.size * one.in_trash, cell[2] + 1
        reserved: Counters = defaultdict(int)
        for upload, size, owner, promised in conn.execute(_UPLOADS):
            assert promised == size, f"upload {upload} has {promised} of {size} bytes promised"
            reserved[owner] += size
        accounts = conn.execute(
            "SELECT organization_id, stored, custom_stored, reserved + custom_reserved, in_trash, files"
            " FROM ledger_account"
        ).fetchall()
        for owner, *there in accounts:
            there_should = [stored[owner, False], stored[owner, True], reserved[owner], *kept[owner]]
            assert there == there_should, f"organization {owner}"
        for table in ("usage_total", "usage_day"):
            rows = conn.execute(
                "SELECT organization_id, project_id, location_id, contributor_id, sum(stored)::bigint,"
                f" sum(in_trash)::bigint, sum(files)::bigint FROM {table} GROUP BY 1, 2, 3, 4"
            ).fetchall()
            found = {tuple(row[:4]): list(row[4:]) for row in rows if any(row[4:])}
            assert found == {key: cell for key, cell in totals.items() if any(cell)}, table
        rows = conn.execute("SELECT project_id, location_id, stored FROM project_storage").fetchall()
        by_place: Counters = defaultdict(int)
        for (_, project, location, _), cell in totals.items():
            by_place[project, location] += cell[0] if project else 0
        assert {(project, place): size for project, place, size in rows if size} == {
            key: size for key, size in by_place.items() if size
        }


def begun(conn: psycopg.Connection[Any]) -> list[Any]:
    """Uploads into storage of the installation's own that came to no file so far."""
    return conn.execute(_BEGUN).fetchall()


def check_gone(server: Server, uploads: list[Any]) -> None:
    """What is promised to nobody takes no room in the store either."""
    store = server.store()
    for _, bucket, key, number in uploads:
        with pytest.raises(NoSuchUpload):
            store.listed_parts(bucket, key, number, 1)
        with pytest.raises(NoSuchObject):
            store.stat(bucket, key)


def check_limits(server: Server, before: Held | None) -> Held:
    """What is held against a limit, after a look that it is within it; what was over it ``before`` has not grown.

    With None nothing is looked at: this is where a test begins.
    """
    with server.database() as conn:
        rows = conn.execute(_HELD).fetchall()
    for kind, number, place, used, limit in rows:
        held = used if before is None else before.get((kind, number, place), 0)
        assert limit is None or used <= max(limit, held), f"{kind} {number} {place}: {used} of {limit}"
    return {(kind, number, place): used for kind, number, place, used, _ in rows}
