"""Projects between organizations: moving one, giving back an empty one, merging two organizations into one."""

from __future__ import annotations

from vesicle.access import Actor, Exists, MayChangePermissions, require
from vesicle.audit import recording
from vesicle.db import Connection, lock_projects
from vesicle.errors import BadRequest, NotFound
from vesicle.organizations import founding, letters
from vesicle.organizations.membership import require_maker
from vesicle.organizations.model.moving import OrganizationProject, OrganizationProjectPage
from vesicle.organizations.model.organizations import INSTALLATION
from vesicle.organizations.roles import Standing, require_insider, require_manager, standing
from vesicle.organizations.store import members
from vesicle.organizations.store import organizations as rows
from vesicle.settings import Settings
from vesicle.tree import belonging
from vesicle.usage import transferring
from vesicle.wire import UNSET, EntityId, Id, key_of_token, stamp, token_of_key

PAGE = 100


def list_projects(conn: Connection, actor: Actor, organization_id: int, token: str | None) -> OrganizationProjectPage:
    """The projects of an organization, for its insiders. Names only of those that the caller may read."""
    require_insider(conn, actor, organization_id)
    after = key_of_token(token, tuple[int])[0] if token else 0
    found = rows.projects(conn, actor, organization_id, after, PAGE)
    return OrganizationProjectPage(
        results=[
            OrganizationProject(
                project_id=EntityId(row[0]), name=UNSET if row[1] is None else row[1], created_by=str(row[2]),
                created_on=stamp(row[3]), in_trash=row[4], organization_id=Id(row[5]),
            )
            for row in found
        ],
        next_page_token=token_of_key(found[-1][0]) if len(found) == PAGE else UNSET,
    )  # fmt: skip


def move(conn: Connection, actor: Actor, project_id: int, target_id: int) -> OrganizationProject:
    """Put a project, with everything that is charged for it, into another organization. Call inside a transaction.

    For who may change its sharing or manages its organization, and is a member of the other one. Raises NotFound,
    Forbidden, and BadRequest (no room there, private storage, the same organization).
    """
    lock_projects(conn, [project_id])
    project = require(conn, actor, Exists, project_id)
    source_id = rows.of_project(conn, actor, project_id)
    if project.kind != "project" or source_id is None:
        raise BadRequest(f"syn{project_id} is no project; only projects move between organizations.")
    source, target = standing(conn, actor, source_id), standing(conn, actor, target_id, lock=True)
    if not (source.is_manager or source.is_administrator):
        require(conn, actor, MayChangePermissions, project_id)
    require_maker(conn, target)
    if source_id == target_id:
        raise BadRequest(f"syn{project_id} is in {target.of.name} already.")
    _check_projects(conn, target, 1)
    _transfer(conn, source, target, project_id)
    text = f"syn{project_id} was moved from {source.of.name} to {target.of.name}, with everything that it stores."
    told = {*members.manager_ids(conn, actor, source_id), *members.manager_ids(conn, actor, target_id)}
    letters.tell(conn, sorted(told), f"syn{project_id} moved to {target.of.name}", text)
    return _shown(conn, actor, project_id)


def assign(conn: Connection, actor: Actor, project_id: int, target_id: int) -> bool:
    """What an operator decides: the project belongs there. False when it does already. Call inside a transaction."""
    lock_projects(conn, [project_id])
    source_id = rows.of_project(conn, actor, project_id)
    if source_id is None:
        raise NotFound(f"There is no project syn{project_id}.")
    if source_id == target_id:
        return False
    target = standing(conn, actor, target_id, lock=True)
    _check_projects(conn, target, 1)
    _transfer(conn, standing(conn, actor, source_id), target, project_id)
    return True


def give_back(conn: Connection, actor: Actor, settings: Settings, organization_id: int, project_id: int) -> None:
    """An empty project goes to the default organization of who made it; for managers. Call inside a transaction.

    Raises NotFound, Forbidden, and BadRequest (not empty, no room for a project there, or no such organization).
    """
    source = require_manager(conn, actor, organization_id)
    lock_projects(conn, [project_id])
    if rows.of_project(conn, actor, project_id) != organization_id:
        raise NotFound(f"syn{project_id} is no project of {source.of.name}.")
    if belonging.holds_anything(conn, source.actor, project_id):
        raise BadRequest(f"syn{project_id} is not empty; delete and purge what is in it, or move it instead.")
    maker_id = rows.maker_of(conn, actor, project_id)
    off = settings.plans == "off"
    target_id = INSTALLATION if off else founding.default_of(conn, actor, settings, maker_id)
    if target_id == organization_id:
        raise BadRequest(f"{source.of.name} is the default organization of who made syn{project_id}; it stays here.")
    target = standing(conn, actor, target_id, lock=True)
    _check_projects(conn, target, 1)
    _transfer(conn, source, target, project_id)


def _transfer(conn: Connection, source: Standing, target: Standing, project_id: int) -> None:
    transferring.move_project(conn, project_id, source.of.id, target.of.id)
    belonging.transfer(conn, source.actor, project_id, target.of.id)
    detail = {"project": project_id, "from": source.of.id, "to": target.of.id}
    for organization_id in (source.of.id, target.of.id):
        recording.note(conn, source.actor.id, "organization.move_project", "organization", organization_id, detail)


def _check_projects(conn: Connection, target: Standing, more: int) -> None:
    limit = target.of.project_limit
    if limit is not None and rows.project_count(conn, target.actor, target.of.id) + more > limit:
        raise BadRequest(f"The plan of {target.of.name} allows {limit} projects; ask for another plan first.")


def _shown(conn: Connection, actor: Actor, project_id: int) -> OrganizationProject:
    row = rows.project(conn, actor, project_id)
    if row is None:
        raise NotFound(f"There is no project syn{project_id}.")
    return OrganizationProject(
        project_id=EntityId(row[0]), name=UNSET if row[1] is None else row[1], created_by=str(row[2]),
        created_on=stamp(row[3]), in_trash=row[4], organization_id=Id(row[5]),
    )  # fmt: skip
