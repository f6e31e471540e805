"""Doors of organizations, plans and invitations."""

from __future__ import annotations

from vesicle.access import MayCreate, Scope
from vesicle.organizations import founding, inviting, merging, moving, notifying, planning, reporting, seats
from vesicle.organizations.model import (
    InvitationSecret,
    Member,
    MemberPage,
    MemberRoles,
    MergeOutcome,
    MergeRequest,
    NewInvitation,
    NewOrganization,
    NewPlan,
    NewPlanRequest,
    Organization,
    OrganizationInvitation,
    OrganizationInvitationList,
    OrganizationNoticeList,
    OrganizationPage,
    OrganizationProject,
    OrganizationProjectPage,
    OrganizationUpdate,
    Plan,
    PlanDecision,
    PlanOffer,
    PlanOfferList,
    PlanRequest,
    PlanRequestPage,
    PlanUpdate,
    PreferredOrganization,
)
from vesicle.usage import reports
from vesicle.usage.model import Behind, DownloadPage
from vesicle.usage.shapes import (
    ChargedFilePage,
    OrganizationUsage,
    ProjectStorageLocationLimit,
    ProjectStorageUsage,
    ProjectUsage,
    PromisedUploadPage,
    UsageReport,
)
from vesicle.web import Bare, Call, Doors, InStory, Needs, Reply, SignedIn, Text
from vesicle.wire import EntityId, Id

door = Doors("organizations")
WRITE = Scope.view | Scope.modify
ROLES = InStory("the story asks what the caller is to the organization")
TEAM = InStory("only organization administrators; the story asks")


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


@door("GET", "/vesicle/v1/organization/{id}/member", access=ROLES)
def list_members(call: Call, id: Id, next_page_token: str | None = None) -> MemberPage:
    """The people and teams of an organization, for its members."""
    return seats.list_members(call.conn, call.actor, id, next_page_token)


@door("PUT", "/vesicle/v1/organization/{id}/member/{memberId}", access=ROLES, scopes=WRITE)
def put_member(call: Call, id: Id, member_id: Id, body: MemberRoles) -> Member:
    """Change what a member may do, or add a team; for managers."""
    return seats.put_member(call.conn, call.actor, id, member_id, body)


@door("DELETE", "/vesicle/v1/organization/{id}/member/{memberId}", access=ROLES, scopes=Scope.modify, status=204)
def remove_member(call: Call, id: Id, member_id: Id) -> Bare:
    """Leave, or (managers) remove somebody; what they contributed stays."""
    seats.remove(call.conn, call.actor, id, member_id)
    return Bare(204)


@door("POST", "/vesicle/v1/organization/{id}/invitation", access=ROLES, scopes=WRITE, status=201)
def invite(call: Call, id: Id, body: NewInvitation) -> OrganizationInvitation:
    """Invite a user by name, or anybody by e-mail; for the owner and managers."""
    return inviting.invite(call.conn, call.actor, call.settings, id, body)


@door("GET", "/vesicle/v1/organization/{id}/invitation", access=ROLES)
def list_invitations(call: Call, id: Id) -> OrganizationInvitationList:
    """The invitations of an organization, the newest first; for the owner and managers."""
    return inviting.list_of(call.conn, call.actor, id)


@door("GET", "/vesicle/v1/invitation", access=SignedIn())
def list_own_invitations(call: Call) -> OrganizationInvitationList:
    """The open invitations to the caller."""
    return inviting.list_own(call.conn, call.actor)


@door("POST", "/vesicle/v1/invitation/link", access=SignedIn(), scopes=WRITE, status=201)
def accept_link(call: Call, body: InvitationSecret) -> Member:
    """Accept an invitation by the secret of the link that was e-mailed."""
    return inviting.accept_link(call.conn, call.actor, body)


@door("POST", "/vesicle/v1/invitation/{id}/accept", access=ROLES, scopes=WRITE, status=201)
def accept(call: Call, id: Id) -> Member:
    """Become a member."""
    return inviting.accept(call.conn, call.actor, id)


@door("POST", "/vesicle/v1/invitation/{id}/decline", access=ROLES, scopes=WRITE, status=204)
def decline(call: Call, id: Id) -> Bare:
    """Say no to an invitation."""
    inviting.decline(call.conn, call.actor, id)
    return Bare(204)


@door("DELETE", "/vesicle/v1/invitation/{id}", access=ROLES, scopes=Scope.modify, status=204)
def revoke(call: Call, id: Id) -> Bare:
    """Take an invitation back; for the owner and managers."""
    inviting.revoke(call.conn, call.actor, id)
    return Bare(204)


