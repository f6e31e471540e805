"""Doors of who may do what."""

from __future__ import annotations

from vesicle.access import Exists, MayRead, Scope
from vesicle.entities import granting, reading, sharing
from vesicle.entities.http.declaring import UNDER_LOCK, WRITE, door
from vesicle.entities.model.headers import EntityHeader
from vesicle.entities.model.sharing import (
    AccessControlList,
    BooleanResult,
    DataTypeResponse,
    UserEntityPermissions,
)
from vesicle.web import Bare, Call, Needs
from vesicle.wire import EntityId


@door("GET", "/repo/v1/entity/{id}/acl", access=Needs(Exists))
def read_acl(call: Call, grant: Exists) -> AccessControlList:
    """The entity's own access control list; 404 when it inherits. The contract lets everybody see it."""
    return sharing.own_list(call.conn, grant)


@door("GET", "/repo/v1/entity/{id}/benefactor", access=Needs(MayRead))
def read_benefactor(call: Call, grant: MayRead) -> EntityHeader:
    """Whose access control list decides."""
    return reading.header(call.conn, grant, grant.benefactor_id)


@door("GET", "/repo/v1/entity/{id}/permissions", access=Needs(Exists))
def read_permissions(call: Call, grant: Exists) -> UserEntityPermissions:
    """What the caller may do; answered for everybody, because it tells nothing but that."""
    return sharing.permissions(call.conn, grant, call.settings)


@door("POST", "/repo/v1/entity/{id}/acl", access=UNDER_LOCK, scopes=WRITE, status=201)
def create_acl(call: Call, id: EntityId, body: AccessControlList) -> AccessControlList:
    """Give an entity that inherits an access control list of its own."""
    return granting.part(call.conn, call.actor, id, body)


@door("PUT", "/repo/v1/entity/{id}/acl", access=UNDER_LOCK, scopes=WRITE)
def replace_acl(call: Call, id: EntityId, body: AccessControlList) -> AccessControlList:
    """Replace the entity's own access control list."""
    return granting.replace(call.conn, call.actor, id, body)


@door("DELETE", "/repo/v1/entity/{id}/acl", access=UNDER_LOCK, scopes=Scope.modify, status=204)
def delete_acl(call: Call, id: EntityId) -> Bare:
    """Inherit again."""
    granting.rejoin(call.conn, call.actor, id)
    return Bare(204)


@door("GET", "/repo/v1/entity/{id}/access", access=Needs(Exists))
def has_access(grant: Exists, access_type: str) -> BooleanResult:
    """Whether the caller has one right."""
    return BooleanResult(result=sharing.may(grant, access_type))


@door("PUT", "/repo/v1/entity/{id}/datatype", access=UNDER_LOCK, scopes=WRITE)
def mark_data(call: Call, id: EntityId, type: str) -> DataTypeResponse:
    """Say whether the data of an entity are open: whoever can read it may then download it."""
    return sharing.mark_data(call.conn, call.actor, id, type)
