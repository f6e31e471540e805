"""vesicle org …: what organizations and projects use, down to file handles, uploads and downloads, as CSV."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import typer

from vesicle import app, serving
from vesicle.access import MayCreate, require
from vesicle.files import ending
from vesicle.org_command.opening import Config, Data, FirstDay, LastDay, database, database_in_pieces, entity, org, show
from vesicle.organizations import reporting
from vesicle.organizations.roles import OPERATOR
from vesicle.usage import drilling, recounting, reports
from vesicle.usage.model import Behind

PANEL = "Usage"
Project = Annotated[str | None, typer.Option(help="Of this project alone; 0 for none.", show_default=False)]
Location = Annotated[int | None, typer.Option(help="Of this storage location alone.", show_default=False)]
Contributor = Annotated[int | None, typer.Option(help="Of this person alone.", show_default=False)]


@org.command("usage", rich_help_panel=PANEL)
def usage_of(
    organization: int,
    by: Annotated[str, typer.Option(help="project, location, contributor or day.")] = "project",
    first_day: FirstDay = None,
    last_day: LastDay = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """What an organization stores and has sent, as CSV."""
    with database(data, config) as (conn, _):
        found = reporting.report(conn, OPERATOR, organization, by, first_day, last_day)
        typer.echo(reports.as_csv(found), nl=False)


@org.command("project-usage", rich_help_panel=PANEL)
def usage_of_project(project: str, data: Data = None, config: Config = None) -> None:
    """What a project stores and has sent, beside the total and the limits of its organization."""
    with database(data, config) as (conn, _):
        show(reporting.of_project(conn, require(conn, OPERATOR, MayCreate, entity(project))))


@org.command(rich_help_panel=PANEL)
def files(
    organization: int,
    project: Project = None,
    location: Location = None,
    contributor: Contributor = None,
    day: Annotated[str | None, typer.Option(help="At the end of this day; now when left out.")] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """The file handles that a number of stored bytes is the sum of, as CSV."""
    of = Behind(_number(project), location, contributor, day=day)
    with database(data, config) as (conn, _):
        _print(drilling.every_line(lambda token: reporting.files(conn, OPERATOR, organization, of, token),
                                   drilling.file_lines))  # fmt: skip


@org.command(rich_help_panel=PANEL)
def uploads(
    organization: int,
    project: Project = None,
    location: Location = None,
    contributor: Contributor = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """The unfinished uploads that a number of promised bytes is the sum of, as CSV."""
    of = Behind(_number(project), location, contributor)
    with database(data, config) as (conn, _):
        _print(drilling.every_line(lambda token: reporting.uploads(conn, OPERATOR, organization, of, token),
                                   drilling.upload_lines))  # fmt: skip


@org.command("abort-upload", rich_help_panel=PANEL)
def abort_upload(upload: int, data: Data = None, config: Config = None) -> None:
    """End an unfinished upload, so that its bytes are promised no more; `uploads` tells the number. The server has to
    run, because its object store removes what was sent.
    """
    with database_in_pieces(data, config) as (conn, settings):
        ending.abort(conn, OPERATOR, app.all_stores(serving.attached(settings)), upload)


@org.command(rich_help_panel=PANEL)
def downloads(
    organization: int,
    project: Project = None,
    location: Location = None,
    contributor: Contributor = None,
    first_day: FirstDay = None,
    last_day: LastDay = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """The downloads that a number of sent bytes is the sum of, as CSV; a contributor is here who downloaded."""
    of = Behind(_number(project), location, contributor, first_day, last_day)
    with database(data, config) as (conn, _):
        _print(drilling.every_line(lambda token: reporting.downloads(conn, OPERATOR, organization, of, token),
                                   drilling.download_lines))  # fmt: skip


@org.command(rich_help_panel=PANEL)
def recount(
    mend: Annotated[bool, typer.Option("--mend", help="Set right what differs, in small steps.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Compare every counter of usage with the file handles, while uploads go on; a line for each difference.

    Ends with 1 when something differs and was not set right. With --mend, too, uploads go on, and how far it is goes to
    the standard error; when it was cut off, it can be called again.
    """
    with database_in_pieces(data, config) as (conn, _):
        said = recounting.mend(conn, partial(typer.echo, err=True)) if mend else recounting.recount(conn)
    for line in said:
        typer.echo(line)
    typer.echo(f"{len(said)} differences{', set right' if mend and said else ''}.")
    if said and not mend:
        raise typer.Exit(1)


def _number(project: str | None) -> int | None:
    return None if project is None else entity(project)


def _print(lines: Any) -> None:
    for text in lines:
        typer.echo(text, nl=False)
