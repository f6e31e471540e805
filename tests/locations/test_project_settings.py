"""Where new files go: settings of projects and folders, what they inherit, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest
from tests.live import Person, Server
from tests.locations.buckets import PREFIX, SETTING, external, location, managed_sts, own_bucket, set_on
from tests.sending import add_part, complete, put_part, request, start
from tests.world import READ, allow

SETTINGS = "/repo/v1/projectSettings"


def plain(person: Person, description: str = "plain") -> int:
    body = {"concreteType": PREFIX + "S3StorageLocationSetting", "uploadType": "S3", "description": description}
    return location(person, body)


def refusal(person: Person, status: int, container: str, *ids: int, **more: Any) -> str:
    body = {"concreteType": SETTING, "projectId": container, "locations": list(ids), **more}
    answer = person.call("PUT" if "id" in more else "POST", SETTINGS, body)
    assert answer.status_code == status, answer.text
    reason: str = answer.json()["reason"]
    return reason


def destination(person: Person, entity: str) -> dict[str, Any]:
    found: dict[str, Any] = person.ok("GET", f"/file/v1/entity/{entity}/uploadDestination")
    return found


def test_a_setting_is_made_read_changed_and_removed(owner: Person) -> None:
    project = owner.project()["id"]
    path = f"{SETTINGS}/{project}/type/upload"
    empty = owner.call("GET", path)
    assert (empty.status_code, empty.content, empty.headers.get("content-type")) == (200, b"", None)
    one, two = plain(owner), plain(owner, "other")
    made = set_on(owner, project, one, two)
    assert made == {
        "concreteType": SETTING, "id": made["id"], "projectId": project, "settingsType": "upload",
        "etag": made["etag"], "locations": [one, two],
    }  # fmt: skip
    assert owner.ok("GET", path) == made == owner.ok("GET", f"{SETTINGS}/{made['id']}")
    assert "update that one" in refusal(owner, 400, project, one)
    changed = owner.call("PUT", SETTINGS, made | {"locations": [str(two), 1]})
    assert (changed.status_code, changed.content, changed.headers.get("content-type")) == (200, b"", None)
    now = owner.ok("GET", path)
    assert now["locations"] == [two, 1]
    assert now["etag"] != made["etag"]
    assert "fetch it again" in refusal(owner, 412, project, one, id=made["id"], etag=made["etag"])
    assert owner.call("DELETE", f"{SETTINGS}/{made['id']}").status_code == 204
    assert owner.call("GET", path).content == b""
    for method in ("GET", "DELETE"):
        assert owner.call(method, f"{SETTINGS}/{made['id']}").status_code == 404
    assert refusal(owner, 404, project, one, id=made["id"], etag=made["etag"])


def test_what_lies_below_inherits_from_the_nearest_and_the_first_is_the_default(owner: Person) -> None:
    project = owner.project()["id"]
    outer, one, two = owner.folder(project)["id"], plain(owner), plain(owner, "two")
    inner = owner.folder(outer)["id"]
    file = owner.file(inner)["id"]
    assert destination(owner, file) == {
        "concreteType": "org.sagebionetworks.repo.model.file.S3UploadDestination",
        "storageLocationId": 1, "uploadType": "S3",
    }  # fmt: skip
    set_on(owner, project, two, one)
    set_on(owner, inner, one)
    for entity, expected in ((project, two), (outer, two), (inner, one), (file, one)):
        assert destination(owner, entity)["storageLocationId"] == expected
    lines = owner.ok("GET", f"/file/v1/entity/{outer}/uploadDestinationLocations")["list"]
    assert [line["storageLocationId"] for line in lines] == [one, two]
    assert lines[0] == {"storageLocationId": one, "description": "plain", "uploadType": "S3"}
    whole = owner.ok("GET", f"/file/v1/entity/{outer}/uploadDestinations")["list"]
    assert [one["storageLocationId"] for one in whole] == [two, one]
    assert owner.ok("GET", f"/file/v1/entity/{file}/uploadDestination/{two}")["storageLocationId"] == two
    assert owner.call("GET", f"/file/v1/entity/{file}/uploadDestination/99999999").status_code == 404
    # What is there already stays where it is.
    handle = owner.ok("GET", f"/repo/v1/entity/{file}")["dataFileHandleId"]
    assert owner.ok("GET", f"/file/v1/fileHandle/{handle}")["storageLocationId"] == 1


def test_destinations_say_what_each_kind_of_client_needs(server: Server, owner: Person) -> None:
    project = owner.project("my project with spaces " + owner.name)["id"]
    folder = owner.folder(project, "a+b")["id"]
    bucket = own_bucket(server, owner, "some/base")
    s3 = location(owner, external(bucket, baseKey="some/base", banner="welcome"))
    store = location(owner, {"concreteType": PREFIX + "ExternalObjectStorageLocationSetting", "uploadType": "S3",
                             "bucket": "theirs", "endpointUrl": "https://s3.example.org"})  # fmt: skip
    sftp = location(owner, {"concreteType": PREFIX + "ExternalStorageLocationSetting", "uploadType": "SFTP",
                            "url": "sftp://data.example.org/base/", "supportsSubfolders": True})  # fmt: skip
    google = location(owner, {"concreteType": PREFIX + "ExternalGoogleCloudStorageLocationSetting", "bucket": "ggg"})
    proxy = location(owner, {"concreteType": PREFIX + "ProxyStorageLocationSettings", "secretKey": "s" * 40,
                             "proxyUrl": "https://proxy.example.org"})  # fmt: skip
    kind = "org.sagebionetworks.repo.model.file."
    path = f"/file/v1/entity/{folder}/uploadDestination/"
    assert owner.ok("GET", f"{path}{s3}") == {
        "concreteType": kind + "ExternalS3UploadDestination", "storageLocationId": s3, "uploadType": "S3",
        "banner": "welcome", "bucket": bucket, "baseKey": "some/base", "endpointUrl": server.settings().store_url,
    }  # fmt: skip
    objects = owner.ok("GET", f"{path}{store}")
    assert objects["concreteType"] == kind + "ExternalObjectStoreUploadDestination"
    assert (objects["endpointUrl"], objects["bucket"]) == ("https://s3.example.org", "theirs")
    assert owner.ok("GET", f"{path}{store}")["keyPrefixUUID"] != objects["keyPrefixUUID"]
    sent = owner.ok("GET", f"{path}{sftp}")
    assert (sent["concreteType"], sent["uploadType"]) == (kind + "ExternalUploadDestination", "SFTP")
    names = f"my%20project%20with%20spaces%20{owner.name}/a%2Bb"
    assert sent["url"].rpartition("/")[0] == f"sftp://data.example.org/base/{names}"
    assert owner.ok("GET", f"{path}{google}")["uploadType"] == "GOOGLECLOUDSTORAGE"
    refused = owner.call("GET", f"{path}{proxy}")
    assert (refused.status_code, "is a proxy" in refused.text) == (400, True)
    for number in (store, sftp, google, proxy):
        answer = owner.call("POST", "/file/v1/file/multipart", request(b"x", "a.txt", storageLocationId=number))
        assert answer.status_code == 400, answer.text
        assert f"Storage location {number} is" in answer.text
    assert owner.call("POST", "/file/v1/file/multipart", request(b"x", "a", storageLocationId=9**9)).status_code == 404


@pytest.mark.parametrize("count", [0, 11])
def test_a_setting_names_from_one_to_ten_locations(count: int, owner: Person) -> None:
    assert "from 1 to 10" in refusal(owner, 400, owner.project()["id"], *range(1, count + 1))


def test_a_setting_refuses_what_cannot_hold(server: Server, owner: Person, stranger: Person) -> None:
    project = owner.project()["id"]
    file = owner.file(project)["id"]
    theirs = location(stranger, external(own_bucket(server, stranger)))
    assert "neither a project nor a folder" in refusal(owner, 400, file, 1)
    assert "neither a project nor a folder" in refusal(owner, 400, "syn4489", 1)
    assert refusal(owner, 404, "syn99999999", 1)
    assert "no storage location 99999999" in refusal(owner, 400, project, 99999999)
    assert "twice" in refusal(owner, 400, project, 1, 1)
    assert "bucket of somebody else" in refusal(owner, 403, project, theirs)
    allow(server, project, stranger.id, READ)
    assert refusal(stranger, 403, project, 1)
    assert owner.call("POST", SETTINGS, {"concreteType": SETTING, "locations": [1]}).status_code == 400
    assert owner.call("POST", SETTINGS, {"concreteType": SETTING[:-3], "projectId": project}).status_code == 400
    assert owner.call("GET", f"{SETTINGS}/{project}/type/nonsense").status_code == 400
    assert owner.call("GET", f"{SETTINGS}/syn99999999/type/upload").status_code == 404
    made = set_on(owner, project, 1)
    folder = owner.folder(project)["id"]
    assert "does not move" in refusal(owner, 400, folder, 1, id=made["id"], etag=made["etag"])
    assert stranger.ok("GET", f"{SETTINGS}/{made['id']}") == made
    assert refusal(stranger, 403, project, 1, id=made["id"], etag=made["etag"])
    assert stranger.call("DELETE", f"{SETTINGS}/{made['id']}").status_code == 403
    # What other people may use is theirs to give, but not to take from their bucket: managed ones are for everybody.
    owner.ok("PUT", SETTINGS, made | {"locations": [plain(stranger)]})


def test_sts_stands_on_an_empty_folder_alone(server: Server, owner: Person) -> None:
    project = owner.project()["id"]
    folder, sts = owner.folder(project)["id"], managed_sts(owner)
    assert "on a folder and not on a project" in refusal(owner, 400, project, sts)
    assert "must be the only one" in refusal(owner, 400, folder, sts, 1)
    child = owner.folder(folder)["id"]
    assert "Only an empty folder" in refusal(owner, 400, folder, sts)
    owner.ok("DELETE", f"/repo/v1/entity/{child}")
    assert "trash can" in refusal(owner, 400, folder, sts)
    fresh = owner.folder(project)["id"]
    before = set_on(owner, fresh, 1)
    owner.ok("PUT", SETTINGS, before | {"locations": [sts]})
    now = owner.ok("GET", f"{SETTINGS}/{fresh}/type/upload")
    assert destination(owner, fresh)["stsEnabled"] is True
    owner.ok("PUT", SETTINGS, now | {"locations": [1]})
    now = owner.ok("GET", f"{SETTINGS}/{fresh}/type/upload")
    owner.ok("PUT", SETTINGS, now | {"locations": [sts]})
    now = owner.ok("GET", f"{SETTINGS}/{fresh}/type/upload")
    below = owner.folder(fresh)["id"]
    for ids in ([1], [sts]):
        answer = owner.call("PUT", SETTINGS, now | {"locations": ids})
        assert (answer.status_code, "Only an empty folder" in answer.text) == (400, True)
    answer = owner.call("DELETE", f"{SETTINGS}/{now['id']}")
    assert (answer.status_code, "Only an empty folder can lose" in answer.text) == (400, True)
    for ids in ([1], [sts], [managed_sts(owner)]):
        assert "holds for everything below it" in refusal(owner, 400, below, *ids)


def test_files_go_to_the_bucket_of_the_location_that_is_named(server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner, "some/base")
    number = location(owner, external(bucket, baseKey="some/base"))
    managed = managed_sts(owner)
    prefix = f"some/base/{owner.id}/"
    for where, place, begins in ((number, bucket, prefix), (managed, "vesicle", f"{owner.id}/")):
        body = request(b"through", "a b.txt", storageLocationId=where)
        upload = start(owner, body)["uploadId"]
        assert put_part(owner, upload, 1, b"through").status_code == 200
        assert add_part(owner, upload, 1, b"through")["addPartState"] == "ADD_SUCCESS"
        handle = owner.ok("GET", f"/file/v1/fileHandle/{complete(owner, upload)['resultFileHandleId']}")
        assert (handle["bucketName"], handle["storageLocationId"]) == (place, where)
        assert handle["key"].startswith(begins)
        assert handle["key"].endswith("/a b.txt")
        url = owner.ok("GET", f"/file/v1/fileHandle/{handle['id']}/url", redirect=False)
        assert owner.http.get(url).content == b"through"
        assert server.store().get(place, handle["key"]) == b"through"
