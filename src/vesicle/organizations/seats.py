"""Members: giving seats, changing roles, leaving and being removed."""

from __future__ import annotations

from vesicle.access import Actor
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest, Conflict, Forbidden, NotFound
from vesicle.organizations import letters, recorded, succession
from vesicle.organizations.model.members import Member, MemberPage, MemberRoles
from vesicle.organizations.roles import Standing, require_insider, require_manager, standing
from vesicle.organizations.store import members as rows
from vesicle.organizations.store import organizations
from vesicle.organizations.store import succession as succeeding
from vesicle.wire import UNSET, Id, key_of_token, stamp, token_of_key

PAGE = 100


def list_members(conn: Connection, actor: Actor, organization_id: int, token: str | None) -> MemberPage:
    """For insiders."""
    who = require_insider(conn, actor, organization_id)
    after = key_of_token(token, tuple[int])[0] if token else -1
    found = rows.members(conn, actor, organization_id, after, PAGE)
    more = token_of_key(found[-1][0]) if len(found) == PAGE else UNSET
    return MemberPage(results=[_shape(who, row) for row in found], next_page_token=more)


def give_seat(
    conn: Connection, actor: Actor, organization_id: int, member_id: int, *, is_manager: bool, is_contributor: bool
) -> Member:
    """A new member, within the plan's number of certified users; their new projects go there if they chose nothing.

    Call inside a transaction; the organization is held until its end, so the number is exact.
    """
    who = standing(conn, actor, organization_id, lock=True)
    _put(conn, who, member_id, is_manager=is_manager, is_contributor=is_contributor)
    if is_contributor and member_id == actor.id and organizations.homes(conn, actor)[0] is None:
        organizations.prefer(conn, actor, organization_id)
    rows.revoke_invitations(conn, actor, organization_id, member_id)
    detail = {"member": member_id, "from": None, "to": {"manager": is_manager, "contributor": is_contributor}}
    recording.note(conn, actor.doer, "organization.join", "organization", organization_id, detail)
    return _member(conn, who, member_id)


def _put(conn: Connection, who: Standing, member_id: int, *, is_manager: bool, is_contributor: bool) -> None:
    """Roles of a member. Raises Forbidden when they make more certified users than the plan allows: whoever contributes
    through a team already is none more.
    """
    limit, before = who.of.certified_user_limit, 0
    if is_contributor and limit is not None:
        before = rows.contributors(conn, who.actor, who.of.id)
    rows.put(conn, who.actor, who.of.id, member_id, is_manager=is_manager, is_contributor=is_contributor)
    if is_contributor and limit is not None:
        after = rows.contributors(conn, who.actor, who.of.id)
        if after > max(limit, before):
            raise _no_seat(who, limit)


def check_room_for_contributor(conn: Connection, who: Standing) -> None:
    """Raises Forbidden when the plan allows no further certified user."""
    limit = who.of.certified_user_limit
    if limit is not None and rows.contributors(conn, who.actor, who.of.id) >= limit:
        raise _no_seat(who, limit)


def _no_seat(who: Standing, limit: int) -> Forbidden:
    return Forbidden(
        f"The plan of {who.of.name} allows {limit} certified user{'' if limit == 1 else 's'}, and it has as many."
        " Ask for a larger plan with POST /vesicle/v1/planRequest, or say that isContributor is false."
    )


def put_member(conn: Connection, actor: Actor, organization_id: int, member_id: int, given: MemberRoles) -> Member:
    """Change the roles of a member, or add a team. People are invited instead, unless an administrator adds them.

    Raises Forbidden, NotFound, and BadRequest for the last manager.
    """
    who = require_manager(conn, actor, organization_id, lock=True)
    before = rows.member(conn, actor, organization_id, member_id)
    kind = rows.kind_of(conn, actor, member_id)
    if kind is None or (kind == "group" and before is None):
        raise NotFound(f"There is no user or team {member_id}.")
    if before is None and kind == "user" and not who.is_administrator:
        raise BadRequest(f"User {member_id} is no member of {who.of.name}; invite them.")
    if before is not None and before[1] and not given.is_manager:
        _check_not_last_manager(conn, who, member_id)
    _put(conn, who, member_id, is_manager=given.is_manager, is_contributor=given.is_contributor)
    detail = {
        "member": member_id,
        "from": recorded.roles(before),
        "to": {"manager": given.is_manager, "contributor": given.is_contributor},
    }
    recording.note(conn, actor.doer, "organization.put_member", "organization", organization_id, detail)
    return _member(conn, who, member_id)


