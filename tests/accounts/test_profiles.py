"""Changing profiles, and finding people."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.live import Person, Server

PREFERENCE = "org.sagebionetworks.repo.model.UserPreferenceBoolean"


def own(person: Person) -> dict[str, Any]:
    profile: dict[str, Any] = person.ok("GET", "/repo/v1/userProfile")
    return profile


def test_a_profile_is_replaced_whole(owner: Person) -> None:
    old = own(owner)
    preferences = [{"concreteType": PREFERENCE, "name": "dark", "value": True}]
    told = {
        "firstName": "Ada", "lastName": "Lovelace", "displayName": "Ada L.", "summary": "One line.\nAnother.",
        "position": "Analyst", "location": "London", "industry": "Engines", "company": "None", "teamName": "Notes",
        "url": "https://example.org/ada", "rStudioUrl": "https://r.example.org", "preferences": preferences,
        "notificationSettings": {"sendEmailNotifications": False, "markEmailedMessagesAsRead": True},
    }  # fmt: skip
    new = owner.ok("PUT", "/repo/v1/userProfile", {**old, **told, "emails": ["other@example.org"]})
    assert new["etag"] != old["etag"]
    assert {name: new[name] for name in told} == told
    assert new["emails"] == old["emails"]
    assert own(owner) == new
    emptied = {name: new[name] for name in ("ownerId", "etag", "userName")}
    bare = owner.ok("PUT", "/repo/v1/userProfile", {**emptied, "summary": None})
    assert not {"summary", "url", "position", "displayName"} & bare.keys()
    assert bare["notificationSettings"] == {"sendEmailNotifications": True, "markEmailedMessagesAsRead": False}
    assert (bare["firstName"], bare["createdOn"]) == ("", old["createdOn"])


def test_a_profile_is_changed_by_its_person_and_by_administrators(
    owner: Person, stranger: Person, administrator: Person, nobody: Person
) -> None:
    profile = own(owner)
    for person in (stranger, nobody):
        assert person.call("PUT", "/repo/v1/userProfile", profile).status_code == 403
    assert administrator.ok("PUT", "/repo/v1/userProfile", {**profile, "company": "ours"})["company"] == "ours"
    assert administrator.call("PUT", "/repo/v1/userProfile", {**profile, "ownerId": "999999999"}).status_code == 404
    seen = stranger.ok("GET", f"/repo/v1/userProfile/{owner.id}")
    assert seen["company"] == "ours"
    assert not {"emails", "notificationSettings", "preferences", "rStudioUrl"} & seen.keys()


def test_an_old_etag_is_a_412_and_of_many_writers_one_wins(owner: Person) -> None:
    profile = own(owner)

    def write(number: int) -> int:
        return owner.call("PUT", "/repo/v1/userProfile", {**profile, "company": str(number)}).status_code

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(write, range(6))) == [200] + [412] * 5
    assert owner.call("PUT", "/repo/v1/userProfile", {"userName": owner.name}).status_code == 400
    assert owner.call("PUT", "/repo/v1/userProfile", {**profile, "etag": "x"}).status_code == 412


def test_a_new_user_name_is_found_and_the_old_one_is_free(owner: Person, stranger: Person) -> None:
    name = f"renamed.{secrets.token_hex(5)}"
    profile = {**own(owner), "userName": name, "firstName": "Zoë", "lastName": "Q" + secrets.token_hex(5)}
    owner.ok("PUT", "/repo/v1/userProfile", profile)
    for prefix in (name, profile["lastName"] + "zoë", "zoë" + profile["lastName"]):
        found = stranger.ok("GET", "/repo/v1/userGroupHeaders", prefix=prefix)["children"]
        assert [one["ownerId"] for one in found] == [str(owner.id)]
    assert stranger.ok("GET", "/repo/v1/userGroupHeaders", prefix=owner.name)["children"] == []
    taken = stranger.call("PUT", "/repo/v1/userProfile", {**own(stranger), "userName": name.upper().replace(".", "_")})
    assert taken.status_code == 409
    assert own(stranger)["userName"] == stranger.name
    stranger.ok("PUT", "/repo/v1/userProfile", {**own(stranger), "userName": owner.name})


@pytest.mark.parametrize(
    "wrong",
    [{"userName": None}, {"userName": "a b c"}, {"userName": "3400123"}, {"firstName": "x" * 257},
     {"url": "javascript:alert(1)"}, {"url": "http://[x"}, {"summary": "x" * 10_001}, {"company": "a\nb"},
     {"profilePicureFileHandleId": "x"},
     {"preferences": [{"concreteType": PREFERENCE, "name": "n" * 300, "value": True}]}],
)  # fmt: skip
def test_what_a_profile_cannot_hold_is_a_400(owner: Person, wrong: dict[str, Any]) -> None:
    assert owner.call("PUT", "/repo/v1/userProfile", {**own(owner), **wrong}).status_code == 400


def test_a_picture_is_an_own_file_handle_that_stays_while_it_is_shown(owner: Person, stranger: Person) -> None:
    picture = owner.upload(b"not really a picture", "me.png")
    for person, handle, status in ((stranger, picture, 403), (owner, "999999999", 404), (owner, picture, 200)):
        changed = {**own(person), "profilePicureFileHandleId": handle}
        assert person.call("PUT", "/repo/v1/userProfile", changed).status_code == status
    assert stranger.ok("GET", f"/repo/v1/userProfile/{owner.id}")["profilePicureFileHandleId"] == picture
    assert owner.call("DELETE", f"/file/v1/fileHandle/{picture}").status_code == 409
    # Members that are not sent are emptied, the picture like the others.
    bare = {name: own(owner)[name] for name in ("etag", "userName")}
    assert "profilePicureFileHandleId" not in owner.ok("PUT", "/repo/v1/userProfile", bare)
    assert owner.call("DELETE", f"/file/v1/fileHandle/{picture}").status_code == 200


def test_profiles_are_given_in_the_order_asked_for(owner: Person, stranger: Person) -> None:
    ids = [stranger.id, 999999999, owner.id, 2]
    found = owner.ok("POST", "/repo/v1/userProfile", {"list": ids})["list"]
    assert [one["ownerId"] for one in found] == [str(stranger.id), str(owner.id)]
    assert ["emails" in one for one in found] == [False, True]
    assert owner.call("POST", "/repo/v1/userProfile", {"list": [1] * 1001}).status_code == 400


def test_everybody_is_paged(owner: Person) -> None:
    first = owner.ok("GET", "/repo/v1/user", limit=2)
    second = owner.ok("GET", "/repo/v1/user", limit=2, offset=1)
    assert first["results"][1] == second["results"][0]
    assert owner.ok("GET", "/repo/v1/user", offset=10_000_000)["results"] == []
    assert owner.call("GET", "/repo/v1/user", limit=101).status_code == 400


def test_a_bundle_has_what_its_mask_asks_for_and_teams_have_none(owner: Person, administrator: Person) -> None:
    whole = owner.ok("GET", f"/repo/v1/user/{administrator.id}/bundle", mask=0x79)
    assert whole.keys() == {"userId", "userProfile", "isCertified", "isVerified", "isACTMember", "isARReviewer"}
    assert whole["userProfile"]["userName"] == administrator.name
    assert owner.ok("GET", "/repo/v1/user/bundle", mask=8) == {"userId": str(owner.id), "isCertified": True}
    for team in (2, 273948, 999999999):
        assert owner.call("GET", f"/repo/v1/user/{team}/bundle", mask=1).status_code == 404
    assert owner.call("GET", f"/repo/v1/user/{owner.id}/bundle").status_code == 400


def test_names_are_looked_up(owner: Person, stranger: Person) -> None:
    names = [stranger.name.upper(), "nobody of that name", owner.name, "Administrators"]
    found = owner.ok("POST", "/repo/v1/userGroupHeaders/aliases", {"list": names})["list"]
    assert [one["userName"] for one in found] == [stranger.name, owner.name, "Administrators"]
    assert owner.call("POST", "/repo/v1/userGroupHeaders/aliases", {"list": ["x"] * 101}).status_code == 400
    whose = {"alias": stranger.name, "type": "USER_NAME"}
    assert owner.ok("POST", "/repo/v1/principal/alias", whose) == {"principalId": stranger.id}
    for wrong, status in (({"type": "TEAM_NAME"}, 400), ({"alias": "no such name"}, 404), ({"alias": None}, 400)):
        assert owner.call("POST", "/repo/v1/principal/alias", {**whose, **wrong}).status_code == status


def test_whether_a_name_is_free_and_well_formed(nobody: Person, owner: Person) -> None:
    asked = [
        ("USER_NAME", owner.name.replace("-", ""), True, False), ("USER_NAME", "a b", False, False),
        ("USER_NAME", f"free{secrets.token_hex(5)}", True, True), ("TEAM_NAME", owner.name, True, False),
        ("TEAM_NAME", f"A Team {secrets.token_hex(5)}", True, True), ("TEAM_NAME", " x", False, False),
        ("USER_EMAIL", f"{owner.name}@example.org", True, False), ("USER_EMAIL", "x", False, False),
    ]  # fmt: skip
    for kind, alias, valid, available in asked:
        answer = nobody.call("POST", "/repo/v1/principal/available", {"type": kind, "alias": alias})
        assert (answer.status_code, answer.json()) == (201, {"valid": valid, "available": available}), alias
    assert nobody.call("POST", "/repo/v1/principal/available", {"type": "X", "alias": "x"}).status_code == 400


def test_certification_is_given_and_taken_by_administrators(
    server: Server, owner: Person, administrator: Person
) -> None:
    record = f"/repo/v1/user/{owner.id}/certifiedUserPassingRecord"
    path = f"/repo/v1/admin/user/{owner.id}/certificationStatus"
    assert owner.call("GET", record).status_code == 404
    assert owner.call("PUT", path, isCertified="true").status_code == 403
    for _ in range(2):
        assert administrator.call("PUT", path, isCertified="true").status_code == 204
    passed = owner.ok("GET", record)
    assert (passed["passed"], passed["certified"], passed["userId"]) == (True, True, str(owner.id))
    assert administrator.call("PUT", path, isCertified="false").status_code == 204
    assert owner.call("GET", record).status_code == 404
    assert administrator.call("PUT", path.replace(str(owner.id), "2"), isCertified="true").status_code == 404
    for path in ("certifiedUserTest", "user/1/certifiedUserPassingRecords"):
        assert owner.call("GET", f"/repo/v1/{path}").status_code == 404
    with server.database() as conn:
        deeds = conn.execute("SELECT deed FROM audit_record WHERE object_id = %s ORDER BY id", (str(owner.id),))
        assert [one for (one,) in deeds][-2:] == ["certification.give", "certification.revoke"]
