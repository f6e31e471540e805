"""Doors of organizations, plans and invitations."""

from vesicle.organizations.http import invitations, members, organizations, plans, projects, usage
from vesicle.organizations.http.declaring import door

__all__ = ["door", "invitations", "members", "organizations", "plans", "projects", "usage"]
