"""The page of an invitation into an organization."""

from __future__ import annotations

from vesicle.db import Connection
from vesicle.organizations import inviting
from vesicle.organizations.model import InvitationSecret
from vesicle.pages.following import facts
from vesicle.pages.model import SignedLink
from vesicle.pages.rendering import Page, again
from vesicle.pages.showing_oneself import person
from vesicle.web import Call


def show(conn: Connection, secret: str) -> Page:
    """The form by which somebody accepts."""
    facts(conn, inviting.PURPOSE, secret, "")
    return Page("invitation.html", given=SignedLink(secret, "", ""))


def accept(call: Call, given: SignedLink) -> Page:
    """Become a member. Commits by itself."""
    facts(call.conn, inviting.PURPOSE, given.token, "")
    with again("invitation.html", given=given):
        actor = person(call, given.user_name, given.password)
        with call.conn.transaction():
            inviting.accept_link(call.conn, actor, InvitationSecret(secret=given.token))
    return Page("invitation_accepted.html")
