"""A door is one entry: method, path, who may call, body in, shape out.

The decorated handler is a plain function; its signature says the rest. Parameters are bound by what they are: ``call``
is the :class:`~vesicle.web.calls.Call`; ``grant`` is what the door's ``access`` asked for; ``body`` is decoded as its
annotation says; a name in the path is a path parameter; any other parameter is a query parameter in camelCase.
Routing, binding, the OpenAPI document, the refusal tests and ``docs`` all come from this one declaration.
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from vesicle.access import Grant, OnTeam, Owns, Scope
from vesicle.errors import Refusal
from vesicle.web.refusals import reply_of_refusal
from vesicle.web.replies import Reply
from vesicle.wire import EntityId, Id

_PARAMETER = re.compile(r"{(\w+)}")


class Transaction(Enum):
    """Who opens the transaction of a door."""

    NONE = auto()  # nobody: the door needs no database, and answers when it is away
    READ = auto()  # none: every query sees the newest state
    WRITE = auto()  # the edge, around access check and handler; repeated when the database says so
    STORY = auto()  # the story, because it talks to an object store in between


class Sensitive(Enum):
    """Calls that are counted exactly, with the setting that says how many there may be in how many seconds."""

    SIGN_IN = "sign-in", "sign_ins_per_minute", 60
    MAIL = "mail", "mails_per_hour", 3600

    def __init__(self, policy: str, setting: str, window_s: int) -> None:
        self.policy, self.setting, self.window_s = policy, setting, window_s


@dataclass(frozen=True)
class Anyone:
    """Open to everybody, tokens or not. The reason is part of the golden list of open doors."""

    reason: str


@dataclass(frozen=True)
class SignedIn:
    """Any person; what they may is decided by who they are.

    On a path with a parameter, ``reason`` says why no grant.
    """

    reason: str = ""


@dataclass(frozen=True)
class Administrators:
    """Members of the administrators' team only."""


@dataclass(frozen=True)
class InStory:
    """The story itself asks ``access.require``, because the id is in the body, or because of the contract's answers."""

    reason: str


@dataclass(frozen=True)
class Needs:
    """A grant of this kind for the thing that the path parameter names."""

    kind: type[Grant] | type[Owns] | type[OnTeam]
    parameter: str = "id"


Refused = Callable[[Refusal, Mapping[str, str]], Reply]
"""How a door says no: from the refusal and the headers of the request."""

Access = Anyone | SignedIn | Administrators | InStory | Needs


@dataclass(frozen=True)
class Query:
    """One query parameter: its name on the wire, its type and default."""

    name: str
    kind: type
    default: Any
    required: bool


@dataclass(frozen=True)
class Door:
    """One entry of the route table."""

    method: str
    path: str
    handler: Callable[..., Any]
    access: Access
    scopes: Scope
    status: int
    transaction: Transaction
    body: Any
    default_tag: str | None
    result: Any
    parameters: dict[str, type]
    queries: dict[str, Query]
    takes: frozenset[str]
    room: str
    limit: Sensitive | None = None
    form: bool = False
    refused: Refused | None = None

    @property
    def summary(self) -> str:
        """The handler's docstring: one sentence of documentation."""
        return inspect.getdoc(self.handler) or ""

    @property
    def name(self) -> str:
        """``GET /repo/v1/entity/{id}``."""
        return f"{self.method} {self.path}"

    def refuse(self, refusal: Refusal, headers: Mapping[str, str]) -> Reply:
        """The answer that says no."""
        return self.refused(refusal, headers) if self.refused else reply_of_refusal(refusal)


@dataclass
class Doors:
    """The doors of one room, in the order of their declaration.

    ``refused`` is for a room that says no in another form than the API's error body.
    """

    room: str
    refused: Refused | None = None
    table: list[Door] = field(default_factory=list)

    def __call__(
        self,
        method: str,
        path: str,
        *,
        access: Access,
        scopes: Scope = Scope.view,
        status: int = 200,
        transaction: Transaction | None = None,
        default_tag: str | None = None,
        limit: Sensitive | None = None,
        form: bool = False,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare a door. There is no default for ``access``: leaving it out is an error at import.

        ``form`` is for bodies that come from a form of a web page instead of JSON.
        """
        if transaction is None:
            transaction = Transaction.READ if method == "GET" else Transaction.WRITE

        def declare(handler: Callable[..., Any]) -> Callable[..., Any]:
            hints = typing.get_type_hints(handler)
            result = hints.pop("return", None)
            names = dict.fromkeys(_PARAMETER.findall(path))
            parameters = {name: hints.get(snake(name)) or _id_type(access, name) for name in names}
            queries = _queries(handler, hints, {"call", "grant", "body", *map(snake, names)})
            takes = frozenset(inspect.signature(handler).parameters)
            door = Door(
                method, path, handler, access, scopes, status, transaction, hints.get("body"), default_tag, result,
                parameters, queries, takes, self.room, limit, form, self.refused,
            )  # fmt: skip
            _check(door)
            self.table.append(door)
            return handler

        return declare


def _queries(handler: Callable[..., Any], hints: Mapping[str, Any], taken: Collection[str]) -> dict[str, Query]:
    """What the handler takes and nothing else gives it comes out of the query."""
    missing = inspect.Parameter.empty
    return {
        name: Query(camel(name), hints[name], None if one.default is missing else one.default, one.default is missing)
        for name, one in inspect.signature(handler).parameters.items()
        if name not in taken
    }


def _id_type(access: Access, name: str) -> type:
    """A path parameter that the handler does not take is the id of what the grant is for."""
    if not isinstance(access, Needs) or access.parameter != name:
        raise TypeError(f"the handler does not say what the path parameter {name} is")
    return EntityId if issubclass(access.kind, Grant) else Id


def _check(door: Door) -> None:
    """Mistakes in a declaration are found at import."""
    guarded = isinstance(door.access, Needs | InStory | Administrators) or bool(getattr(door.access, "reason", ""))
    if door.parameters and not guarded:
        raise TypeError(f"{door.name}: a path with a parameter asks for a grant, or gives the reason why not")
    if isinstance(door.access, Needs) and door.access.parameter not in door.parameters:
        raise TypeError(f"{door.name}: there is no parameter {door.access.parameter} to ask a grant for")
    if door.transaction is Transaction.NONE and door.takes:
        raise TypeError(f"{door.name}: a door without a database takes nothing of the request")
    if door.transaction is Transaction.NONE and (door.scopes or not isinstance(door.access, Anyone)):
        raise TypeError(f"{door.name}: without a database nobody is known, so it takes Anyone and no scopes")
    if "grant" in door.takes and not isinstance(door.access, Needs):
        raise TypeError(f"{door.name}: there is no `grant` to take unless access is Needs(...)")


def camel(name: str) -> str:
    """``new_version`` → ``newVersion``, ``part_md5_hex`` → ``partMD5Hex`` (the contract's spelling)."""
    if name == "part_md5_hex":
        return "partMD5Hex"
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def snake(name: str) -> str:
    """``uploadId`` → ``upload_id``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
