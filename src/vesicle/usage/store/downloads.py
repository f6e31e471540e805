"""Rows of the record of downloads, and of the counters of bytes sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from psycopg.rows import args_row

from vesicle.access import Actor, MayDownload, MaySeeAttachment, OwnsFileHandle
from vesicle.db import Connection
from vesicle.usage.model import DownloadQuestion
from vesicle.usage.store import ledger


class EgressState(msgspec.Struct, array_like=True):
    """What an organization has sent in its present period."""

    name: str
    limit: int | None
    period: str
    begins_on: Any
    ends_on: Any
    sent: int


# Who pays, and how much more they may send, is known before anything else, and stays so until the end of the
# transaction. What is charged: the size, unless the same person (the same address, for people without a name) was
# charged for the handle within the time that a download at 10 MB/s takes, at least 15 minutes. Where that counts
# against the limit, only what was counted spares it: what stayed in the region of the store opens no way out of it. The
# first download of a zip is that of the files in it, which were charged when they were packed. Whether it goes: where
# egress is limited, and the address is outside of the store's region, up to the limit exactly. The counter has as many
# rows as there ever were downloads at the same instant: each takes one that no other transaction holds, so none of them
# waits for another.
_ISSUE = """
WITH account AS MATERIALIZED (
    SELECT organization_id, begins_on, room FROM paying_account(%(handle)s::bigint, %(project)s::bigint)
    WHERE organization_id IS NOT NULL
), terms AS MATERIALIZED (
    SELECT coalesce(l.kind = 'managed-s3' AND coalesce(t.egress, 'limited') = 'limited'
                    AND NOT coalesce(%(address)s::inet <<= ANY(t.region), false), false) AS limited
    FROM (SELECT %(location)s::bigint AS id) w LEFT JOIN storage_location l ON l.id = w.id
    LEFT JOIN storage_terms t ON t.location_id = w.id
), due AS MATERIALIZED (
    SELECT t.limited, CASE WHEN EXISTS (
        SELECT 1 FROM download_record r WHERE r.file_handle_id = %(handle)s
        AND CASE WHEN t.limited THEN r.counted ELSE r.charged END > 0
        AND r.principal_id = %(who)s AND (r.principal_id <> 273950 OR r.address = %(address)s::inet)
        AND r.issued_on > now() - make_interval(secs => greatest(900, %(size)s::bigint / 10000000))
    ) OR EXISTS (
        SELECT 1 FROM charged_handle c WHERE c.handle_id = %(handle)s AND c.sent_to = %(who)s
    ) AND NOT EXISTS (
        SELECT 1 FROM download_record r WHERE r.file_handle_id = %(handle)s AND r.principal_id = %(who)s
        AND r.issued_on <= now() - make_interval(secs => greatest(900, %(size)s::bigint / 10000000))
    ) THEN 0 ELSE %(size)s::bigint END AS bytes FROM terms t
), allowed AS (
    SELECT a.organization_id, a.begins_on, d.bytes, CASE WHEN d.limited THEN d.bytes ELSE 0 END AS counted
    FROM account a, due d WHERE NOT d.limited OR d.bytes = 0 OR a.room IS NULL OR d.bytes <= a.room
), added AS (
    INSERT INTO egress_counter AS e (organization_id, begins_on, shard, bytes)
    SELECT a.organization_id, a.begins_on, coalesce((
        SELECT f.shard FROM egress_counter f
        WHERE f.organization_id = a.organization_id AND f.begins_on = a.begins_on LIMIT 1 FOR UPDATE SKIP LOCKED
    ), floor(random() * 2147483647)::integer), a.counted FROM allowed a WHERE a.counted > 0
    ON CONFLICT (organization_id, begins_on, shard) DO UPDATE SET bytes = e.bytes + EXCLUDED.bytes
)
INSERT INTO download_record (principal_id, file_handle_id, object_type, object_id, storage_location_id, size, charged,
                             counted, organization_id, project_id, address)
SELECT %(who)s, %(handle)s, %(type)s, %(object)s, %(location)s, %(size)s, bytes, counted, organization_id, %(project)s,
       %(address)s::inet FROM allowed
"""


def issue(
    conn: Connection, actor: Actor, proof: MayDownload | MaySeeAttachment | OwnsFileHandle, values: dict[str, Any]
) -> bool:
    """One row for one URL that is handed out, and its bytes in the counter; False, and nothing kept, at the limit."""
    _ = actor, proof
    return conn.execute(_ISSUE, values).rowcount == 1


def note_packed(conn: Connection, actor: Actor, handle_id: int) -> None:
    """What is in this zip, which the actor had made, was charged already; not so for an address in the region of a
    store, for which nothing was counted.
    """
    conn.execute(
        "UPDATE charged_handle SET sent_to = %s WHERE handle_id = %s"
        " AND NOT EXISTS (SELECT 1 FROM storage_terms WHERE %s::inet <<= ANY(region))",
        (actor.id, handle_id, actor.address),
    )


def payer(conn: Connection, actor: Actor, handle_id: int, project_id: int | None) -> int:
    """Which organization pays for a download."""
    _ = actor
    query = "SELECT organization_id FROM paying_account(%s::bigint, %s::bigint)"
    row = conn.execute(query, (handle_id, project_id)).fetchone()
    return int(row[0]) if row and row[0] else 1


STATE = """
o.name, a.egress_limit, a.egress_period, b.begins_on, b.ends_on,
coalesce((SELECT sum(bytes) FROM egress_counter e
          WHERE e.organization_id = a.organization_id AND e.begins_on = b.begins_on), 0)::bigint
