"""Shapes of organizations themselves, and the rule of their names."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from uuid import UUID

import msgspec

from vesicle.errors import BadRequest
from vesicle.organizations.model.limits import least
from vesicle.wire import UNSET, Id, Int64, Maybe, Shape, or_unset, stamp

INSTALLATION = 1
"""The one unlimited organization that holds every project until plans are switched on."""
LONGEST_NAME = 256


class NewOrganization(Shape):
    """For everybody: a name for the organization of one's own. For administrators: a plan, its owner and managers."""

    name: Maybe[str] = UNSET
    plan_id: Maybe[Id] = UNSET
    owner_id: Maybe[Id] = UNSET
    manager_ids: Maybe[list[Id]] = UNSET
    default_storage_location_id: Maybe[Int64] = UNSET


class OrganizationUpdate(Shape):
    """What its managers (and, of the name, its owner) may change; what is left out stays as it is.

    0 takes the default storage location away, and -1 takes away a limit that managers set.
    """

    etag: str
    name: str
    default_storage_location_id: Maybe[Int64] = UNSET
    outsiders_may_upload: Maybe[bool] = UNSET
    notification_thresholds: Maybe[list[Int64]] = UNSET
    manager_storage_limit_bytes: Maybe[Int64] = UNSET
    manager_egress_limit_bytes: Maybe[Int64] = UNSET
    manager_custom_storage_limit_bytes: Maybe[Int64] = UNSET


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
    manager_custom_storage_limit_bytes: Maybe[Int64] = UNSET


class OrganizationPage(Shape):
    """A page of organizations."""

    results: list[Organization]
    next_page_token: Maybe[str] = UNSET


class PreferredOrganization(Shape):
    """Where the caller's new projects and uploads go when a request does not say; nothing for the default one."""

    organization_id: Maybe[Id] = UNSET


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
    own_custom_limit: int | None
    kind: str
    storage_limit: int | None
    egress_limit: int | None
    egress_period: str
    certified_user_limit: int | None
    project_limit: int | None
    custom_limit: int | None


def clean_name(name: str) -> str:
    """A name as it is stored. Raises BadRequest for one that is empty, too long, or has control characters."""
    name = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise BadRequest(f"The name of an organization has from 1 to {LONGEST_NAME} characters.")
    if any(unicodedata.category(letter)[0] == "C" or unicodedata.category(letter) in ("Zl", "Zp") for letter in name):
        raise BadRequest("The name of an organization holds no control or invisible characters; leave them out.")
    return name


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
        custom_storage_limit_bytes=or_unset(least(row.custom_limit, row.own_custom_limit)),
        manager_storage_limit_bytes=or_unset(row.own_storage_limit),
        manager_egress_limit_bytes=or_unset(row.own_egress_limit),
        manager_custom_storage_limit_bytes=or_unset(row.own_custom_limit),
    )  # fmt: skip
