"""What the commands about organizations share: the database that they work on, and their options."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from vesicle.access import Actor
from vesicle.accounts import people, tokens
from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.organizations.roles import OPERATOR
from vesicle.settings import Settings
from vesicle.wire import UNSET, EntityId, Maybe, encode

GB = 10**9
Opened = Callable[[Path | None, Path | None], AbstractContextManager[tuple[Connection, Settings]]]
HELP = (
    "Organizations, their plans and what they use.\n\nAn organization is named by its number, which `vesicle org list`"
    " tells. What is done here is done as the operator, goes on record, and holds at once."
)
org = typer.Typer(help=HELP, no_args_is_help=True)
_open: list[Opened] = []

Data = Annotated[Path | None, typer.Option("--data", help="The folder that holds everything.", show_default=False)]
Config = Annotated[Path | None, typer.Option("--config", help="A settings file.", show_default=False)]
Gigabytes = Annotated[float | None, typer.Option(help="In GB of 10⁹ bytes; unlimited when left out.")]
FirstDay = Annotated[str | None, typer.Option(help="Such as 2030-01-01; 30 days ago when left out.")]
LastDay = Annotated[str | None, typer.Option(help="Such as 2030-12-31; today when left out.")]


def with_database(opened: Opened) -> typer.Typer:
    """The commands, on databases that are opened like this."""
    _open[:] = [opened]
    return org


@contextmanager
def database(data: Path | None, config: Path | None) -> Iterator[tuple[Connection, Settings]]:
    """The database, in one transaction: a command is done whole or not at all."""
    with _open[0](data, config) as (conn, settings), conn.transaction():
        yield conn, settings


@contextmanager
def database_in_pieces(data: Path | None, config: Path | None) -> Iterator[tuple[Connection, Settings]]:
    """The database, for what is kept piece by piece."""
    with _open[0](data, config) as opened:
        yield opened


def show(shape: object) -> None:
    """A shape as the API would tell it."""
    typer.echo(encode(shape).decode())


def as_bytes(gigabytes: float | None) -> Maybe[int]:
    """Nothing stays nothing. Raises BadRequest for what is no number of bytes."""
    if gigabytes is None:
        return UNSET
    if not math.isfinite(gigabytes):
        raise BadRequest(f"{gigabytes} is no number of gigabytes; write one such as 1.5.")
    return round(gigabytes * GB)


def entity(text: str) -> EntityId:
    """The number of an entity. Raises BadRequest for what is none."""
    try:
        return EntityId.parse(text)
    except ValueError as error:
        raise BadRequest(str(error)) from None


def somebody(conn: Connection, settings: Settings, name: str) -> Actor:
    """A person by name, for whom the operator does what they could do themself; it is the operator's deed."""
    return replace(tokens.actor_of_person(conn, people.find(conn, name), settings), deputy=OPERATOR.id)
