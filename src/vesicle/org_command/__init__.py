"""vesicle org …: organizations, plans and usage, for the operator; works whether or not the server runs."""

from vesicle.org_command import members, organizations, plans, projects, usage
from vesicle.org_command.opening import with_database

__all__ = ["members", "organizations", "plans", "projects", "usage", "with_database"]
