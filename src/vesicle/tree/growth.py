"""Planting and moving: the stories that change the shape of the tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from vesicle.access import Actor, MayChangePermissions, MayCreate, MayDelete, MayUpdate, require
from vesicle.access.lists import begin_own_list
from vesicle.db import Connection, lock_projects, lock_projects_shared
from vesicle.errors import BadRequest, Conflict, Forbidden
from vesicle.tree import restricting
from vesicle.tree.model import DEEPEST, Node, check_place, clean_name
from vesicle.tree.store import nodes

COUNTED = ["file", "folder", "link"]
"""The kinds that the limit of children is about."""


def plant(
    conn: Connection,
    actor: Actor,
    kind: str,
    name: str,
    parent_id: int,
    organization_id: int | None,
    most_children: int,
) -> tuple[MayCreate, Node]:
    """A new node. Call inside a transaction. A project gets a list of its own, everything else inherits.

    Raises NotFound, Forbidden, BadRequest (place, name, depth, number of children) and Conflict (name taken).
    """
    name = clean_name(name)
    hold(conn, lock_projects_shared, parent_id)
    parent = require(conn, actor, MayCreate, parent_id)
    check_place(kind, parent_id, parent.kind, parent.project_id)
    if kind != "project":
        check_room(conn, parent, kind, 0, most_children)
    node = nodes.insert(conn, parent, kind, name, organization_id)
    if node is None:
        raise taken(name, parent_id)
    if kind == "project":
        begin_own_list(conn, parent, node.id)
    return parent, node


def rename(conn: Connection, node: Node, name: str) -> str:
    """The new name, checked against its future siblings. Raises Conflict and BadRequest."""
    name = clean_name(name) or f"syn{node.id}"
    if name != node.name and node.parent_id and nodes.name_is_taken(conn, node.parent_id, name, node.id):
        raise taken(name, node.parent_id)
    return name


def move(conn: Connection, grant: MayUpdate, node: Node, parent_id: int, name: str, most_children: int) -> str:
    """Hang a node, with all that is below it, under another parent; the name it has there.

    The locks of both projects must be held.

    Needs CREATE there and CHANGE_PERMISSIONS here. Raises Forbidden, BadRequest (a cycle, too deep) and Conflict.
    """
    if node.kind == "project":
        raise BadRequest("A project cannot be moved.")
    name = clean_name(name) or f"syn{node.id}"
    require(conn, grant.actor, MayChangePermissions, node.id)
    try:
        parent = require(conn, grant.actor, MayCreate, parent_id)
    except Forbidden as refusal:
        raise Forbidden(f"You cannot move content into the new location, syn{parent_id}. {refusal.reason}") from None
    check_place(node.kind, parent_id, parent.kind, parent.project_id)
    height = nodes.height_without(conn, grant, parent_id)
    if height is None:
        raise BadRequest("Invalid hierarchy: an entity cannot be an ancestor of itself")
    check_room(conn, parent, node.kind, height, most_children)
    if nodes.name_is_taken(conn, parent_id, name, node.id):
        raise taken(name, parent_id)
    new_benefactor = node.id if node.benefactor_id == node.id else parent.benefactor_id
    if parent.project_id is None:
        raise BadRequest(f"syn{parent_id} lies in no project.")
    restricting.follow(conn, grant, parent)
    nodes.place_subtree(conn, grant, new_benefactor, parent.project_id)
    return name


def amend(
    conn: Connection,
    grant: MayUpdate | MayDelete | MayChangePermissions,
    node: Node,
    *,
    name: str | None = None,
    parent_id: int | None = None,
    version: int | None = None,
) -> Node:
    """A new etag and modifier for a node whose row is held, and new values for what is given."""
    number = node.version if version is None else version
    return nodes.touch(
        conn, grant, name=name or node.name, parent_id=node.parent_id if parent_id is None else parent_id,
        version=number, highest_version=max(number, node.highest_version),
    )  # fmt: skip


def lock_for_move(conn: Connection, node_id: int, parent_id: int) -> None:
    """Hold the shape of both projects. Call before any row is locked."""
    hold(conn, lock_projects, node_id, parent_id)


def lock_shape(conn: Connection, node_id: int, *, alone: bool = True) -> None:
    """Hold the shape of the node's project, alone or with others who add to it. Call before any row is locked."""
    hold(conn, lock_projects if alone else lock_projects_shared, node_id)


def check_room(conn: Connection, parent: MayCreate, kind: str, height: int, most_children: int) -> None:
    """Raises BadRequest when a subtree of this height makes the tree too deep, or the container is full."""
    if nodes.depth(conn, parent) + 1 + height > DEEPEST:
        raise BadRequest(f"The tree is at most {DEEPEST} levels deep; put this further up.")
    if most_children and kind in COUNTED and nodes.has_more_children_than(conn, parent, COUNTED, most_children):
        raise BadRequest(f"Limit of {most_children} children exceeded for parent: syn{parent.id}")


def hold(conn: Connection, lock: Callable[[Connection, Iterable[int]], None], *node_ids: int) -> None:
    """Lock the projects of these nodes; anew while one was moved to another project before its lock was ours."""
    held: set[int] = set()
    while not (wanted := {project for one in node_ids if (project := nodes.project_of(conn, one))}) <= held:
        lock(conn, wanted)
        held |= wanted


def taken(name: str, parent_id: int) -> Conflict:
    return Conflict(f"An entity with the name: {name} already exists with a parentId: syn{parent_id}")
