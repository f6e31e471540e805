"""Shapes of what operators see of all organizations."""

from __future__ import annotations

from vesicle.usage.shapes import InstallationUsage, OrganizationUsage
from vesicle.wire import UNSET, Maybe, Shape


class OrganizationOverview(OrganizationUsage, kw_only=True):
    """What an organization uses, and how much of its limits that is, in percent; absent where there is no limit."""

    name: str
    plan_type: str
    storage_percent: Maybe[float] = UNSET
    custom_storage_percent: Maybe[float] = UNSET
    egress_percent: Maybe[float] = UNSET


class OrganizationOverviewPage(Shape):
    """A page of organizations, in the order of their numbers; the first page has the sums over all of them."""

    results: list[OrganizationOverview]
    total: Maybe[InstallationUsage] = UNSET
    next_page_token: Maybe[str] = UNSET


def percent(used: int, limit: Maybe[int]) -> Maybe[float]:
    """How much of a limit is used; absent where there is none, or nothing is allowed."""
    return UNSET if limit is UNSET or limit == 0 else round(100 * used / limit, 1)