@door("GET", "/vesicle/v1/plan/catalogue", access=SignedIn())
def catalogue(call: Call) -> PlanOfferList:
    """The plans that the operator offers."""
    return planning.catalogue(call.conn, call.actor)


@door("PUT", "/vesicle/v1/plan/catalogue", access=TEAM, scopes=WRITE)
def put_offer(call: Call, body: PlanOffer) -> PlanOffer:
    """Add an offer to the catalogue, or change it; for administrators."""
    return planning.put_offer(call.conn, call.actor, body)


@door("DELETE", "/vesicle/v1/plan/catalogue/{name}", access=TEAM, scopes=Scope.modify, status=204)
def delete_offer(call: Call, name: str) -> Bare:
    """Take an offer off the catalogue; for administrators."""
    planning.delete_offer(call.conn, call.actor, name)
    return Bare(204)


@door("POST", "/vesicle/v1/plan", access=TEAM, scopes=WRITE, status=201)
def create_plan(call: Call, body: NewPlan) -> Plan:
    """Make a plan, from an offer or from nothing; for administrators."""
    return planning.create(call.conn, call.actor, body)


@door("GET", "/vesicle/v1/plan/{id}", access=ROLES)
def read_plan(call: Call, id: Id) -> Plan:
    """One plan, for the owner and managers of its organization."""
    return planning.read(call.conn, call.actor, id)


@door("PUT", "/vesicle/v1/plan/{id}", access=TEAM, scopes=WRITE)
def change_plan(call: Call, id: Id, body: PlanUpdate) -> Plan:
    """Change the limits of a plan, with effect at once; for administrators."""
    return planning.change(call.conn, call.actor, id, body)


@door("POST", "/vesicle/v1/planRequest", access=ROLES, scopes=WRITE, status=201)
def ask_for_plan(call: Call, body: NewPlanRequest) -> PlanRequest:
    """Ask for another plan; for the owner and managers."""
    return planning.ask(call.conn, call.actor, body)


@door("GET", "/vesicle/v1/planRequest", access=SignedIn())
def list_plan_requests(call: Call, everyone: bool = False, next_page_token: str | None = None) -> PlanRequestPage:
    """The caller's requests for plans; with everyone=true, for administrators, all."""
    return planning.requests(call.conn, call.actor, next_page_token, all_of_them=everyone)


@door("POST", "/vesicle/v1/planRequest/{id}/decision", access=TEAM, scopes=WRITE, status=201)
def decide(call: Call, id: Id, body: PlanDecision) -> PlanRequest:
    """Grant a request, which upgrades the organization in place, or refuse it; for administrators."""
    return planning.decide(call.conn, call.actor, id, body)


@door("GET", "/vesicle/v1/usage/organization/{id}", access=ROLES)
def usage(call: Call, id: Id) -> OrganizationUsage:
    """What an organization stores and has sent, beside its limits; for the owner and managers."""
    return reporting.summary(call.conn, call.actor, id)


@door("GET", "/vesicle/v1/usage/organization/{id}/report", access=ROLES)
def usage_report(
    call: Call, id: Id, by: str = "project", first_day: str | None = None, last_day: str | None = None
) -> UsageReport:
    """Usage by project, location, contributor or day; for the owner and managers."""
    return reporting.report(call.conn, call.actor, id, by, first_day, last_day)


@door("GET", "/vesicle/v1/usage/organization/{id}/report/csv", access=ROLES)
def usage_lines(
    call: Call, id: Id, by: str = "project", first_day: str | None = None, last_day: str | None = None
) -> Reply:
    """The same as CSV."""
    found = reporting.report(call.conn, call.actor, id, by, first_day, last_day)
    return Text(reports.as_csv(found), "text/csv; charset=UTF-8")


@door("GET", "/vesicle/v1/usage/organization/{id}/file", access=ROLES)
def usage_files(
    call: Call, id: Id, project_id: EntityId | None = None, storage_location_id: Id | None = None,
    contributor_id: Id | None = None, next_page_token: str | None = None,
) -> ChargedFilePage:  # fmt: skip
    """The file handles that a number of storage is the sum of; for the owner and managers."""
    of = Behind(project_id, storage_location_id, contributor_id)
    return reporting.files(call.conn, call.actor, id, of, next_page_token)


