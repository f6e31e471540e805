"""Entities by what they are known by, and the lists of a person."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import pytest
from tests.live import Person, Server
from tests.world import DOWNLOAD, READ, allow

from vesicle.access import AUTHENTICATED, PUBLIC


def ids(answer: Any) -> list[str]:
    return [one["id"] for one in answer["results"]]


def test_files_are_found_by_their_bytes(server: Server, owner: Person, stranger: Person, nobody: Person) -> None:
    content = secrets.token_bytes(16)
    door = f"/repo/v1/entity/md5/{hashlib.md5(content).hexdigest()}"
    assert owner.ok("GET", door) == {"results": [], "totalNumberOfResults": 0}
    shown, hidden = owner.project(), owner.project()
    first = owner.file(shown["id"], content)
    second = owner.file(hidden["id"], content)
    owner.ok("PUT", f"/repo/v1/entity/{first['id']}", {**first, "dataFileHandleId": owner.upload(b"other")})
    found = owner.ok("GET", door)
    assert ids(found) == [first["id"], second["id"]]
    assert found["totalNumberOfResults"] == 2
    assert [(one["versionNumber"], one["isLatestVersion"]) for one in found["results"]] == [(1, False), (1, True)]
    assert ids(stranger.ok("GET", door)) == []
    allow(server, shown["id"], PUBLIC, READ)
    assert ids(nobody.ok("GET", door.upper().replace("/REPO/V1/ENTITY/MD5", "/repo/v1/entity/md5"))) == [first["id"]]
    owner.ok("DELETE", f"/repo/v1/entity/{second['id']}")
    assert ids(owner.ok("GET", door)) == [first["id"]]
    assert owner.ok("GET", "/repo/v1/entity/md5/none")["results"] == []


def test_a_project_is_found_by_its_alias(owner: Person, stranger: Person) -> None:
    alias = f"Found_{secrets.token_hex(4)}"
    project = owner.make("Project", name=alias, alias=alias)
    for spelled in (alias, alias.lower()):
        assert stranger.ok("GET", f"/repo/v1/entity/alias/{spelled}") == {"id": project["id"]}
    assert owner.call("GET", f"/repo/v1/entity/alias/{alias}x").status_code == 404


def test_a_repository_of_images_is_found_by_its_name(owner: Person, stranger: Person) -> None:
    name = f"docker.example.org/{secrets.token_hex(6)}"
    made = owner.make("docker.DockerRepository", parentId=owner.project()["id"], repositoryName=name)
    door = "/repo/v1/entity/dockerRepo/id"
    assert owner.ok("GET", door, repositoryName=name) == {"id": made["id"]}
    assert stranger.call("GET", door, repositoryName=name).status_code == 404
    assert owner.call("GET", door, repositoryName=f"{name}x").status_code == 404
    assert owner.call("GET", door).status_code == 400


def test_favourites_are_kept_and_listed_while_they_can_be_read(server: Server, owner: Person, stranger: Person) -> None:
    project = owner.project()
    folders = [owner.folder(project["id"], name) for name in ("b", "a", "c")]
    for one in folders:
        header = owner.ok("POST", f"/repo/v1/favorite/{one['id']}")
        assert (header["id"], header["name"]) == (one["id"], one["name"])
    assert owner.call("POST", f"/repo/v1/favorite/{folders[0]['id']}").status_code == 201
    door = "/repo/v1/favorite"
    assert [one["name"] for one in owner.ok("GET", door)["results"]] == ["c", "a", "b"]
    assert [one["name"] for one in owner.ok("GET", door, sort="NAME")["results"]] == ["a", "b", "c"]
    assert [one["name"] for one in owner.ok("GET", door, sort="NAME", sortDirection="DESC")["results"]] == [
        "c",
        "b",
        "a",
    ]
    assert [one["name"] for one in owner.ok("GET", door, limit=1, offset=1)["results"]] == ["a"]
    assert owner.call("GET", door, sort="SIZE").status_code == 400
    assert stranger.call("POST", f"/repo/v1/favorite/{folders[0]['id']}").status_code == 403
    assert stranger.ok("GET", door)["results"] == []
    assert server.nobody().call("POST", f"/repo/v1/favorite/{folders[0]['id']}").status_code == 403
    for _ in range(2):
        assert owner.call("DELETE", f"/repo/v1/favorite/{folders[0]['id']}").status_code == 204
    owner.ok("DELETE", f"/repo/v1/entity/{folders[1]['id']}")
    assert [one["name"] for one in owner.ok("GET", door)["results"]] == ["c"]


def projects(person: Person, of: Person | None = None, **query: Any) -> list[str]:
    path = "/repo/v1/projects" + (f"/user/{of.id}" if of else "")
    return ids(person.ok("GET", path, **query))


def test_projects_are_listed_by_what_somebody_has_to_do_with_them(
    server: Server, owner: Person, stranger: Person
) -> None:
    mine, theirs, team_project, public = owner.project(), stranger.project(), stranger.project(), stranger.project()
    team = owner.ok("POST", "/repo/v1/team", {"name": f"team {secrets.token_hex(5)}"})["id"]
    other = owner.ok("POST", "/repo/v1/team", {"name": f"team {secrets.token_hex(5)}"})["id"]
    allow(server, theirs["id"], owner.id, READ)
    allow(server, team_project["id"], int(team), READ)
    allow(server, public["id"], PUBLIC, READ)
    allow(server, public["id"], AUTHENTICATED, READ | DOWNLOAD)
    assert projects(owner) == [team_project["id"], theirs["id"], mine["id"]]
    assert projects(owner, filter="CREATED") == [mine["id"]]
    assert projects(owner, filter="PARTICIPATED") == [team_project["id"], theirs["id"]]
    assert projects(owner, filter="TEAM") == [team_project["id"]]
    assert projects(owner, filter="TEAM", teamId=team) == [team_project["id"]]
    assert projects(owner, filter="TEAM", teamId=other) == []
    # Of somebody else only what the caller can read as well.
    assert projects(stranger, owner) == [team_project["id"], theirs["id"]]
    assert projects(owner, stranger) == [public["id"], team_project["id"], theirs["id"]]
    assert projects(server.person("third"), owner) == []
    assert projects(owner, server.person("third")) == []


def test_projects_are_sorted_and_paged(owner: Person) -> None:
    names = [f"{letter} {secrets.token_hex(4)}" for letter in "cab"]
    made = {name[0]: owner.project(name) for name in names}
    folder = owner.folder(made["a"]["id"])
    assert projects(owner)[0] == made["a"]["id"]
    owner.folder(made["c"]["id"])
    assert projects(owner)[0] == made["c"]["id"]
    owner.ok("PUT", f"/repo/v1/entity/{folder['id']}", {**folder, "description": "changed"})
    assert projects(owner) == [made[one]["id"] for one in "acb"]
    assert projects(owner, sortDirection="ASC") == [made[one]["id"] for one in "bca"]
    assert projects(owner, sort="PROJECT_NAME") == [made[one]["id"] for one in "abc"]
    first = owner.ok("GET", "/repo/v1/projects")["results"][0]
    assert first.keys() == {"id", "name", "lastActivity", "modifiedOn", "modifiedBy"}
    assert (first["modifiedBy"], first["modifiedOn"]) == (owner.id, made["a"]["modifiedOn"])
    assert first["lastActivity"] > first["modifiedOn"]
    for _ in range(49):
        owner.project()
    for sort in ("PROJECT_NAME", "LAST_ACTIVITY"):
        page = owner.ok("GET", "/repo/v1/projects", sort=sort)
        rest = owner.ok("GET", "/repo/v1/projects", sort=sort, nextPageToken=page["nextPageToken"])
        assert (len(ids(page)), len(ids(rest)), "nextPageToken" in rest) == (50, 2, False)
        assert len(set(ids(page) + ids(rest))) == 52


@pytest.mark.parametrize(
    "query", [{"filter": "SOME"}, {"sort": "SIZE"}, {"sortDirection": "UP"}, {"nextPageToken": "x"}, {"teamId": "1"}]
)
def test_an_order_of_projects_that_there_is_not_is_refused(owner: Person, query: dict[str, str]) -> None:
    assert owner.call("GET", "/repo/v1/projects", **query).status_code == 400


def test_children_and_their_sums_are_right_for_whoever_looks(server: Server, owner: Person) -> None:
    """Twelve people, each of whom may read other children of one container."""
    project = owner.project()
    files = [owner.file(project["id"], b"x" * (1 << n), f"f{n}") for n in range(6)]
    people = [server.person("looker") for _ in range(12)]
    for person in people:
        allow(server, project["id"], person.id, READ)
    own = {1: files[0], 2: files[3], 4: files[5]}
    for entity in own.values():
        allow(server, entity["id"], owner.id, 255)
        with server.database() as conn:
            conn.execute(
                "DELETE FROM acl_entry WHERE acl_id = %s AND principal_id <> %s",
                (int(entity["id"].removeprefix("syn")), owner.id),
            )
    for number, person in enumerate(people):
        for bit, entity in own.items():
            if number & bit:
                allow(server, entity["id"], person.id, READ)
    for number, person in enumerate(people):
        visible = {n for n in range(6) if n in (1, 2, 4) or number & {0: 1, 3: 2, 5: 4}[n]}
        body = {"parentId": project["id"], "includeTypes": ["file"], "includeTotalChildCount": True,
                "includeSumFileSizes": True, "sortBy": "NAME", "sortDirection": "DESC"}  # fmt: skip
        answer = person.ok("POST", "/repo/v1/entity/children", body)
        assert [one["name"] for one in answer["page"]] == [f"f{n}" for n in sorted(visible, reverse=True)]
        assert answer["totalChildCount"] == len(visible)
        assert answer["sumFileSizesBytes"] == sum(1 << n for n in visible)
