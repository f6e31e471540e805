"""The record of downloads."""

from __future__ import annotations

from vesicle.access import Actor, MayDownload, MaySeeAttachment, OwnsFileHandle
from vesicle.db import Connection
from vesicle.usage import store


def record_download(
    conn: Connection, actor: Actor, proof: MayDownload | MaySeeAttachment | OwnsFileHandle, *, handle_id: int,
    object_type: str | None, location_id: int | None, size: int,
) -> None:  # fmt: skip
    """One row for one URL that is handed out: who, what, its size in bytes, how many of them are charged, when."""
    object_id = None if isinstance(proof, OwnsFileHandle) else proof.id
    store.insert_download(
        conn, actor, proof, handle_id=handle_id, object_type=object_type, object_id=object_id, location_id=location_id,
        size=size,
    )  # fmt: skip


def record_credentials(
    conn: Connection, actor: Actor, proof: MayDownload, *, location_id: int, permission: str
) -> None:
    """One row for temporary credentials that are lent. What is read with them nobody sees, so nothing is charged."""
    store.insert_credentials(conn, actor, proof, location_id, permission)
