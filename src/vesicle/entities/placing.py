"""May these bytes stand in this place? Asked whenever a file is made, changed, moved, or gets a version."""

from __future__ import annotations

from vesicle.access import Actor, OwnsFileHandle, require
from vesicle.db import Connection


def check(conn: Connection, actor: Actor, parent_id: int, handle_id: int | None, *, had: int | None = None) -> None:
    """A file handle that the entity ``had`` before may stay; another one must be the actor's own.

    ``parent_id`` is where the entity will lie. Raises NotFound and Forbidden.
    """
    _ = parent_id
    if handle_id is not None and handle_id != had:
        require(conn, actor, OwnsFileHandle, handle_id)
