"""Shapes of what is told of limits that come near."""

from __future__ import annotations

import msgspec

from vesicle.wire import Id, Shape


class OrganizationNotice(Shape):
    """What those responsible were told: that usage crossed a threshold, and what to do."""

    id: Id
    type: str
    percent: int
    text: str
    noticed_on: str


class OrganizationNoticeList(Shape):
    """Notices, the newest first."""

    results: list[OrganizationNotice]


class Crossing(msgspec.Struct, array_like=True):
    """An organization whose usage reaches another threshold (``level``) than the one that was told of."""

    organization_id: int
    name: str
    owner_id: int | None
    kind: str
    used: int
    limit: int
    told: int
    level: int
