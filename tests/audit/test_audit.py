"""The record of deeds, as an administrator asks for it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.live import Person, Server, admin

from vesicle.accounts import sign_in
from vesicle.audit.recording import note

PASSWORD = "correct horse 7 battery"


def ask(administrator: Person, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = administrator.ok("GET", "/vesicle/v1/audit", **query)["results"]
    return found


def login(person: Person, password: str) -> int:
    body = {"username": person.name, "password": password}
    return httpx.post(f"{person.url}/auth/v1/login2", json=body, timeout=30).status_code


def test_sign_ins_are_recorded_also_those_that_were_refused(
    server: Server, owner: Person, administrator: Person
) -> None:
    with server.database() as conn:
        sign_in.set_password(conn, owner.id, PASSWORD)
    assert (login(owner, "wrong"), login(owner, PASSWORD)) == (401, 201)
    lines = ask(administrator, objectType="person", objectId=owner.id)
    deeds = [(one["deed"], one.get("actorId")) for one in lines][:3]
    assert deeds == [("sign_in", str(owner.id)), ("sign_in.refused", None), ("password.set", None)]
    assert lines[1]["detail"] == {"status": 401, "address": "127.0.0.1"}
    assert PASSWORD not in str(lines)


def test_tokens_are_recorded_when_made_when_revoked_and_once_a_day_when_used(
    server: Server, owner: Person, administrator: Person
) -> None:
    with server.database() as conn:
        conn.execute(
            "UPDATE access_token SET last_used = now() - interval '1 day' WHERE principal_id = %s", (owner.id,)
        )
    for _ in range(3):
        owner.ok("GET", "/repo/v1/userProfile")
    (used,) = ask(administrator, actor=owner.id, deed="token.use")
    assert used["objectType"] == "access token"
    (made,) = ask(administrator, actor=owner.id, deed="token.create")
    assert made["detail"]["name"].startswith("token ")
    assert "modify" in made["detail"]["scopes"]
    assert owner.token not in str(ask(administrator, actor=owner.id))
    with server.database() as conn:
        from vesicle.accounts import tokens

        session = Person(owner.url, owner.name, owner.id, tokens.open_session(conn, owner.id), owner.http)
    assert session.call("DELETE", f"/auth/v1/personalAccessToken/{used['objectId']}").status_code == 200
    assert ask(administrator, actor=owner.id, deed="token.revoke")[0]["objectId"] == used["objectId"]


def test_the_record_is_filtered_and_paged(server: Server, owner: Person, administrator: Person) -> None:
    with server.database() as conn:
        for number in range(5):
            note(conn, owner.id, "test.deed", "thing", f"thing of {owner.name}", {"number": number})
        moment = conn.execute("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.USZ')").fetchone()
    query = {"actor": owner.id, "deed": "test.deed", "limit": 2}
    numbers, token = [], None
    for _ in range(3):
        page = administrator.ok("GET", "/vesicle/v1/audit", **query, **({"nextPageToken": token} if token else {}))
        numbers += [one["detail"]["number"] for one in page["results"]]
        token = page.get("nextPageToken")
    assert (numbers, token) == ([4, 3, 2, 1, 0], None)
    assert moment
    assert len(ask(administrator, objectType="thing", objectId=f"thing of {owner.name}", until=moment[0])) == 5
    assert ask(administrator, actor=owner.id, since=moment[0]) == []
    assert ask(administrator, actor=owner.id, since="2020-01-01", until="2020-01-02") == []
    for wrong in ({"since": "yesterday"}, {"limit": 0}, {"limit": 1001}, {"actor": "x"}, {"nextPageToken": "x"}):
        assert administrator.call("GET", "/vesicle/v1/audit", **wrong).status_code == 400


@pytest.mark.parametrize("path", ["/vesicle/v1/audit", "/vesicle/v1/audit/downloads"])
def test_the_record_is_for_administrators(owner: Person, nobody: Person, path: str) -> None:
    assert owner.call("GET", path).status_code == 403
    assert nobody.call("GET", path).status_code == 401


def test_downloads_are_listed_by_person_thing_and_handle(
    owner: Person, stranger: Person, administrator: Person
) -> None:
    file = owner.file(owner.project()["id"], b"12345")
    for _ in range(2):
        owner.ok("GET", f"/repo/v1/entity/{file['id']}/file", redirect="false")
    path = "/vesicle/v1/audit/downloads"
    found = administrator.ok("GET", path, actor=owner.id)["results"]
    assert [(one["principalId"], one["size"], one["charged"]) for one in found] == [
        (str(owner.id), 5, 0),
        (str(owner.id), 5, 5),
    ]
    assert administrator.ok("GET", path, objectId=file["id"])["results"] == found
    assert administrator.ok("GET", path, fileHandleId=file["dataFileHandleId"], limit=1)["results"] == found[:1]
    assert administrator.ok("GET", path, actor=stranger.id)["results"] == []
    assert administrator.ok("GET", path, actor=owner.id, until="2020-01-01")["results"] == []
    assert administrator.call("GET", path, objectId="x").status_code == 400


def test_the_operator_reads_the_record_on_the_command_line(server: Server, owner: Person) -> None:
    with server.database() as conn:
        note(conn, owner.id, "test.command_line", "thing", "x", {"number": 1})
        note(conn, None, "test.command_line", "thing", "y")
    lines = admin(server.data, "audit", "--actor", owner.name, "--deed", "test.command_line").splitlines()
    assert len(lines) == 1
    assert lines[0].endswith(f'{owner.id}  test.command_line  thing x  {{"number": 1}}')
    assert "operator" in admin(server.data, "audit", "--deed", "test.command_line", "--most", "1")
