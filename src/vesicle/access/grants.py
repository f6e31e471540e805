"""Grants: proofs that somebody may do something to one thing.

Functions that touch a protected row take a grant, not an id, so that the signature is the policy. Only
:mod:`vesicle.access.permission` makes them; nobody else has the seal.
"""

from __future__ import annotations

from typing import ClassVar

from vesicle.access.actors import Actor
from vesicle.access.rights import Right

_SEAL = object()
TRASH = 1681355
"""The trash can: the benefactor of all that lies in it."""


class Subject:
    """What a decision is made on: one protected object, and the rights its benefactor's list gives the actor."""

    __slots__ = ("benefactor_id", "created_by", "id", "kind", "open_data", "project_id", "requirement_id", "rights")

    def __init__(
        self, id: int, kind: str, benefactor_id: int, created_by: int, project_id: int | None, rights: int,
        open_data: bool, requirement_id: int | None,
    ) -> None:  # fmt: skip
        self.id, self.kind, self.benefactor_id = id, kind, benefactor_id
        self.created_by, self.project_id, self.rights = created_by, project_id, rights
        self.open_data, self.requirement_id = open_data, requirement_id


class Grant(Subject):
    """The actor may do, to the object, what the class says."""

    __slots__ = ("actor",)
    right: ClassVar[Right]

    def __init__(self, seal: object, actor: Actor, of: Subject) -> None:
        if seal is not _SEAL:
            raise TypeError(f"{type(self).__name__} is made by access.require alone")
        super().__init__(
            of.id, of.kind, of.benefactor_id, of.created_by, of.project_id, of.rights, of.open_data, of.requirement_id
        )
        self.actor = actor


class Exists(Grant):
    """It exists and does not lie in the trash can. For the few answers that the contract gives to everybody."""

    right = Right(0)


class MayRead(Grant):
    right = Right.READ


class MayDownload(Grant):
    right = Right.DOWNLOAD


class MayUpdate(Grant):
    right = Right.UPDATE


class MayCreate(Grant):
    """May create something below the object."""

    right = Right.CREATE


class MayDelete(Grant):
    right = Right.DELETE


class MayChangePermissions(Grant):
    right = Right.CHANGE_PERMISSIONS


class MayChangeSettings(Grant):
    right = Right.CHANGE_SETTINGS


class Owns:
    """The actor made the thing (or is an administrator, where ``admin_passes``)."""

    __slots__ = ("actor", "id", "owner_id")
    kind: ClassVar[str]
    owner: ClassVar[str] = "the creator of"
    admin_passes: ClassVar[bool] = True

    def __init__(self, seal: object, actor: Actor, id: int, owner_id: int) -> None:
        if seal is not _SEAL:
            raise TypeError(f"{type(self).__name__} is made by access.require alone")
        self.actor, self.id, self.owner_id = actor, id, owner_id


class OwnsFileHandle(Owns):
    kind = "file handle"


class OwnsUpload(Owns):
    """Only who started an upload may go on with it, administrators included."""

    kind = "upload"
    admin_passes = False


class OwnsToken(Owns):
    kind = "access token"
    admin_passes = False


class OwnsJob(Owns):
    kind = "job"


class OwnsActivity(Owns):
    kind = "activity"


class OwnsTrashed(Owns):
    """Who deleted it may restore and purge it."""

    kind = "trashed entity"
    owner = "whoever deleted"


class Reviews(Owns):
    """May say that an access requirement holds no longer."""

    kind = "access requirement"
    owner = "the Access and Compliance Team, which decides about"


class MayCheckLocation(Owns):
    """Whose the location is, and administrators, who answer for the store."""

    kind = "storage location"


class OwnsLocation(Owns):
    """The creator, and the members of a team that the bucket's owner named in owner.txt; no administrator."""

    kind = "storage location"
    admin_passes = False
