"""vesicle org …: organizations, plans and usage, for the operator; works whether or not the server runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

from vesicle.accounts import people
from vesicle.db import Connection
from vesicle.organizations import allocating, founding, inviting, merging, moving, planning, reporting, seats
from vesicle.organizations.model import (
    MemberRoles,
    MergeRequest,
    NewInvitation,
    NewOrganization,
    NewPlan,
    OrganizationUpdate,
    PlanDecision,
    PlanUpdate,
)
from vesicle.organizations.roles import OPERATOR
from vesicle.settings import Settings
from vesicle.usage import recounting, reports, terms
from vesicle.wire import UNSET, EntityId, Id, Maybe, encode

GB = 10**9
Opened = Callable[[Path | None, Path | None], AbstractContextManager[tuple[Connection, Settings]]]
org = typer.Typer(help="Organizations, their plans and what they use.", no_args_is_help=True)
_open: list[Opened] = []

Data = Annotated[Path | None, typer.Option("--data", help="The folder that holds everything.", show_default=False)]
Config = Annotated[Path | None, typer.Option("--config", help="A settings file.", show_default=False)]
Gigabytes = Annotated[float | None, typer.Option(help="In GB of 10⁹ bytes; unlimited when left out.")]


def with_database(opened: Opened) -> typer.Typer:
    """The commands, on databases that are opened like this."""
    _open[:] = [opened]
    return org


def _show(shape: object) -> None:
    typer.echo(encode(shape).decode())


def _bytes(gigabytes: float | None) -> Maybe[int]:
    return UNSET if gigabytes is None else round(gigabytes * GB)


@org.command("list")
def list_all(data: Data = None, config: Config = None) -> None:
    """Number, plan, stored bytes and name of every organization."""
    with _open[0](data, config) as (conn, _):
        for number, plan, stored, name in reporting.overview(conn, OPERATOR):
            typer.echo(f"{number}\t{plan}\t{stored}\t{name}")


@org.command()
def create(
    name: str,
    owner: Annotated[str, typer.Option(help="The user who owns it.")],
    offer: Annotated[str, typer.Option(help="The plan of the catalogue that it begins with.")] = "SELF_MANAGED",
    manager: Annotated[list[str] | None, typer.Option(help="A user who manages it; the owner otherwise.")] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Make an organization with a plan from the catalogue; prints its number."""
    with _open[0](data, config) as (conn, settings), conn.transaction():
        plan = planning.create(conn, OPERATOR, NewPlan(offer=offer))
        managers = [Id(people.find(conn, one)) for one in manager or []]
        made = founding.create(
            conn, OPERATOR, settings,
            NewOrganization(name=name, plan_id=plan.id, owner_id=Id(people.find(conn, owner)), manager_ids=managers),
        )  # fmt: skip
        typer.echo(int(made.id))


@org.command()
def show(organization: int, data: Data = None, config: Config = None) -> None:
    """An organization with its limits, and what it uses."""
    with _open[0](data, config) as (conn, _):
        _show(founding.read(conn, OPERATOR, organization))
        _show(reports.summary(conn, OPERATOR, organization))


@org.command()
def rename(organization: int, name: str, data: Data = None, config: Config = None) -> None:
    """Give an organization another name."""
    with _open[0](data, config) as (conn, _), conn.transaction():
        now = founding.read(conn, OPERATOR, organization)
        founding.change(
            conn, OPERATOR, organization,
            OrganizationUpdate(
                etag=now.etag, name=name, default_storage_location_id=now.default_storage_location_id,
                outsiders_may_upload=now.outsiders_may_upload, notification_thresholds=now.notification_thresholds,
                manager_storage_limit_bytes=now.manager_storage_limit_bytes,
                manager_egress_limit_bytes=now.manager_egress_limit_bytes,
            ),
        )  # fmt: skip


