"""What somebody is to an organization. Organizations never give access to content; roles are about the plan alone."""

from __future__ import annotations

from dataclasses import dataclass

from vesicle.access import FIRST_ADMIN, Actor
from vesicle.access.actors import ADMINISTRATORS
from vesicle.db import Connection
from vesicle.errors import Forbidden, NotFound
from vesicle.organizations.model.organizations import OrganizationRow
from vesicle.organizations.store import organizations as rows

ORGANIZATION_ADMINISTRATORS = 7
"""The team whose members make plans and organizations, and change limits."""
OPERATOR = Actor(FIRST_ADMIN, [FIRST_ADMIN, ADMINISTRATORS])
"""Who acts on the command line and in durable work."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An actor before an organization."""

    actor: Actor
    of: OrganizationRow
    is_member: bool
    is_manager: bool
    is_contributor: bool

    @property
    def is_owner(self) -> bool:
        """The owner need not be a manager."""
        return self.of.owner_id == self.actor.id

    @property
    def is_administrator(self) -> bool:
        """May do everything with every organization."""
        return is_administrator(self.actor)


def is_administrator(actor: Actor) -> bool:
    """True for the team of organization administrators and for the administrators of the installation."""
    return actor.is_admin or ORGANIZATION_ADMINISTRATORS in actor.principals


def require_administrator(conn: Connection, actor: Actor) -> None:
    """Raises Forbidden."""
    _ = conn
    if not is_administrator(actor):
        raise Forbidden("Only organization administrators may do this; ask the operator of this installation.")


def standing(conn: Connection, actor: Actor, organization_id: int, *, lock: bool = False) -> Standing:
    """Raises NotFound."""
    found = rows.organization(conn, actor, organization_id, lock=lock)
    if found is None:
        raise NotFound(f"There is no organization {organization_id}.")
    return Standing(actor, found, *rows.membership(conn, actor, organization_id))


def require_insider(conn: Connection, actor: Actor, organization_id: int) -> Standing:
    """Members, owner and administrators. Raises NotFound and Forbidden."""
    found = standing(conn, actor, organization_id)
    if found.is_member or found.is_owner or found.is_administrator:
        return found
    raise Forbidden(f"Only members of organization {organization_id} may see this.")


def require_overseer(conn: Connection, actor: Actor, organization_id: int, *, lock: bool = False) -> Standing:
    """The owner, managers and administrators: they see all usage, rename and invite. Raises NotFound and Forbidden."""
    found = standing(conn, actor, organization_id, lock=lock)
    if found.is_owner or found.is_manager or found.is_administrator:
        return found
    raise Forbidden(f"Only the owner and the managers of organization {organization_id} may do this.")


def require_manager(conn: Connection, actor: Actor, organization_id: int, *, lock: bool = False) -> Standing:
    """Managers and administrators. Raises NotFound and Forbidden."""
    found = standing(conn, actor, organization_id, lock=lock)
    if found.is_manager or found.is_administrator:
        return found
    upgrade = " Its plan has no managers; ask for another plan with POST /vesicle/v1/planRequest."
    raise Forbidden(
        f"Only the managers of organization {organization_id} may do this."
        + (upgrade if found.is_owner and found.of.is_default else "")
    )
