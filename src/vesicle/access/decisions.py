"""The rules, without a database: given what is known of an object, may the actor?"""

from __future__ import annotations

from vesicle.access.actors import Actor
from vesicle.access.grants import TRASH, Subject
from vesicle.access.rights import Right
from vesicle.access.team_grants import TeamSubject
from vesicle.errors import Forbidden, NotFound, Refusal

_CERTIFIED_ONLY = (Right.UPDATE, Right.CREATE, Right.CHANGE_SETTINGS)
UNMET = "There are unmet access requirements that must be met to read content in the requested container."
UNCERTIFIED = "Only certified users may create or update content in Synapse."


def refusal(actor: Actor, subject: Subject | None, right: Right, object_id: int) -> Refusal | None:
    """Why not; None when the actor may. The first rule that fires decides (contract, Permissions)."""
    if subject is None:
        return NotFound(f"Resource: 'syn{object_id}' does not exist")
    if subject.benefactor_id == TRASH:
        return NotFound(f"Entity syn{object_id} is in trash can.")
    if actor.is_admin or not right:
        return None
    if right is Right.DOWNLOAD and unmet(actor, subject):
        return Forbidden(UNMET)
    if right is Right.DOWNLOAD and subject.open_data and subject.rights & Right.READ:
        return None
    if actor.is_anonymous and right is not Right.READ:
        return Forbidden("Anonymous users have only READ access permission.")
    if right in _CERTIFIED_ONLY and not actor.certified and not _is_project_deed(subject, right):
        return Forbidden(UNCERTIFIED, "USER_CERTIFICATION_REQUIRED")
    if right is Right.CHANGE_SETTINGS and subject.created_by == actor.id:
        return None
    if not subject.rights & right:
        return Forbidden(f"You lack {right.name} access to the requested entity.")
    return None


def unmet(actor: Actor, subject: Subject) -> bool:
    """Whether a requirement on the object, or on what it lies in, keeps the actor from its bytes."""
    return subject.requirement_id is not None and not actor.reviews_data


def _is_project_deed(subject: Subject, right: Right) -> bool:
    """Projects may be made (below the root) and changed without certification; their settings may not."""
    if right is Right.CHANGE_SETTINGS:
        return False
    return subject.project_id is None if right is Right.CREATE else subject.kind == "project"


def refusal_of_team(actor: Actor, subject: TeamSubject | None, right: Right, team_id: int) -> Refusal | None:
    """The same question about a team, whose own list alone decides."""
    if subject is None:
        return NotFound(f"There is no team {team_id}.")
    if actor.is_admin or not right:
        return None
    if actor.is_anonymous and right is not Right.READ:
        return Forbidden("Anonymous users have only READ access permission.")
    if not subject.rights & right:
        return Forbidden(f"You lack {right.name} access to team {team_id}.")
    return None
