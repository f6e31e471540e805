"""Doors of the record."""

from __future__ import annotations

from vesicle.audit import reading
from vesicle.audit.model import AuditPage, Question, moment
from vesicle.web import Administrators, Call, Doors

door = Doors("audit")


@door("GET", "/vesicle/v1/audit", access=Administrators())
def records(
    call: Call, actor: int | None = None, deed: str | None = None, object_type: str | None = None,
    object_id: str | None = None, since: str | None = None, until: str | None = None, limit: int = 100,
    next_page_token: str | None = None,
) -> AuditPage:  # fmt: skip
    """What was done, the newest first: of one actor, one deed, one thing, between two moments."""
    question = Question(actor, deed, object_type, object_id, moment("since", since), moment("until", until))
    return reading.page(call.conn, call.actor, question, next_page_token, limit)