def remove(conn: Connection, actor: Actor, organization_id: int, member_id: int) -> None:
    """Leave, or be removed by a manager. What was contributed stays: the organization owns it, and what the member
    alone administered gets a new administrator. Call inside a transaction.

    Raises Forbidden, NotFound, and BadRequest for the owner and for the last manager.
    """
    who = standing(conn, actor, organization_id, lock=True)
    if member_id != actor.id:
        who = require_manager(conn, actor, organization_id, lock=True)
    before = rows.member(conn, actor, organization_id, member_id)
    if before is None:
        if not (who.is_member or who.is_owner or who.is_administrator):
            raise Forbidden(f"You are no member of organization {organization_id}.")
        if succeeding.is_seated(conn, actor, organization_id, member_id):
            raise BadRequest(
                f"{member_id} is a member of organization {organization_id} through a team alone; leave the team, or"
                " remove the team from the organization."
            )
        raise NotFound(f"{member_id} is no member of organization {organization_id}.")
    if member_id == who.of.owner_id:
        raise BadRequest(
            f"The owner of {who.of.name} cannot leave it; ask an administrator to name another owner first."
        )
    if before[1]:
        _check_not_last_manager(conn, who, member_id)
    rows.delete(conn, actor, organization_id, member_id)
    rows.revoke_invitations(conn, actor, organization_id, member_id)
    seated = succeeding.is_seated(conn, actor, organization_id, member_id)
    if not seated:
        organizations.prefer_none(conn, actor, member_id, organization_id)
        succession.name_administrator(conn, who, member_id)
    detail = {"member": member_id, "from": recorded.roles(before), "to": None}
    recording.note(conn, actor.doer, "organization.remove_member", "organization", organization_id, detail)
    if member_id != actor.id:
        text = f"You are no member of {who.of.name} any more. What you contributed stays there."
        if seated:
            text = f"You have no seat of your own in {who.of.name} any more; you are a member through a team."
        letters.tell(conn, [member_id], f"{who.of.name}: you were removed", text)


def _check_not_last_manager(conn: Connection, who: Standing, member_id: int) -> None:
    if rows.is_last_manager(conn, who.actor, who.of.id, member_id):
        raise BadRequest(f"{member_id} is the last manager of {who.of.name}; make somebody else a manager first.")


def name_owner(conn: Connection, actor: Actor, organization_id: int, owner_id: int) -> None:
    """Another owner, who becomes a member if they are none; for administrators.

    Where the plan has no seat left for the new owner, they get that of the old one, who stays a member without it.
    Call inside a transaction. Raises Forbidden, NotFound, and Conflict for who owns a default organization.
    """
    who = require_manager(conn, actor, organization_id, lock=True)
    if not who.is_administrator:
        raise Forbidden("Only organization administrators name another owner.")
    if rows.kind_of(conn, actor, owner_id) != "user":
        raise NotFound(f"There is no user {owner_id}.")
    if rows.member(conn, actor, organization_id, owner_id) is None:
        if not rows.has_seat(conn, actor, organization_id, owner_id):
            _free_seat_of_owner(conn, who)
        give_seat(conn, actor, organization_id, owner_id, is_manager=False, is_contributor=True)
    if not organizations.change(conn, actor, organization_id, owner_id=owner_id):
        raise Conflict(
            f"User {owner_id} owns another default organization already; upgrade one of the two, which makes it an"
            " ordinary organization, or name somebody else."
        )
    detail = {"from": {"owner": who.of.owner_id}, "to": {"owner": owner_id}}
    recording.note(conn, actor.doer, "organization.name_owner", "organization", organization_id, detail)


def _free_seat_of_owner(conn: Connection, who: Standing) -> None:
    """Where every seat is taken, the owner gives up their own: they are about to be followed by somebody else."""
    limit, owner_id = who.of.certified_user_limit, who.of.owner_id
    before = None if owner_id is None else rows.member(conn, who.actor, who.of.id, owner_id)
    if limit is None or before is None or not before[2] or rows.contributors(conn, who.actor, who.of.id) < limit:
        return
    rows.put(conn, who.actor, who.of.id, before[0], is_manager=before[1], is_contributor=False)
    after = {"manager": before[1], "contributor": False}
    detail = {"member": before[0], "from": recorded.roles(before), "to": after}
    recording.note(conn, who.actor.doer, "organization.put_member", "organization", who.of.id, detail)


def _member(conn: Connection, who: Standing, member_id: int) -> Member:
    row = rows.member(conn, who.actor, who.of.id, member_id)
    if row is None:
        raise NotFound(f"{member_id} is no member of organization {who.of.id}.")
    return _shape(who, row)


def _shape(who: Standing, row: rows.MemberRow) -> Member:
    return Member(
        organization_id=Id(who.of.id), member_id=str(row[0]), is_owner=row[0] == who.of.owner_id, is_manager=row[1],
        is_contributor=row[2], joined_on=stamp(row[3]),
    )  # fmt: skip
