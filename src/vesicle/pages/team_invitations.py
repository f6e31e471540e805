"""The page of an invitation of a mail address into a team: join with an account, or make one."""

from __future__ import annotations

from typing import Any

from vesicle.accounts import signing_up
from vesicle.db import Connection
from vesicle.pages.following import secret_of
from vesicle.pages.model import Confirmed, NewAccount, SignedLink
from vesicle.pages.rendering import Page, again
from vesicle.pages.showing_oneself import person
from vesicle.settings import Settings
from vesicle.teams import arriving
from vesicle.teams.mailing import PAGE as PATH
from vesicle.web import Call

__all__ = ["PATH", "accept", "show", "sign_up"]


def show(conn: Connection, settings: Settings, token: str) -> Page:
    """Which team, who invites, and both ways in."""
    return Page("team_invitation.html", given=SignedLink(token, "", ""), **_facts(conn, settings, token))


def accept(call: Call, given: SignedLink) -> Page:
    """Join, as somebody with an account. Commits by itself."""
    facts = _facts(call.conn, call.settings, given.token)
    with again("team_invitation.html", given=given, **facts):
        actor = person(call, given.user_name, given.password)
        with call.conn.transaction():
            arriving.accept_by_link(call.conn, actor, secret_of(given.token))
    return Page("team_joined.html", team=facts["team"])


def sign_up(conn: Connection, settings: Settings, given: Confirmed) -> Page:
    """The form of an account with the invited address: the link came there, so no other mail has to prove it."""
    facts = _facts(conn, settings, given.token)
    with again("team_invitation.html", given=SignedLink(given.token, "", ""), **facts):
        token = signing_up.begin_proved(conn, settings, facts["address"])
    return Page("sign_up.html", given=NewAccount(token, "", ""), address=facts["address"], terms=settings.terms_url)


def _facts(conn: Connection, settings: Settings, token: str) -> dict[str, Any]:
    with again("stale.html", more=""):
        row, team, host = arriving.carried(conn, secret_of(token))
    message = row.message or ""
    return {
        "team": team,
        "host": host,
        "message": message,
        "address": row.invitee_email or "",
        "off": settings.sign_up == "off",
    }
