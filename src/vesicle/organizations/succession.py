"""Who administers the projects of an organization after the one who alone did so is no member any more."""

from __future__ import annotations

from vesicle.access import lists
from vesicle.access.rights import OWNER_RIGHTS
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.organizations import letters
from vesicle.organizations.roles import Standing
from vesicle.organizations.store import members
from vesicle.organizations.store import organizations as rows

MOST_NAMED = 20


def name_administrator(conn: Connection, who: Standing, leaver_id: int) -> None:
    """Each project that the leaver alone administers gets one of the organization's own beside them: the manager who
    acts, else another manager, else the owner, who is told. Call inside the transaction of the removal.

    Nobody loses a right by this: what the leaver may still do there is for the new administrator to decide.
    """
    candidates = rows.administered_alone(conn, who.actor, who.of.id, leaver_id)
    heir_id = _heir(conn, who, leaver_id)
    if not candidates or heir_id is None:
        return
    lists.hold(conn, who.actor, candidates)
    projects = rows.administered_alone(conn, who.actor, who.of.id, leaver_id)
    before = lists.add_administrator(conn, who.actor, projects, heir_id)
    for project_id in projects:
        detail = {"administrator": heir_id, "from": before.get(project_id), "to": int(OWNER_RIGHTS)}
        recording.note(
            conn, who.actor.doer, "acl.succession", "entity", project_id, {**detail, "because_left": leaver_id}
        )
    named = ", ".join(f"syn{one}" for one in projects[:MOST_NAMED])
    more = f" and {len(projects) - MOST_NAMED} more" if len(projects) > MOST_NAMED else ""
    text = (
        f"{leaver_id} is no member of {who.of.name} any more, and alone administered {named}{more}. You administer"
        " these projects now, too: look at the sharing settings, and take off who should not have access any more."
    )
    letters.tell(conn, [heir_id], f"{who.of.name}: you administer {len(projects)} more project(s)", text)


def _heir(conn: Connection, who: Standing, leaver_id: int) -> int | None:
    managers = [one for one in members.manager_ids(conn, who.actor, who.of.id) if one != leaver_id]
    if who.actor.id in managers:
        return who.actor.id
    return managers[0] if managers else who.of.owner_id
