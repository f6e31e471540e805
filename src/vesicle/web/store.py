"""Rows of the edge itself: counts of sensitive calls, and whether the server takes requests."""

from __future__ import annotations

from vesicle.access import Actor
from vesicle.db import Connection

_COUNT = """
INSERT INTO request_count AS c (caller, began, count)
VALUES (%(caller)s, date_bin(make_interval(secs => %(window)s), now(), 'epoch'), 1)
ON CONFLICT (caller) DO UPDATE SET began = excluded.began,
    count = CASE WHEN c.began = excluded.began THEN c.count + 1 ELSE 1 END
RETURNING count, extract(epoch FROM began - now())::float + %(window)s
"""


def count_request(conn: Connection, caller: str, window_s: int) -> tuple[int, float]:
    """One more call; how many there were in this window, and how many seconds of it are left."""
    row = conn.execute(_COUNT, {"caller": caller, "window": window_s}).fetchone()
    return (int(row[0]), float(row[1])) if row else (1, float(window_s))


def forget_requests(conn: Connection) -> None:
    """Forget windows that are over."""
    conn.execute("DELETE FROM request_count WHERE began < now() - interval '1 day'")


def stack_status(conn: Connection) -> tuple[str, str | None, str | None]:
    """Status, current message and message about coming maintenance: the last that was set."""
    row = conn.execute(
        "SELECT status, current_message, pending_message FROM stack_status ORDER BY id DESC LIMIT 1"
    ).fetchone()
    return row or ("READ_WRITE", None, None)


def set_stack_status(conn: Connection, actor: Actor, status: str, current: str | None, pending: str | None) -> None:
    """From now on this is the status. Earlier ones stay, as the record of who set what."""
    conn.execute(
        "INSERT INTO stack_status (status, current_message, pending_message, set_by) VALUES (%s, %s, %s, %s)",
        (status, current, pending, actor.id),
    )
