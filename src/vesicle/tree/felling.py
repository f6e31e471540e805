"""The trash can: into it, back out of it, and away for good."""

from __future__ import annotations

from vesicle.access import TRASH, Actor, MayCreate, MayDelete, OwnsTrashed, Right, allows, require
from vesicle.access.lists import begin_own_list
from vesicle.db import Connection, lock_projects
from vesicle.errors import Forbidden, NotFound
from vesicle.tree import restricting
from vesicle.tree.growth import check_room, hold, taken
from vesicle.tree.model import ROOT, Trashed, check_place
from vesicle.tree.store import nodes, trash


def fell(conn: Connection, actor: Actor, node_id: int, *, purge_soon: bool) -> bool:
    """Move a subtree to the trash can: nobody reaches it there, and its name is free at once.

    False for what does not exist or lies there already, which is no error. Raises Forbidden.
    """
    hold(conn, lock_projects, node_id)
    try:
        grant = require(conn, actor, MayDelete, node_id)
    except NotFound:
        return False
    old = nodes.locked(conn, grant)
    if old is None:
        return False
    if node_id in (ROOT, TRASH):
        raise Forbidden(f"syn{node_id} is part of the server and cannot be deleted.")
    may_move = allows(grant, Right.CHANGE_PERMISSIONS)
    trash.insert_trashed(conn, grant, old, purge_soon=purge_soon, may_move=may_move)
    trash.trash_subtree(conn, grant)
    nodes.touch(conn, grant, parent_id=TRASH, name=f"syn{node_id}")
    return True


def restore(conn: Connection, actor: Actor, node_id: int, parent_id: int | None, most_children: int) -> Trashed:
    """Put a subtree back under its old name, to its old parent or another one. Call inside a transaction.

    Lists that things had of their own hold again, and what had none inherits from the new place. Another place than the
    old one takes, like a move, that whoever deleted it might change its permissions. Raises NotFound (not in the trash
    can), Forbidden (parent, place), BadRequest (place) and Conflict (name taken).
    """
    kept = _kept(conn, require(conn, actor, OwnsTrashed, node_id))
    to = kept.parent_id if parent_id is None else parent_id
    hold(conn, lock_projects, node_id, to)
    proof = require(conn, actor, OwnsTrashed, node_id)
    kept = _kept(conn, proof)
    if to != kept.parent_id and not (kept.may_move or actor.is_admin):
        raise Forbidden(
            f"You can restore syn{node_id} to its old place, syn{kept.parent_id}, and nowhere else: another place"
            " takes, like a move, CHANGE_PERMISSIONS access to it when it is deleted. Ask an administrator."
        )
    try:
        parent = require(conn, actor, MayCreate, to)
    except NotFound as gone:
        raise Forbidden(f"The place to restore to is not there: {gone.reason} Name another parent.") from None
    check_place(kept.kind, to, parent.kind, parent.project_id)
    if kept.kind != "project":
        check_room(conn, parent, kept.kind, trash.height(conn, proof), most_children)
    if nodes.name_is_taken(conn, to, kept.name, node_id):
        raise taken(kept.name, to)
    restricting.follow(conn, proof, parent)
    _put_back(conn, proof, parent, kept)
    return kept


def _put_back(conn: Connection, proof: OwnsTrashed, parent: MayCreate, kept: Trashed) -> None:
    project_id = parent.project_id or kept.id
    benefactor_id = kept.id if kept.kind == "project" else parent.benefactor_id
    trash.place_restored(conn, proof, benefactor_id, project_id)
    nodes.touch(conn, proof, parent_id=parent.id, name=kept.name)
    trash.delete_trashed(conn, proof)
    if kept.kind == "project":
        # Unless it has one: what was deleted before lists were kept has none.
        begin_own_list(conn, parent, kept.id)


def _kept(conn: Connection, proof: OwnsTrashed) -> Trashed:
    found = trash.trashed(conn, proof)
    if found is None:
        raise NotFound(f"syn{proof.id} is not in the trash can.")
    return found


def flag(conn: Connection, actor: Actor, node_id: int) -> None:
    """Purge it soon instead of after the usual time. Raises NotFound and Forbidden."""
    trash.flag_trashed(conn, require(conn, actor, OwnsTrashed, node_id))


def deleted(conn: Connection, actor: Actor, limit: int, offset: int, *, everybodys: bool) -> list[Trashed]:
    """What the actor deleted (or what anybody did, for administrators), the newest first."""
    return trash.deleted(conn, actor, limit, offset, everybodys=everybodys and actor.is_admin)


def due(conn: Connection, days: int, most: int) -> list[int]:
    """What is flagged, or has lain in the trash can for this many days; the oldest first."""
    return trash.due(conn, days, most)


def give_up(conn: Connection, node_id: int, days: int) -> list[int]:
    """From now on nobody can restore it: every node of the subtree, the deepest first. Safe to repeat.

    With a project goes what was deleted from it before. Nothing, when it is not due or was restored.
    """
    return trash.doomed(conn, node_id) if trash.begin_purge(conn, node_id, days) else []


def remove(conn: Connection, node_ids: list[int]) -> None:
    """Delete nodes that were given up, with all rows that name them."""
    trash.delete_doomed(conn, node_ids)
