"""Doors of members."""

from __future__ import annotations

from vesicle.access import Scope
from vesicle.organizations import seats
from vesicle.organizations.http.declaring import ROLES, WRITE, door
from vesicle.organizations.model.members import Member, MemberPage, MemberRoles
from vesicle.web import Bare, Call
from vesicle.wire import Id


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
