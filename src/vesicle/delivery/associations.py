"""Who may have a file handle: through the object that refers to it, or because they made it (contract, files 2).

The object is looked at first, and what is no id of any object names none: clients send such for handles of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vesicle.access import (
    Actor,
    MayDownload,
    MaySeeAttachment,
    OwnsFileHandle,
    attachments,
    require,
    require_each,
    require_each_owned,
)
from vesicle.db import Connection
from vesicle.delivery.model import FileHandleAssociation
from vesicle.errors import BadRequest, NotFound, Refusal
from vesicle.files import handles as files
from vesicle.files.model import ENTITY, Handle
from vesicle.wire import EntityId

MOST_ITEMS = 100
ICON, PICTURE, MESSAGE = "TeamAttachment", "UserProfileAttachment", "MessageAttachment"
WORDS = {ICON: "icon", PICTURE: "picture", MESSAGE: "text"}
UNAUTHORIZED, NOT_FOUND = "UNAUTHORIZED", "NOT_FOUND"
Proof = MayDownload | MaySeeAttachment | OwnsFileHandle
Allowed = tuple[Proof, Handle]
Key = tuple[str, int, int]


def check_number(items: Sequence[object], member: str) -> None:
    """Raises BadRequest."""
    if not 1 <= len(items) <= MOST_ITEMS:
        raise BadRequest(f"{member} names from 1 to {MOST_ITEMS} files.")


def allowed(conn: Connection, actor: Actor, items: Sequence[FileHandleAssociation]) -> list[Allowed | str]:
    """For each item proof and handle, or its failure code. A few queries, however many items there are."""
    keys = [_key(item) for item in items]
    through = _through_entities(conn, actor, keys) | _through_attachments(conn, actor, keys)
    left = [handle for kind, number, handle in keys if (kind, number, handle) not in through]
    owned = require_each_owned(conn, actor, OwnsFileHandle, left) if left else {}
    proofs = [one for one in owned.values() if isinstance(one, OwnsFileHandle)]
    handles = files.by_proof(conn, proofs) if proofs else {}
    return [through[key] if key in through else _own(actor, owned[key[2]], handles) for key in keys]


def refusal(conn: Connection, actor: Actor, item: FileHandleAssociation, code: str) -> Refusal:
    """Why a single item was not allowed; the refusal of an entity tells more than a bare code does."""
    if code == NOT_FOUND:
        return NotFound(f"There is no file handle {item.file_handle_id}.")
    kind, number, _ = _key(item)
    if kind == ENTITY and number:
        try:
            require(conn, actor, MayDownload, number)
        except Refusal as why:
            return why
    return NotFound(f"File handle {item.file_handle_id} does not belong to {item.associate_object_id[:50]}.")


def _key(item: FileHandleAssociation) -> Key:
    try:
        number = EntityId.parse(item.associate_object_id)
    except ValueError:
        number = EntityId(0)
    return item.associate_object_type, int(number), int(item.file_handle_id)


def _through_entities(conn: Connection, actor: Actor, keys: Iterable[Key]) -> dict[Key, Allowed]:
    wanted = {number: handle for kind, number, handle in keys if kind == ENTITY and number}
    grants = require_each(conn, actor, MayDownload, list(wanted)) if wanted else {}
    may = {number: grant for number, grant in grants.items() if not isinstance(grant, Refusal)}
    handles = [handle for kind, _, handle in keys if kind == ENTITY]
    found = files.associated(conn, list(may.values()), handles) if may else {}
    return {(ENTITY, number, handle): (may[number], row) for (number, handle), row in found.items()}


def _through_attachments(conn: Connection, actor: Actor, keys: Iterable[Key]) -> dict[Key, Allowed]:
    objects = list({(kind, number) for kind, number, _ in keys if kind != ENTITY and number})
    proofs = attachments(conn, actor, objects) if objects else []
    handles = files.by_proof(conn, proofs) if proofs else {}
    return {
        (one.object_type, one.id, one.handle_id): (one, handles[one.handle_id])
        for one in proofs
        if one.handle_id in handles
    }


def attachment(conn: Connection, actor: Actor, kind: str, object_id: int) -> Allowed:
    """The one file that hangs on an object. Raises NotFound when there is none that the actor may have."""
    proofs = attachments(conn, actor, [(kind, object_id)])
    handles = files.by_proof(conn, proofs) if proofs else {}
    if not handles:
        raise NotFound(f"{object_id} has no {WORDS[kind]}.")
    return proofs[0], handles[proofs[0].handle_id]


def _own(actor: Actor, owned: OwnsFileHandle | Refusal, handles: dict[int, Handle]) -> Allowed | str:
    if isinstance(owned, OwnsFileHandle) and owned.id in handles:
        return owned, handles[owned.id]
    return NOT_FOUND if isinstance(owned, NotFound | OwnsFileHandle) and actor.is_admin else UNAUTHORIZED
