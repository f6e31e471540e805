"""Every door against what no client should send: a refusal with a reason, never a 5xx."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, unquote, urlencode

import httpx
import pytest
from tests.contract.test_doors_and_strangers import DOORS
from tests.live import Person
from tests.samples import SAMPLES, Sample
from tests.world import World, make

from vesicle.entities.model import AnyEntity
from vesicle.web import Door

SEGMENTS = [
    "%00", "%ff", "%C0%80", "syn", "syn99999999999999999999", "9223372036854775807", "9223372036854775808", "-1", "0",
    "syn0", "2147483648", "-9223372036854775809", "1e3", "1.0", "%20", "%2F", "%2E%2E", "%F0%9F%98%80", "%EF%BF%BE",
    "%D9%A1", "true", "a" * 3000, "{id}", "%0d%0aSet-Cookie:a", "syn1.2", "1;2",
]  # fmt: skip
VALUES = [*SEGMENTS, "", "null", "%5B%5D", "&limit=&offset=", "1&limit=99999999999999999999", "%"]
BODIES = [
    b"", b"{", b"[]", b"null", b"1", b'"text"', b"{}", b"\xff\xfe", b"\xed\xa0\x80", b'{"a":"\\ud800"}', b'{"a":NaN}',
    b"[" * 100_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b"1" * 10_000, b"-" + b"9" * 5_000, b"1e999",
    b'{"\\u0000":1}', b"\xef\xbb\xbf{}", b'{"concreteType":"no.such.Type"}',
    b'{"concreteType":1}', b'{"concreteType":null}',
]  # fmt: skip
MEMBERS: list[Any] = [
    None, True, 0, -1, 2**31, 2**53, 2**63 - 1, -(2**63), 2**63, 10**30, 1e300, -0.0, "", " ", "\0", "\n", "a\nb",
    "A\n",
    "\U0001f600", "\ufeff", "\uffff", "e\u0301" * 200, "x" * 100_000, "syn99999999999999999999", "9" * 30, "timeout",
    [], [None], [[]], {}, {"a": None}, {"type": "LONG", "value": ["1"]}, ["syn1"] * 2000,
    "00000000-0000-0000-0000-000000000000",
]  # fmt: skip
FILE = "org.sagebionetworks.repo.model.file"


@pytest.fixture(scope="module")
def world(server: Any) -> World:
    """A world of its own, because some of what is sent here changes things."""
    return make(server)


def check(answer: httpx.Response, what: object) -> None:
    """No 5xx, and every refusal has a reason."""
    assert answer.status_code < 500, f"{what!r} → {answer.status_code} {answer.text[:500]}"
    # One client alone cannot get in its own way: such an answer hides a rule that the story does not know.
    assert "at the same moment" not in answer.text, what
    if answer.status_code >= 400:
        assert isinstance(answer.json()["reason"], str)
        assert answer.json()["reason"], what


def send(person: Person, method: str, path: str, body: bytes | None = None) -> httpx.Response:
    """The path as it stands, percent signs and all."""
    headers = {"Authorization": f"Bearer {person.token}", "Content-Type": "application/json; charset=UTF-8"}
    return person.http.request(method, person.url + path, headers=headers, content=body, timeout=30)


def query_of(world: World, door: Door) -> str:
    query = SAMPLES.get(door.name, Sample()).query(world)
    names = [name.name for name in door.queries.values() if name.required and name.name not in query]
    return "&".join(f"{name}={quote(value)}" for name, value in {**dict.fromkeys(names, "1"), **query}.items())


@pytest.mark.parametrize("name", [name for name, door in DOORS.items() if door.parameters])
def test_odd_path_segments_are_refused(world: World, name: str) -> None:
    door = DOORS[name]
    for parameter in door.parameters:
        for segment in SEGMENTS:
            path = door.path.replace(f"{{{parameter}}}", segment)
            for other in door.parameters:
                path = path.replace(f"{{{other}}}", world.value_of(door, other)) if other != parameter else path
            check(send(world.owner, door.method, f"{path}?{query_of(world, door)}"), (parameter, segment))


@pytest.mark.parametrize("name", [name for name, door in DOORS.items() if door.queries])
def test_odd_query_parameters_are_refused(world: World, name: str) -> None:
    door = DOORS[name]
    for asked in door.queries.values():
        for value in VALUES:
            query = f"{asked.name}={value}&{query_of(world, door)}"
            check(send(world.owner, door.method, f"{world.path(door)}?{query}"), (asked.name, value))


@pytest.mark.parametrize("name", [name for name, door in DOORS.items() if door.body is not None])
def test_odd_bodies_are_refused(world: World, name: str) -> None:
    door = DOORS[name]
    for body in BODIES:
        check(send(world.owner, door.method, f"{world.path(door)}?{query_of(world, door)}", body), body[:60])


def members_of(world: World, door: Door) -> dict[str, Any]:
    """A body that would do, from the door's sample or from the names of its shape's members."""
    sample = SAMPLES.get(door.name, Sample()).body(world) or {}
    kinds = getattr(door.body, "__args__", [door.body])
    names = [field for kind in kinds for field in getattr(kind, "__struct_encode_fields__", ())]
    return {**dict.fromkeys(names), **sample}


@pytest.mark.parametrize("name", [name for name, door in DOORS.items() if door.body is not None])
def test_odd_members_are_refused(world: World, name: str) -> None:
    door = DOORS[name]
    good = members_of(world, door)
    for member in good:
        for value in MEMBERS:
            given = {**good, member: value}
            bodies = [json.dumps(given).encode()] + ([urlencode(given).encode()] if door.form else [])
            for body in bodies:
                path = f"{world.path(door)}?{query_of(world, door)}"
                check(send(world.owner, door.method, path, body), (member, value))


@pytest.mark.parametrize("kind", ["Project", "Folder", "FileEntity"])
def test_odd_members_of_entities_are_refused(world: World, kind: str) -> None:
    shape = next(one for one in AnyEntity.__args__ if one.__name__ == kind)
    good = {"concreteType": f"org.sagebionetworks.repo.model.{kind}"}
    good |= {} if kind == "Project" else {"parentId": world.project["id"]}
    good |= {"dataFileHandleId": world.handle_id} if kind == "FileEntity" else {}
    for member in shape.__struct_encode_fields__:
        for value in MEMBERS:
            made = send(world.owner, "POST", "/repo/v1/entity", json.dumps({**good, member: value}).encode())
            check(made, (member, value))


URLS = [
    "https://example.org/数据.csv", "https://例え.example/a", "https://example.org/é", "file:///a%zz",
    "https://example.org/\x01", "https://example.org/\x7f", "https://example.org/\U0001f600?a=\"<>{}|\\^`",
    "https://[::1/a", "no URL", "https://example.org/" + "é" * 1900,
]  # fmt: skip
KEYS = ["a#b?c d", "100%", "é/数据", "\U0001f600", "/", "//a", "a" * 1024, "é" * 512, "+&;=", "\x7f"]


def to_files(world: World, handle: dict[str, Any]) -> None:
    """Register a handle, and go to its bytes by every way."""
    made = send(world.owner, "POST", "/file/v1/externalFileHandle", json.dumps(handle).encode())
    check(made, handle)
    if not made.is_success:
        return
    number = made.json()["id"]
    file = world.owner.make("FileEntity", name=f"file {number}", parentId=world.project["id"], dataFileHandleId=number)[
        "id"
    ]
    item = {"fileHandleId": number, "associateObjectId": file, "associateObjectType": "FileEntity"}
    asked = {"requestedFiles": [item], "includePreSignedURLs": True, "includeFileHandles": True}
    answer = send(world.owner, "POST", "/file/v1/fileHandle/batch", json.dumps(asked).encode())
    url = answer.json()["requestedFiles"][0]["preSignedURL"]
    association = f"?fileAssociateType=FileEntity&fileAssociateId={file}"
    for path in (
        f"/repo/v1/entity/{file}/file", f"/repo/v1/entity/{file}/version/1/file", f"/file/v1/fileHandle/{number}/url",
        f"/file/v1/file/{number}{association}",
    ):  # fmt: skip
        answer = send(world.owner, "GET", path)
        assert answer.status_code == 307, (answer.text, handle)
        assert answer.headers["location"].isascii()
        assert unquote(answer.headers["location"]) == unquote(url)


@pytest.mark.parametrize("url", URLS)
def test_odd_urls_lead_somewhere_or_are_refused(world: World, url: str) -> None:
    to_files(world, {"concreteType": f"{FILE}.ExternalFileHandle", "externalURL": url, "fileName": "a"})


@pytest.mark.parametrize("key", KEYS)
def test_odd_keys_in_stores_of_others_lead_somewhere_or_are_refused(world: World, key: str) -> None:
    kind = "org.sagebionetworks.repo.model.project.ExternalObjectStorageLocationSetting"
    store = {"concreteType": kind, "bucket": "theirs", "endpointUrl": "https://s3.example.org"}
    made = world.owner.ok("POST", "/repo/v1/storageLocation", store)
    handle = {
        "concreteType": f"{FILE}.ExternalObjectStoreFileHandle", "storageLocationId": made["storageLocationId"],
        "fileKey": key, "fileName": "a", "contentMd5": "0" * 32, "contentSize": 1, "contentType": "text/plain",
    }  # fmt: skip
    to_files(world, handle)


@pytest.mark.parametrize(
    "path",
    ["//", "/repo//v1/entity", "/repo/v1/entity/", "/repo/v1/entity//acl", "/%00", "/repo/v1/%ff",
     "/repo/v1/entity/a/b", "/repo/v1/entity/syn1/version/", "/repo/v1/userProfile/", "/repo/v1/?x=%00",
     "/" + "a/" * 2000],
)  # fmt: skip
def test_odd_paths_are_refused(world: World, path: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"):
        answer = send(world.owner, method, path)
        assert answer.status_code < 500, f"{method} → {answer.status_code} {answer.text}"
