"""Actors, rights, access control lists and grants: the proofs of permission that rows ask for."""

from vesicle.access.actors import (
    ADMINISTRATORS,
    ANONYMOUS,
    AUTHENTICATED,
    CERTIFIED,
    FIRST_ADMIN,
    PUBLIC,
    Actor,
    Scope,
    anonymous,
)
from vesicle.access.grants import (
    Exists,
    Grant,
    MayChangePermissions,
    MayChangeSettings,
    MayCreate,
    MayDelete,
    MayDownload,
    MayRead,
    MayUpdate,
    Owns,
    OwnsFileHandle,
    OwnsJob,
    OwnsToken,
    OwnsUpload,
)
from vesicle.access.permission import require, require_each, require_each_owned, rights_of
from vesicle.access.rights import Right
from vesicle.access.store import visible_to

__all__ = [
    "ADMINISTRATORS",
    "ANONYMOUS",
    "AUTHENTICATED",
    "CERTIFIED",
    "FIRST_ADMIN",
    "PUBLIC",
    "Actor",
    "Exists",
    "Grant",
    "MayChangePermissions",
    "MayChangeSettings",
    "MayCreate",
    "MayDelete",
    "MayDownload",
    "MayRead",
    "MayUpdate",
    "Owns",
    "OwnsFileHandle",
    "OwnsJob",
    "OwnsToken",
    "OwnsUpload",
    "Right",
    "Scope",
    "anonymous",
    "require",
    "require_each",
    "require_each_owned",
    "rights_of",
    "visible_to",
]
