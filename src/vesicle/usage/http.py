"""Doors of the ledger."""

from __future__ import annotations

from vesicle.audit.model import moment
from vesicle.usage import reading
from vesicle.usage.model import DownloadPage, DownloadQuestion
from vesicle.web import Administrators, Call, Doors

door = Doors("usage")


@door("GET", "/vesicle/v1/audit/downloads", access=Administrators())
def downloads(
    call: Call, actor: int | None = None, object_id: str | None = None, file_handle_id: int | None = None,
    since: str | None = None, until: str | None = None, limit: int = 100, next_page_token: str | None = None,
) -> DownloadPage:  # fmt: skip
    """URLs that were handed out, the newest first: to one person, of one thing or file handle, between two moments."""
    moments = moment("since", since), moment("until", until)
    question = DownloadQuestion(actor, reading.number_of(object_id), file_handle_id, *moments)
    return reading.page(call.conn, call.actor, question, next_page_token, limit)
