"""Invitations into an organization: by name to who has an account, by a link in an e-mail to who has none."""

from __future__ import annotations

from contextlib import suppress

from vesicle.access import Actor
from vesicle.accounts import people, signing_up
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest, Conflict, Forbidden, NotFound, Refusal
from vesicle.mail import links, sending
from vesicle.mail.model import check_address
from vesicle.organizations import letters
from vesicle.organizations.model.invitations import (
    InvitationRow,
    InvitationSecret,
    InvitationTold,
    NewInvitation,
    OrganizationInvitation,
    OrganizationInvitationList,
    invitation_of,
)
from vesicle.organizations.model.members import Member
from vesicle.organizations.roles import OPERATOR, Standing, require_overseer
from vesicle.organizations.seats import check_room_for_contributor, give_seat
from vesicle.organizations.store import members as rows
from vesicle.settings import Settings
from vesicle.wire import UNSET

PURPOSE = "organization.invitation"
GOOD_FOR_DAYS = 14
MOST_A_DAY = 100
MOST_LISTED = 1000


def invite(
    conn: Connection, actor: Actor, settings: Settings, organization_id: int, given: NewInvitation
) -> OrganizationInvitation:
    """An open invitation takes the place of an earlier one of the same person. Call inside a transaction.

    Raises Forbidden (who may, how many a day), NotFound (the user), BadRequest (oneself, an address that bounced)
    and Conflict (a member already).
    """
    who = require_overseer(conn, actor, organization_id, lock=True)
    if given.is_manager and not (who.is_manager or who.is_administrator):
        raise Forbidden("Only managers invite managers; leave isManager out.")
    if rows.invited_today(conn, actor, organization_id) >= MOST_A_DAY:
        raise Forbidden(f"{who.of.name} sent {MOST_A_DAY} invitations in the last 24 hours; send more tomorrow.")
    invitee_id, email = _whom(conn, actor, given)
    _check_new(conn, who, rows.person_with(conn, actor, email) if email else invitee_id)
    if given.is_contributor and not (invitee_id and rows.has_seat(conn, actor, organization_id, invitee_id)):
        check_room_for_contributor(conn, who)
    made = rows.insert_invitation(
        conn, actor, organization_id, invitee_id, email, GOOD_FOR_DAYS, as_manager=given.is_manager,
        as_contributor=given.is_contributor,
    )  # fmt: skip
    _send(conn, actor, settings, who, made, invitee_id, email)
    detail = {
        "invitee": invitee_id, "by_mail": email is not None, "manager": given.is_manager,
        "contributor": given.is_contributor,
    }  # fmt: skip
    recording.note(conn, actor.id, "organization.invite", "organization", organization_id, detail)
    return invitation_of(_existing(conn, actor, made))


def _check_new(conn: Connection, who: Standing, person_id: int | None) -> None:
    """Raises BadRequest for oneself, and Conflict for a member: whoever may invite sees the members anyway."""
    if person_id == who.actor.id:
        raise BadRequest("This is yourself; invite somebody else.")
    if person_id is not None and rows.member(conn, who.actor, who.of.id, person_id) is not None:
        raise Conflict(f"User {person_id} is a member of {who.of.name} already; change their roles instead.")


def _whom(conn: Connection, actor: Actor, given: NewInvitation) -> tuple[int | None, str | None]:
    """A person, or an address."""
    if sum(one is not UNSET for one in (given.user_name, given.invitee_id, given.invitee_email)) != 1:
        raise BadRequest("An invitation names one of userName, inviteeId and inviteeEmail.")
    if given.user_name is not UNSET:
        unknown = NotFound(f"There is no user {given.user_name[:50]!r}; invite an inviteeEmail instead.")
        try:
            found = people.find(conn, given.user_name)
        except NotFound:
            raise unknown from None
        if rows.kind_of(conn, actor, found) != "user":
            raise unknown
        return found, None
    if given.invitee_id is not UNSET:
        if rows.kind_of(conn, actor, given.invitee_id) != "user":
            raise NotFound(f"There is no user {given.invitee_id}; a team is added as a member instead.")
        return int(given.invitee_id), None
    email = str(given.invitee_email)
    check_address(email)
    trouble = rows.bounced(conn, actor, email)
    if trouble is not None:
        raise BadRequest(f"The last invitation to {email} did not arrive ({trouble}); invite another address.")
    return None, email


def _send(
    conn: Connection, actor: Actor, settings: Settings, who: Standing, invitation_id: int, invitee_id: int | None,
    email: str | None,
) -> None:  # fmt: skip
    name = people.headers(conn, str(actor.id)).children[0].user_name
    subject = f"{name} invites you to {who.of.name}"
    if email is None:
        text = f"{name} invites you to the organization {who.of.name} on {settings.api_url}."
        letters.tell(conn, [invitee_id], subject, text)
        return
    secret = links.issue(
        conn, PURPOSE, str(invitation_id), GOOD_FOR_DAYS * 24 * 3600, {"invitation": invitation_id, "email": email}
    )
    text = (
        f"{name} invites you to the organization {who.of.name} on {settings.api_url}.\n\n"
        f"Sign up or sign in there, and follow this link within {GOOD_FOR_DAYS} days:\n\n"
        f"{settings.api_url}/invitation?secret={secret}\n"
    )
    if actor.certified:
        signing_up.invite(conn, email, GOOD_FOR_DAYS * 24 * 3600, signing_up.INVITED_TO_ORGANIZATION)
    rows.note_mail(conn, actor, invitation_id, sending.send(conn, email, subject, text))


