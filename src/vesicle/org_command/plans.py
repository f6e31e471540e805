"""vesicle org …: plans, the catalogue of plans, and requests for plans."""

from __future__ import annotations

from typing import Annotated

import typer

from vesicle.org_command.opening import Config, Data, Gigabytes, as_bytes, database, org, show, somebody
from vesicle.organizations import founding, planning
from vesicle.organizations.model.plans import NewPlanRequest, PlanDecision, PlanOffer, PlanUpdate
from vesicle.organizations.roles import OPERATOR
from vesicle.wire import UNSET, Id, Maybe

PANEL = "Plans"
Users = Annotated[int | None, typer.Option(help="How many people may contribute; unlimited when left out.")]
Projects = Annotated[int | None, typer.Option(help="How many projects there may be; unlimited when left out.")]
Period = Annotated[str | None, typer.Option(help="MONTH or YEAR: the period of --egress; as it is when left out.")]


def _count(number: int | None) -> Maybe[int]:
    return UNSET if number is None else number


@org.command("plan", rich_help_panel=PANEL)
def plan_of(organization: int, data: Data = None, config: Config = None) -> None:
    """The plan of an organization: its type, its limits, its start and end."""
    with database(data, config) as (conn, _):
        show(planning.read(conn, OPERATOR, founding.read(conn, OPERATOR, organization).plan_id))


@org.command(rich_help_panel=PANEL)
def limit(
    organization: int,
    storage: Gigabytes = None,
    egress: Gigabytes = None,
    custom: Gigabytes = None,
    users: Users = None,
    projects: Projects = None,
    period: Period = None,
    ends_on: Annotated[str | None, typer.Option(help="When it ends: 2031-01-01T00:00:00Z, or never.")] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Set all limits of an organization's plan, with effect at once; what is left out is unlimited.

    The end of the plan stays as it is unless --ends-on is given.
    """
    with database(data, config) as (conn, _):
        plan = planning.read(conn, OPERATOR, founding.read(conn, OPERATOR, organization).plan_id)
        end: Maybe[str] = plan.ends_on if ends_on is None else UNSET if ends_on == "never" else ends_on
        changed = planning.change(
            conn, OPERATOR, plan.id,
            PlanUpdate(
                etag=plan.etag, ends_on=end, storage_limit_bytes=as_bytes(storage), egress_limit_bytes=as_bytes(egress),
                custom_storage_limit_bytes=as_bytes(custom), egress_period=period or UNSET,
                certified_user_limit=_count(users), project_limit=_count(projects),
            ),
        )  # fmt: skip
        show(changed)


@org.command(rich_help_panel=PANEL)
def upgrade(organization: int, offer: str, data: Data = None, config: Config = None) -> None:
    """Give an organization another plan of the catalogue, in place; its owner becomes a manager."""
    with database(data, config) as (conn, _):
        planning.upgrade_to(conn, OPERATOR, organization, offer)


@org.command(rich_help_panel=PANEL)
def catalogue(data: Data = None, config: Config = None) -> None:
    """The plans that are offered, one a line."""
    with database(data, config) as (conn, _):
        for one in planning.catalogue(conn, OPERATOR).results:
            show(one)


@org.command(rich_help_panel=PANEL)
def offer(
    name: Annotated[str, typer.Argument(help="In capitals, such as BASIC, which first projects get.")],
    kind: Annotated[str, typer.Option("--type", help="BASIC, SELF_MANAGED, DATA_COORDINATION or LEGACY.")],
    storage: Gigabytes = None,
    egress: Gigabytes = None,
    custom: Gigabytes = None,
    users: Users = None,
    projects: Projects = None,
    period: Period = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Add a plan to the catalogue, or change one; organizations that have it already keep what they have."""
    given = PlanOffer(
        name=name, type=kind, storage_limit_bytes=as_bytes(storage), egress_limit_bytes=as_bytes(egress),
        custom_storage_limit_bytes=as_bytes(custom), certified_user_limit=_count(users), egress_period=period or UNSET,
        project_limit=_count(projects),
    )  # fmt: skip
    with database(data, config) as (conn, _):
        planning.put_offer(conn, OPERATOR, given)


@org.command("remove-offer", rich_help_panel=PANEL)
def remove_offer(name: str, data: Data = None, config: Config = None) -> None:
    """Take a plan off the catalogue; organizations that have it keep it."""
    with database(data, config) as (conn, _):
        planning.delete_offer(conn, OPERATOR, name)


@org.command(rich_help_panel=PANEL)
def ask(
    organization: int,
    offer: str,
    user: Annotated[str, typer.Option(help="The owner or manager who asks, and is told of the decision.")],
    message: Annotated[str, typer.Option(help="What they say.")] = "",
    data: Data = None,
    config: Config = None,
) -> None:
    """Enter a request for a plan for an owner or manager; prints its number."""
    with database(data, config) as (conn, settings):
        given = NewPlanRequest(organization_id=Id(organization), offer=offer, message=message)
        typer.echo(int(planning.ask(conn, somebody(conn, settings, user), given).id))


@org.command(rich_help_panel=PANEL)
def requests(data: Data = None, config: Config = None) -> None:
    """The newest requests for plans."""
    with database(data, config) as (conn, _):
        for one in planning.requests(conn, OPERATOR, None, all_of_them=True).results:
            typer.echo(f"{int(one.id)}\t{one.state}\t{int(one.organization_id)}\t{one.offer}\t{one.message!r}")


@org.command(rich_help_panel=PANEL)
def decide(
    request: int,
    granted: Annotated[bool, typer.Option("--grant/--refuse", help="What becomes of it.")],
    answer: Annotated[str, typer.Option(help="What to tell the one who asked.")] = "",
    data: Data = None,
    config: Config = None,
) -> None:
    """Grant a request for a plan, which upgrades the organization in place, or refuse it."""
    with database(data, config) as (conn, _):
        planning.decide(conn, OPERATOR, request, PlanDecision(granted=granted, answer=answer))