@door("GET", "/vesicle/v1/usage/organization/{id}/upload", access=ROLES)
def usage_uploads(
    call: Call, id: Id, storage_location_id: Id | None = None, contributor_id: Id | None = None,
    next_page_token: str | None = None,
) -> PromisedUploadPage:  # fmt: skip
    """The unfinished uploads that a number of promised bytes is the sum of; for the owner and managers."""
    of = Behind(None, storage_location_id, contributor_id)
    return reporting.uploads(call.conn, call.actor, id, of, next_page_token)


@door("GET", "/vesicle/v1/usage/organization/{id}/download", access=ROLES)
def usage_downloads(
    call: Call, id: Id, project_id: EntityId | None = None, storage_location_id: Id | None = None,
    contributor_id: Id | None = None, first_day: str | None = None, last_day: str | None = None,
    next_page_token: str | None = None,
) -> DownloadPage:  # fmt: skip
    """The downloads that a number of bytes sent is the sum of; a contributor is who downloaded; for the owner and
    managers.
    """
    of = Behind(project_id, storage_location_id, contributor_id, first_day, last_day)
    return reporting.downloads(call.conn, call.actor, id, of, next_page_token)


@door("GET", "/vesicle/v1/usage/organization/{id}/{what}/csv", access=ROLES)
def usage_behind(
    call: Call, id: Id, what: str, project_id: EntityId | None = None, storage_location_id: Id | None = None,
    contributor_id: Id | None = None, first_day: str | None = None, last_day: str | None = None,
    next_page_token: str | None = None,
) -> Reply:  # fmt: skip
    """What lies behind a number (file, upload or download) as CSV. Where more lines follow than one answer takes, the
    header X-Next-Page-Token has the token of the next.
    """
    of = Behind(project_id, storage_location_id, contributor_id, first_day, last_day)
    text, more = reporting.lines(call.conn, call.actor, id, what, of, next_page_token)
    return Reply(200, text.encode(), "text/csv; charset=UTF-8", {"X-Next-Page-Token": more} if more else {})


@door("GET", "/vesicle/v1/usage/project/{id}", access=Needs(MayCreate))
def project_usage(call: Call, grant: MayCreate) -> ProjectUsage:
    """What a project stores, and how full its organization is; for who may add to the project."""
    return reporting.of_project(call.conn, grant)


@door("GET", "/repo/v1/project/{projectId}/storage/usage", access=Needs(MayCreate, "projectId"))
def project_storage(call: Call, grant: MayCreate) -> ProjectStorageUsage:
    """Bytes and limit of a project at each of its storage locations."""
    return reporting.storage_of(call.conn, grant)


@door("PUT", "/repo/v1/project/{projectId}/storage/limit", access=TEAM, scopes=WRITE)
def limit_project_storage(
    call: Call, project_id: EntityId, body: ProjectStorageLocationLimit
) -> ProjectStorageLocationLimit:
    """What a project may store at a storage location; for administrators."""
    return reporting.limit_storage(call.conn, call.actor, project_id, body)


@door("GET", "/vesicle/v1/organization/{id}/project", access=ROLES)
def list_projects(call: Call, id: Id, next_page_token: str | None = None) -> OrganizationProjectPage:
    """The projects of an organization, for its members."""
    return moving.list_projects(call.conn, call.actor, id, next_page_token)


@door("PUT", "/vesicle/v1/organization/{id}/project/{projectId}", access=ROLES, scopes=WRITE)
def move_project(call: Call, id: Id, project_id: EntityId) -> OrganizationProject:
    """Move a project into this organization; for who may share it or manages its organization, and is a member here."""
    return moving.move(call.conn, call.actor, project_id, id)


@door("DELETE", "/vesicle/v1/organization/{id}/project/{projectId}", access=ROLES, scopes=Scope.modify, status=204)
def give_back_project(call: Call, id: Id, project_id: EntityId) -> Bare:
    """Remove an empty project, which goes to the default organization of who made it; for managers."""
    moving.give_back(call.conn, call.actor, call.settings, id, project_id)
    return Bare(204)


@door("POST", "/vesicle/v1/organization/{id}/merge", access=ROLES, scopes=WRITE, status=201)
def merge(call: Call, id: Id, body: MergeRequest) -> MergeOutcome:
    """Make another organization part of this one, or (dryRun) tell what that would give; for managers of both."""
    return merging.merge(call.conn, call.actor, id, body)


@door("GET", "/vesicle/v1/organization/{id}/notice", access=ROLES)
def list_notices(call: Call, id: Id) -> OrganizationNoticeList:
    """What was told of limits that came near, the newest first; for the owner and managers."""
    return notifying.listed(call.conn, call.actor, id)
