"""The page of an invitation into an organization."""

from __future__ import annotations

from vesicle.db import Connection
from vesicle.organizations import inviting
from vesicle.organizations.model.invitations import InvitationSecret, InvitationTold
from vesicle.pages.model import SignedLink
from vesicle.pages.rendering import Page, again
from vesicle.pages.showing_oneself import person
from vesicle.web import Call


def show(conn: Connection, secret: str) -> Page:
    """Who invites to what, what that means, and the form by which somebody accepts."""
    return Page("invitation.html", told=_told(conn, secret), given=SignedLink(secret, "", ""))


def accept(call: Call, given: SignedLink) -> Page:
    """Become a member. Commits by itself."""
    told = _told(call.conn, given.token)
    with again("invitation.html", told=told, given=given):
        actor = person(call, given.user_name, given.password)
        with call.conn.transaction():
            inviting.accept_link(call.conn, actor, InvitationSecret(secret=given.token))
    return Page("invitation_accepted.html", told=told)


def _told(conn: Connection, secret: str) -> InvitationTold:
    with again("stale.html", more=""):
        return inviting.behind_link(conn, secret)
