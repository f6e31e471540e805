"""What a person marked to find it again."""

from __future__ import annotations

from vesicle.access import Actor, MayRead
from vesicle.db import Connection
from vesicle.entities import reading
from vesicle.entities.model.headers import EntityHeader, header_of
from vesicle.entities.store import lists
from vesicle.errors import BadRequest, Forbidden
from vesicle.wire import Page, check_window, offset_page


def add(conn: Connection, grant: MayRead) -> EntityHeader:
    """Mark an entity; marking it again changes nothing. Raises Forbidden for nobody."""
    if grant.actor.is_anonymous:
        raise Forbidden("Favourites belong to somebody: sign in to keep some.")
    lists.add_favorite(conn, grant)
    return reading.header(conn, grant)


def remove(conn: Connection, actor: Actor, entity_id: int) -> None:
    """Unmark an entity; one that was not marked is no error."""
    lists.remove_favorite(conn, actor, entity_id)


def listed(
    conn: Connection, actor: Actor, limit: int, offset: int, sort: str | None, direction: str | None
) -> Page:  # fmt: skip
    """What the actor marked and can still read. Raises BadRequest."""
    check_window(limit, offset)
    by = sort or "FAVORITED_ON"
    way = direction or ("DESC" if by == "FAVORITED_ON" else "ASC")
    if by not in ("FAVORITED_ON", "NAME") or way not in ("ASC", "DESC"):
        raise BadRequest("sort is FAVORITED_ON or NAME, and sortDirection ASC or DESC.")
    rows = lists.favorites(conn, actor, limit, offset, by_name=by == "NAME", descending=way == "DESC")
    return offset_page([header_of(row) for row in rows], limit, offset)
