"""Rows of the ledger that go to another organization."""

from __future__ import annotations

from vesicle.db import Connection
from vesicle.usage.model import Flow
from vesicle.usage.store import egress


def has_private(conn: Connection, project_id: int, organization_id: int) -> bool:
    """Whether a project has content or open uploads in storage that is private to its organization, or puts its new
    files there.
    """
    row = conn.execute(
        "SELECT 1 FROM storage_terms t WHERE t.private_to = %(organization)s AND (EXISTS ("
        " SELECT 1 FROM usage_total u WHERE u.project_id = %(project)s AND u.location_id = t.location_id"
        " AND u.files > 0) OR EXISTS (SELECT 1 FROM reservation r JOIN multipart_upload m ON m.id = r.upload_id"
        " WHERE r.project_id = %(project)s AND r.project_id <> 0 AND m.storage_location_id = t.location_id)"
        " OR EXISTS (SELECT 1 FROM project_setting_location l"
        " JOIN project_setting s ON s.id = l.setting_id JOIN node n ON n.id = s.node_id"
        " WHERE l.location_id = t.location_id AND n.project_id = %(project)s)) LIMIT 1",
        {"organization": organization_id, "project": project_id},
    ).fetchone()
    return row is not None


def give_promises(conn: Connection, project_id: int, source_id: int, target_id: int) -> list[tuple[bool, int]]:
    """What one organization promised to uploads into a project, the other does: (custom, bytes)."""
    # The index is of promises that name a project, which a plan for any number has to be told.
    return conn.execute(
        "WITH given AS (UPDATE reservation SET organization_id = %s WHERE project_id = %s AND project_id <> 0"
        " AND organization_id = %s RETURNING is_custom, bytes)"
        " SELECT is_custom, sum(bytes)::bigint FROM given GROUP BY 1 ORDER BY 1",
        (target_id, project_id, source_id),
    ).fetchall()


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
    """Handles, where they and projects were before, promises, totals, days, bytes sent and private storage; then the
    source's account goes.
    """
    values = {"source": source_id, "target": target_id}
    conn.execute("UPDATE charged_handle SET home_id = %(target)s WHERE home_id = %(source)s", values)
    conn.execute("UPDATE charge SET home_id = %(target)s WHERE project_id = 0 AND home_id = %(source)s", values)
    conn.execute("UPDATE past_charge SET home_id = %(target)s WHERE project_id = 0 AND home_id = %(source)s", values)
    conn.execute("UPDATE past_stay SET organization_id = %(target)s WHERE organization_id = %(source)s", values)
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
    _merge_sent(conn, source_id, target_id)
    conn.execute("DELETE FROM ledger_account WHERE organization_id = %(source)s", values)


def _merge_sent(conn: Connection, source_id: int, target_id: int) -> None:
    """What the source sent in the present period of the target counts there, and the days are the target's. Whoever
    downloads at the expense of the source waits from here on, and pays as the target does afterwards.
    """
    values = {"source": source_id, "target": target_id}
    # The night's adding up has to know of all merges or of none; it is waited for while nobody waits for this.
    conn.execute("LOCK TABLE merged_organization IN ROW EXCLUSIVE MODE")
    egress.hold(conn, source_id)
    if first := egress.begins_on(conn, target_id):
        egress.add(conn, target_id, first, egress.counted_since(conn, source_id, first))
    conn.execute("DELETE FROM egress_counter WHERE organization_id = %(source)s", values)
    conn.execute("UPDATE merged_organization SET into_id = %(target)s WHERE into_id = %(source)s", values)
    conn.execute("INSERT INTO merged_organization (id, into_id) VALUES (%(source)s, %(target)s)", values)
    for table, key in (("egress_day", "project_id, location_id"), ("egress_person_day", "principal_id")):
        conn.execute(
            f"INSERT INTO {table} AS t (organization_id, day, {key}, downloads, sent, charged, counted)"
            f" SELECT %(target)s, day, {key}, downloads, sent, charged, counted FROM {table}"
            f" WHERE organization_id = %(source)s ON CONFLICT (organization_id, day, {key}) DO UPDATE SET"
            " downloads = t.downloads + EXCLUDED.downloads, sent = t.sent + EXCLUDED.sent,"
            " charged = t.charged + EXCLUDED.charged, counted = t.counted + EXCLUDED.counted",
            values,
        )
        conn.execute(f"DELETE FROM {table} WHERE organization_id = %(source)s", values)


def survivor(conn: Connection, organization_id: int) -> int:
    """What an organization was merged into in the end; itself, if into nothing."""
    row = conn.execute("SELECT into_id FROM merged_organization WHERE id = %s", (organization_id,)).fetchone()
    return int(row[0]) if row else organization_id