"""
PERIODS = f"{ledger.ACCOUNTS}, LATERAL period_of(a.opens_on, a.egress_period) b"


def state(conn: Connection, actor: Actor, organization_id: int) -> EgressState:
    """What was sent in the present period, and how much may be."""
    _ = actor
    with conn.cursor(row_factory=args_row(EgressState)) as cursor:
        found = cursor.execute(f"SELECT {STATE} {PERIODS} WHERE a.organization_id = %s", (organization_id,)).fetchone()
    return found or EgressState(f"Organization {organization_id}", None, "YEAR", None, None, 0)


_STOPPED = f"""
SELECT a.organization_id {PERIODS}
WHERE (a.organization_id = %(payer)s OR a.organization_id IN (
    SELECT u.organization_id FROM usage_total u WHERE u.location_id = %(location)s AND u.files > 0))
AND EXISTS (
    SELECT 1 FROM storage_location l LEFT JOIN storage_terms t ON t.location_id = l.id
    WHERE l.id = %(location)s AND l.kind = 'managed-s3' AND coalesce(t.egress, 'limited') = 'limited')
AND a.egress_limit <= coalesce((
    SELECT sum(bytes) FROM egress_counter e
    WHERE e.organization_id = a.organization_id AND e.begins_on = b.begins_on), 0)
ORDER BY a.organization_id <> %(payer)s, a.organization_id LIMIT 1
"""


def stopped(conn: Connection, actor: Actor, organization_id: int, location_id: int) -> int | None:
    """An organization for which nothing more may be sent from a location: this one, or another that has something
    there, for credentials open all of it.
    """
    _ = actor
    row = conn.execute(_STOPPED, {"payer": organization_id, "location": location_id}).fetchone()
    return row[0] if row else None


def downloads(
    conn: Connection, actor: Actor, question: DownloadQuestion, before: tuple[datetime, int] | None, limit: int
) -> list[tuple[Any, ...]]:
    """Downloads before a moment and an id, the newest first. The actor is allowed to see them."""
    _ = actor
    payers = [] if question.organization_id is None else _payers(conn, question.organization_id)
    asked: dict[str, Any] = {
        "(issued_on, id) < (%s, %s)": before,
        "principal_id = %s": question.principal_id, "object_id = %s": question.object_id,
        "file_handle_id = %s": question.file_handle_id,
        # What one organization paid for is read in order; with those that it took over, it is put in order.
        "organization_id = %s": payers[0] if len(payers) == 1 else None,
        "organization_id = ANY(%s::bigint[])": payers if len(payers) > 1 else None,
        "coalesce(project_id, 0) = %s": question.project_id,
        "coalesce(storage_location_id, 0) = %s": question.location_id,
        "issued_on >= %s": question.since,
        "issued_on < %s": question.until,
    }  # fmt: skip
    given = {condition: value for condition, value in asked.items() if value is not None}
    where = " WHERE " + " AND ".join(given) if given else ""
    values = [one for value in given.values() for one in (value if isinstance(value, tuple) else (value,))]
    return conn.execute(
        "SELECT id, issued_on, principal_id, file_handle_id, object_type, object_id, storage_location_id, size,"
        " charged, counted, credentials FROM download_record" + where + " ORDER BY issued_on DESC, id DESC LIMIT %s",
        (*values, limit),
    ).fetchall()  # fmt: skip


def _payers(conn: Connection, organization_id: int) -> list[int]:
    """An organization and those that were merged into it: the record still says who paid at the time."""
    rows = conn.execute("SELECT id FROM merged_organization WHERE into_id = %s ORDER BY 1", (organization_id,))
    return [organization_id, *(row[0] for row in rows)]


def insert_credentials(conn: Connection, actor: Actor, proof: MayDownload, location_id: int, permission: str) -> None:
    """One row for credentials that are lent through an entity."""
    conn.execute(
        "INSERT INTO download_record (principal_id, credentials, object_id, storage_location_id, size, charged,"
        " project_id, organization_id) VALUES (%s, %s, %s, %s, 0, 0, %s,"
        " (SELECT organization_id FROM node WHERE id = %s))",
        (actor.id, permission, proof.id, location_id, proof.project_id, proof.project_id),
    )
