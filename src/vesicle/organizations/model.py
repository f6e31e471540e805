"""Shapes of organizations, members, invitations and plans, and the pure rules of names and limits."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from vesicle.errors import BadRequest
from vesicle.wire import UNSET, EntityId, Id, Int64, Maybe, Shape, or_unset, stamp

INSTALLATION = 1
"""The one unlimited organization that holds every project until plans are switched on."""
BASIC = "BASIC"
KINDS = (BASIC, "SELF_MANAGED", "DATA_COORDINATION", "LEGACY")
PERIODS = ("MONTH", "YEAR")
LONGEST_NAME = 256
MOST_BYTES = 10**18
MOST_COUNT = 10**9
LONGEST_MESSAGE = 10_000


class Limits(Shape):
    """What a plan allows. Bytes and counts; what is left out is unlimited."""

    storage_limit_bytes: Maybe[Int64] = UNSET
    egress_limit_bytes: Maybe[Int64] = UNSET
    egress_period: Maybe[str] = UNSET
    certified_user_limit: Maybe[Int64] = UNSET
    project_limit: Maybe[Int64] = UNSET
    custom_storage_limit_bytes: Maybe[Int64] = UNSET


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


class NewOrganization(Shape):
    """For everybody: a name for the organization of one's own. For administrators: a plan, its owner and managers."""

    name: Maybe[str] = UNSET
    plan_id: Maybe[Id] = UNSET
    owner_id: Maybe[Id] = UNSET
    manager_ids: Maybe[list[Id]] = UNSET
    default_storage_location_id: Maybe[Int64] = UNSET


class OrganizationUpdate(Shape):
    """What its managers (and, of the name, its owner) may change; everything that is left out goes back to nothing."""

    etag: str
    name: str
    default_storage_location_id: Maybe[Int64] = UNSET
    outsiders_may_upload: bool = True
    notification_thresholds: Maybe[list[Int64]] = UNSET
    manager_storage_limit_bytes: Maybe[Int64] = UNSET
    manager_egress_limit_bytes: Maybe[Int64] = UNSET


class Organization(Shape):
    """An organization, and the limits that its plan (or its managers, where they are stricter) set."""

    id: Id
    name: str
    etag: str
    plan_id: Id
    plan_type: str
    created_on: str
    created_by: str
    is_default: bool
    outsiders_may_upload: bool
    notification_thresholds: list[Int64]
    owner_id: Maybe[str] = UNSET
    default_storage_location_id: Maybe[Int64] = UNSET
    storage_limit_bytes: Maybe[Int64] = UNSET
    egress_limit_bytes: Maybe[Int64] = UNSET
    egress_period: Maybe[str] = UNSET
    certified_user_limit: Maybe[Int64] = UNSET
    project_limit: Maybe[Int64] = UNSET
    custom_storage_limit_bytes: Maybe[Int64] = UNSET
    manager_storage_limit_bytes: Maybe[Int64] = UNSET
    manager_egress_limit_bytes: Maybe[Int64] = UNSET


class OrganizationPage(Shape):
    """A page of organizations."""

    results: list[Organization]
    next_page_token: Maybe[str] = UNSET


class PreferredOrganization(Shape):
    """Where the caller's new projects and uploads go when a request does not say; nothing for the default one."""

    organization_id: Maybe[Id] = UNSET


class Member(Shape):
    """A person or a team in an organization."""

    organization_id: Id
    member_id: str
    is_owner: bool
    is_manager: bool
    is_contributor: bool
    joined_on: str


class MemberPage(Shape):
    """A page of members."""

    results: list[Member]
    next_page_token: Maybe[str] = UNSET


class MemberRoles(Shape):
    """What a member may do."""

    is_manager: bool = False
    is_contributor: bool = True


class NewInvitation(Shape):
    """Whom to invite: a user name, a person's id, or an e-mail address."""

    user_name: Maybe[str] = UNSET
    invitee_id: Maybe[Id] = UNSET
    invitee_email: Maybe[str] = UNSET
    is_manager: bool = False
    is_contributor: bool = True


class OrganizationInvitation(Shape):
    """An invitation into an organization."""

    id: Id
    organization_id: Id
    organization_name: str
    invited_by: str
    invited_on: str
    expires_on: str
    state: str
    is_manager: bool
    is_contributor: bool
    invitee_id: Maybe[str] = UNSET
    invitee_email: Maybe[str] = UNSET


class OrganizationInvitationList(Shape):
    """Invitations."""

    results: list[OrganizationInvitation]


class InvitationSecret(Shape):
    """The secret of the link in an e-mailed invitation."""

    secret: str


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
    """Granted or not, and what to tell the one who asked. Limits that are given win over the offer's."""

    granted: bool
    answer: Maybe[str] = UNSET


class OrganizationProject(Shape):
    """A project of an organization. Its name is told to those who may read it."""

    project_id: EntityId
    created_by: str
    created_on: str
    in_trash: bool
    organization_id: Id
    name: Maybe[str] = UNSET


class OrganizationProjectPage(Shape):
    """A page of projects."""

    results: list[OrganizationProject]
    next_page_token: Maybe[str] = UNSET


class MergeRequest(Shape):
    """Which organization becomes part of the one in the path; with dryRun only the outcome is told."""

    organization_id: Id
    dry_run: bool = False


