"""Profiles, headers and names."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from tests.live import Person, Server

from vesicle import administration
from vesicle.accounts import people
from vesicle.errors import BadRequest, Conflict

PRIVATE = {"emails", "openIds", "notificationSettings", "twoFactorAuthEnabled"}


def test_the_own_profile_has_what_the_client_reads(owner: Person) -> None:
    for path in ("/repo/v1/userProfile", "/repo/v1/userProfile/", f"/repo/v1/userProfile/{owner.id}"):
        profile = owner.ok("GET", path)
        assert (profile["ownerId"], profile["userName"]) == (str(owner.id), owner.name)
        assert profile["emails"] == [f"{owner.name}@example.org"]
        assert profile["notificationSettings"] == {"sendEmailNotifications": True, "markEmailedMessagesAsRead": False}


def test_private_members_are_shown_to_the_person_and_to_administrators_only(
    owner: Person, stranger: Person, administrator: Person, nobody: Person
) -> None:
    path = f"/repo/v1/userProfile/{owner.id}"
    for person in (stranger, nobody):
        seen = person.ok("GET", path)
        assert seen["userName"] == owner.name
        assert not PRIVATE & seen.keys()
    assert administrator.ok("GET", path).keys() >= PRIVATE


def test_nobody_is_anonymous(nobody: Person) -> None:
    profile = nobody.ok("GET", "/repo/v1/userProfile")
    assert (profile["userName"], profile["ownerId"]) == ("anonymous", "273950")
    assert "emails" not in profile


@pytest.mark.parametrize("who", ["2", "273948", "999999999"])
def test_teams_and_unknown_ids_have_no_profile(owner: Person, who: str) -> None:
    assert owner.call("GET", f"/repo/v1/userProfile/{who}").status_code == 404


def test_the_principals_of_the_contract_exist(owner: Person) -> None:
    ids = "1,2,3,4,5,6,273948,273949,273950,273957,464532,3412389"
    found = owner.ok("GET", "/repo/v1/userGroupHeaders/batch", ids=ids)["children"]
    assert [one["ownerId"] for one in found] == ids.split(",")
    assert [one["ownerId"] for one in found if one["isIndividual"]] == ["1", "273950"]
    assert found[0]["userName"] == "migrationAdmin"


def test_headers_keep_their_order_and_skip_what_is_unknown(owner: Person, stranger: Person) -> None:
    page = owner.ok("GET", "/repo/v1/userGroupHeaders/batch", ids=f"{stranger.id},999999999,{owner.id}")
    assert [one["ownerId"] for one in page["children"]] == [str(stranger.id), str(owner.id)]
    assert page["totalNumberOfResults"] == 2
    for ids in ("x", "", "-1", ",", "1;2", str(2**63)):
        assert owner.call("GET", "/repo/v1/userGroupHeaders/batch", ids=ids).status_code == 400


def test_a_prefix_finds_names_whatever_their_case_and_punctuation(server: Server, owner: Person) -> None:
    mark = f"zz{secrets.token_hex(4)}"
    persons = [server.person(f"{mark}-{number}") for number in range(7)]
    for prefix in (mark, mark.upper(), f"{mark[:3]}.{mark[3:]}"):
        found = everyone(owner, prefix, 3)
        assert {one["ownerId"] for one in found} == {str(person.id) for person in persons}
    one = owner.ok("GET", "/repo/v1/userGroupHeaders", prefix=persons[0].name)
    assert [found["userName"] for found in one["children"]] == [persons[0].name]
    assert one["prefixFilter"] == persons[0].name
    assert owner.ok("GET", "/repo/v1/userGroupHeaders", prefix=mark, typeFilter="TEAMS_ONLY")["children"] == []
    # A mail address is private, so nobody is found by it.
    assert owner.ok("GET", "/repo/v1/userGroupHeaders", prefix=f"{persons[0].name}@example")["children"] == []


def everyone(person: Person, prefix: str, limit: int) -> list[Any]:
    """As the client pages: on by what came, until an empty page."""
    found: list[Any] = []
    while page := person.ok("GET", "/repo/v1/userGroupHeaders", prefix=prefix, limit=limit, offset=len(found))[
        "children"
    ]:
        found += page
    return found


def test_first_and_last_names_are_found_in_both_orders(server: Server, owner: Person) -> None:
    mark = secrets.token_hex(4)
    with server.database() as conn:
        number = people.create(
            conn, f"n-{mark}", f"n-{mark}@example.org", first_name=f"Ada{mark}", last_name=f"Love{mark}"
        )
    for prefix in (f"ada{mark}love", f"Love{mark} Ada"):
        (found,) = owner.ok("GET", "/repo/v1/userGroupHeaders", prefix=prefix)["children"]
        assert (found["ownerId"], found["firstName"]) == (str(number), f"Ada{mark}")


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"offset": -1}, {"typeFilter": "CATS"}])
def test_a_window_that_cannot_be_is_refused(owner: Person, query: dict[str, Any]) -> None:
    assert owner.call("GET", "/repo/v1/userGroupHeaders", **query).status_code == 400


def test_names_that_differ_in_case_and_punctuation_only_collide(server: Server) -> None:
    mark = secrets.token_hex(4)
    with server.database() as conn:
        people.create(conn, f"J.Doe-{mark}", f"{mark}@example.org")
        for name, mail in ((f"jdoe{mark}", f"{mark}2@example.org"), (f"other{mark}", f"{mark.upper()}@Example.org")):
            with pytest.raises(Conflict):
                people.create(conn, name, mail)
        # Nothing of a refused person is left: name and address are free.
        people.create(conn, f"other{mark}", f"{mark}2@example.org")
        with pytest.raises(Conflict):
            people.create(conn, "Administrators", f"{mark}3@example.org")


@pytest.mark.parametrize("name", ["ab", "a b", "ä.name", "x" * 257, "...", "a\n", "a/b/c", "", "3400123", "34.00"])
def test_a_name_that_cannot_be_is_refused(server: Server, name: str) -> None:
    with server.database() as conn, pytest.raises(BadRequest):
        people.create(conn, name, "somebody@example.org")


@pytest.mark.parametrize("email", ["", "x", "a@b@c", "a b@c", "@c", "a@", f"{'x' * 200}@example.org", "a@b\n"])
def test_an_address_that_cannot_be_is_refused(server: Server, email: str) -> None:
    with server.database() as conn, pytest.raises(BadRequest):
        people.create(conn, f"n{secrets.token_hex(4)}", email)


def test_a_token_for_a_scope_that_there_is_not_is_refused(server: Server, owner: Person) -> None:
    with server.database() as conn, pytest.raises(BadRequest):
        administration.create_token(conn, owner.name, None, "fly")
