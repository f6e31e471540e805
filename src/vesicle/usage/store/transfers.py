"""Rows of the ledger that go to another organization."""

from __future__ import annotations

from vesicle.db import Connection
from vesicle.usage.model import Flow


def has_private(conn: Connection, project_id: int, organization_id: int) -> bool:
    """Whether a project has content in storage that is private to its organization."""
    row = conn.execute(
        "SELECT 1 FROM usage_total u JOIN storage_terms t ON t.location_id = u.location_id"
        " WHERE u.project_id = %s AND u.files > 0 AND t.private_to = %s LIMIT 1",
        (project_id, organization_id),
    ).fetchone()
    return row is not None


def flows_of_move(conn: Connection, project_id: int, source_id: int, target_id: int) -> list[Flow]:
    """What leaves one organization and comes to the other when a project moves."""
    rows = conn.execute(
        "SELECT u.location_id, u.contributor_id, l.kind <> 'managed-s3', u.stored, u.in_trash, u.files"
        " FROM usage_total u JOIN storage_location l ON l.id = u.location_id"
        " WHERE u.organization_id = %s AND u.project_id = %s AND (u.files <> 0 OR u.stored <> 0)",
        (source_id, project_id),
    ).fetchall()
    return [
        Flow(organization_id, project_id, location, contributor, custom, way * stored, way * in_trash, way * files)
        for way, organization_id in ((-1, source_id), (1, target_id))
        for location, contributor, custom, stored, in_trash, files in rows
    ]


_TOTALS = (
    "stored = t.stored + EXCLUDED.stored, in_trash = t.in_trash + EXCLUDED.in_trash, files = t.files + EXCLUDED.files"
)


def merge(conn: Connection, source_id: int, target_id: int) -> None:
    """Handles, promises, totals, days, bytes sent and private storage; then the source's account goes."""
    values = {"source": source_id, "target": target_id}
    conn.execute("UPDATE charged_handle SET home_id = %(target)s WHERE home_id = %(source)s", values)
    conn.execute("UPDATE charge SET home_id = %(target)s WHERE project_id = 0 AND home_id = %(source)s", values)
    conn.execute("UPDATE reservation SET organization_id = %(target)s WHERE organization_id = %(source)s", values)
    conn.execute("UPDATE storage_terms SET private_to = %(target)s WHERE private_to = %(source)s", values)
    conn.execute(
        "UPDATE ledger_account t SET stored = t.stored + s.stored, reserved = t.reserved + s.reserved,"
        " custom_stored = t.custom_stored + s.custom_stored, custom_reserved = t.custom_reserved + s.custom_reserved,"
        " in_trash = t.in_trash + s.in_trash, files = t.files + s.files"
        " FROM ledger_account s WHERE t.organization_id = %(target)s AND s.organization_id = %(source)s",
        values,
    )
    conn.execute(
        "INSERT INTO usage_total AS t SELECT %(target)s, project_id, location_id, contributor_id, stored, in_trash,"
        " files FROM usage_total WHERE organization_id = %(source)s"
        f" ON CONFLICT (organization_id, project_id, location_id, contributor_id) DO UPDATE SET {_TOTALS}",
        values,
    )
    conn.execute("DELETE FROM usage_total WHERE organization_id = %(source)s", values)
    conn.execute(
        "INSERT INTO usage_day AS t SELECT %(target)s, day, project_id, location_id, contributor_id, stored, in_trash,"
        " files FROM usage_day WHERE organization_id = %(source)s"
        f" ON CONFLICT (organization_id, day, project_id, location_id, contributor_id) DO UPDATE SET {_TOTALS}",
        values,
    )
    conn.execute("DELETE FROM usage_day WHERE organization_id = %(source)s", values)
    conn.execute(
        "INSERT INTO egress_day AS t SELECT %(target)s, day, project_id, location_id, downloads, sent, charged"
        " FROM egress_day WHERE organization_id = %(source)s"
        " ON CONFLICT (organization_id, day, project_id, location_id) DO UPDATE SET"
        " downloads = t.downloads + EXCLUDED.downloads, sent = t.sent + EXCLUDED.sent,"
        " charged = t.charged + EXCLUDED.charged",
        values,
    )
    conn.execute("DELETE FROM egress_day WHERE organization_id = %(source)s", values)
    conn.execute(
        "INSERT INTO egress_person_day AS t SELECT %(target)s, day, principal_id, downloads, sent, charged"
        " FROM egress_person_day WHERE organization_id = %(source)s"
        " ON CONFLICT (organization_id, day, principal_id) DO UPDATE SET"
        " downloads = t.downloads + EXCLUDED.downloads, sent = t.sent + EXCLUDED.sent,"
        " charged = t.charged + EXCLUDED.charged",
        values,
    )
    conn.execute("DELETE FROM egress_person_day WHERE organization_id = %(source)s", values)
    # What the source sent in its present period counts in the target's.
    conn.execute(
        "INSERT INTO egress_counter AS t (organization_id, begins_on, shard, bytes)"
        " SELECT %(target)s, period_begin(a.opens_on, a.egress_period), 0, coalesce(sum(e.bytes), 0)"
        " FROM ledger_account a, ledger_account s LEFT JOIN egress_counter e ON e.organization_id = s.organization_id"
        " AND e.begins_on = period_begin(s.opens_on, s.egress_period)"
        " WHERE a.organization_id = %(target)s AND s.organization_id = %(source)s GROUP BY 1, 2, 3"
        " ON CONFLICT (organization_id, begins_on, shard) DO UPDATE SET bytes = t.bytes + EXCLUDED.bytes",
        values,
    )
    conn.execute("UPDATE merged_organization SET into_id = %(target)s WHERE into_id = %(source)s", values)
    conn.execute("INSERT INTO merged_organization (id, into_id) VALUES (%(source)s, %(target)s)", values)
    conn.execute("DELETE FROM ledger_account WHERE organization_id = %(source)s", values)


def survivor(conn: Connection, organization_id: int) -> int:
    """What an organization was merged into in the end; itself, if into nothing."""
    row = conn.execute("SELECT into_id FROM merged_organization WHERE id = %s", (organization_id,)).fetchone()
    return int(row[0]) if row else organization_id
