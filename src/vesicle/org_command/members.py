"""vesicle org …: invitations and members."""

from __future__ import annotations

from typing import Annotated

import typer

from vesicle.org_command.opening import Config, Data, database, org, somebody
from vesicle.organizations import inviting, seats
from vesicle.organizations.model.invitations import NewInvitation
from vesicle.organizations.model.members import MemberRoles
from vesicle.organizations.roles import OPERATOR
from vesicle.wire import UNSET

PANEL = "Members"


@org.command(rich_help_panel=PANEL)
def invite(
    organization: int,
    whom: Annotated[str, typer.Argument(help="A user name or an e-mail address.")],
    manager: Annotated[bool, typer.Option("--manager", help="As a manager.")] = False,
    contributor: Annotated[bool, typer.Option("--contributor/--no-contributor", help="May make projects.")] = True,
    data: Data = None,
    config: Config = None,
) -> None:
    """Invite a user by name, or anybody by e-mail; prints the number of the invitation."""
    given = NewInvitation(is_manager=manager, is_contributor=contributor)
    if "@" in whom:
        given.invitee_email = whom
    else:
        given.user_name = whom
    with database(data, config) as (conn, settings):
        typer.echo(int(inviting.invite(conn, OPERATOR, settings, organization, given).id))


@org.command(rich_help_panel=PANEL)
def invitations(organization: int, data: Data = None, config: Config = None) -> None:
    """Number, state, whom and until when, of the newest invitations."""
    with database(data, config) as (conn, _):
        for one in inviting.list_of(conn, OPERATOR, organization).results:
            whom = one.invitee_id if one.invitee_email is UNSET else one.invitee_email
            typer.echo(f"{int(one.id)}\t{one.state}\t{whom}\t{one.expires_on}")


@org.command(rich_help_panel=PANEL)
def accept(invitation: int, user: str, data: Data = None, config: Config = None) -> None:
    """Accept an invitation for the user whom it is for, who becomes a member."""
    with database(data, config) as (conn, settings):
        inviting.accept(conn, somebody(conn, settings, user), invitation)


@org.command(rich_help_panel=PANEL)
def decline(invitation: int, user: str, data: Data = None, config: Config = None) -> None:
    """Decline an invitation for the user whom it is for."""
    with database(data, config) as (conn, settings):
        inviting.decline(conn, somebody(conn, settings, user), invitation)


@org.command(rich_help_panel=PANEL)
def revoke(invitation: int, data: Data = None, config: Config = None) -> None:
    """Take an invitation back; a link that was e-mailed opens nothing any more."""
    with database(data, config) as (conn, _):
        inviting.revoke(conn, OPERATOR, invitation)


@org.command("members", rich_help_panel=PANEL)
def list_members(organization: int, data: Data = None, config: Config = None) -> None:
    """Number and roles of every member."""
    with database(data, config) as (conn, _):
        token: str | None = None
        while True:
            page = seats.list_members(conn, OPERATOR, organization, token)
            for one in page.results:
                roles = {"owner": one.is_owner, "manager": one.is_manager, "contributor": one.is_contributor}
                typer.echo(f"{one.member_id}\t{','.join(name for name, has in roles.items() if has)}")
            if page.next_page_token is UNSET:
                return
            token = page.next_page_token


@org.command("put-member", rich_help_panel=PANEL)
def put_member(
    organization: int,
    member: Annotated[int, typer.Argument(help="The number of a person or a team.")],
    manager: Annotated[bool, typer.Option("--manager", help="May manage.")] = False,
    contributor: Annotated[bool, typer.Option("--contributor/--no-contributor", help="May make projects.")] = True,
    data: Data = None,
    config: Config = None,
) -> None:
    """Add a person or a team, or change what a member may do."""
    with database(data, config) as (conn, _):
        seats.put_member(
            conn, OPERATOR, organization, member, MemberRoles(is_manager=manager, is_contributor=contributor)
        )


@org.command("remove-member", rich_help_panel=PANEL)
def remove_member(organization: int, member: int, data: Data = None, config: Config = None) -> None:
    """Remove a member. What they contributed stays, and what they alone administered gets a manager beside them."""
    with database(data, config) as (conn, _):
        seats.remove(conn, OPERATOR, organization, member)


@org.command(rich_help_panel=PANEL)
def leave(organization: int, user: str, data: Data = None, config: Config = None) -> None:
    """Leave an organization for a user who asks for it."""
    with database(data, config) as (conn, settings):
        person = somebody(conn, settings, user)
        seats.remove(conn, person, organization, person.id)
