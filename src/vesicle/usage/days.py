"""Which days are asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from vesicle.errors import BadRequest

LONGEST_DAYS = 3660
FIRST, LAST = date(1970, 1, 1), date(9998, 12, 31)


def days(first: str | None, last: str | None) -> tuple[date, date]:
    """The first and the last day; the last 30 days unless told otherwise. Raises BadRequest."""
    today = datetime.now(UTC).date()
    try:
        end = date.fromisoformat(last) if last else today
        begin = date.fromisoformat(first) if first else end - timedelta(days=29)
    except (ValueError, OverflowError):
        raise BadRequest("firstDay and lastDay are days such as 2030-01-31.") from None
    if not FIRST <= begin <= end <= LAST or (end - begin).days > LONGEST_DAYS:
        raise BadRequest(f"firstDay is not later than lastDay, and at most {LONGEST_DAYS} days before it.")
    return begin, end


def day_of(given: str | None) -> date | None:
    """A day that is asked about, if one is. Raises BadRequest."""
    try:
        day = date.fromisoformat(given) if given else None
    except ValueError:
        day = date.min
    if day is not None and not FIRST <= day <= LAST:
        raise BadRequest("day is a day such as 2030-01-31.")
    return day
