"""Asking the record: for administrators and for the operator."""

from __future__ import annotations

from vesicle.access import Actor
from vesicle.audit import store
from vesicle.audit.model import AuditPage, AuditRecord, Question
from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.wire import UNSET, key_of_token, or_unset, stamp, token_of_key

LARGEST_PAGE = 1000


def page(conn: Connection, actor: Actor | None, question: Question, token: str | None, limit: int) -> AuditPage:
    """Lines of the record, the newest first. ``actor`` is None for the operator's command line."""
    if not 1 <= limit <= LARGEST_PAGE:
        raise BadRequest(f"limit must be from 1 to {LARGEST_PAGE}, not {limit}.")
    before = key_of_token(token, tuple[int])[0] if token else None
    rows = store.records(conn, actor, question, before, limit + 1)
    more = token_of_key(rows[limit - 1][0]) if len(rows) > limit else UNSET
    return AuditPage(results=[_shape(*row) for row in rows[:limit]], next_page_token=more)


def _shape(id, done_on, actor_id, deed, object_type, object_id, detail) -> AuditRecord:  # type: ignore[no-untyped-def]
    return AuditRecord(
        id=str(id), done_on=stamp(done_on), deed=deed, object_type=object_type, detail=detail,
        actor_id=UNSET if actor_id is None else str(actor_id), object_id=or_unset(object_id),
    )  # fmt: skip
