"""At the egress limit, what stays in the region of the store still passes."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from tests.delivery import test_part_copies as part_copies
from tests.delivery.test_zips import BULK
from tests.delivery.test_zips import request as zip_of
from tests.jobs.waiting import end_of, finish
from tests.live import Person, Server
from tests.locations.buckets import external, location, own_bucket
from tests.organizations.test_membership import refused
from tests.organizations.test_operating import org
from tests.usage.counting import check
from tests.usage.test_egress import ask, files_of

pytestmark = pytest.mark.xdist_group("plans")
PROXY = "127.0.0.2"
"""Which proxy the server trusts."""


@pytest.fixture
def region(planned: Server) -> Iterator[None]:
    """Addresses in 10.0.0.0/8 and 2001:db8::/32 are in the region of the default storage, by the operator's command."""
    org(planned, "storage", "1", "--region", "10.0.0.0/8", "--region", "2001:db8::/32")
    try:
        yield
    finally:
        org(planned, "storage", "1")


def ask_from(person: Person, file: str, forwarded: str, peer: str) -> int:
    """The status of a download through a connection from this address, with this ``X-Forwarded-For``."""
    return ask_path_from(person, f"/repo/v1/entity/{file}/file", forwarded, peer)


def ask_path_from(person: Person, path: str, forwarded: str, peer: str) -> int:
    """The same for any path of a download."""
    headers = {"Authorization": f"Bearer {person.token}", "X-Forwarded-For": forwarded}
    with httpx.Client(transport=httpx.HTTPTransport(local_address=peer)) as http:
        return http.get(person.url + path, headers=headers, params={"redirect": "false"}).status_code


@pytest.mark.usefixtures("region")
def test_addresses_of_the_region_pass_as_far_as_a_trusted_proxy_says_them(chief: Person, ann: Person) -> None:
    made, _, files = files_of(chief, ann, 10, [100])
    file = files[0]["id"]
    assert ask(ann, file) == 403
    assert ask_from(ann, file, "10.1.2.3", "127.0.0.1") == 403, "anybody can write this header"
    assert ask_from(ann, file, "203.0.113.5", PROXY) == 403
    assert ask_from(ann, file, "10.1.2.3, 203.0.113.5", PROXY) == 403, "what the client wrote stands before"
    assert ask_from(ann, file, "not an address", PROXY) == 403
    assert ask_from(ann, file, "10.1.2.3", PROXY) == 200
    assert ask_from(ann, file, "203.0.113.5, 10.1.2.3", PROXY) == 200
    assert ask_from(ann, file, "2001:db8::7", PROXY) == 200
    usage = ann.ok("GET", f"/vesicle/v1/usage/organization/{made['id']}")
    assert usage["sentBytes"] == 0, "what stays in the region counts against no limit"
    (row,) = ann.ok("GET", f"/vesicle/v1/usage/organization/{made['id']}/report")["results"]
    assert row["downloads"] == 3, "and is on record"


@pytest.mark.usefixtures("region")
def test_what_stays_in_the_region_opens_no_way_out_of_it(planned: Server, chief: Person, ann: Person) -> None:
    made, _, (file,) = files_of(chief, ann, 10, [100])
    assert ask_from(ann, file["id"], "10.1.2.3", PROXY) == 200
    assert ask(ann, file["id"]) == 403, "the same person, at the limit, from elsewhere"
    path = f"/vesicle/v1/plan/{made['planId']}"
    chief.ok("PUT", path, {**chief.ok("GET", path), "egressLimitBytes": 150})
    assert [ask(ann, file["id"]), ask(ann, file["id"]), ask_from(ann, file["id"], "10.1.2.3", PROXY)] == [200] * 3
    behind = ann.ok("GET", f"/vesicle/v1/usage/organization/{made['id']}/download")["results"]
    assert [(one["charged"], one["counted"]) for one in behind] == [(0, 0), (0, 0), (100, 100), (100, 0)]
    assert ann.ok("GET", f"/vesicle/v1/usage/organization/{made['id']}")["sentBytes"] == 100
    check(planned)


@pytest.mark.usefixtures("region")
def test_a_zip_passes_inside_the_region_and_counts_where_it_leaves_it(
    planned: Server, chief: Person, ann: Person
) -> None:
    made, _, (file,) = files_of(chief, ann, 10, [100])
    asked = zip_of((file["dataFileHandleId"], file["id"]))
    assert finish(ann, BULK, asked).status_code == 403
    headers = {"Authorization": f"Bearer {ann.token}", "X-Forwarded-For": "10.1.2.3"}
    with httpx.Client(transport=httpx.HTTPTransport(local_address=PROXY)) as http:
        token = http.post(f"{ann.url}{BULK}/start", headers=headers, json=asked).json()["token"]
    answer = end_of(ann, BULK, token)
    assert answer.status_code == 201, answer.text
    handle = answer.json()["resultZipFileHandleId"]
    assert ann.ok("GET", f"/vesicle/v1/usage/organization/{made['id']}")["sentBytes"] == 0
    url = f"/file/v1/fileHandle/{handle}/url"
    assert ask_path_from(ann, url, "10.1.2.3", PROXY) == 200
    assert ann.call("GET", url, redirect="false").status_code == 200
    with planned.database() as conn:
        query = "SELECT charged > 0, counted > 0 FROM download_record WHERE file_handle_id = %s ORDER BY id"
        assert conn.execute(query, (int(handle),)).fetchall() == [(True, False), (True, True)]
    check(planned)


def test_copies_inside_the_server_pass_at_the_limit(planned: Server, chief: Person, ann: Person) -> None:
    _, project, files = files_of(chief, ann, 10, [100])
    assert refused(ann, "GET", f"/repo/v1/entity/{files[0]['id']}/file", redirect="false")[0] == 403
    association = {
        "fileHandleId": files[0]["dataFileHandleId"], "associateObjectId": files[0]["id"],
        "associateObjectType": "FileEntity",
    }  # fmt: skip
    copies = ann.ok("POST", "/file/v1/filehandles/copy", {"copyRequests": [{"originalFile": association}]})
    (copy,) = copies["copyResults"]
    ann.make("FileEntity", name="copy", parentId=project, dataFileHandleId=copy["newFileHandle"]["id"])
    place = location(ann, external(own_bucket(planned, ann)))
    body = {
        "concreteType": part_copies.REQUEST, "sourceFileHandleAssociation": association, "fileName": None,
        "storageLocationId": str(place), "partSizeBytes": 5 * 1024**2, "generatePreview": False,
    }  # fmt: skip
    upload = part_copies.begin(ann, body)["uploadId"]
    (part,) = part_copies.signed(ann, upload, 1)
    assert part_copies.copy_part(ann, upload, part) == "ADD_SUCCESS"
