"""Writing the record. A deed and its line are kept in one transaction, so neither is there without the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vesicle.audit import store
from vesicle.db import Connection


def note(
    conn: Connection, actor_id: int | None, deed: str, object_type: str, object_id: int | str | None,
    detail: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """One line: who did what to which thing. ``actor_id`` is None for what the house does by itself, and for commands
    about people and counters; those about organizations act as the first administrator.

    ``deed`` is a verb and its noun in lower case with dots, such as ``acl.update`` or ``sign_in.refused``;
    ``detail`` says from what to what, and never holds a secret.
    """
    store.insert(conn, actor_id, deed, object_type, None if object_id is None else str(object_id), dict(detail or {}))
