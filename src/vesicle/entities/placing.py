"""May this stand in that place? Asked whenever something is made, changed, moved, shared, restored, or gets a version.

A folder may have a storage location with STS, whose temporary credentials open a base key for everybody who can read
the folder. So the folder and the base key must hold the same files, under one access control list: nothing with other
bytes may come in, nothing with these may go out, and nothing inside may be shared otherwise.
"""

from __future__ import annotations

from vesicle.access import Actor, OwnsFileHandle, require
from vesicle.db import Connection
from vesicle.entities.store import places
from vesicle.errors import BadRequest
from vesicle.files import handles
from vesicle.locations import resolving
from vesicle.locations.resolving import Governing
from vesicle.tree.model import Node, Trashed

MAY_STAND = ("file", "folder")


def check(conn: Connection, actor: Actor, handle_id: int | None, *, had: int | None = None) -> None:
    """A file handle that the entity ``had`` before may stay; another one must be the actor's own.

    Raises NotFound and Forbidden.
    """
    if handle_id is not None and handle_id != had:
        require(conn, actor, OwnsFileHandle, handle_id)


def check_new(conn: Connection, kind: str, parent_id: int, handle_id: int | None) -> None:
    """Something new below ``parent_id``, whose project is held. Raises BadRequest."""
    if kind != "project":
        _check_fits(conn, kind, parent_id, handle_id, resolving.governing(conn, parent_id))


def check_changed(
    conn: Connection, node: Node, parent_id: int, handle_id: int | None, *, had: int | None = None
) -> None:
    """Something that is there gets another parent, other bytes, or both at once, which must then fit together.

    ``node`` is as it was before, and so is the place that the database still has for it. Raises BadRequest.
    """
    moved = node.parent_id != parent_id
    if node.kind == "project" or (not moved and handle_id == had):
        return
    there = resolving.governing(conn, parent_id)
    if moved and there.sts and node.benefactor_id == node.id:
        raise BadRequest(
            f"syn{node.id} has sharing settings of its own, and {_place(there)} shares all that is in it alike; delete"
            " them first."
        )
    if moved and node.kind == "folder":
        _check_folder(node, resolving.governing(conn, node.id), there)
    _check_fits(conn, node.kind, parent_id, handle_id, there)


def check_own_list(conn: Connection, entity_id: int) -> None:
    """What lies below an STS folder has no list of its own. Raises BadRequest."""
    there = resolving.governing(conn, entity_id)
    if there.sts and there.container_id != entity_id:
        raise BadRequest(
            f"syn{entity_id} lies in {_place(there)}, and all that is in it is shared like the folder itself; change"
            f" the sharing settings of syn{there.container_id} instead."
        )


def check_restored(conn: Connection, kept: Trashed, parent_id: int) -> None:
    """A subtree that came out of the trash can, and hangs below ``parent_id`` now. Raises BadRequest."""
    if kept.kind == "project":
        return
    there = resolving.governing(conn, parent_id)
    if there.sts and parent_id != kept.parent_id:
        raise BadRequest(f"{_place(there)} takes back what was in it, at its old place, and nothing else.")
    inside = places.inside(conn, kept.id)
    if there.sts and (kept.kind not in MAY_STAND or inside.has_settings or inside.has_other_kinds):
        raise BadRequest(f"{_place(there)} holds files and plain folders, and syn{kept.id} is or holds something else.")
    for location_id, sts in inside.locations:
        _check_bytes(there, location_id, sts)


def _check_fits(conn: Connection, kind: str, parent_id: int, handle_id: int | None, there: Governing) -> None:
    if there.sts and kind not in MAY_STAND:
        raise BadRequest(f"syn{parent_id} lies in {_place(there)}, where only files and folders can be, and no {kind}.")
    if handle_id is not None:
        _check_bytes(there, *handles.location_of(conn, handle_id))


def _check_bytes(there: Governing, location_id: int | None, sts: bool) -> None:
    if location_id == there.location_id or not (sts or there.sts):
        return
    if there.sts:
        lies = f"in storage location {location_id}" if location_id else "in no storage location"
        raise BadRequest(
            f"{_place(there)} takes files in that storage location alone, and this file is {lies}; upload or copy it"
            " there first."
        )
    raise BadRequest(
        f"This file is in storage location {location_id}, which has STS enabled; it can only be in a folder with that"
        " storage location."
    )


def _check_folder(node: Node, here: Governing, there: Governing) -> None:
    """A folder on the move. Raises BadRequest."""
    if here.sts and here.container_id == node.id:
        if there.sts:
            raise BadRequest(
                f"syn{node.id} has a storage location with STS enabled, and cannot lie within {_place(there)}, even"
                " where both are the same."
            )
    elif here.sts and here.location_id != there.location_id:
        raise BadRequest(
            f"syn{node.id} lies in {_place(here)}, and can only be moved to a folder with the same storage location."
        )
    elif there.sts and not here.sts:
        raise BadRequest(f"syn{node.id} lies in no folder with STS enabled, and cannot be moved into {_place(there)}.")


def _place(where: Governing) -> str:
    return f"syn{where.container_id}, a folder with STS enabled on its storage location {where.location_id}"
