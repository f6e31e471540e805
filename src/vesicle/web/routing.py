"""From a path to its door: a tree of path segments, so that a thousand doors cost what ten cost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vesicle.errors import MethodNotAllowed, NotFound
from vesicle.web.doors import Door

_DOORS = "/"  # no segment contains a slash, so this key cannot collide with one
_ANY = "{}"


class Routes:
    """The route table, made once."""

    def __init__(self, doors: Iterable[Door]) -> None:
        self._root: dict[str, Any] = {}
        for door in doors:
            node = self._root
            for segment in _segments(door.path):
                node = node.setdefault(_ANY if segment.startswith("{") else segment, {})
            taken = node.setdefault(_DOORS, {})
            if door.method in taken:
                raise TypeError(f"{door.name} is declared twice")
            taken[door.method] = door

    def find(self, method: str, path: str) -> tuple[Door, list[str]]:
        """The door and the values of its path parameters, in order. A trailing slash is accepted.

        Raises NotFound for an unknown path and MethodNotAllowed for a known one with another method.
        """
        values: list[str] = []
        node = _walk(self._root, _segments(path), 0, values)
        if node is None:
            raise NotFound(f"{method} {path[:200]}: this server has no such call.")
        door = node[_DOORS].get(method)
        if door is None:
            allowed = ", ".join(sorted(node[_DOORS]))
            raise MethodNotAllowed(f"{method} is not a method of {path[:200]}; it takes {allowed}.")
        return door, values


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