@org.command()
def limit(
    organization: int,
    storage: Gigabytes = None,
    egress: Gigabytes = None,
    custom: Gigabytes = None,
    users: Annotated[int | None, typer.Option(help="How many people may contribute.")] = None,
    projects: Annotated[int | None, typer.Option(help="How many projects there may be.")] = None,
    period: Annotated[str, typer.Option(help="MONTH or YEAR: the period of --egress.")] = "YEAR",
    data: Data = None,
    config: Config = None,
) -> None:
    """Set all limits of an organization's plan, with effect at once; what is left out is unlimited."""
    with _open[0](data, config) as (conn, _), conn.transaction():
        plan = planning.read(conn, OPERATOR, founding.read(conn, OPERATOR, organization).plan_id)
        changed = planning.change(
            conn, OPERATOR, plan.id,
            PlanUpdate(
                etag=plan.etag, ends_on=plan.ends_on, storage_limit_bytes=_bytes(storage),
                egress_limit_bytes=_bytes(egress), custom_storage_limit_bytes=_bytes(custom), egress_period=period,
                certified_user_limit=UNSET if users is None else users,
                project_limit=UNSET if projects is None else projects,
            ),
        )  # fmt: skip
        _show(changed)


@org.command()
def upgrade(organization: int, offer: str, data: Data = None, config: Config = None) -> None:
    """Give an organization another plan of the catalogue, in place; its owner becomes a manager."""
    with _open[0](data, config) as (conn, _), conn.transaction():
        planning.upgrade_to(conn, OPERATOR, organization, offer)


@org.command()
def requests(data: Data = None, config: Config = None) -> None:
    """The newest requests for plans."""
    with _open[0](data, config) as (conn, _):
        for one in planning.requests(conn, OPERATOR, None, all_of_them=True).results:
            typer.echo(f"{int(one.id)}\t{one.state}\t{int(one.organization_id)}\t{one.offer}\t{one.message!r}")


@org.command()
def decide(
    request: int,
    granted: Annotated[bool, typer.Option("--grant/--refuse", help="What becomes of it.")],
    answer: Annotated[str, typer.Option(help="What to tell the one who asked.")] = "",
    data: Data = None,
    config: Config = None,
) -> None:
    """Grant a request for a plan, or refuse it."""
    with _open[0](data, config) as (conn, _), conn.transaction():
        planning.decide(conn, OPERATOR, request, PlanDecision(granted=granted, answer=answer))


@org.command()
def invite(
    organization: int,
    whom: Annotated[str, typer.Argument(help="A user name or an e-mail address.")],
    manager: Annotated[bool, typer.Option("--manager", help="As a manager.")] = False,
    contributor: Annotated[bool, typer.Option("--contributor/--no-contributor", help="May make projects.")] = True,
    data: Data = None,
    config: Config = None,
) -> None:
    """Invite a user by name, or anybody by e-mail."""
    given = NewInvitation(is_manager=manager, is_contributor=contributor)
    if "@" in whom:
        given.invitee_email = whom
    else:
        given.user_name = whom
    with _open[0](data, config) as (conn, settings), conn.transaction():
        typer.echo(int(inviting.invite(conn, OPERATOR, settings, organization, given).id))


@org.command("members")
def members(organization: int, data: Data = None, config: Config = None) -> None:
    """Number and roles of the first hundred members."""
    with _open[0](data, config) as (conn, _):
        for one in seats.list_members(conn, OPERATOR, organization, None).results:
            roles = {"owner": one.is_owner, "manager": one.is_manager, "contributor": one.is_contributor}
            typer.echo(f"{one.member_id}\t{','.join(name for name, has in roles.items() if has)}")


@org.command("put-member")
def put_member(
    organization: int,
    member: Annotated[int, typer.Argument(help="The number of a person or a team.")],
    manager: Annotated[bool, typer.Option("--manager", help="May manage.")] = False,
    contributor: Annotated[bool, typer.Option("--contributor/--no-contributor", help="May make projects.")] = True,
    data: Data = None,
    config: Config = None,
) -> None:
    """Add a person or a team, or change what a member may do."""
    with _open[0](data, config) as (conn, _), conn.transaction():
        seats.put_member(
            conn, OPERATOR, organization, member, MemberRoles(is_manager=manager, is_contributor=contributor)
        )


