"""Doors of the projects of organizations."""

from __future__ import annotations

from vesicle.access import Scope
from vesicle.organizations import moving
from vesicle.organizations.http.declaring import ROLES, WRITE, door
from vesicle.organizations.model.moving import OrganizationProject, OrganizationProjectPage
from vesicle.web import Bare, Call
from vesicle.wire import EntityId, Id


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
