"""Shapes of access control lists and permissions."""

from __future__ import annotations

from vesicle.access import Right
from vesicle.access.rights import names_of
from vesicle.wire import UNSET, EntityId, Int64, Maybe, Shape


class ResourceAccess(Shape):
    """What one principal may."""

    principal_id: Int64
    access_type: list[str]


class AccessControlList(Shape):
    """Who may do what."""

    resource_access: list[ResourceAccess]
    id: Maybe[EntityId] = UNSET
    etag: Maybe[str] = UNSET
    creation_date: Maybe[str] = UNSET


def access_of(principal_id: int, rights: int) -> ResourceAccess:
    """A stored entry as the wire says it."""
    return ResourceAccess(principal_id=principal_id, access_type=names_of(Right(rights)))


class UserEntityPermissions(Shape):
    """What the caller may do with an entity."""

    can_view: bool
    can_edit: bool
    can_move: bool
    can_add_child: bool
    can_certified_user_edit: bool
    can_certified_user_add_child: bool
    is_certified_user: bool
    can_change_permissions: bool
    can_change_settings: bool
    can_delete: bool
    can_download: bool
    can_upload: bool
    can_enable_inheritance: bool
    owner_principal_id: Int64
    can_public_read: bool
    can_moderate: bool
    is_certification_required: bool
    is_entity_open_data: bool
    is_data_contributor: bool


class BooleanResult(Shape):
    """Yes or no."""

    result: bool


class DataTypeResponse(Shape):
    """How far the data of an entity are open."""

    object_id: EntityId
    object_type: str
    data_type: str
    updated_by: str
    updated_on: str
