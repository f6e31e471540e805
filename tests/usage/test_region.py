"""At the egress limit, what stays in the region of the store still passes."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from tests.delivery import test_part_copies as part_copies
from tests.live import Person, Server
from tests.locations.buckets import external, location, own_bucket
from tests.organizations.test_membership import refused
from tests.organizations.test_operating import org
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
    headers = {"Authorization": f"Bearer {person.token}", "X-Forwarded-For": forwarded}
    with httpx.Client(transport=httpx.HTTPTransport(local_address=peer)) as http:
        url = f"{person.url}/repo/v1/entity/{file}/file"
        return http.get(url, headers=headers, params={"redirect": "false"}).status_code


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
