"""What plans limit, and the pure rules of limits."""

from __future__ import annotations

import msgspec

from vesicle.errors import BadRequest
from vesicle.wire import UNSET, Int64, Maybe, Shape

PERIODS = ("MONTH", "YEAR")
MOST_BYTES = 10**18
MOST_COUNT = 10**9
NO_LIMIT = -1
"""Takes away a limit that managers set below the plan's."""


class Limits(Shape):
    """What a plan allows. Bytes and counts; what is left out is unlimited."""

    storage_limit_bytes: Maybe[Int64] = UNSET
    egress_limit_bytes: Maybe[Int64] = UNSET
    egress_period: Maybe[str] = UNSET
    certified_user_limit: Maybe[Int64] = UNSET
    project_limit: Maybe[Int64] = UNSET
    custom_storage_limit_bytes: Maybe[Int64] = UNSET


def least(*limits: int | None) -> int | None:
    """The strictest of some limits, of which any may be unlimited."""
    given = [limit for limit in limits if limit is not None]
    return min(given) if given else None


def check_limits(limits: Limits) -> None:
    """Raises BadRequest for negative and absurd ones."""
    for named, most in (("storage_limit_bytes", MOST_BYTES), ("egress_limit_bytes", MOST_BYTES),
                        ("custom_storage_limit_bytes", MOST_BYTES), ("certified_user_limit", MOST_COUNT),
                        ("project_limit", MOST_COUNT)):  # fmt: skip
        check_limit(named, getattr(limits, named), most)
    if limits.egress_period is not UNSET and limits.egress_period not in PERIODS:
        raise BadRequest(f"egressPeriod is one of {', '.join(PERIODS)}, not {limits.egress_period[:50]!r}.")


def own_limit(name: str, value: int) -> int | None:
    """A limit that managers set, as the database says it. Raises BadRequest."""
    if value == NO_LIMIT:
        return None
    check_limit(name, value, for_none=f"send {NO_LIMIT}")
    return value


def check_limit(
    name: str, value: int | msgspec.UnsetType, most: int = MOST_BYTES, *, for_none: str = "leave it out"
) -> None:
    """Raises BadRequest unless a limit is from 0 to ``most``; one that is left out is unlimited."""
    if isinstance(value, int) and not 0 <= value <= most:
        head, *tail = name.split("_")
        spelled = head + "".join(map(str.capitalize, tail))
        raise BadRequest(f"{spelled} must be from 0 to {most}, not {value}; {for_none} for no limit.")


def none_if_unset(value: int | msgspec.UnsetType) -> int | None:
    """As the database says it."""
    return value if isinstance(value, int) else None
