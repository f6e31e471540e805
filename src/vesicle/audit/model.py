"""Shapes of the record, and what it can be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vesicle.errors import BadRequest
from vesicle.wire import UNSET, Maybe, Shape


class AuditRecord(Shape):
    """One deed: who did what to which thing, and what there is to say about it."""

    id: str
    done_on: str
    deed: str
    object_type: str
    detail: dict[str, Any]
    actor_id: Maybe[str] = UNSET
    object_id: Maybe[str] = UNSET


class AuditPage(Shape):
    """A page of the record, the newest first."""

    results: list[AuditRecord]
    next_page_token: Maybe[str] = UNSET


@dataclass(frozen=True, slots=True)
class Question:
    """Which lines are wanted; what is None does not matter. ``until`` is not included, ``since`` is."""

    actor_id: int | None = None
    deed: str | None = None
    object_type: str | None = None
    object_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def moment(name: str, text: str | None) -> datetime | None:
    """A date, or date and time, as the question names it; UTC unless it says otherwise. Raises BadRequest."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"{name} is a date such as 2026-01-31 or 2026-01-31T12:00:00Z, not {text[:50]!r}.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
