"""The policy as a picture: tests/golden/access_matrix.txt, resource × actor × right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests import golden_files
from tests.live import Person, Server
from tests.world import DOWNLOAD, READ, allow

from vesicle.access import ACCESS_AND_COMPLIANCE, PUBLIC, Right

EDITOR = READ | DOWNLOAD | int(Right.UPDATE | Right.CREATE)
PERMISSIONS = {
    "update": "canEdit", "create": "canAddChild", "delete": "canDelete", "share": "canChangePermissions",
    "settings": "canChangeSettings", "moderate": "canModerate",
}  # fmt: skip
ACTORS = ("nobody", "stranger", "reader", "downloader", "editor", "owner", "reviewer", "admin")


@pytest.fixture(scope="module")
def actors(server: Server) -> dict[str, Person]:
    """One of each."""
    made = {name: server.person(name) for name in ACTORS[1:-1]}
    administrator = server.person("admin", is_admin=True)
    administrator.ok("PUT", f"/repo/v1/team/{ACCESS_AND_COMPLIANCE}/member/{made['reviewer'].id}")
    return {"nobody": server.nobody(), **made, "admin": administrator}


@pytest.fixture(scope="module")
def resources(server: Server, actors: dict[str, Person]) -> dict[str, str]:
    """One of each place that a right can come from."""
    owner = actors["owner"]

    def shared_project() -> str:
        project: str = owner.project()["id"]
        given = {"reader": READ, "downloader": READ | DOWNLOAD, "reviewer": READ | DOWNLOAD, "editor": EDITOR}
        for name, rights in given.items():
            allow(server, project, actors[name].id, rights)
        return project

    project = shared_project()
    public = shared_project()
    allow(server, public, PUBLIC, READ)
    private = owner.folder(project)["id"]
    private_file = owner.file(private)["id"]
    allow(server, private, owner.id, int(Right.READ | Right.DOWNLOAD | Right.UPDATE))
    with server.database() as conn:
        conn.execute("DELETE FROM acl_entry WHERE acl_id = %s AND principal_id <> %s", (int(private[3:]), owner.id))
    trashed = owner.folder(project)["id"]
    trashed_file = owner.file(trashed)["id"]
    owner.ok("DELETE", f"/repo/v1/entity/{trashed}")
    locked, locked_folder = owner.file(project)["id"], owner.folder(project)["id"]
    for one in (locked, locked_folder):
        owner.ok("POST", f"/repo/v1/entity/{one}/lockAccessRequirement")
    return {
        "root": "syn4489", "project": project, "folder that inherits": owner.folder(project)["id"],
        "file that inherits": owner.file(owner.folder(project)["id"])["id"],
        "file below a list of its own": private_file, "file that the public reads": owner.file(public)["id"],
        "file of another project": owner.file(owner.project()["id"])["id"], "file in the trash can": trashed_file,
        "file that is restricted": locked, "file in a restricted folder": owner.file(locked_folder)["id"],
    }  # fmt: skip


def may_read(person: Person, entity_id: str) -> bool:
    """By trying."""
    status = person.call("GET", f"/repo/v1/entity/{entity_id}/type").status_code
    assert status in (200, 403, 404)
    return status == 200


def may_download(person: Person, entity_id: str, is_file: bool) -> bool:
    """By trying; what is no file has nothing to download, and says so only to who may."""
    answer = person.call("GET", f"/repo/v1/entity/{entity_id}/file", redirect="false")
    assert answer.status_code in (200, 403, 404)
    return answer.status_code == 200 or (not is_file and "has no file" in answer.text)


def row(person: Person, entity_id: str, is_file: bool) -> list[bool | None]:
    """What an actor may; what the permissions say must be what happens."""
    tried = [may_read(person, entity_id), may_download(person, entity_id, is_file)]
    answer = person.call("GET", f"/repo/v1/entity/{entity_id}/permissions")
    if answer.status_code == 404:
        assert tried == [False, False]
        return [None] * (2 + len(PERMISSIONS))
    said: Any = answer.json()
    assert tried == [said["canView"], said["canDownload"]], (person.name, entity_id, said)
    return [*tried, *(said[member] for member in PERMISSIONS.values())]


def mark(allowed: bool | None) -> str:
    return "404" if allowed is None else "✔" if allowed else "✘"


def table(cells: Callable[[str, str], list[bool | None]], resources: dict[str, str]) -> str:
    head = ["read", "download", *PERMISSIONS]
    lines = [f"{'':30}{'':12}" + "".join(f"{name:10}" for name in head)]
    for resource in resources:
        for actor in ACTORS:
            marks = "".join(f"{mark(one):10}" for one in cells(resource, actor))
            lines.append(f"{resource:30}{actor:12}{marks}")
    return "".join(line.rstrip() + "\n" for line in lines)


def test_the_access_matrix_is_the_golden_one(actors: dict[str, Person], resources: dict[str, str]) -> None:
    drawn = table(
        lambda resource, actor: row(actors[actor], resources[resource], resource.startswith("file")), resources
    )
    golden_files.check("access_matrix.txt", drawn)
