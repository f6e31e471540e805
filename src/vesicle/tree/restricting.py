"""Access requirements: nobody downloads from what is under one, except those who decide about them.

Each node keeps the requirement of the nearest self-or-ancestor that has one, so that a permission stays one look-up.
Whoever calls these holds the lock of the project.
"""

from __future__ import annotations

from collections.abc import Sequence

from vesicle.access import Exists, MayCreate, MayRead, MayUpdate, OwnsTrashed, Reviews
from vesicle.db import Connection
from vesicle.errors import BadRequest, Forbidden
from vesicle.tree.model import Requirement
from vesicle.tree.store import requirements


def restrict(conn: Connection, grant: MayUpdate) -> None:
    """A requirement on the node, and on everything below. Raises BadRequest when one holds already."""
    if grant.project_id is None:
        raise BadRequest(f"syn{grant.id} is part of the server, and is not restricted.")
    if grant.requirement_id is not None:
        raise BadRequest(f"syn{grant.id} is restricted already, by access requirement {grant.requirement_id}.")
    requirements.place_subtree(conn, grant, None, requirements.insert(conn, grant))


def release(conn: Connection, proof: Reviews) -> None:
    """The requirement holds no longer; those above it do."""
    requirements.release(conn, proof)


def follow(conn: Connection, proof: MayUpdate | OwnsTrashed, parent: MayCreate) -> None:
    """What goes to another place, or back to one, comes under the requirements that hold there.

    Raises Forbidden where that would take it out from under one, unless the actor decides about requirements.
    """
    above = requirements.inherited(conn, proof)
    if above == parent.requirement_id:
        return
    there = {one.id for one in upon(conn, [parent])}
    if above is not None and above not in there and not proof.actor.reviews_data:
        raise Forbidden(
            f"You cannot move content into the new location, syn{parent.id}. syn{proof.id} is under access requirement"
            f" {above}, which does not hold there; the Access and Compliance Team can lift it or move the content."
        )
    requirements.place_subtree(conn, proof, above, parent.requirement_id)


def subject(conn: Connection, requirement_id: int) -> int | None:
    """What a requirement is on; None when that was purged, or when there is no such requirement."""
    return requirements.subject(conn, requirement_id)


def upon(conn: Connection, grants: Sequence[Exists | MayRead | MayCreate]) -> list[Requirement]:
    """Every requirement that holds for these, the oldest first. Nothing is asked of the database where none can be."""
    restricted = [grant for grant in grants if grant.requirement_id is not None]
    return requirements.upon(conn, restricted) if restricted else []
