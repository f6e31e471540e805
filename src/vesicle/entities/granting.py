"""Sharing: an entity gets a list of its own, other entries on it, or inherits again. Each is on record."""

from __future__ import annotations

from vesicle.access import ANONYMOUS, AUTHENTICATED, PUBLIC, Actor, Exists, MayChangePermissions, Right, lists, require
from vesicle.access.decisions import UNCERTIFIED
from vesicle.access.rights import rights_from
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.entities import placing, sharing
from vesicle.entities.model.sharing import AccessControlList, access_of
from vesicle.errors import BadRequest, Forbidden
from vesicle.tree import growth, inheriting, looking
from vesicle.wire import UNSET

MOST_ENTRIES = 10_000


def part(conn: Connection, actor: Actor, entity_id: int, given: AccessControlList) -> AccessControlList:
    """Give an entity that inherits a list of its own. What the body says of id, etag and dates is ignored.

    Call inside a transaction. Raises Forbidden and BadRequest.
    """
    growth.lock_shape(conn, entity_id)
    grant = require(conn, actor, MayChangePermissions, entity_id)
    if grant.benefactor_id == grant.id:
        raise Forbidden("Resource already has an ACL.")
    placing.check_own_list(conn, entity_id)
    entries = checked(grant, given)
    node = looking.locked(conn, grant, None)
    inheriting.part(conn, grant, entries)
    growth.amend(conn, grant, node)
    recording.note(conn, actor.id, "acl.create", "entity", entity_id, {"to": _plain(entries)})
    return _afterwards(conn, actor, entity_id)


def replace(conn: Connection, actor: Actor, entity_id: int, given: AccessControlList) -> AccessControlList:
    """Replace the entries of an entity's own list. Call inside a transaction.

    Raises Forbidden, BadRequest, and Stale when the list has another etag.
    """
    if given.id is not UNSET and given.id != entity_id:
        raise BadRequest(f"The path says syn{entity_id} and the body says syn{given.id}.")
    # The shape stays as it is, so others may go on adding to the project.
    growth.lock_shape(conn, entity_id, alone=False)
    if require(conn, actor, Exists, entity_id).benefactor_id != entity_id:
        raise Forbidden("Cannot update ACL for a resource which inherits its permissions.")
    grant = require(conn, actor, MayChangePermissions, entity_id)
    entries = checked(grant, given)
    if not given.etag:
        raise BadRequest("etag is required: send the one that came with the ACL you changed.")
    node = looking.locked(conn, grant, None)
    before = lists.entries(conn, grant)
    lists.replace_list(conn, grant, entries, given.etag)
    growth.amend(conn, grant, node)
    change = {"from": _plain(before), "to": _plain(entries)}
    recording.note(conn, actor.id, "acl.update", "entity", entity_id, change)
    return _afterwards(conn, actor, entity_id)


def rejoin(conn: Connection, actor: Actor, entity_id: int) -> None:
    """Take an entity's own list away, so that it inherits again. Call inside a transaction. Raises Forbidden."""
    growth.lock_shape(conn, entity_id)
    grant = require(conn, actor, MayChangePermissions, entity_id)
    before = lists.entries(conn, grant)
    node = looking.locked(conn, grant, None)
    inheriting.rejoin(conn, grant)
    growth.amend(conn, grant, node)
    recording.note(conn, actor.id, "acl.delete", "entity", entity_id, {"from": _plain(before)})


def _afterwards(conn: Connection, actor: Actor, entity_id: int) -> AccessControlList:
    return sharing.effective_list(conn, require(conn, actor, Exists, entity_id))


def _plain(entries: list[tuple[int, int]]) -> dict[str, list[str]]:
    """The entries as the record keeps them."""
    return {str(principal): access_of(principal, rights).access_type for principal, rights in entries}


def checked(grant: MayChangePermissions, given: AccessControlList) -> list[tuple[int, int]]:
    """(principal, rights) of a list by which the caller may replace the present one. Raises BadRequest, Forbidden."""
    if len(given.resource_access) > MOST_ENTRIES:
        raise BadRequest(f"An ACL has at most {MOST_ENTRIES} entries.")
    entries: dict[int, int] = {}
    for one in given.resource_access:
        if one.principal_id in entries:
            raise BadRequest(f"resourceAccess names the principal {one.principal_id} twice; join the two entries.")
        entries[one.principal_id] = int(_rights(one.principal_id, one.access_type))
    _check_groups(grant.actor, entries)
    _check_self(grant, entries)
    return list(entries.items())


def _rights(principal_id: int, names: list[str]) -> Right:
    rights = rights_from(names)
    if not rights:
        raise BadRequest(f"The entry of principal {principal_id} has no accessType; leave the entry out instead.")
    return rights


def _check_groups(actor: Actor, entries: dict[int, int]) -> None:
    """What may be given to those who did not sign in, and to everybody who did."""
    if ANONYMOUS in entries:
        raise BadRequest(f"Nothing can be given to the anonymous user; the public group is {PUBLIC}.")
    if entries.get(PUBLIC, Right.READ) != Right.READ:
        raise BadRequest(f"The public group ({PUBLIC}) can be given READ and nothing else.")
    if entries.get(AUTHENTICATED, 0) & Right.DOWNLOAD and not actor.certified:
        raise Forbidden(UNCERTIFIED, "USER_CERTIFICATION_REQUIRED")


def _check_self(grant: MayChangePermissions, entries: dict[int, int]) -> None:
    """Nobody locks themself out by accident; the creator and administrators get in anyway."""
    actor = grant.actor
    keeps = any(entries.get(principal, 0) & Right.CHANGE_PERMISSIONS for principal in actor.principals)
    if not keeps and not actor.is_admin and grant.created_by != actor.id:
        raise BadRequest("Caller is trying to revoke their own ACL editing permissions.")
