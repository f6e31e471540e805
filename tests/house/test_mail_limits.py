"""Doors that send mail, or use up what was mailed, are counted: found by following who calls whom in the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from tests.contract.test_doors_and_strangers import DOORS
from tests.house.test_import_rules import FILES, SOURCE

from vesicle.web import Door, Sensitive

SEND, REDEEM = "vesicle.mail.sending.send", "vesicle.mail.links.redeem"
# A story that is asked for a letter by some of its callers counts those, and what it calls is counted with it.
COUNTS = "vesicle.web.limits.count_mail"
REASONS = {
    "POST /repo/v1/message": "ten messages a minute, by a count of its own that the published client knows",
    "POST /repo/v1/entity/{id}/message": "ten messages a minute, by a count of its own that the published client knows",
    "POST /repo/v1/message/{messageId}/forward": "ten messages a minute, by a count of its own",
    "POST /vesicle/v1/invitation/{id}/decline": "one mail for each invitation that was sent, to who sent it",
    "DELETE /vesicle/v1/organization/{id}/member/{memberId}": "one mail for each member who had accepted to be one",
    "POST /vesicle/v1/organization/{id}/merge": "an organization is merged once",
    "POST /vesicle/v1/planRequest/{id}/decision": "one mail for each request, of administrators",
    "PUT /vesicle/v1/organization/{id}/project/{projectId}": "to the managers of both, by who has a say in both",
}


def module_of(path: str) -> str:
    return ".".join(("vesicle", *path.removesuffix(".py").split("/"))).removesuffix(".__init__")


TREES = {module_of(str(file.relative_to(SOURCE))): ast.parse(file.read_text("utf-8")) for file in FILES}
FUNCTIONS = {
    f"{module}.{node.name}": (module, node)
    for module, tree in TREES.items()
    for node in tree.body
    if isinstance(node, ast.FunctionDef | ast.ClassDef)
}
# What a name means in a module: something imported, or a function of its own.
NAMES = {
    module: {
        (one.asname or one.name): f"{node.module}.{one.name}"
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for one in node.names
    }
    | {name.rpartition(".")[2]: name for name, (home, _) in FUNCTIONS.items() if home == module}
    for module, tree in TREES.items()
}


def named_in(function: str) -> Iterator[str]:
    """Every function that the text of this one names, in full."""
    module, body = FUNCTIONS[function]
    for node in ast.walk(body):
        if isinstance(node, ast.Name):
            yield NAMES[module].get(node.id, "")
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{NAMES[module].get(node.value.id, '')}.{node.attr}"


def home_of(name: str) -> str:
    """The function behind a name that another module passes on."""
    module, _, last = name.rpartition(".")
    behind = NAMES.get(module, {}).get(last, name)
    return behind if behind == name or behind in FUNCTIONS else home_of(behind)


CALLS = {one: {home_of(name) for name in named_in(one)} & FUNCTIONS.keys() - {one} for one in FUNCTIONS}


def reached(start: str) -> set[str]:
    """Every function that this one may lead to, but for what is behind a count."""
    found, left = {start}, [start]
    while left:
        calls = CALLS[left.pop()]
        new = set() if COUNTS in calls else calls - found
        found |= new
        left += new
    return found


def leading_to(target: str) -> list[Door]:
    return [
        door for door in DOORS.values() if target in reached(f"{door.handler.__module__}.{door.handler.__qualname__}")
    ]


MAILING, FOLLOWING = leading_to(SEND), leading_to(REDEEM)


def test_the_ways_are_seen() -> None:
    assert {"POST /auth/v1/user/password/reset", "POST /repo/v1/message"} <= {door.name for door in MAILING}
    assert {"PUT /repo/v1/teamMember", "POST /invitation"} <= {door.name for door in FOLLOWING}
    counting = {one for one, calls in CALLS.items() if COUNTS in calls}
    assert counting == {"vesicle.teams.inviting.invite", "vesicle.teams.joining.add", "vesicle.teams.requesting.ask"}
    for name in counting:
        assert SEND in {name for one in CALLS[name] for name in reached(one)}


@pytest.mark.parametrize("door", MAILING, ids=lambda door: door.name)
def test_a_door_that_sends_mail_is_counted_or_says_why_not(door: Door) -> None:
    assert (door.limit is not None) != (door.name in REASONS), (
        f"{door.name} sends mail: give it limit=Sensitive.MAIL, or let its story count_mail where it writes;"
        " if it needs neither, say why in REASONS."
    )


@pytest.mark.parametrize("door", FOLLOWING, ids=lambda door: door.name)
def test_a_door_that_takes_the_secret_of_a_link_is_counted_by_address(door: Door) -> None:
    assert door.limit is Sensitive.SIGN_IN


def test_the_list_of_exceptions_is_not_stale() -> None:
    assert REASONS.keys() <= {door.name for door in MAILING}
