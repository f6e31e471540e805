"""Doors of invitations."""

from __future__ import annotations

from vesicle.access import Scope
from vesicle.organizations import inviting
from vesicle.organizations.http.declaring import ROLES, WRITE, door
from vesicle.organizations.model.invitations import (
    InvitationSecret,
    NewInvitation,
    OrganizationInvitation,
    OrganizationInvitationList,
)
from vesicle.organizations.model.members import Member
from vesicle.web import Bare, Call, Sensitive, SignedIn
from vesicle.wire import Id


@door(
    "POST", "/vesicle/v1/organization/{id}/invitation", access=ROLES, scopes=WRITE, status=201, limit=Sensitive.MAIL,
)  # fmt: skip
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


@door(
    "POST", "/vesicle/v1/invitation/link", access=SignedIn(), scopes=WRITE, status=201, limit=Sensitive.SIGN_IN,
)  # fmt: skip
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
