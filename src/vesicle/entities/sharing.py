"""Who may do what with an entity."""

from __future__ import annotations

from vesicle.access import (
    ACCESS_AND_COMPLIANCE,
    Actor,
    Exists,
    MayRead,
    MayUpdate,
    Right,
    lists,
    require,
    rights_of,
)
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.entities.model.sharing import (
    AccessControlList,
    DataTypeResponse,
    UserEntityPermissions,
    access_of,
)
from vesicle.entities.store import versions
from vesicle.errors import BadRequest, Forbidden, NotFound
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
    return permissions_beside(grant, settings, lists.read_by_public(conn, [grant]))


def permissions_beside(grant: Exists | MayRead, settings: Settings, public: set[int]) -> UserEntityPermissions:
    """The same, where it is known which lists let everybody read."""
    actor, rights = grant.actor, rights_of(grant)
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
        can_public_read=grant.benefactor_id in public,
        can_moderate=bool(rights & Right.MODERATE),
        is_certification_required=settings.certification == "required",
        is_entity_open_data=grant.open_data,
        is_data_contributor=bool(rights & Right.UPDATE and rights & Right.DELETE),
    )


def may(grant: Exists, access_type: str) -> bool:
    """Whether the caller has one right. Raises BadRequest for a right that there is not."""
    if access_type not in Right.__members__:
        raise BadRequest(f"accessType is one of {', '.join(Right.__members__)}, not {access_type[:50]!r}.")
    return bool(rights_of(grant) & Right[access_type])


def mark_data(conn: Connection, actor: Actor, entity_id: int, data_type: str) -> DataTypeResponse:
    """Say that who can read an entity may download it (OPEN_DATA), or not (SENSITIVE_DATA).

    Call inside a transaction. Raises BadRequest, and Forbidden: only the compliance team opens data.
    """
    if data_type not in ("OPEN_DATA", "SENSITIVE_DATA"):
        raise BadRequest(f"type is OPEN_DATA or SENSITIVE_DATA, not {data_type[:50]!r}.")
    is_open = data_type == "OPEN_DATA"
    grant = require(conn, actor, MayRead, entity_id)
    if not is_open:
        require(conn, actor, MayUpdate, entity_id)
    if is_open and not actor.is_admin and ACCESS_AND_COMPLIANCE not in actor.principals:
        raise Forbidden("Only the Access and Compliance Team may mark data as open.")
    moment = versions.set_data_type(conn, grant, is_open=is_open)
    recording.note(conn, actor.id, "entity.data_type", "entity", entity_id, {"to": data_type})
    return DataTypeResponse(
        object_id=EntityId(entity_id), object_type="ENTITY", data_type=data_type, updated_by=str(actor.id),
        updated_on=stamp(moment),
    )  # fmt: skip
