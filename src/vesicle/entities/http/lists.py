"""Doors of a person's lists: projects and favourites."""

from __future__ import annotations

from vesicle.access import MayRead, Scope
from vesicle.accounts import tokens
from vesicle.entities import favorites, projects
from vesicle.entities.http.declaring import WRITE, door
from vesicle.entities.model.headers import EntityHeader
from vesicle.entities.model.lists import ProjectHeaderList
from vesicle.web import Bare, Call, Needs, SignedIn
from vesicle.wire import EntityId, Id, Page


@door("GET", "/repo/v1/projects", access=SignedIn())
def list_projects(
    call: Call, filter: str | None = None, team_id: Id | None = None, sort: str | None = None,
    sort_direction: str | None = None, next_page_token: str | None = None,
) -> ProjectHeaderList:  # fmt: skip
    """The caller's projects."""
    return projects.listed(
        call.conn, call.actor, call.actor, filter=filter, team_id=team_id, sort=sort, direction=sort_direction,
        token=next_page_token,
    )  # fmt: skip


@door(
    "GET", "/repo/v1/projects/user/{principalId}",
    access=SignedIn("shows only projects that the caller can read too"),
)  # fmt: skip
def list_projects_of(
    call: Call, principal_id: Id, filter: str | None = None, team_id: Id | None = None, sort: str | None = None,
    sort_direction: str | None = None, next_page_token: str | None = None,
) -> ProjectHeaderList:  # fmt: skip
    """The projects of somebody else, as far as the caller can read them too."""
    return projects.listed(
        call.conn, call.actor, tokens.actor_of_person(call.conn, principal_id, call.settings), filter=filter,
        team_id=team_id, sort=sort, direction=sort_direction, token=next_page_token,
    )  # fmt: skip


@door("POST", "/repo/v1/favorite/{id}", access=Needs(MayRead), scopes=WRITE, status=201)
def add_favorite(call: Call, grant: MayRead) -> EntityHeader:
    """Mark an entity to find it again."""
    return favorites.add(call.conn, grant)


@door(
    "DELETE", "/repo/v1/favorite/{id}", access=SignedIn("everybody has their own list"), scopes=Scope.modify,
    status=204,
)  # fmt: skip
def remove_favorite(call: Call, id: EntityId) -> Bare:
    """Unmark an entity."""
    favorites.remove(call.conn, call.actor, id)
    return Bare(204)


@door("GET", "/repo/v1/favorite", access=SignedIn())
def list_favorites(
    call: Call, limit: int = 10, offset: int = 0, sort: str | None = None, sort_direction: str | None = None
) -> Page:
    """What the caller marked."""
    return favorites.listed(call.conn, call.actor, limit, offset, sort, sort_direction)
