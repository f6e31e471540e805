"""Which organization a new project or upload belongs to, and who may contribute there."""

from __future__ import annotations

from vesicle.access import Actor, MayCreate, MayUpdate, require
from vesicle.db import Connection
from vesicle.errors import Forbidden
from vesicle.organizations import founding
from vesicle.organizations.model.organizations import INSTALLATION
from vesicle.organizations.roles import Standing, standing
from vesicle.organizations.store import members
from vesicle.organizations.store import organizations as rows
from vesicle.settings import Settings
from vesicle.usage import charging
from vesicle.usage.model import NO_PROJECT, Payer

UNCERTIFIED = "USER_CERTIFICATION_REQUIRED"


def of_new_project(conn: Connection, actor: Actor, settings: Settings, chosen: int | None = None) -> int:
    """The organization that a project made now belongs to: the chosen one, the preferred one, or the default one.

    Until plans are switched on, the default is the installation's own, without limits. Call inside a transaction.
    Raises NotFound, and Forbidden (no contributor, not certified, more projects than the plan allows).
    """
    organization_id = of_upload(conn, actor, settings) if chosen is None else chosen
    if organization_id == INSTALLATION and settings.plans == "off":
        return INSTALLATION
    who = standing(conn, actor, organization_id, lock=True)
    require_maker(conn, who)
    limit = who.of.project_limit
    if limit is not None and rows.project_count(conn, actor, organization_id) >= limit:
        raise Forbidden(
            f"The plan of {who.of.name} allows {limit} projects, and it has as many; remove one for good, or ask for"
            " another plan."
        )
    return organization_id


def of_upload(conn: Connection, actor: Actor, settings: Settings, parent_id: int | None = None) -> int:
    """Where the bytes are charged that a person uploads, until they are part of a project.

    With a parent, to its project's organization, where the person must be allowed to put them. Call inside a
    transaction. Raises NotFound and Forbidden.
    """
    return _of_upload(conn, actor, settings, parent_id).organization_id


def _of_upload(conn: Connection, actor: Actor, settings: Settings, parent_id: int | None) -> Payer:
    if parent_id is not None:
        proof = require(conn, actor, MayCreate, parent_id)
        return Payer(_require_contribution(conn, actor, proof.project_id), proof.project_id or NO_PROJECT)
    preferred, own = rows.homes(conn, actor)
    if preferred is not None:
        _check_seats(conn, standing(conn, actor, preferred))
        if not actor.certified:
            raise Forbidden("Only certified users upload for an organization.", UNCERTIFIED)
        return Payer(preferred)
    if settings.plans == "off":
        return Payer(INSTALLATION)
    if own is None:
        return Payer(founding.default(conn, actor, settings))
    _check_seats(conn, standing(conn, actor, own))
    return Payer(own)


def of_upload_to(
    conn: Connection, actor: Actor, settings: Settings, location_id: int, parent_id: int | None = None
) -> Payer:
    """The same for bytes that go to a storage location: a private one's are charged to whose it is.

    That one must have let the person in: as a contributor of its own, or into a project of its own where it takes
    uploads of others. The request of the published client names no project, so any of its projects will do. Raises
    Forbidden for everybody else, who could fill it otherwise.
    """
    payer = _of_upload(conn, actor, settings, parent_id)
    owner_id = charging.home_of(conn, payer.organization_id, location_id)
    if owner_id != payer.organization_id:
        if parent_id is not None:
            raise Forbidden(
                f"Storage location {location_id} is private to another organization than that of the place in parentId;"
                " upload to another location."
            )
        who = standing(conn, actor, owner_id)
        let_in = who.of.outsiders_may_upload and rows.lets_create(conn, actor, owner_id)
        if not (who.is_contributor or who.is_administrator or let_in):
            raise Forbidden(
                f"Storage location {location_id} is private to another organization than yours; upload to another"
                f" location, or ask the managers of organization {owner_id} to invite you."
            )
        return Payer(owner_id)
    return payer


def payer(conn: Connection, actor: Actor) -> int:
    """Where handles are charged that the server itself makes for somebody, until a project has them.

    Who has no organization is charged to the installation's, which has no limit: the caller sees to one.
    """
    preferred, own = rows.homes(conn, actor)
    return preferred or own or INSTALLATION


def require_contribution(conn: Connection, proof: MayCreate | MayUpdate) -> None:
    """For those whom an access control list lets upload: members who contribute, or anybody where the organization
    lets others upload too. Raises Forbidden.
    """
    _require_contribution(conn, proof.actor, proof.project_id)


def require_contribution_of_moved(conn: Connection, proof: MayCreate, source_id: int | None) -> None:
    """The same for who brings something there that was in the project ``source_id``; within a project all is there."""
    if proof.project_id != source_id:
        require_contribution(conn, proof)


def _require_contribution(conn: Connection, actor: Actor, project_id: int | None) -> int:
    """The organization of the project."""
    organization_id = rows.of_project(conn, actor, project_id or 0)
    if organization_id is None or organization_id == INSTALLATION:
        return INSTALLATION
    who = standing(conn, actor, organization_id)
    if who.of.outsiders_may_upload or who.is_administrator:
        return organization_id
    if who.is_contributor:
        _check_seats(conn, who)
        return organization_id
    raise Forbidden(f"{who.of.name} takes uploads of its own contributors only; ask one of its managers to invite you.")


def require_maker(conn: Connection, who: Standing) -> None:
    """May bring projects into an organization: certified, and a contributor, or an administrator from outside. Raises
    Forbidden.
    """
    if not who.actor.certified:
        raise Forbidden("Only certified users may make projects in an organization.", UNCERTIFIED)
    if who.is_administrator and not who.is_member:
        return
    if not who.is_contributor:
        raise Forbidden(
            f"You may not make projects in {who.of.name}; ask its owner or one of its managers to invite you."
        )
    _check_seats(conn, who)


def _check_seats(conn: Connection, who: Standing) -> None:
    """A team of an organization can grow past what its plan allows without anybody asking the organization."""
    limit = who.of.certified_user_limit
    if limit is not None and members.contributors(conn, who.actor, who.of.id) > limit:
        raise Forbidden(
            f"The plan of {who.of.name} allows {limit} certified users, and it has more, those of its teams counted; a"
            " manager can remove some, or ask for another plan."
        )
