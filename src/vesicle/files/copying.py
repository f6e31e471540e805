"""Handles that say the same bytes as another, and belong to whoever asked for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vesicle.access import Actor, MayDownload, MaySeeAttachment, OwnsFileHandle
from vesicle.db import Connection
from vesicle.errors import NotSignedIn
from vesicle.files import store
from vesicle.files.model import Handle
from vesicle.files.rules import check_content_type, check_file_name
from vesicle.organizations import membership
from vesicle.settings import Settings
from vesicle.usage import charging

Proof = MayDownload | MaySeeAttachment | OwnsFileHandle


@dataclass(frozen=True)
class Change:
    """One handle to copy, and how the copy differs. ``handle_id`` is what the proof was asked for."""

    proof: Proof
    handle_id: int
    file_name: str | None
    content_type: str | None


def copy(conn: Connection, actor: Actor, settings: Settings, changes: Sequence[Change]) -> list[Handle | None]:
    """The copies, in order; None where the original is gone since. Call inside a transaction.

    The originals are held, so that nobody removes the bytes while a second handle begins to say them. A copy keeps the
    bytes when its original is deleted, so it is charged to the same organization as an upload, within the same limits.
    Raises BadRequest and Forbidden.
    """
    if actor.is_anonymous:
        raise NotSignedIn("Sign in first: a file handle belongs to somebody.")
    for change in changes:
        if change.file_name is not None:
            check_file_name(change.file_name)
        if change.content_type is not None:
            check_content_type(change.content_type)
    there = store.hold_handles(conn, [change.handle_id for change in changes])
    wanted = [change for change in changes if change.handle_id in there]
    rows = [(change.handle_id, change.file_name, change.content_type) for change in wanted]
    copies = store.copy_handles(conn, actor, [change.proof for change in wanted], rows)
    if copies:
        charging.charge_new(conn, membership.of_upload(conn, actor, settings), [copy.id for copy in copies])
    made = iter(copies)
    return [next(made) if change.handle_id in there else None for change in changes]
