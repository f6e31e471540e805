"""Which storage locations hold for a project or folder, and for everything below it that has no setting of its own."""

from __future__ import annotations

from typing import TypeVar

from vesicle.access import (
    Actor,
    Exists,
    Grant,
    MayCreate,
    MayDelete,
    MayRead,
    MayUpdate,
    OwnsLocation,
    require,
    require_each_owned,
)
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest, Forbidden, NotFound, Refusal, Stale
from vesicle.locations import resolving, store
from vesicle.locations.model import AnyProjectSetting, Location, UploadDestinationListSetting
from vesicle.organizations import roles
from vesicle.tree import growth
from vesicle.usage import terms
from vesicle.wire import UNSET, EntityId, Id

UPLOAD = "upload"
G = TypeVar("G", bound=Grant)
MOST_LOCATIONS = 10


def create(conn: Connection, actor: Actor, asked: AnyProjectSetting) -> AnyProjectSetting:
    """A setting for a container that has none. Call inside a transaction.

    Raises NotFound, BadRequest (no container, not empty, STS beside others), Forbidden (the container, a location).
    """
    grant = _container(conn, actor, MayCreate, asked)
    _check_nothing_above(conn, grant.id)
    ids = _checked_ids(asked)
    if _validate(conn, actor, grant, ids) and store.holds_anything(conn, grant):
        raise BadRequest(_not_empty(grant.id, "get"))
    setting_id = store.insert_setting(conn, grant, ids)
    if setting_id is None:
        raise BadRequest(f"syn{grant.id} has an upload setting; update that one.")
    recording.note(conn, actor.id, "project_setting.create", "entity", grant.id, {"locations": ids})
    return _shape(conn, grant)


def replace(conn: Connection, actor: Actor, asked: AnyProjectSetting) -> None:
    """Other locations for a container; what is there already stays where it is. Call inside a transaction.

    Raises Stale, and otherwise as ``create``.
    """
    if asked.id is UNSET:
        raise BadRequest("id is required: an update names the setting that it replaces.")
    grant = _container(conn, actor, MayUpdate, asked)
    container_id = store.container_of(conn, asked.id)
    if container_id is None:
        raise NotFound(f"There is no project setting {asked.id}.")
    if container_id != grant.id:
        raise BadRequest(f"Project setting {asked.id} is that of syn{container_id}; a setting does not move.")
    ids = _checked_ids(asked)
    new_sts = _validate(conn, actor, grant, ids)
    old_sts = _own_sts(conn, grant.id)
    if (new_sts or old_sts) and store.holds_anything(conn, grant):
        raise BadRequest(_not_empty(grant.id, "get" if new_sts else "lose"))
    if new_sts:
        _check_nothing_above(conn, grant.id, besides=grant.id)
    if not store.replace_setting(conn, grant, asked.etag or "", ids):
        raise Stale(f"Project setting {asked.id} was updated since you last fetched it; fetch it again.")
    recording.note(conn, actor.id, "project_setting.update", "entity", grant.id, {"locations": ids})


def delete(conn: Connection, actor: Actor, setting_id: int) -> None:
    """From now on the container inherits. Call inside a transaction. Raises NotFound, Forbidden and BadRequest."""
    container_id = _container_of(conn, setting_id)
    growth.lock_for_move(conn, container_id, container_id)
    grant = require(conn, actor, MayDelete, container_id)
    if _own_sts(conn, grant.id) and store.holds_anything(conn, grant):
        raise BadRequest(_not_empty(grant.id, "lose"))
    store.delete_setting(conn, grant)
    recording.note(conn, actor.id, "project_setting.delete", "entity", grant.id)


def read(conn: Connection, actor: Actor, setting_id: int) -> AnyProjectSetting:
    """A setting, for who can read its container. Raises NotFound and Forbidden."""
    return _shape(conn, require(conn, actor, MayRead, _container_of(conn, setting_id)))


def of_container(conn: Connection, grant: MayRead, kind: str) -> AnyProjectSetting | None:
    """The container's own setting, without what it inherits. Raises BadRequest for a kind that there is not."""
    if kind != UPLOAD:
        raise BadRequest(f"The only type of project setting is {UPLOAD}, not {kind[:50]!r}.")
    return _shape(conn, grant) if store.setting_of(conn, grant) else None


def _container(conn: Connection, actor: Actor, kind: type[G], asked: AnyProjectSetting) -> G:
    """The project or folder that the setting is for, with the shape of its project held.

    A file that is added at the same time waits, and then finds the setting; one that was added before is seen here.
    """
    if asked.project_id is UNSET:
        raise BadRequest("projectId is required: the project or folder that the setting is for.")
    container_id = int(asked.project_id)
    there = require(conn, actor, Exists, container_id)
    if there.kind not in ("project", "folder") or there.project_id is None:
        raise BadRequest(f"syn{container_id} is neither a project nor a folder, and cannot have an upload setting.")
    growth.lock_for_move(conn, container_id, container_id)
    return require(conn, actor, kind, container_id)