class MergeOutcome(Shape):
    """What two organizations are together; ``reasons`` says what stands against merging them."""

    organization_id: Id
    stored_bytes: int
    reserved_bytes: int
    custom_stored_bytes: int
    projects: int
    certified_users: int
    reasons: list[str]
    storage_limit_bytes: Maybe[Int64] = UNSET


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


class OrganizationRow(msgspec.Struct, array_like=True):
    """One organization, as stored, with what its plan says."""

    id: int
    name: str
    etag: UUID
    plan_id: int
    owner_id: int | None
    created_by: int
    created_on: datetime
    is_default: bool
    default_location_id: int | None
    outsiders_may_upload: bool
    thresholds: list[int]
    own_storage_limit: int | None
    own_egress_limit: int | None
    kind: str
    storage_limit: int | None
    egress_limit: int | None
    egress_period: str
    certified_user_limit: int | None
    project_limit: int | None
    custom_limit: int | None


class InvitationRow(msgspec.Struct, array_like=True):
    """One invitation, as stored."""

    id: int
    organization_id: int
    organization_name: str
    invitee_id: int | None
    email: str | None
    as_manager: bool
    as_contributor: bool
    invited_by: int
    invited_on: datetime
    expires_on: datetime
    state: str
    is_expired: bool


@dataclass(frozen=True, slots=True)
class InvitationTold:
    """What somebody is told of an invitation before they accept it."""

    organization: str
    inviter: str
    as_manager: bool
    as_contributor: bool
    expires_on: str


def least(*limits: int | None) -> int | None:
    """The strictest of some limits, of which any may be unlimited."""
    given = [limit for limit in limits if limit is not None]
    return min(given) if given else None


def clean_name(name: str) -> str:
    """A name as it is stored. Raises BadRequest for one that is empty, too long, or has control characters."""
    name = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise BadRequest(f"The name of an organization has from 1 to {LONGEST_NAME} characters.")
    if any(unicodedata.category(letter)[0] == "C" or unicodedata.category(letter) in ("Zl", "Zp") for letter in name):
        raise BadRequest("The name of an organization holds no control or invisible characters; leave them out.")
    return name


def check_limits(limits: Limits) -> None:
    """Raises BadRequest for negative and absurd ones."""
    for named, most in (("storage_limit_bytes", MOST_BYTES), ("egress_limit_bytes", MOST_BYTES),
                        ("custom_storage_limit_bytes", MOST_BYTES), ("certified_user_limit", MOST_COUNT),
                        ("project_limit", MOST_COUNT)):  # fmt: skip
        check_limit(named, getattr(limits, named), most)
    if limits.egress_period is not UNSET and limits.egress_period not in PERIODS:
        raise BadRequest(f"egressPeriod is one of {', '.join(PERIODS)}, not {limits.egress_period[:50]!r}.")


def check_limit(name: str, value: int | msgspec.UnsetType, most: int = MOST_BYTES) -> None:
    """Raises BadRequest unless a limit is from 0 to ``most``; one that is left out is unlimited."""
    if isinstance(value, int) and not 0 <= value <= most:
        head, *tail = name.split("_")
        spelled = head + "".join(map(str.capitalize, tail))
        raise BadRequest(f"{spelled} must be from 0 to {most}, not {value}; leave it out for no limit.")


def check_kind(kind: str) -> str:
    """Raises BadRequest."""
    if kind not in KINDS:
        raise BadRequest(f"The type of a plan is one of {', '.join(KINDS)}, not {kind[:50]!r}.")
    return kind


def none_if_unset(value: int | msgspec.UnsetType) -> int | None:
    """As the database says it."""
    return value if isinstance(value, int) else None


def shape_of(row: OrganizationRow) -> Organization:
    """A stored organization as the wire says it."""
    return Organization(
        id=Id(row.id), name=row.name, etag=str(row.etag), plan_id=Id(row.plan_id), plan_type=row.kind,
        created_on=stamp(row.created_on), created_by=str(row.created_by), is_default=row.is_default,
        outsiders_may_upload=row.outsiders_may_upload, notification_thresholds=list(row.thresholds),
        owner_id=UNSET if row.owner_id is None else str(row.owner_id),
        default_storage_location_id=or_unset(row.default_location_id),
        storage_limit_bytes=or_unset(least(row.storage_limit, row.own_storage_limit)),
        egress_limit_bytes=or_unset(least(row.egress_limit, row.own_egress_limit)), egress_period=row.egress_period,
        certified_user_limit=or_unset(row.certified_user_limit), project_limit=or_unset(row.project_limit),
        custom_storage_limit_bytes=or_unset(row.custom_limit),
        manager_storage_limit_bytes=or_unset(row.own_storage_limit),
        manager_egress_limit_bytes=or_unset(row.own_egress_limit),
    )  # fmt: skip


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


def invitation_of(row: InvitationRow) -> OrganizationInvitation:
    """A stored invitation as the wire says it."""
    return OrganizationInvitation(
        id=Id(row.id), organization_id=Id(row.organization_id), organization_name=row.organization_name,
        invited_by=str(row.invited_by), invited_on=stamp(row.invited_on), expires_on=stamp(row.expires_on),
        state="EXPIRED" if row.is_expired and row.state == "OPEN" else row.state, is_manager=row.as_manager,
        is_contributor=row.as_contributor, invitee_id=UNSET if row.invitee_id is None else str(row.invitee_id),
        invitee_email=or_unset(row.email),
    )  # fmt: skip
