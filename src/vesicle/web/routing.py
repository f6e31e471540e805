"""From a path to its door: a tree of path segments, so that a thousand doors cost what ten cost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vesicle.errors import MethodNotAllowed, NotFound
from vesicle.web.catalogue import SynapseCall
from vesicle.web.doors import Door

_DOORS = "/"  # no segment contains a slash, so this key cannot collide with one
_ANY = "{}"


class Routes:
    """The route table, made once. Calls that are known and not offered stand in it too, so that none of them is taken
    for another call with an odd parameter.
    """

    def __init__(self, doors: Iterable[Door], known: Iterable[SynapseCall] = ()) -> None:
        self._root: dict[str, Any] = {}
        for door in doors:
            taken = self._leaf(door.path)
            if door.method in taken:
                raise TypeError(f"{door.name} is declared twice")
            taken[door.method] = door
        for call in known:
            self._leaf(call.path).setdefault(call.method, call)

    def _leaf(self, path: str) -> dict[str, Door | SynapseCall]:
        node = self._root
        for segment in _segments(path):
            node = node.setdefault(_ANY if segment.startswith("{") else segment, {})
        leaf: dict[str, Door | SynapseCall] = node.setdefault(_DOORS, {})
        return leaf

    def find(self, method: str, path: str) -> tuple[Door, list[str]]:
        """The door and the values of its path parameters, in order. A trailing slash is accepted.

        Raises NotFound for an unknown path and for a call that is not offered, MethodNotAllowed for a known path with
        another method.
        """
        values: list[str] = []
        node = _walk(self._root, _segments(path), 0, values)
        here: dict[str, Door | SynapseCall] = node[_DOORS] if node else {}
        door = here.get(method)
        if isinstance(door, Door):
            return door, values
        if door is not None:
            raise door.refusal()
        allowed = ", ".join(sorted(name for name, one in here.items() if isinstance(one, Door)))
        if not allowed:
            raise NotFound(f"{method} {path[:200]}: this server has no such call.")
        raise MethodNotAllowed(f"{method} is not a method of {path[:200]}; it takes {allowed}.")


def _walk(node: dict[str, Any], segments: list[str], at: int, values: list[str]) -> dict[str, Any] | None:
    """Literal segments win over parameters; where a literal leads nowhere, the parameter is tried."""
    if at == len(segments):
        return node if _DOORS in node else None
    literal = node.get(segments[at])
    if literal is not None and (found := _walk(literal, segments, at + 1, values)):
        return found
    parameter = node.get(_ANY)
    if parameter is not None and segments[at]:
        values.append(segments[at])
        if found := _walk(parameter, segments, at + 1, values):
            return found
        values.pop()
    return None


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/")
