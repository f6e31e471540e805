"""Rows of plans, of the catalogue of plans, and of requests for plans."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg.rows import args_row, dict_row

from vesicle.access import Actor
from vesicle.db import Connection
from vesicle.organizations.model.plans import PlanRow

LIMITS = ("storage_limit", "egress_limit", "egress_period", "certified_user_limit", "project_limit", "custom_limit")
_LIMITS = ", ".join(LIMITS)
_PLAN = (
    "SELECT p.id, p.etag, p.kind, p.storage_limit, p.egress_limit, p.egress_period, p.certified_user_limit,"
    " p.project_limit, p.custom_limit, p.starts_on, p.ends_on, p.created_by, p.created_on, o.id"
    " FROM plan p LEFT JOIN organization o ON o.plan_id = p.id"
)


def offers(conn: Connection, actor: Actor) -> list[dict[str, Any]]:
    """The catalogue."""
    _ = actor
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(f"SELECT name, kind, {_LIMITS} FROM plan_offer ORDER BY name").fetchall()


def offer(conn: Connection, actor: Actor, name: str) -> dict[str, Any] | None:
    """One line of the catalogue."""
    _ = actor
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(f"SELECT name, kind, {_LIMITS} FROM plan_offer WHERE name = %s", (name,)).fetchone()


def put_offer(conn: Connection, actor: Actor, values: dict[str, Any]) -> None:
    """A line of the catalogue, in place of an earlier one of that name."""
    _ = actor
    sets = ", ".join(f"{column} = EXCLUDED.{column}" for column in ("kind", *LIMITS))
    conn.execute(
        f"INSERT INTO plan_offer (name, kind, {_LIMITS}) VALUES (%(name)s, %(kind)s, %(storage_limit)s,"
        " %(egress_limit)s, %(egress_period)s, %(certified_user_limit)s, %(project_limit)s, %(custom_limit)s)"
        f" ON CONFLICT (name) DO UPDATE SET {sets}",
        values,
    )


def delete_offer(conn: Connection, actor: Actor, name: str) -> bool:
    """Take a line off the catalogue; False when there was none."""
    _ = actor
    return conn.execute("DELETE FROM plan_offer WHERE name = %s", (name,)).rowcount == 1


def now(conn: Connection, actor: Actor) -> datetime:
    """When a plan begins that is made now and does not say when."""
    _ = actor
    row = conn.execute("SELECT now()").fetchone()
    if row is None:
        raise RuntimeError("SELECT gave no row")
    begin: datetime = row[0]
    return begin


def insert(conn: Connection, actor: Actor, values: dict[str, Any]) -> int:
    """A new plan, and its id."""
    row = conn.execute(
        f"INSERT INTO plan (kind, {_LIMITS}, starts_on, ends_on, created_by) VALUES (%(kind)s, %(storage_limit)s,"
        " %(egress_limit)s, %(egress_period)s, %(certified_user_limit)s, %(project_limit)s, %(custom_limit)s,"
        " coalesce(%(starts_on)s::timestamptz, now()), %(ends_on)s::timestamptz, %(actor)s) RETURNING id",
        values | {"actor": actor.id},
    ).fetchone()
    if row is None:
        raise RuntimeError("INSERT gave no id")
    return int(row[0])


def plan(conn: Connection, actor: Actor, plan_id: int, *, lock: bool = False) -> PlanRow | None:
    """One plan; held until the end of the transaction when ``lock``."""
    _ = actor
    query = f"{_PLAN} WHERE p.id = %s" + (" FOR NO KEY UPDATE OF p" if lock else "")
    with conn.cursor(row_factory=args_row(PlanRow)) as cursor:
        return cursor.execute(query, (plan_id,)).fetchone()


def change(conn: Connection, actor: Actor, plan_id: int, values: dict[str, Any]) -> None:
    """New terms in place of the old ones."""
    _ = actor
    sets = ", ".join(f"{column} = %({column})s" for column in ("kind", *LIMITS))
    conn.execute(
        f"UPDATE plan SET etag = gen_random_uuid(), {sets}, ends_on = %(ends_on)s::timestamptz WHERE id = %(id)s",
        values | {"id": plan_id},
    )


def delete(conn: Connection, actor: Actor, plan_id: int) -> None:
    """Forget a plan that no organization has any more."""
    _ = actor
    conn.execute("DELETE FROM plan WHERE id = %s", (plan_id,))


_REQUEST = (
    "SELECT id, organization_id, offer, message, requested_by, requested_on, state, decided_by, decided_on, answer"
    " FROM plan_request"
)


def insert_request(conn: Connection, actor: Actor, organization_id: int, offer: str, message: str) -> int | None:
    """A request for a plan, and its id; None while another one of that organization is open."""
    row = conn.execute(
        "INSERT INTO plan_request (organization_id, offer, message, requested_by) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (organization_id) WHERE state = 'OPEN' DO NOTHING RETURNING id",
        (organization_id, offer, message, actor.id),
    ).fetchone()
    return int(row[0]) if row else None


def request(conn: Connection, actor: Actor, request_id: int, *, lock: bool = False) -> tuple[Any, ...] | None:
    """One request."""
    _ = actor
    query = f"{_REQUEST} WHERE id = %s" + (" FOR UPDATE" if lock else "")
    return conn.execute(query, (request_id,)).fetchone()


def requests(conn: Connection, actor: Actor, before: int, limit: int, *, all_of_them: bool) -> list[tuple[Any, ...]]:
    """The actor's requests, or all, the newest first, before an id."""
    return conn.execute(
        f"{_REQUEST} WHERE id < %s AND (%s OR requested_by = %s) ORDER BY id DESC LIMIT %s",
        (before, all_of_them, actor.id, limit),
    ).fetchall()


def decide(conn: Connection, actor: Actor, request_id: int, state: str, answer: str) -> None:
    """The request is answered."""
    conn.execute(
        "UPDATE plan_request SET state = %s, answer = %s, decided_by = %s, decided_on = now() WHERE id = %s",
        (state, answer, actor.id, request_id),
    )


def open_requests(conn: Connection, actor: Actor, *organization_ids: int) -> int:
    """How many of these organizations wait for a decision."""
    _ = actor
    query = "SELECT count(*) FROM plan_request WHERE organization_id = ANY(%s::bigint[]) AND state = 'OPEN'"
    row = conn.execute(query, (list(organization_ids),)).fetchone()
    return int(row[0]) if row else 0


def move_requests(conn: Connection, actor: Actor, source_id: int, target_id: int) -> None:
    """What one organization asked for, another one did."""
    _ = actor
    conn.execute("UPDATE plan_request SET organization_id = %s WHERE organization_id = %s", (target_id, source_id))