@org.command("remove-member")
def remove_member(organization: int, member: int, data: Data = None, config: Config = None) -> None:
    """Remove a member; what they contributed stays."""
    with _open[0](data, config) as (conn, _), conn.transaction():
        seats.remove(conn, OPERATOR, organization, member)


@org.command()
def usage(
    organization: int,
    by: Annotated[str, typer.Option(help="project, location, contributor or day.")] = "project",
    first_day: Annotated[str | None, typer.Option(help="Such as 2030-01-01.")] = None,
    last_day: Annotated[str | None, typer.Option(help="Such as 2030-12-31.")] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """What an organization stores and has sent, as CSV."""
    with _open[0](data, config) as (conn, _):
        found = reporting.report(conn, OPERATOR, organization, by, first_day, last_day)
        typer.echo(reports.as_csv(found), nl=False)


@org.command("move-project")
def move_project(project: str, organization: int, data: Data = None, config: Config = None) -> None:
    """Put a project, with what is charged for it, into another organization."""
    with _open[0](data, config) as (conn, _), conn.transaction():
        moving.move(conn, OPERATOR, EntityId.parse(project), organization)


@org.command()
def merge(
    into: int,
    organization: int,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what that would give.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Make ORGANIZATION part of INTO."""
    with _open[0](data, config) as (conn, _), conn.transaction():
        _show(merging.merge(conn, OPERATOR, into, MergeRequest(organization_id=Id(organization), dry_run=dry_run)))


@org.command("storage")
def storage_terms(
    location: int,
    private_to: Annotated[int | None, typer.Option(help="The organization that alone may use it.")] = None,
    egress: Annotated[str, typer.Option(help="limited, open or unlimited.")] = "limited",
    region: Annotated[list[str] | None, typer.Option(help="Addresses in the store's region: 10.0.0.0/8.")] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Say what holds for a managed storage location: whose it is, and whether reading from it is limited."""
    with _open[0](data, config) as (conn, _), conn.transaction():
        terms.put(conn, OPERATOR, location, private_to, egress, region or [])


@org.command()
def recount(
    mend: Annotated[bool, typer.Option("--mend", help="Set right what differs, in one transaction.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Compare every counter of usage with the file handles, while uploads go on; a line for each difference.

    Ends with 1 when something differs and was not set right. With --mend, uploads wait until it is done.
    """
    with _open[0](data, config) as (conn, _):
        said = recounting.mend(conn) if mend else recounting.recount(conn)
    for line in said:
        typer.echo(line)
    typer.echo(f"{len(said)} differences{', set right' if mend and said else ''}.")
    if said and not mend:
        raise typer.Exit(1)


@org.command()
def propose(data: Data = None, config: Config = None) -> None:
    """Print, as CSV, every project that is in the installation's organization, and where it should go."""
    with _open[0](data, config) as (conn, _):
        allocating.propose(conn, sys.stdout)


@org.command()
def allocate(
    proposal: Annotated[Path, typer.Argument(help="The CSV file of `propose`, as you edited it.", exists=True)],
    data: Data = None,
    config: Config = None,
) -> None:
    """Do what an edited proposal says; may be cut off and repeated. Ends with 1 when something could not be moved."""
    with _open[0](data, config) as (conn, settings), proposal.open(encoding="utf-8-sig", newline="") as lines:
        said = list(map(_echoed, allocating.apply(conn, settings, lines)))
        failed = sum("NOT MOVED" in one for one in said)
        left = allocating.left(conn)
        typer.echo(
            f"{len(said) - failed} are in place, {failed} are not; {left} projects are left in the installation."
        )
    if failed:
        raise typer.Exit(1)


def _echoed(line: str) -> str:
    typer.echo(line)
    return line