def list_of(conn: Connection, actor: Actor, organization_id: int) -> OrganizationInvitationList:
    """The invitations of an organization, the newest first."""
    require_overseer(conn, actor, organization_id)
    found = rows.invitations_of(conn, actor, organization_id, MOST_LISTED)
    return OrganizationInvitationList(results=[invitation_of(row) for row in found])


def list_own(conn: Connection, actor: Actor) -> OrganizationInvitationList:
    """The open invitations to the caller, those to their e-mail addresses too."""
    return OrganizationInvitationList(
        results=[invitation_of(row) for row in rows.invitations_to(conn, actor, MOST_LISTED)]
    )


def accept(conn: Connection, actor: Actor, invitation_id: int) -> Member:
    """Become a member. Raises Forbidden for another's invitation, Conflict for one that was used or is too old."""
    row = _own(conn, actor, invitation_id)
    return _join(conn, actor, row)


def accept_link(conn: Connection, actor: Actor, given: InvitationSecret) -> Member:
    """Become a member by the link of an e-mail, whatever address the caller signed up with. Call in a transaction."""
    facts = links.redeem(conn, PURPOSE, given.secret)
    return _join(conn, actor, _existing(conn, actor, int(facts["invitation"]), lock=True))


def behind_link(conn: Connection, secret: str) -> InvitationTold:
    """What the link of an e-mail invites to, for whoever holds it; nothing is used up.

    Raises BadRequest (the link), NotFound and Conflict (the invitation).
    """
    facts = links.look(conn, PURPOSE, secret)
    row = _existing(conn, OPERATOR, int(facts["invitation"]))
    _check_open(row)
    return InvitationTold(
        organization=row.organization_name, inviter=people.headers(conn, str(row.invited_by)).children[0].user_name,
        as_manager=row.as_manager, as_contributor=row.as_contributor, expires_on=f"{row.expires_on:%Y-%m-%d}",
    )  # fmt: skip


def accept_for_address(conn: Connection, person_id: int, address: str) -> None:
    """The person has proved that the address is theirs: the open invitations that wait for it become membership.

    One that the plan has no room for any more stays open, so that it can be accepted when there is room.
    """
    actor = Actor(person_id, [person_id])
    for row in rows.invitations_to(conn, actor, MOST_LISTED):
        if (row.email or "").lower() == address.lower():
            with suppress(Refusal), conn.transaction():
                _join(conn, actor, _existing(conn, actor, row.id, lock=True))


def decline(conn: Connection, actor: Actor, invitation_id: int) -> None:
    """Say no. Whoever invited is told."""
    row = _own(conn, actor, invitation_id)
    _check_open(row)
    rows.settle_invitation(conn, actor, row.id, "DECLINED")
    links.revoke(conn, PURPOSE, str(row.id))
    text = f"An invitation of {row.invited_on:%Y-%m-%d} to {row.organization_name} was declined."
    letters.tell(conn, [row.invited_by], f"{row.organization_name}: an invitation was declined", text)
    detail = {"invitee": actor.id, "manager": row.as_manager, "contributor": row.as_contributor}
    recording.note(conn, actor.doer, "organization.decline", "organization", row.organization_id, detail)


def revoke(conn: Connection, actor: Actor, invitation_id: int) -> None:
    """Take an invitation back; the link in its e-mail opens nothing any more."""
    row = _existing(conn, actor, invitation_id, lock=True)
    require_overseer(conn, actor, row.organization_id)
    _check_open(row)
    rows.settle_invitation(conn, actor, row.id, "REVOKED")
    links.revoke(conn, PURPOSE, str(row.id))
    _end_permission(conn, actor, row)
    recording.note(
        conn, actor.id, "organization.revoke_invitation", "organization", row.organization_id,
        {"invitee": row.invitee_id},
    )  # fmt: skip


def _join(conn: Connection, actor: Actor, row: InvitationRow) -> Member:
    _check_open(row)
    if rows.member(conn, actor, row.organization_id, actor.id) is not None:
        raise Conflict(f"You are a member of {row.organization_name} already.")
    rows.settle_invitation(conn, actor, row.id, "ACCEPTED")
    links.revoke(conn, PURPOSE, str(row.id))
    _end_permission(conn, actor, row)
    return give_seat(
        conn, actor, row.organization_id, actor.id, is_manager=row.as_manager, is_contributor=row.as_contributor
    )


def _end_permission(conn: Connection, actor: Actor, answered: InvitationRow) -> None:
    """An address that no organization invites any more may not sign up for one."""
    if answered.email is not None and not rows.is_invited(conn, actor, answered.email):
        signing_up.withdraw(conn, answered.email, signing_up.INVITED_TO_ORGANIZATION)


def _own(conn: Connection, actor: Actor, invitation_id: int) -> InvitationRow:
    row = _existing(conn, actor, invitation_id, lock=True)
    mine = row.invitee_id == actor.id or (row.email or "").lower() in rows.addresses_of(conn, actor)
    if not mine:
        raise Forbidden(f"Invitation {invitation_id} is for somebody else.")
    return row


def _check_open(row: InvitationRow) -> None:
    if row.state != "OPEN":
        raise Conflict(f"Invitation {row.id} was {row.state.lower()} already; ask for a new one.")
    if row.is_expired:
        raise Conflict(f"Invitation {row.id} expired; ask for a new one.")


def _existing(conn: Connection, actor: Actor, invitation_id: int, *, lock: bool = False) -> InvitationRow:
    row = rows.invitation(conn, actor, invitation_id, lock=lock)
    if row is None and lock:  # That of an organization which was being merged is one of the other's after the wait.
        row = rows.invitation(conn, actor, invitation_id, lock=lock)
    if row is None:
        raise NotFound(f"There is no invitation {invitation_id}.")
    return row
