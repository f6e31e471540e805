"""Messages between people."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.live import Person, Server

from vesicle.messages.mailing import plain_of_html

SLOW_DOWN = "Please slow down.  You may send a maximum of 10 message(s) every 60 second(s)"


def body_of(person: Person, text: str = "the text of a message") -> str:
    return person.upload(f"{text} {secrets.token_hex(4)}".encode(), "message.txt")


def send(person: Person, *to: Any, **more: Any) -> dict[str, Any]:
    more.setdefault("fileHandleId", body_of(person))
    made: dict[str, Any] = person.ok("POST", "/repo/v1/message", {"recipients": list(to), "subject": "s", **more})
    return made


def inbox(person: Person, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.ok("GET", "/repo/v1/message/inbox", **query)["results"]
    return found


def test_a_message_goes_from_outbox_to_inbox(owner: Person, stranger: Person, administrator: Person) -> None:
    sent = send(owner, stranger.id, str(administrator.id), subject="Hello")
    assert sent["recipients"] == [str(stranger.id), str(administrator.id)]
    assert (sent["createdBy"], sent["inReplyToRoot"]) == (str(owner.id), sent["id"])
    assert "inReplyTo" not in sent
    assert owner.ok("GET", "/repo/v1/message/outbox")["results"] == [sent]
    assert owner.ok("GET", "/repo/v1/message/inbox")["results"] == []
    (bundle,) = inbox(stranger)
    assert bundle["message"] == sent
    assert bundle["status"] == {"messageId": sent["id"], "recipientId": str(stranger.id), "status": "UNREAD"}
    for person in (owner, stranger, administrator):
        assert person.ok("GET", f"/repo/v1/message/{sent['id']}") == sent


def test_a_message_is_between_its_people(owner: Person, stranger: Person, nobody: Person) -> None:
    sent = send(owner, owner.id)
    path = f"/repo/v1/message/{sent['id']}"
    status = {"messageId": sent["id"], "status": "READ"}
    for person, code in ((stranger, 403), (nobody, 403)):
        assert person.call("GET", path).status_code == code
        assert person.call("GET", f"{path}/conversation").status_code == code
        assert person.call("POST", f"{path}/forward", {"recipients": [str(person.id)]}).status_code == code
        assert person.call("PUT", "/repo/v1/message/status", status).status_code == code
    assert stranger.call("GET", "/repo/v1/message/999999999").status_code == 404
    assert stranger.call("PUT", "/repo/v1/message/status", {**status, "messageId": "999999999"}).status_code == 404


def test_a_status_is_kept_for_each_recipient(owner: Person, stranger: Person, administrator: Person) -> None:
    sent = send(owner, stranger.id, administrator.id)
    for status in ("READ", "ARCHIVED"):
        done = stranger.call("PUT", "/repo/v1/message/status", {"messageId": sent["id"], "status": status})
        assert (done.status_code, done.content) == (200, b"")
        assert inbox(stranger) == []
        assert inbox(stranger, inboxFilter=f"{status},UNREAD")[0]["status"]["status"] == status
    assert inbox(administrator)[0]["status"]["status"] == "UNREAD"
    sender = owner.call("PUT", "/repo/v1/message/status", {"messageId": sent["id"], "status": "READ"})
    assert sender.status_code == 403
    assert stranger.call("PUT", "/repo/v1/message/status", {"messageId": sent["id"], "status": "X"}).status_code == 400
    for query in ({"inboxFilter": "X"}, {"orderBy": "X"}, {"limit": 0}, {"offset": -1}):
        assert stranger.call("GET", "/repo/v1/message/inbox", **query).status_code == 400


def test_replies_make_a_conversation_of_which_each_sees_their_part(
    owner: Person, stranger: Person, administrator: Person
) -> None:
    first = send(owner, stranger.id)
    reply = send(stranger, owner.id, inReplyTo=first["id"])
    aside = send(owner, owner.id, inReplyTo=reply["id"])
    assert (reply["inReplyTo"], reply["inReplyToRoot"]) == (first["id"], first["id"])
    assert (aside["inReplyTo"], aside["inReplyToRoot"]) == (reply["id"], first["id"])
    thread = owner.ok("GET", f"/repo/v1/message/{aside['id']}/conversation", descending="false")["results"]
    assert [one["id"] for one in thread] == [first["id"], reply["id"], aside["id"]]
    seen = stranger.ok("GET", f"/repo/v1/message/{first['id']}/conversation")["results"]
    assert [one["id"] for one in seen] == [reply["id"], first["id"]]
    third = administrator.upload(b"x", "x.txt")
    foreign = {"recipients": [str(owner.id)], "fileHandleId": third, "inReplyTo": "999999999"}
    assert administrator.call("POST", "/repo/v1/message", foreign).status_code == 404
    mine = {"recipients": [str(owner.id)], "fileHandleId": body_of(stranger), "inReplyTo": aside["id"]}
    assert stranger.call("POST", "/repo/v1/message", mine).status_code == 403


def test_lists_are_paged_and_sorted(owner: Person, stranger: Person) -> None:
    body = body_of(owner)
    sent = [send(owner, stranger.id, subject=subject, fileHandleId=body)["id"] for subject in "bca"]
    pages = [inbox(stranger, limit=1, offset=offset, descending="false") for offset in range(4)]
    assert [page[0]["message"]["id"] if page else None for page in pages] == [*sent, None]
    by_subject = inbox(stranger, orderBy="SUBJECT", descending="false")
    assert [one["message"]["subject"] for one in by_subject] == ["a", "b", "c"]
    outbox = owner.ok("GET", "/repo/v1/message/outbox", orderBy="SUBJECT")["results"]
    assert [one["subject"] for one in outbox] == ["c", "b", "a"]


def test_a_forwarded_message_has_the_same_text(owner: Person, stranger: Person, administrator: Person) -> None:
    sent = send(owner, stranger.id, subject="Look")
    path = f"/repo/v1/message/{sent['id']}/forward"
    passed = stranger.ok("POST", path, {"recipients": [str(administrator.id)]})
    assert (passed["subject"], passed["fileHandleId"]) == ("Look", sent["fileHandleId"])
    assert inbox(administrator)[0]["message"]["createdBy"] == str(stranger.id)
    assert stranger.call("POST", path, {"recipients": []}).status_code == 400


def test_who_may_get_messages(owner: Person, stranger: Person, server: Server) -> None:
    body = body_of(owner)
    with server.database() as conn:
        ids = [row[0] for row in conn.execute("SELECT id FROM principal WHERE kind = 'user' AND id <> 273950 LIMIT 3")]
    for recipients in (None, [], ["999999999"], ["273950"], ["273948"], [str(stranger.id)] * 51, ids * 20, ["x"]):
        asked = {"recipients": recipients, "fileHandleId": body, "subject": "s"}
        assert owner.call("POST", "/repo/v1/message", asked).status_code == 400, recipients
    good = {"recipients": [str(stranger.id)], "fileHandleId": body}
    for wrong, status in (
        ({"fileHandleId": None}, 400), ({"fileHandleId": "999999999"}, 404), ({"subject": "a\nb"}, 400),
        ({"subject": "x" * 1001}, 400), ({"notificationUnsubscribeEndpoint": "https://evil.example.org/"}, 400),
    ):  # fmt: skip
        assert owner.call("POST", "/repo/v1/message", {**good, **wrong}).status_code == status, wrong
    refused = stranger.call("POST", "/repo/v1/message", good)
    assert (refused.status_code, refused.json()["reason"]) == (403, "Invalid file handle given")
    assert owner.call("POST", "/repo/v1/message", good).status_code == 201


def test_a_text_stays_while_a_message_has_it(owner: Person, administrator: Person) -> None:
    sent = send(owner, owner.id)
    handle = f"/file/v1/fileHandle/{sent['fileHandleId']}"
    assert owner.call("DELETE", handle).status_code == 409
    path = f"/repo/v1/message/{sent['id']}"
    assert owner.call("DELETE", path).status_code == 410
    assert owner.call("DELETE", f"/repo/v1/admin/message/{sent['id']}").status_code == 403
    assert administrator.call("DELETE", f"/repo/v1/admin/message/{sent['id']}").status_code == 200
    assert administrator.call("DELETE", f"/repo/v1/admin/message/{sent['id']}").status_code == 404
    assert owner.call("GET", path).status_code == 404
    assert owner.call("DELETE", handle).status_code == 200


def test_the_eleventh_message_of_a_minute_waits(server: Server, owner: Person, administrator: Person) -> None:
    body = {"recipients": [str(owner.id)], "fileHandleId": body_of(owner), "subject": "s"}

    def write(_: int) -> int:
        return owner.call("POST", "/repo/v1/message", body).status_code

    # What is refused for another reason does not count.
    assert owner.call("POST", "/repo/v1/message", {**body, "recipients": ["999999999"]}).status_code == 400
    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(write, range(12))) == [201] * 10 + [429] * 2
    refused = owner.call("POST", "/repo/v1/message", body)
    assert refused.json()["reason"] == SLOW_DOWN
    assert refused.headers["retry-after"] == "60"
    with server.database() as conn:
        conn.execute(
            "UPDATE message SET created_on = created_on - interval '1 minute' WHERE created_by = %s", (owner.id,)
        )
    assert write(0) == 201
    theirs = {**body, "fileHandleId": body_of(administrator)}
    assert {administrator.call("POST", "/repo/v1/message", theirs).status_code for _ in range(12)} == {201}


def test_a_message_to_a_team_reaches_its_members(owner: Person, stranger: Person, administrator: Person) -> None:
    team = owner.ok("POST", "/repo/v1/team", {"name": f"team {secrets.token_hex(5)}", "canPublicJoin": True})["id"]
    assert stranger.call("PUT", f"/repo/v1/team/{team}/member/{stranger.id}").status_code == 204
    sent = send(owner, team, stranger.id)
    assert sent["recipients"] == [team, str(stranger.id)]
    assert [one["message"]["id"] for one in inbox(stranger)] == [sent["id"]]
    acl = owner.ok("GET", f"/repo/v1/team/{team}/acl")
    mine = [one for one in acl["resourceAccess"] if one["principalId"] == owner.id]
    owner.ok("PUT", "/repo/v1/team/acl", {**acl, "resourceAccess": mine})
    asked = {"recipients": [team], "fileHandleId": body_of(stranger)}
    assert stranger.call("POST", "/repo/v1/message", asked).status_code == 403


def test_anybody_who_signed_in_may_write_to_the_owners_of_an_entity(
    owner: Person, stranger: Person, nobody: Person
) -> None:
    project = owner.project()["id"]
    path = f"/repo/v1/entity/{project}/message"
    body = {"fileHandleId": body_of(stranger), "subject": "May I?", "recipients": None}
    assert stranger.call("GET", f"/repo/v1/entity/{project}").status_code == 403
    sent = stranger.ok("POST", path, body)
    assert sent["recipients"] == [str(owner.id)]
    assert inbox(owner)[0]["message"]["id"] == sent["id"]
    assert nobody.call("POST", path, body).status_code == 401
    assert stranger.call("POST", "/repo/v1/entity/syn999999999/message", body).status_code == 404


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("<p>Hello &amp; <b>you</b></p><p>bye", "Hello & you\nbye"), ("<script>x()</script>a<style>b{}</style>", "a"),
        ('<a href="https://evil.example.org">https://ours.example.org</a>', "https://ours.example.org"), ("", ""),
        ("<<<a", "<<<a"), ("a<br>b", "a\nb"),
    ],
)  # fmt: skip
def test_a_page_becomes_plain_text(html: str, plain: str) -> None:
    assert plain_of_html(html) == plain
