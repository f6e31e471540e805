"""vesicle org …: organizations themselves."""

from __future__ import annotations

from math import isfinite
from typing import Annotated, Any

import typer

from vesicle.accounts import people
from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.org_command.opening import Config, Data, as_bytes, database, org, show, somebody
from vesicle.organizations import founding, merging, notifying, overview, planning, reporting, seats
from vesicle.organizations.model.limits import NO_LIMIT
from vesicle.organizations.model.moving import MergeRequest
from vesicle.organizations.model.organizations import NewOrganization, OrganizationUpdate
from vesicle.organizations.model.plans import NewPlan
from vesicle.organizations.roles import OPERATOR
from vesicle.wire import UNSET, Id, Maybe

PANEL = "Organizations"


@org.command("list", rich_help_panel=PANEL)
def list_all(data: Data = None, config: Config = None) -> None:
    """Number, plan, stored bytes and name of every organization."""
    with database(data, config) as (conn, _):
        token: str | None = None
        while True:
            page = overview.page(conn, OPERATOR, token)
            for one in page.results:
                typer.echo(f"{one.organization_id}\t{one.plan_type}\t{one.stored_bytes}\t{one.name}")
            if page.next_page_token is UNSET:
                return
            token = page.next_page_token


@org.command(rich_help_panel=PANEL)
def create(
    name: str,
    owner: Annotated[str, typer.Option(help="The user who owns it.")],
    offer: Annotated[str, typer.Option(help="The plan of the catalogue that it begins with.")] = "SELF_MANAGED",
    manager: Annotated[list[str] | None, typer.Option(help="A user who manages it; the owner otherwise.")] = None,
    default_storage: Annotated[int | None, typer.Option(help="The storage location of new files.")] = None,
    of_their_own: Annotated[
        bool, typer.Option("--of-their-own", help="The owner's default organization, with the plan BASIC.")
    ] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Make an organization with a plan from the catalogue; prints its number."""
    place: Maybe[int] = UNSET if default_storage is None else default_storage
    with database(data, config) as (conn, settings):
        if of_their_own:
            given = NewOrganization(name=name, default_storage_location_id=place)
            made = founding.create(conn, somebody(conn, settings, owner), settings, given)
        else:
            plan = planning.create(conn, OPERATOR, NewPlan(offer=offer))
            given = NewOrganization(
                name=name, plan_id=plan.id, owner_id=Id(people.find(conn, owner)), default_storage_location_id=place,
                manager_ids=[Id(people.find(conn, one)) for one in manager or []],
            )  # fmt: skip
            made = founding.create(conn, OPERATOR, settings, given)
        typer.echo(int(made.id))


@org.command("show", rich_help_panel=PANEL)
def show_one(organization: int, data: Data = None, config: Config = None) -> None:
    """An organization with its limits, and what it uses."""
    with database(data, config) as (conn, _):
        show(founding.read(conn, OPERATOR, organization))
        show(reporting.summary(conn, OPERATOR, organization))


@org.command(rich_help_panel=PANEL)
def rename(organization: int, name: str, data: Data = None, config: Config = None) -> None:
    """Give an organization another name."""
    with database(data, config) as (conn, _):
        _change(conn, organization, name=name)


@org.command("set", rich_help_panel=PANEL)
def set_some(
    organization: int,
    default_storage: Annotated[int | None, typer.Option(help="The storage location of new files; 0 for none.")] = None,
    outsiders: Annotated[
        bool | None, typer.Option("--outsiders/--no-outsiders", help="May who is no member upload, if shared with?")
    ] = None,
    thresholds: Annotated[str | None, typer.Option(help="Percentages to tell of: 80,90,100.")] = None,
    storage: Annotated[float | None, typer.Option(help="A limit below the plan's, in GB; negative for none.")] = None,
    egress: Annotated[float | None, typer.Option(help="A limit below the plan's, in GB; negative for none.")] = None,
    custom: Annotated[float | None, typer.Option(help="A limit below the plan's, in GB; negative for none.")] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Change what its managers decide; what is left out stays as it is."""
    changes: dict[str, Any] = {}
    if default_storage is not None:
        changes["default_storage_location_id"] = default_storage
    if outsiders is not None:
        changes["outsiders_may_upload"] = outsiders
    if thresholds is not None:
        try:
            changes["notification_thresholds"] = [int(one) for one in thresholds.split(",") if one.strip()]
        except ValueError:
            raise BadRequest("--thresholds takes whole numbers with commas between, such as 80,90,100.") from None
    for name, limit in (("storage", storage), ("egress", egress), ("custom_storage", custom)):
        if limit is not None:
            changes[f"manager_{name}_limit_bytes"] = NO_LIMIT if limit < 0 and isfinite(limit) else as_bytes(limit)
    with database(data, config) as (conn, _):
        _change(conn, organization, **changes)
        show(founding.read(conn, OPERATOR, organization))


def _change(conn: Connection, organization_id: int, **changes: Any) -> None:
    now = founding.read(conn, OPERATOR, organization_id)
    given = OrganizationUpdate(**{"etag": now.etag, "name": now.name, **changes})
    founding.change(conn, OPERATOR, organization_id, given)


@org.command(rich_help_panel=PANEL)
def owner(organization: int, user: str, data: Data = None, config: Config = None) -> None:
    """Give an organization another owner, who becomes a member if they are none."""
    with database(data, config) as (conn, _):
        seats.name_owner(conn, OPERATOR, organization, people.find(conn, user))


@org.command(rich_help_panel=PANEL)
def merge(
    into: int,
    organization: int,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what that would give.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Make ORGANIZATION part of INTO: projects, members, storage and history."""
    with database(data, config) as (conn, _):
        show(merging.merge(conn, OPERATOR, into, MergeRequest(organization_id=Id(organization), dry_run=dry_run)))


@org.command(rich_help_panel=PANEL)
def notices(organization: int, data: Data = None, config: Config = None) -> None:
    """What was told of limits that came near, the newest first."""
    with database(data, config) as (conn, _):
        for one in notifying.listed(conn, OPERATOR, organization).results:
            typer.echo(f"{one.noticed_on}\t{one.type}\t{one.percent}\t{one.text}")
