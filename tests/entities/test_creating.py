"""New projects, folders and files."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.live import Person, Server
from tests.world import READ, allow

PREFIX = "org.sagebionetworks.repo.model."


def folder_body(parent: str, **more: Any) -> dict[str, Any]:
    return {"concreteType": f"{PREFIX}Folder", "parentId": parent, **more}


def test_a_project_has_what_the_contract_says_and_no_version_fields(owner: Person) -> None:
    name = f"A project (of {secrets.token_hex(4)}), it's v1.0+"
    made = owner.project(name)
    assert made.keys() == {
        "concreteType", "name", "id", "etag", "createdOn", "modifiedOn", "createdBy", "modifiedBy", "parentId"
    }  # fmt: skip
    assert (made["name"], made["parentId"], made["createdBy"]) == (name, "syn4489", str(owner.id))
    assert owner.ok("GET", f"/repo/v1/entity/{made['id']}") == made


def test_a_file_is_version_1_with_the_label_1(owner: Person) -> None:
    project = owner.project()
    made = owner.file(project["id"])
    assert (made["versionNumber"], made["versionLabel"], made["isLatestVersion"]) == (1, "1", True)
    assert isinstance(made["dataFileHandleId"], str)
    assert "versionComment" not in made


def test_what_the_server_decides_is_not_taken_from_the_body(owner: Person) -> None:
    given = {"id": "syn1", "etag": "x", "createdBy": "1", "createdOn": "1999-01-01T00:00:00.000Z", "versionNumber": 9}
    made = owner.make("Project", name=f"p {secrets.token_hex(5)}", unknownMember=[1], description=None, **given)
    assert made["id"] != "syn1"
    assert made["createdBy"] == str(owner.id)
    assert made["createdOn"] > "2024"


def test_ids_are_read_in_every_spelling(owner: Person) -> None:
    project = owner.project()
    number = project["id"].removeprefix("syn")
    for spelling in (f"syn{number}", f"SYN{number}", number):
        assert owner.ok("GET", f"/repo/v1/entity/{spelling}")["id"] == project["id"]
        assert owner.ok("POST", "/repo/v1/entity", folder_body(spelling))["parentId"] == project["id"]


@pytest.mark.parametrize("name", [None, "", "   "])
def test_a_name_that_is_absent_or_blank_becomes_the_id(owner: Person, name: str | None) -> None:
    project = owner.project()
    made = owner.ok("POST", "/repo/v1/entity", folder_body(project["id"], name=name))
    assert made["name"] == made["id"]


def test_a_name_is_trimmed(owner: Person) -> None:
    project = owner.project()
    assert owner.folder(project["id"], "  spaces around ")["name"] == "spaces around"


@pytest.mark.parametrize("name", ["Übung", "数据", "данные 2", "a,b_c. d-e+f(g)'h'", "x" * 256, "é" * 256])
def test_letters_of_every_script_make_a_name(owner: Person, name: str) -> None:
    project = owner.project()
    made = owner.folder(project["id"], name)
    assert owner.ok("GET", f"/repo/v1/entity/{made['id']}")["name"] == name
    assert (
        owner.ok("POST", "/repo/v1/entity/child", {"parentId": project["id"], "entityName": name})["id"] == made["id"]
    )


@pytest.mark.parametrize("name", ["a/b", "a\\b", "a:b", "a*", "tab\tin", "a\nb", "\U0001f600", "a<b", "x#1", "50%"])
def test_other_characters_in_a_name_are_refused(owner: Person, name: str) -> None:
    project = owner.project()
    answer = owner.call("POST", "/repo/v1/entity", folder_body(project["id"], name=name))
    assert answer.status_code == 400
    assert answer.json()["reason"].startswith(f"Invalid Name: '{name}'.")


def test_a_name_of_257_characters_is_refused(owner: Person) -> None:
    answer = owner.call("POST", "/repo/v1/entity", folder_body(owner.project()["id"], name="x" * 257))
    assert answer.status_code == 400
    assert answer.json()["reason"].startswith("Invalid Name: 'xxx")


def test_a_name_is_taken_once_in_a_container_and_case_counts(owner: Person) -> None:
    project = owner.project()
    owner.folder(project["id"], "data")
    again = owner.call("POST", "/repo/v1/entity", folder_body(project["id"], name="data"))
    assert again.status_code == 409
    assert again.json()["reason"] == f"An entity with the name: data already exists with a parentId: {project['id']}"
    owner.folder(project["id"], "Data")
    owner.folder(owner.folder(project["id"])["id"], "data")


def test_the_name_of_a_project_is_taken_for_everybody(owner: Person, stranger: Person) -> None:
    project = owner.project()
    body = {"concreteType": f"{PREFIX}Project", "name": project["name"]}
    answer = stranger.call("POST", "/repo/v1/entity", body)
    assert answer.status_code == 409
    assert answer.json()["reason"].endswith("already exists with a parentId: syn4489")


def test_eight_who_create_one_name_at_once_make_one_entity(owner: Person) -> None:
    project = owner.project()

    def create(_: int) -> int:
        return owner.call("POST", "/repo/v1/entity", folder_body(project["id"], name="one")).status_code

    with ThreadPoolExecutor(8) as threads:
        answers = sorted(threads.map(create, range(8)))
    assert answers == [201] + [409] * 7


def test_an_alias_is_unique_whatever_its_case(owner: Person, stranger: Person) -> None:
    alias = f"Alias_{secrets.token_hex(4)}"
    made = owner.make("Project", name=f"with alias {secrets.token_hex(4)}", alias=alias)
    assert made["alias"] == alias
    body = {"concreteType": f"{PREFIX}Project", "name": f"p {secrets.token_hex(4)}", "alias": alias.upper()}
    assert stranger.call("POST", "/repo/v1/entity", body).status_code == 409
    # Nothing was half done: the name that came along is free.
    assert stranger.project(body["name"])["name"] == body["name"]
    stays = owner.ok("PUT", f"/repo/v1/entity/{made['id']}", made)
    assert stays["alias"] == alias
    gone = owner.ok("PUT", f"/repo/v1/entity/{made['id']}", {**stays, "alias": None})
    assert "alias" not in gone
    assert stranger.make("Project", name=f"p {secrets.token_hex(4)}", alias=alias)["alias"] == alias


@pytest.mark.parametrize("alias", ["with space", "dash-ed", "x" * 65, "ä", "line\n"])
def test_an_alias_of_other_characters_is_refused(owner: Person, alias: str) -> None:
    body = {"concreteType": f"{PREFIX}Project", "name": f"p {secrets.token_hex(4)}", "alias": alias}
    assert owner.call("POST", "/repo/v1/entity", body).status_code == 400


@pytest.mark.parametrize(
    ("kind", "member", "length"),
    [("Project", "description", 1001), ("FileEntity", "versionLabel", 257), ("FileEntity", "versionComment", 257)],
)
def test_texts_that_are_too_long_are_refused(owner: Person, kind: str, member: str, length: int) -> None:
    body = {"concreteType": PREFIX + kind, "name": f"p {secrets.token_hex(4)}", member: "x" * length}
    answer = owner.call("POST", "/repo/v1/entity", body)
    assert answer.status_code == 400
    assert member in answer.json()["reason"]


def test_a_place_that_does_not_fit_the_kind_is_refused(owner: Person) -> None:
    project = owner.project()
    file = owner.file(project["id"])
    for body in (
        {"concreteType": f"{PREFIX}Project", "parentId": project["id"], "name": "below"},
        {"concreteType": f"{PREFIX}Folder", "name": "nowhere"},
        folder_body("syn4489"),
        folder_body(file["id"]),
        {"concreteType": f"{PREFIX}FileEntity", "parentId": project["id"], "name": "no bytes"},
        {"concreteType": f"{PREFIX}FileEntity", "parentId": project["id"], "dataFileHandleId": file["dataFileHandleId"],
         "fileNameOverride": "other.txt"},
    ):  # fmt: skip
        assert owner.call("POST", "/repo/v1/entity", body).status_code in (400, 403), body


def test_a_parent_that_is_unknown_or_in_the_trash_can_is_refused(owner: Person) -> None:
    assert owner.call("POST", "/repo/v1/entity", folder_body("syn999999999")).status_code == 404
    project = owner.project()
    folder = owner.folder(project["id"])
    owner.ok("DELETE", f"/repo/v1/entity/{folder['id']}")
    assert owner.call("POST", "/repo/v1/entity", folder_body(folder["id"])).status_code in (403, 404)


def test_bytes_of_somebody_else_cannot_be_made_ones_own(owner: Person, stranger: Person) -> None:
    handle = owner.upload(b"private")
    body = {
        "concreteType": f"{PREFIX}FileEntity",
        "parentId": stranger.project()["id"],
        "name": "mine now",
        "dataFileHandleId": handle,
    }
    assert stranger.call("POST", "/repo/v1/entity", body).status_code == 403
    assert stranger.call("POST", "/repo/v1/entity", {**body, "dataFileHandleId": "999999999"}).status_code == 404


def test_a_reader_and_nobody_cannot_create(server: Server, owner: Person, stranger: Person, nobody: Person) -> None:
    project = owner.project()
    allow(server, project["id"], stranger.id, READ)
    refused = stranger.call("POST", "/repo/v1/entity", folder_body(project["id"]))
    assert refused.status_code == 403
    assert refused.json()["reason"] == "You lack CREATE access to the requested entity."
    assert nobody.call("POST", "/repo/v1/entity", folder_body(project["id"])).status_code == 403
    assert nobody.call("POST", "/repo/v1/entity", {"concreteType": f"{PREFIX}Project", "name": "x"}).status_code == 403


def test_the_fiftieth_level_is_the_last(server: Server, owner: Person) -> None:
    project = owner.project()
    parent = project["id"]
    for level in range(2, 51):
        parent = owner.folder(parent, f"level {level}")["id"]
    answer = owner.call("POST", "/repo/v1/entity", folder_body(parent))
    assert answer.status_code == 400
    pair = owner.folder(project["id"])
    owner.folder(pair["id"])
    third_last = owner.ok("GET", f"/repo/v1/entity/{parent}/path")["path"][-2]["id"]
    moved = {**pair, "parentId": third_last}
    assert owner.call("PUT", f"/repo/v1/entity/{pair['id']}", moved).status_code == 400
