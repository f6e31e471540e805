"""vesicle org …: which organization projects belong to, and what holds for storage."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from vesicle.org_command.opening import Config, Data, database, database_in_pieces, entity, org
from vesicle.organizations import allocating, moving
from vesicle.organizations.roles import OPERATOR
from vesicle.usage import terms
from vesicle.wire import UNSET

PANEL = "Projects and storage"


@org.command("projects", rich_help_panel=PANEL)
def list_projects(organization: int, data: Data = None, config: Config = None) -> None:
    """Number, maker and name of every project of an organization."""
    with database(data, config) as (conn, _):
        token: str | None = None
        while True:
            page = moving.list_projects(conn, OPERATOR, organization, token)
            for one in page.results:
                name = "(in the trash can)" if one.in_trash else one.name or ""
                typer.echo(f"syn{int(one.project_id)}\t{one.created_by}\t{name}")
            if page.next_page_token is UNSET:
                return
            token = page.next_page_token


@org.command("move-project", rich_help_panel=PANEL)
def move_project(project: str, organization: int, data: Data = None, config: Config = None) -> None:
    """Put a project, with what is charged for it, into another organization."""
    with database(data, config) as (conn, _):
        moving.move(conn, OPERATOR, entity(project), organization)


@org.command("give-back", rich_help_panel=PANEL)
def give_back(project: str, organization: int, data: Data = None, config: Config = None) -> None:
    """Remove an empty project from an organization; it goes to the default organization of who made it."""
    with database(data, config) as (conn, settings):
        moving.give_back(conn, OPERATOR, settings, organization, entity(project))


@org.command("storage", rich_help_panel=PANEL)
def storage_terms(
    location: int,
    private_to: Annotated[int | None, typer.Option(help="The organization that alone may use it.")] = None,
    egress: Annotated[str, typer.Option(help="limited, open or unlimited.")] = "limited",
    region: Annotated[list[str] | None, typer.Option(help="Addresses in the store's region: 10.0.0.0/8.")] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Say all that holds for a managed storage location: whose it is, and whether reading from it is limited.

    Requests from the addresses of its region pass at the limit. What is left out goes back to the default.
    """
    with database(data, config) as (conn, _):
        terms.put(conn, OPERATOR, location, private_to, egress, region or [])


@org.command(rich_help_panel=PANEL)
def propose(data: Data = None, config: Config = None) -> None:
    """Print, as CSV, every project that is in the installation's organization, and where it should go."""
    with database(data, config) as (conn, _):
        allocating.propose(conn, sys.stdout)


@org.command(rich_help_panel=PANEL)
def allocate(
    proposal: Annotated[
        Path, typer.Argument(help="The CSV file of `propose`, as you edited it.", exists=True, dir_okay=False)
    ],
    data: Data = None,
    config: Config = None,
) -> None:
    """Do what an edited proposal says; may be cut off and repeated. Ends with 1 when something could not be moved."""
    with (
        database_in_pieces(data, config) as (conn, settings),
        proposal.open(encoding="utf-8-sig", newline="") as lines,
    ):
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
