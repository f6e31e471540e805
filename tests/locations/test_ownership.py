"""Who brings a bucket proves by owner.txt that it is theirs."""

from __future__ import annotations

from typing import Any

import pytest
from tests.live import Person, Server
from tests.locations.buckets import external, location, new_bucket, own_bucket, put

LOCATION = "/repo/v1/storageLocation"


def test_a_name_of_digits_is_not_the_id_that_it_looks_like(server: Server, owner: Person, stranger: Person) -> None:
    """Such names were allowed once; owner.txt means the person or team of that id."""
    crowd = team(server, owner)
    for number in (owner.id, crowd):
        with server.database() as conn:
            query = "UPDATE alias SET alias = %s, squeezed = %s WHERE principal_id = %s AND kind = 'USER_NAME'"
            conn.execute(query, (str(number), str(number), stranger.id))
        bucket = new_bucket(server)
        put(server, bucket, "owner.txt", str(number))
        assert "names neither" in refused(stranger, external(bucket))
        location(owner, external(bucket))


def refused(person: Person, body: dict[str, Any]) -> str:
    answer = person.call("POST", LOCATION, body)
    assert answer.status_code == 400, answer.text
    reason: str = answer.json()["reason"]
    return reason


def team(server: Server, *members: Person) -> int:
    with server.database() as conn:
        (number,) = conn.execute("INSERT INTO principal (kind) VALUES ('team') RETURNING id").fetchone() or (0,)
        for one in members:
            conn.execute("INSERT INTO membership (member_id, group_id) VALUES (%s, %s)", (one.id, number))
    return int(number)


@pytest.mark.parametrize(
    "form",
    [
        "{id}",
        "{name}",
        "{email}",
        "{team}",
        "\n\n  somebody-else , {ID} ,\n",
        "{NAME}",
        "{EMAIL}",
        "somebody\r\n{id}\r\n",
        "\ufeff{id}",
        "x\n" * 99 + "{id}",
        ",,\n,{id},,",
    ],
)
def test_every_form_of_a_name_in_owner_txt_is_a_proof(form: str, server: Server, owner: Person) -> None:
    bucket = new_bucket(server)
    number, name, email = str(owner.id), owner.name, f"{owner.name}@example.org"
    text = form.format(
        id=number, ID=number, name=name, NAME=name.upper(), email=email, EMAIL=email.upper(),
        team=team(server, owner) if "{team}" in form else "",
    )  # fmt: skip
    put(server, bucket, "owner.txt", text)
    made = owner.ok("POST", LOCATION, external(bucket))
    assert made["bucket"] == bucket
    assert made["createdBy"] == owner.id
    assert made["endpointUrl"] == "https://s3.amazonaws.com"
    assert made["stsEnabled"] is False
    assert not {"baseKey", "banner", "description"} & made.keys()
    assert owner.ok("GET", f"{LOCATION}/{made['storageLocationId']}") == made


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" , \n\t\n", "is empty"),
        (b"somebody-else\n", "names neither your user id"),
        (b"x\n" * 100 + b"{id}", "first 100 lines"),
        (b"{id}0", "names neither"),
        (b"x{id}", "names neither"),
        (b"\xff\xfe{id}", "not a text in UTF-8"),
        (b"273948\n273949\n3\n", "names neither"),
    ],
)
def test_what_is_no_proof_is_refused_with_the_reason(content: bytes, says: str, server: Server, owner: Person) -> None:
    bucket = new_bucket(server)
    put(server, bucket, "owner.txt", content.replace(b"{id}", str(owner.id).encode()))
    assert says in refused(owner, external(bucket))


def test_the_proof_lies_below_the_base_key(server: Server, owner: Person) -> None:
    bucket = own_bucket(server, owner, "some/base")
    assert "There is no owner.txt in the bucket" in refused(owner, external(bucket))
    assert "There is no some/owner.txt" in refused(owner, external(bucket, baseKey="some"))
    made = owner.ok("POST", LOCATION, external(bucket, baseKey=" /some/base/\t"))
    assert made["baseKey"] == "some/base"


def test_a_bucket_that_is_not_there_is_refused(owner: Person) -> None:
    assert "bucket does not exist" in refused(owner, external("no-such-bucket-anywhere"))


def test_an_owner_txt_of_ten_megabytes_is_read_in_part(server: Server, owner: Person) -> None:
    bucket = new_bucket(server)
    line = b"x" * 1000 + b"\n"
    put(server, bucket, "owner.txt", str(owner.id).encode() + b"\n" + line * 10_000)
    location(owner, external(bucket))
    other = new_bucket(server)
    put(server, other, "owner.txt", line * 10_000 + str(owner.id).encode())
    assert "names neither" in refused(owner, external(other))
    # A letter of two bytes that the limit cuts is no reason to refuse.
    cut = new_bucket(server)
    put(server, cut, "owner.txt", (str(owner.id) + ",").encode() + "é".encode() * 5_000_000)
    location(owner, external(cut))


def test_an_administrator_needs_no_proof(server: Server, administrator: Person) -> None:
    location(administrator, external(new_bucket(server)))


def test_a_team_in_owner_txt_gives_its_members_the_rights_of_the_creator(
    server: Server, owner: Person, stranger: Person, administrator: Person
) -> None:
    member = server.person("member")
    bucket = new_bucket(server)
    put(server, bucket, "owner.txt", f"{owner.id}, {team(server, member)}\n2\n273948")
    number = location(owner, external(bucket))
    for person, status in ((owner, 200), (member, 200), (stranger, 403)):
        assert person.call("GET", f"{LOCATION}/{number}").status_code == status
        project = person.project()["id"]
        body = {"concreteType": "org.sagebionetworks.repo.model.project.UploadDestinationListSetting"}
        made = person.call("POST", "/repo/v1/projectSettings", {**body, "projectId": project, "locations": [number]})
        assert made.status_code == (201 if status == 200 else 403), made.text
    assert owner.ok("GET", LOCATION)["list"][0]["storageLocationId"] == number
    assert member.ok("GET", LOCATION)["list"] == []
    # Team 2 is in the file as well.
    assert administrator.call("GET", f"{LOCATION}/{number}").status_code == 200


def test_nobody_gets_a_proof_into_a_bucket_through_an_upload(server: Server, owner: Person) -> None:
    for name in ("owner.txt", "OWNER.TXT", " owner.txt "):
        handle = owner.ok("GET", f"/file/v1/fileHandle/{owner.upload(b'me', name)}")
        assert handle["fileName"] == name
        assert handle["key"].lower().endswith("/_owner.txt")
