"""The calls that Synapse has, by group; what this server has of them is the door table.

The edge tells from it "a call of Synapse that this server does not offer" from "no such call", and
``docs/compatibility.md`` is made of the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from vesicle.errors import NotFound
from vesicle.web.doors import Door

_PARAMETER = re.compile(r"{\w+}")


@dataclass(frozen=True)
class SynapseCall:
    """One method of one path of Synapse's API."""

    group: str
    method: str
    path: str

    def refusal(self) -> NotFound:
        """What somebody hears who makes the call here."""
        return NotFound(
            f"{self.method} {self.path} is a call of Synapse ({self.group}) that this server does not offer;"
            " docs/compatibility.md lists those that it does."
        )


@cache
def synapse_calls() -> tuple[SynapseCall, ...]:
    """Every call on the list that the package carries, in the order of the groups."""
    return tuple(_read(resources.files(__package__).joinpath("synapse_calls.txt").read_text("utf-8")))


def _read(text: str) -> Iterator[SynapseCall]:
    group = ""
    for line in text.splitlines():
        if line.startswith("["):
            group = line.strip("[]")
        elif line and not line.startswith("#"):
            method, path = line.split()
            yield SynapseCall(group, method, path)


def pattern(path: str) -> str:
    """A path with nameless parameters: what they are called differs between the lists."""
    return _PARAMETER.sub("{}", path)


def markdown(doors: Iterable[Door]) -> str:
    """The page ``docs/compatibility.md``."""
    table = list(doors)
    have = {(door.method, pattern(door.path)) for door in table}
    groups: dict[str, list[SynapseCall]] = {}
    for call in synapse_calls():
        groups.setdefault(call.group, []).append(call)
    overview, pages = "", ""
    for group, calls in groups.items():
        ours = [call for call in calls if (call.method, pattern(call.path)) in have]
        overview += f"| {group} | {len(ours)} | {len(calls)} |\n"
        pages += (
            f"\n## {group}\n\n" + _lines("Here", ours) + _lines("Not yet", [one for one in calls if one not in ours])
        )
    known = {(call.method, pattern(call.path)) for calls in groups.values() for call in calls}
    own = sorted(door.name for door in table if (door.method, pattern(door.path)) not in known)
    pages += "## Only here\n\n" + "".join(f"- `{name}`\n" for name in own)
    return INTRODUCTION + overview + "\n" + pages


def _lines(title: str, calls: list[SynapseCall]) -> str:
    if not calls:
        return ""
    return f"{title}:\n\n" + "".join(f"- `{call.method} {call.path}`\n" for call in calls) + "\n"


INTRODUCTION = """\
# Which calls of Synapse this server has

<!-- Made from the doors and src/vesicle/web/synapse_calls.txt by a test, which keeps it current:
     VESICLE_GOLDEN=write ./dev test tests/contract/test_compatibility.py -->

What is not here yet answers 404 with a reason that says so, and never with anything that a client would repeat.

| group | here | in Synapse |
|---|---|---|
"""
