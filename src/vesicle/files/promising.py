"""Promising an upload its bytes, while organizations are merged behind its back."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import TypeVar

from vesicle.access import Actor
from vesicle.db import Connection, Contention
from vesicle.files.model import Upload
from vesicle.files.store import uploads as rows
from vesicle.usage import charging, limits, transferring
from vesicle.usage.model import Payer

T = TypeVar("T")
TRIES = 4


def enter(
    conn: Connection, actor: Actor, digest: bytes, new: Upload, payer: Payer, replaced: int | None
) -> Upload | None:
    """Put an upload on record together with its promise, which it takes over from the one that it replaced, if any.

    While the organization that promises is being merged into another this waits, and the other promises in its place.
    None when the same request began an upload a moment ago. Raises BadRequest when the bytes do not fit.
    """

    others = (transferring.survivor(conn, payer.organization_id) for _ in range(TRIES))
    payers = chain([payer], (payer._replace(organization_id=one) for one in others))

    def promised() -> Upload | None:
        by = next(payers)
        with conn.transaction():
            made = rows.insert_upload(conn, actor, digest, new)
            if made is None:
                if replaced is not None:
                    charging.release(conn, replaced)
                return None
            # Held before the promise names it, as by whoever merges, so that neither waits for what the other one has.
            limits.account(conn, by.organization_id, lock=True)
            if replaced is None or not charging.take_over(conn, by, replaced, made.id, made.storage_location_id):
                charging.reserve(conn, by, made.id, made.storage_location_id, made.file_size)
            return made

    return repeated(promised)


def repeated(deed: Callable[[], T]) -> T:
    """What a deed gives that is done anew when an organization was merged into another behind its back."""
    for left in reversed(range(TRIES)):
        try:
            return deed()
        except Contention:
            if not left:
                raise
    raise AssertionError("unreachable")