def _container_of(conn: Connection, setting_id: int) -> int:
    container_id = store.container_of(conn, setting_id)
    if container_id is None:
        raise NotFound(f"There is no project setting {setting_id}.")
    return container_id


def _checked_ids(asked: AnyProjectSetting) -> list[int]:
    ids = [int(one) for one in asked.locations or []]
    if not 1 <= len(ids) <= MOST_LOCATIONS:
        raise BadRequest(f"locations names from 1 to {MOST_LOCATIONS} storage locations.")
    if len(set(ids)) < len(ids):
        raise BadRequest("locations names a storage location twice.")
    return ids


def _validate(conn: Connection, actor: Actor, grant: MayCreate | MayUpdate, ids: list[int]) -> bool:
    """Whether the setting is one for STS. Raises BadRequest and Forbidden for locations that cannot stand there."""
    found = store.locations(conn, ids)
    missing = set(ids) - {one.id for one in found}
    if missing:
        raise BadRequest(f"There is no storage location {min(missing)}.")
    external = [one.id for one in found if one.kind == "external-s3"]
    proofs = {} if actor.is_admin or not external else require_each_owned(conn, actor, OwnsLocation, external)
    for one, answer in proofs.items():
        if isinstance(answer, Refusal):
            raise Forbidden(
                f"Storage location {one} is a bucket of somebody else; only its creator, and the members of a team in"
                " its owner.txt, may give it to a project."
            )
    resolving.check_private(conn, grant, ids)
    _check_lending(conn, actor, found)
    sts = [one.id for one in found if one.sts_enabled]
    if sts and grant.kind != "folder":
        raise BadRequest(
            f"Storage location {sts[0]} has STS enabled, so it can be set on a folder and not on a project."
        )
    if sts and len(ids) > 1:
        raise BadRequest(f"Storage location {sts[0]} has STS enabled, so it must be the only one of a folder.")
    return bool(sts)


def _check_lending(conn: Connection, actor: Actor, found: list[Location]) -> None:
    """Who downloads from a folder with STS is lent what lies at its location, so not everybody may set it on a folder:
    only who has its creator's rights, and the contributors of the organization that it is private to. Raises Forbidden.
    """
    ids = [one.id for one in found if one.sts_enabled and one.kind == "managed-s3"]
    proofs = {} if actor.is_admin or not ids else require_each_owned(conn, actor, OwnsLocation, ids)
    for one, answer in proofs.items():
        if isinstance(answer, Refusal) and not _contributes_to_owner(conn, actor, one):
            raise Forbidden(
                f"Storage location {one} has STS enabled and is somebody else's: a folder with it lends what lies there"
                " to whoever may download from the folder. Only its creator, and the contributors of the organization"
                " that it is private to, may set it; make a location of your own with POST /repo/v1/storageLocation."
            )


def _contributes_to_owner(conn: Connection, actor: Actor, location_id: int) -> bool:
    private_to = terms.of(conn, actor, location_id).private_to
    if private_to is None:
        return False
    who = roles.standing(conn, actor, private_to)
    return who.is_contributor or who.is_administrator


def _check_nothing_above(conn: Connection, container_id: int, besides: int | None = None) -> None:
    """Below an STS folder nothing else holds. Raises BadRequest."""
    for container, location_id, sts in store.settings_above(conn, container_id):
        if sts and container != besides:
            raise BadRequest(
                f"syn{container} has the storage location {location_id} with STS enabled, which holds for everything"
                f" below it; syn{container_id} cannot have another setting."
            )


def _own_sts(conn: Connection, container_id: int) -> bool:
    governing = resolving.governing(conn, container_id)
    return governing.sts and governing.container_id == container_id


def _not_empty(container_id: int, verb: str) -> str:
    return (
        f"Only an empty folder can {verb} a storage location with STS enabled. syn{container_id} holds something,"
        " or the trash can holds something that was in it."
    )


def _shape(conn: Connection, grant: MayRead | MayCreate) -> AnyProjectSetting:
    row = store.setting_of(conn, grant)
    if row is None:
        raise NotFound(f"syn{grant.id} has no setting of its own.")
    setting_id, container_id, etag, ids = row
    return UploadDestinationListSetting(
        id=Id(setting_id), project_id=EntityId(container_id), settings_type=UPLOAD, etag=str(etag), locations=ids
    )
