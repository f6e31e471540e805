"""The rules of permission, one by one, on a real database."""

from __future__ import annotations

import pytest
from tests.live import Person, Server
from tests.world import DOWNLOAD, READ, allow

from vesicle.access import (
    PUBLIC,
    Actor,
    MayChangeSettings,
    MayDownload,
    MayRead,
    MayUpdate,
    Right,
    anonymous,
    require,
    require_each,
    rights_of,
)
from vesicle.access.actors import EVERY_SCOPE, signed_in
from vesicle.access.grants import MayCreate
from vesicle.access.rights import names_of
from vesicle.errors import Forbidden, NotFound


def number(entity_id: str) -> int:
    return int(entity_id.removeprefix("syn"))


def actor(person: Person, *, certified: bool = True, groups: list[int] | None = None) -> Actor:
    return signed_in(person.id, groups or [], EVERY_SCOPE, everyone_certified=certified, token_id=None)


def test_a_hundred_are_decided_in_one_query_each_by_itself(server: Server, owner: Person, stranger: Person) -> None:
    mine, theirs = owner.project(), stranger.project()
    gone = owner.folder(mine["id"])
    owner.ok("DELETE", f"/repo/v1/entity/{gone['id']}")
    ids = [number(mine["id"]), number(theirs["id"]), number(gone["id"]), 999_999_999]
    with server.database() as conn:
        answers = require_each(conn, actor(owner), MayRead, ids)
    assert [type(answers[one]) for one in ids] == [MayRead, Forbidden, NotFound, NotFound]


def test_the_uncertified_may_make_and_change_projects_only(server: Server, owner: Person) -> None:
    project = owner.project()
    folder = owner.folder(project["id"])
    newcomer = actor(owner, certified=False)
    with server.database() as conn:
        require(conn, newcomer, MayCreate, 4489)
        require(conn, newcomer, MayUpdate, number(project["id"]))
        beyond = [(MayUpdate, folder), (MayCreate, project), (MayCreate, folder), (MayChangeSettings, project)]
        for kind, entity in beyond:
            with pytest.raises(Forbidden) as refusal:
                require(conn, newcomer, kind, number(entity["id"]))
            assert refusal.value.code == "USER_CERTIFICATION_REQUIRED"
            assert refusal.value.reason == "Only certified users may create or update content in Synapse."
        require(conn, newcomer, MayRead, number(folder["id"]))
        # Team 3 is who is certified, and administrators count.
        for group in (2, 3):
            require(conn, actor(owner, certified=False, groups=[group]), MayUpdate, number(folder["id"]))


def test_the_public_reads_and_no_more(server: Server, owner: Person, stranger: Person, nobody: Person) -> None:
    file = owner.file(owner.project()["id"])
    allow(server, file["id"], PUBLIC, READ)
    for person in (stranger, nobody):
        assert person.ok("GET", f"/repo/v1/entity/{file['id']}")["id"] == file["id"]
        assert person.call("GET", f"/repo/v1/entity/{file['id']}/file").status_code == 403
    assert nobody.ok("GET", f"/repo/v1/entity/{file['id']}/permissions")["canPublicRead"] is True
    with server.database() as conn, pytest.raises(Forbidden) as refusal:
        require(conn, anonymous(), MayDownload, number(file["id"]))
    assert refusal.value.reason == "Anonymous users have only READ access permission."


def test_rights_through_a_group_count(server: Server, owner: Person, stranger: Person) -> None:
    file = owner.file(owner.project()["id"])
    allow(server, file["id"], 464532, READ | DOWNLOAD)
    with server.database() as conn:
        with pytest.raises(Forbidden):
            require(conn, actor(stranger), MayRead, number(file["id"]))
        grant = require(conn, actor(stranger, groups=[464532]), MayDownload, number(file["id"]))
        assert rights_of(grant) == Right.READ | Right.DOWNLOAD


def test_existence_comes_before_permission(stranger: Person) -> None:
    assert stranger.call("GET", "/repo/v1/entity/syn999999999").status_code == 404


def test_a_list_gives_the_names_of_its_rights() -> None:
    assert names_of(Right.READ | Right.CHANGE_PERMISSIONS) == ["READ", "CHANGE_PERMISSIONS"]
    assert names_of(Right(0)) == []
