"""Doors of organizations themselves."""

from __future__ import annotations

from vesicle.organizations import founding, merging, notifying, seats
from vesicle.organizations.http.declaring import ROLES, TEAM, WRITE, door
from vesicle.organizations.model.moving import MergeOutcome, MergeRequest
from vesicle.organizations.model.notices import OrganizationNoticeList
from vesicle.organizations.model.organizations import (
    NewOrganization,
    Organization,
    OrganizationPage,
    OrganizationUpdate,
    PreferredOrganization,
)
from vesicle.web import Call, SignedIn
from vesicle.wire import Id


@door("POST", "/vesicle/v1/organization", access=SignedIn(), scopes=WRITE, status=201)
def create(call: Call, body: NewOrganization) -> Organization:
    """The caller's own organization, under a name of their choice; or, for administrators, one with a given plan."""
    return founding.create(call.conn, call.actor, call.settings, body)


@door("GET", "/vesicle/v1/organization", access=SignedIn())
def list_organizations(call: Call, everyone: bool = False, next_page_token: str | None = None) -> OrganizationPage:
    """The organizations of the caller; with everyone=true, for administrators, all."""
    return founding.list_own(call.conn, call.actor, next_page_token, all_of_them=everyone)


@door("GET", "/vesicle/v1/organization/preferred", access=SignedIn())
def read_preference(call: Call) -> PreferredOrganization:
    """Where the caller's new projects and uploads go when a request does not say."""
    return founding.preference(call.conn, call.actor)


@door("PUT", "/vesicle/v1/organization/preferred", access=SignedIn(), scopes=WRITE)
def set_preference(call: Call, body: PreferredOrganization) -> PreferredOrganization:
    """Choose it; without organizationId, the default organization again."""
    return founding.prefer(call.conn, call.actor, body)


@door("GET", "/vesicle/v1/organization/{id}", access=ROLES)
def read(call: Call, id: Id) -> Organization:
    """One organization, for its members."""
    return founding.read(call.conn, call.actor, id)


@door("PUT", "/vesicle/v1/organization/{id}", access=ROLES, scopes=WRITE)
def change(call: Call, id: Id, body: OrganizationUpdate) -> Organization:
    """Rename it (owner and managers), or change what managers decide."""
    return founding.change(call.conn, call.actor, id, body)


@door("PUT", "/vesicle/v1/organization/{id}/owner/{ownerId}", access=TEAM, scopes=WRITE)
def name_owner(call: Call, id: Id, owner_id: Id) -> Organization:
    """Name another owner; for administrators."""
    seats.name_owner(call.conn, call.actor, id, owner_id)
    return founding.read(call.conn, call.actor, id)


@door("POST", "/vesicle/v1/organization/{id}/merge", access=ROLES, scopes=WRITE, status=201)
def merge(call: Call, id: Id, body: MergeRequest) -> MergeOutcome:
    """Make another organization part of this one, or (dryRun) tell what that would give; for managers of both."""
    return merging.merge(call.conn, call.actor, id, body)


@door("GET", "/vesicle/v1/organization/{id}/notice", access=ROLES)
def list_notices(call: Call, id: Id) -> OrganizationNoticeList:
    """What was told of limits that came near, the newest first; for the owner and managers."""
    return notifying.listed(call.conn, call.actor, id)
