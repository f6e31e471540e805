"""Shapes of access requirements, and of what they mean for a caller."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from vesicle.entities.model.sharing import UserEntityPermissions
from vesicle.wire import UNSET, EntityId, Maybe, Shape

PREFIX = "org.sagebionetworks.repo.model."


class RestrictableObjectDescriptor(Shape):
    """What a requirement is on."""

    id: EntityId
    type: str


class LockAccessRequirement(Shape, tag_field="concreteType", tag=f"{PREFIX}LockAccessRequirement"):
    """Nobody downloads until it was reviewed. The key is the one of no issue tracker: clients show it."""

    id: int
    etag: str
    created_by: str
    created_on: str
    modified_by: str
    modified_on: str
    subject_ids: list[RestrictableObjectDescriptor]
    jira_key: str
    access_type: str = "DOWNLOAD"
    version_number: int = 1


class RestrictionFulfillment(Shape):
    """What one requirement means for the caller."""

    access_requirement_id: int
    is_approved: bool
    is_met: bool
    is_exempt: bool


class RestrictionInformationResponse(Shape):
    """Whether a requirement keeps the caller from downloading."""

    object_id: int
    restriction_level: str = "OPEN"
    has_unmet_access_requirement: bool = False
    restriction_details: list[RestrictionFulfillment] = msgspec.field(default_factory=list)
    user_entity_permissions: Maybe[UserEntityPermissions] = UNSET


class RestrictionInformationRequest(Shape):
    """Whose restrictions the caller asks about."""

    object_id: str
    restrictable_object_type: str


class RestrictionInformationBatchRequest(Shape):
    """The same of many."""

    object_ids: list[str]
    restrictable_object_type: str


class RestrictionInformationBatchResponse(Shape):
    """One answer for each, in the order asked."""

    restriction_information: list[RestrictionInformationResponse]


class Action(Shape, tag_field="concreteType"):
    """Something to do before a download."""


class RequestDownload(Action, tag=f"{PREFIX}download.RequestDownload"):
    """Ask whoever owns the list that decides for the right to download."""

    benefactor_id: int


class MeetAccessRequirement(Action, tag=f"{PREFIX}download.MeetAccessRequirement"):
    """A lock: the Access and Compliance Team has to look first."""

    access_requirement_id: int


AnyAction: TypeAlias = MeetAccessRequirement | RequestDownload


class ActionRequiredList(Shape):
    """What the caller must do before a download; nothing, when they may."""

    actions: list[AnyAction]
