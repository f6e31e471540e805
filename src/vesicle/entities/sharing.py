"""Who may do what with an entity."""

from __future__ import annotations

from vesicle.access import PUBLIC, Exists, MayRead, Right, lists, rights_of
from vesicle.db import Connection
from vesicle.entities.model import (
    AccessControlList,
    RestrictionInformation,
    UserEntityPermissions,
    access_of,
)
from vesicle.errors import NotFound
from vesicle.settings import Settings
from vesicle.wire import EntityId, stamp


def own_list(conn: Connection, grant: Exists | MayRead) -> AccessControlList:
    """The entity's own list. Raises NotFound, in the words that clients look for, when it inherits."""
    if grant.benefactor_id != grant.id:
        raise NotFound(
            "The requested ACL does not exist. This entity inherits its permissions from: "
            f"/repo/v1/entity/syn{grant.benefactor_id}/acl"
        )
    return effective_list(conn, grant)


def effective_list(conn: Connection, grant: Exists | MayRead) -> AccessControlList:
    """The list that decides: the entity's own, or its benefactor's."""
    etag, created_on = lists.stamps(conn, grant)
    return AccessControlList(
        id=EntityId(grant.benefactor_id), etag=str(etag), creation_date=stamp(created_on),
        resource_access=[access_of(principal, rights) for principal, rights in lists.entries(conn, grant)],
    )  # fmt: skip


def permissions(conn: Connection, grant: Exists | MayRead, settings: Settings) -> UserEntityPermissions:
    """Everything that the caller may do with the entity, as the contract lists it."""
    actor, rights = grant.actor, rights_of(grant)
    entries = dict(lists.entries(conn, grant))
    held = Right(grant.rights) if not actor.is_admin else ~Right(0)
    may_share = bool(rights & Right.CHANGE_PERMISSIONS)
    return UserEntityPermissions(
        can_view=bool(rights & Right.READ),
        can_edit=bool(rights & Right.UPDATE),
        can_move=bool(rights & Right.UPDATE) and may_share,
        can_add_child=bool(rights & Right.CREATE),
        can_certified_user_edit=bool(held & Right.UPDATE) and not actor.is_anonymous,
        can_certified_user_add_child=bool(held & Right.CREATE) and not actor.is_anonymous,
        is_certified_user=actor.certified,
        can_change_permissions=may_share,
        can_change_settings=bool(rights & Right.CHANGE_SETTINGS),
        can_delete=bool(rights & Right.DELETE),
        can_download=bool(rights & Right.DOWNLOAD),
        can_upload=not actor.is_anonymous,
        can_enable_inheritance=may_share and grant.benefactor_id == grant.id and grant.kind != "project",
        owner_principal_id=grant.created_by,
        can_public_read=bool(entries.get(PUBLIC, 0) & Right.READ),
        can_moderate=bool(rights & Right.MODERATE),
        is_certification_required=settings.certification == "required",
        is_entity_open_data=False,
        is_data_contributor=bool(rights & Right.UPDATE and rights & Right.DELETE),
    )


def restrictions(conn: Connection, grant: Exists | MayRead, settings: Settings) -> RestrictionInformation:
    """Nothing on this server must be agreed to before a download."""
    return RestrictionInformation(
        object_id=grant.id, restriction_level="OPEN", has_unmet_access_requirement=False, restriction_details=[],
        user_entity_permissions=permissions(conn, grant, settings),
    )  # fmt: skip
