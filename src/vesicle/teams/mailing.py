"""Letters about teams. Each is sent only where the caller said where both of its links shall lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from vesicle.accounts import addresses, people
from vesicle.db import Connection
from vesicle.mail import links
from vesicle.mail.sending import send
from vesicle.settings import Settings
from vesicle.teams.model import InvitationRow, JoinTeamSignedToken, MembershipInvtnSignedToken, RequestRow, TeamRow

INVITATION = "team.invitation"
JOIN = "team.join"
LIFE_S = 30 * 24 * 3600
PAGE = "/team-invitation"


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the links of a letter lead: to what it is about, and to the end of such letters."""

    settings: Settings
    deed: str
    unsubscribe: str


def ends(settings: Settings, deed: str | None, unsubscribe: str | None) -> Ends | None:
    """None unless both are given. Raises BadRequest for pages that links may not lead to."""
    if not deed or not unsubscribe:
        return None
    return Ends(settings, links.landing(settings, deed, ""), links.landing(settings, unsubscribe, ""))


def to_our_page(settings: Settings) -> Ends:
    """Where a letter to an address leads when nobody said where: who has no account hears of it no other way."""
    return Ends(settings, links.landing(settings, None, f"{PAGE}?token="), "")


def invite(conn: Connection, to: Ends, team: TeamRow, row: InvitationRow) -> None:
    """An invitation, to the person or to the address."""
    subject = f"Invitation to the team {team.name}"
    begin = f"{_name(conn, row.created_by)} invites you to the team {team.name} at {to.settings.api_url}.\n"
    begin += f"\n{row.message}\n" if row.message else ""
    life_s = life_of(row.expires_on)
    if row.invitee_id is not None:
        link = _join_link(conn, to, team.id, row.invitee_id, row.invitee_id, life_s)
        _write(conn, to, row.invitee_id, subject, f"{begin}\nTo join, follow this link:\n\n{link}\n")
    elif row.invitee_email is not None:
        secret = links.issue(conn, INVITATION, str(row.id), life_s, {"invitation": row.id})
        token = MembershipInvtnSignedToken(membership_invitation_id=str(row.id))
        link = to.deed + addresses.hexed(token, secret, life_s)
        send(conn, row.invitee_email, subject, f"{begin}\nTo accept, follow this link:\n\n{link}\n")


def ask(conn: Connection, to: Ends, team: TeamRow, row: RequestRow, managers: list[int]) -> None:
    """Somebody's request, to each of those who decide about it."""
    name = _name(conn, row.person_id)
    begin = f"{name} would like to join the team {team.name} at {to.settings.api_url}.\n"
    begin += f"\n{row.message}\n" if row.message else ""
    life_s = life_of(row.expires_on)
    for manager in managers:
        link = _join_link(conn, to, team.id, manager, row.person_id, life_s)
        text = f"{begin}\nTo let them in, follow this link:\n\n{link}\n"
        _write(conn, to, manager, f"{name} asks to join the team {team.name}", text)


def welcome(conn: Connection, to: Ends, team: TeamRow, person_id: int, readers: list[int]) -> None:
    """That somebody is in the team now, to each of those who shall hear of it."""
    name = _name(conn, person_id)
    for reader in readers:
        text = (
            f"{'You are' if reader == person_id else f'{name} is'} in the team {team.name} now:\n\n{to.deed}{team.id}\n"
        )
        _write(conn, to, reader, f"New member of the team {team.name}", text)


def life_of(expires_on: datetime | None) -> int:
    """For how many seconds links about something are good."""
    if expires_on is None:
        return LIFE_S
    return max(1, min(LIFE_S, int((expires_on - datetime.now(UTC)).total_seconds())))


def _join_link(conn: Connection, to: Ends, team_id: int, person_id: int, member_id: int, life_s: int) -> str:
    facts = {"person": person_id, "team": team_id, "member": member_id}
    secret = links.issue(conn, JOIN, f"{team_id}:{member_id}", life_s, facts)
    token = JoinTeamSignedToken(user_id=str(person_id), team_id=str(team_id), member_id=str(member_id))
    return to.deed + addresses.hexed(token, secret, life_s)


def _write(conn: Connection, to: Ends, person_id: int, subject: str, text: str) -> None:
    for reader, address, _ in addresses.wanting_mail(conn, [person_id]):
        stop = addresses.unsubscribe_link(conn, to.settings, reader, to.unsubscribe)
        send(conn, address, subject, f"{text}\nTo get no more letters like this:\n\n{stop}\n", unsubscribe_url=stop)


def _name(conn: Connection, person_id: int) -> str:
    return people.headers(conn, str(person_id)).children[0].user_name
