"""Shapes of plans, of the catalogue of plans, and of requests for plans."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from vesicle.errors import BadRequest
from vesicle.organizations.model.limits import Limits
from vesicle.wire import UNSET, Id, Maybe, Shape, or_unset, stamp

BASIC = "BASIC"
KINDS = (BASIC, "SELF_MANAGED", "DATA_COORDINATION", "LEGACY")
LONGEST_MESSAGE = 10_000


class PlanOffer(Limits, kw_only=True):
    """One line of the operator's catalogue of plans."""

    name: str
    type: str


class PlanOfferList(Shape):
    """The catalogue."""

    results: list[PlanOffer]


class NewPlan(Limits):
    """A plan to be made: from an offer of the catalogue, whose limits hold where none are given, or from nothing."""

    offer: Maybe[str] = UNSET
    type: Maybe[str] = UNSET
    starts_on: Maybe[str] = UNSET
    ends_on: Maybe[str] = UNSET


class PlanUpdate(Limits, kw_only=True):
    """New limits in place of all the old ones; ``etag`` is that of the plan that was read."""

    etag: str
    type: Maybe[str] = UNSET
    ends_on: Maybe[str] = UNSET


class Plan(Limits, kw_only=True):
    """A plan: the agreement that an organization enforces."""

    id: Id
    etag: str
    type: str
    starts_on: str
    created_on: str
    created_by: str
    ends_on: Maybe[str] = UNSET
    organization_id: Maybe[Id] = UNSET


class NewPlanRequest(Shape):
    """The form by which an organization asks for another plan."""

    organization_id: Id
    offer: str
    message: Maybe[str] = UNSET


class PlanRequest(Shape):
    """A request for a plan, and what the operator decided."""

    id: Id
    organization_id: Id
    offer: str
    message: str
    requested_by: str
    requested_on: str
    state: str
    decided_by: Maybe[str] = UNSET
    decided_on: Maybe[str] = UNSET
    answer: Maybe[str] = UNSET


class PlanRequestPage(Shape):
    """A page of requests, the newest first."""

    results: list[PlanRequest]
    next_page_token: Maybe[str] = UNSET


class PlanDecision(Shape):
    """Granted, which gives the organization the plan of the offer, or not; and what to tell the one who asked."""

    granted: bool
    answer: Maybe[str] = UNSET


class PlanRow(msgspec.Struct, array_like=True):
    """One plan, as stored."""

    id: int
    etag: UUID
    kind: str
    storage_limit: int | None
    egress_limit: int | None
    egress_period: str
    certified_user_limit: int | None
    project_limit: int | None
    custom_limit: int | None
    starts_on: datetime
    ends_on: datetime | None
    created_by: int
    created_on: datetime
    organization_id: int | None


def check_kind(kind: str) -> str:
    """Raises BadRequest."""
    if kind not in KINDS:
        raise BadRequest(f"The type of a plan is one of {', '.join(KINDS)}, not {kind[:50]!r}.")
    return kind


def plan_of(row: PlanRow) -> Plan:
    """A stored plan as the wire says it."""
    return Plan(
        id=Id(row.id), etag=str(row.etag), type=row.kind, starts_on=stamp(row.starts_on),
        created_on=stamp(row.created_on), created_by=str(row.created_by),
        ends_on=UNSET if row.ends_on is None else stamp(row.ends_on),
        organization_id=UNSET if row.organization_id is None else Id(row.organization_id),
        storage_limit_bytes=or_unset(row.storage_limit), egress_limit_bytes=or_unset(row.egress_limit),
        egress_period=row.egress_period, certified_user_limit=or_unset(row.certified_user_limit),
        project_limit=or_unset(row.project_limit), custom_storage_limit_bytes=or_unset(row.custom_limit),
    )  # fmt: skip
