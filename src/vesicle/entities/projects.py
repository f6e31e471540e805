"""The projects that a person has something to do with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vesicle.access import AUTHENTICATED, CERTIFIED, PUBLIC, Actor
from vesicle.db import Connection
from vesicle.entities.model.lists import ProjectHeaderList, project_of
from vesicle.entities.store import lists
from vesicle.errors import BadRequest
from vesicle.wire import key_of_token, token_of_key

PAGE = 50
EVERYBODYS = (PUBLIC, AUTHENTICATED, CERTIFIED)
"""What is given to these groups is given to nobody in particular."""


def listed(
    conn: Connection, actor: Actor, of: Actor, *, filter: str | None, team_id: int | None,
    sort: str | None, direction: str | None, token: str | None,
) -> ProjectHeaderList:  # fmt: skip
    """A page of the projects of somebody, as far as the actor can read them too.

    Raises BadRequest.
    """
    kind, by = filter or "ALL", sort or "LAST_ACTIVITY"
    way = direction or ("DESC" if by == "LAST_ACTIVITY" else "ASC")
    _check(kind, by, way, team_id)
    teams = [group for group in of.principals if group not in (of.id, *EVERYBODYS)]
    principals = [of.id, *teams] if kind != "TEAM" else [team for team in teams if team_id in (None, team)]
    created = {"CREATED": True, "PARTICIPATED": False}.get(kind)
    found = lists.projects(
        conn, actor, of.id, principals, created=created, sort=by, descending=way == "DESC", after=_after(token, by),
        limit=PAGE + 1,
    )  # fmt: skip
    answer = ProjectHeaderList(results=[project_of(row) for row in found[:PAGE]])
    if len(found) > PAGE:
        last = found[PAGE - 1]
        answer.next_page_token = token_of_key(last.name if by == "PROJECT_NAME" else last.active_on, last.id)
    return answer


def _check(kind: str, by: str, way: str, team_id: int | None) -> None:
    if kind not in ("ALL", "CREATED", "PARTICIPATED", "TEAM"):
        raise BadRequest(f"filter is ALL, CREATED, PARTICIPATED or TEAM, not {kind[:50]!r}.")
    if by not in ("LAST_ACTIVITY", "PROJECT_NAME") or way not in ("ASC", "DESC"):
        raise BadRequest("sort is LAST_ACTIVITY or PROJECT_NAME, and sortDirection ASC or DESC.")
    if team_id is not None and kind != "TEAM":
        raise BadRequest("teamId belongs to the filter TEAM.")


def _after(token: str | None, by: str) -> tuple[Any, int] | None:
    if not token:
        return None
    return key_of_token(token, tuple[str, int]) if by == "PROJECT_NAME" else key_of_token(token, tuple[datetime, int])
