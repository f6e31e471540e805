"""Who administers what lies in an organization after the one who alone did so is no member any more."""

from __future__ import annotations

from vesicle.access import Actor, lists
from vesicle.access.rights import OWNER_RIGHTS
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.organizations import letters, recorded
from vesicle.organizations.roles import Standing, standing
from vesicle.organizations.store import members, organizations
from vesicle.organizations.store import succession as rows

MOST_NAMED = 20


def name_administrator(conn: Connection, who: Standing, seat_id: int) -> None:
    """After a seat was taken away: each project that those who go with it alone administered, and each list of its own
    inside a project, gets one of the organization's own beside them: the manager who acts, else another manager, else
    the owner, who is told. Call inside the transaction of the removal.

    Nobody loses a right by this: what they may still do there is for the new administrator to decide.
    """
    leavers = rows.leavers(conn, who.actor, who.of.id, seat_id)
    candidates = rows.administered_alone(conn, who.actor, who.of.id, leavers)
    heir_id = _heir(conn, who, leavers)
    if not candidates or heir_id is None:
        return
    lists.hold(conn, who.actor, candidates)
    found = rows.administered_alone(conn, who.actor, who.of.id, leavers)
    if not found:
        return
    before = lists.add_administrator(conn, who.actor, found, heir_id)
    for entity_id in found:
        detail = {"administrator": heir_id, "from": before.get(entity_id), "to": int(OWNER_RIGHTS)}
        recording.note(conn, who.actor.doer, "acl.succession", "entity", entity_id, {**detail, "because_left": seat_id})
    named = ", ".join(f"syn{one}" for one in found[:MOST_NAMED])
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    text = (
        f"{seat_id} has no seat in {who.of.name} any more, and nobody else administered {named}{more}. You administer"
        " that now, too: look at the sharing settings, and take off who should not have access any more."
    )
    letters.tell(conn, [heir_id], f"{who.of.name}: you administer more of what lies in it", text)


def follow_from_team(conn: Connection, actor: Actor, team_id: int, person_id: int) -> None:
    """The same after somebody left a team: in each organization where that was the only seat they had."""
    for organization_id in rows.seats_of(conn, actor, team_id):
        who = standing(conn, actor, organization_id)
        if not rows.is_seated(conn, actor, organization_id, person_id):
            organizations.prefer_none(conn, actor, person_id, organization_id)
            name_administrator(conn, who, person_id)


def follow_team(conn: Connection, actor: Actor, team_id: int) -> None:
    """The same before a team is dissolved: it has no seat any more."""
    for organization_id in rows.seats_of(conn, actor, team_id):
        who = standing(conn, actor, organization_id)
        before = members.member(conn, actor, organization_id, team_id)
        members.delete(conn, actor, organization_id, team_id)
        name_administrator(conn, who, team_id)
        detail = {"member": team_id, "from": recorded.roles(before), "to": None}
        recording.note(conn, actor.doer, "organization.remove_member", "organization", organization_id, detail)


def _heir(conn: Connection, who: Standing, leavers: list[int]) -> int | None:
    if who.is_manager and who.actor.id not in leavers:
        return who.actor.id
    return rows.manager_beside(conn, who.actor, who.of.id, leavers) or who.of.owner_id
