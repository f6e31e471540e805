"""Doors of what must be met before a download."""

from __future__ import annotations

from vesicle.access import MayRead, Scope, TeamExists
from vesicle.entities import restricting
from vesicle.entities.http.declaring import IN_BODY, READ, UNDER_LOCK, WRITE, door
from vesicle.entities.model.restrictions import (
    ActionRequiredList,
    LockAccessRequirement,
    RestrictionInformationBatchRequest,
    RestrictionInformationBatchResponse,
    RestrictionInformationRequest,
    RestrictionInformationResponse,
)
from vesicle.web import Bare, Call, InStory, Needs
from vesicle.wire import EntityId, Id, Page, check_window

OF_WHAT_IT_IS_ON = InStory("whoever may read what the requirement is on may see it")


@door("POST", "/repo/v1/entity/{id}/lockAccessRequirement", access=UNDER_LOCK, scopes=WRITE, status=201)
def lock(call: Call, id: EntityId) -> LockAccessRequirement:
    """Nobody downloads from the entity until the Access and Compliance Team has looked."""
    return restricting.lock(call.conn, call.actor, id)


@door("GET", "/repo/v1/entity/{id}/accessRequirement", access=Needs(MayRead))
def list_requirements(call: Call, grant: MayRead, limit: int = 10, offset: int = 0) -> Page:
    """What must be met before a download: the locks on the entity and on what it lies in."""
    return restricting.listed(call.conn, grant, limit, offset)


@door("GET", "/repo/v1/team/{id}/accessRequirement", access=Needs(TeamExists))
def list_requirements_of_team(limit: int = 10, offset: int = 0) -> Page:
    """What must be met before somebody joins a team; nothing on this server."""
    check_window(limit, offset, restricting.MOST_LISTED)
    return Page(results=[], total_number_of_results=0)


@door("GET", "/repo/v1/accessRequirement/{requirementId}", access=OF_WHAT_IT_IS_ON)
def read_requirement(call: Call, requirement_id: Id) -> LockAccessRequirement:
    """One lock."""
    return restricting.one(call.conn, call.actor, requirement_id)


@door(
    "DELETE", "/repo/v1/accessRequirement/{requirementId}", access=UNDER_LOCK, scopes=Scope.modify | Scope.authorize
)  # fmt: skip
def lift(call: Call, requirement_id: Id) -> Bare:
    """Lift a lock, as a member of the Access and Compliance Team or as an administrator."""
    restricting.lift(call.conn, call.actor, requirement_id)
    return Bare()


@door("GET", "/repo/v1/entity/{id}/actions/download", access=Needs(MayRead))
def before_download(call: Call, grant: MayRead) -> ActionRequiredList:
    """What the caller must do before they can download."""
    return restricting.before_download(call.conn, grant)


@door("POST", "/repo/v1/restrictionInformation", access=IN_BODY, transaction=READ)
def read_restriction(call: Call, body: RestrictionInformationRequest) -> RestrictionInformationResponse:
    """Whether a requirement keeps the caller from downloading."""
    return restricting.of_many(call.conn, call.actor, call.settings, body.restrictable_object_type, [body.object_id])[0]


@door("POST", "/repo/v1/restrictionInformation/batch", access=IN_BODY, transaction=READ)
def read_restrictions(call: Call, body: RestrictionInformationBatchRequest) -> RestrictionInformationBatchResponse:
    """The same of many."""
    return RestrictionInformationBatchResponse(
        restriction_information=restricting.of_many(
            call.conn, call.actor, call.settings, body.restrictable_object_type, body.object_ids
        )
    )
