"""Making, finding, changing and dissolving teams, and who may do what with them."""

from __future__ import annotations

import secrets
import time
from typing import Any

from tests.live import Person, Server

OWNER = {"READ", "SEND_MESSAGE", "UPDATE", "DELETE", "TEAM_MEMBERSHIP_UPDATE"}


def new_team(person: Person, **members: Any) -> dict[str, Any]:
    """A team that takes requests, unless the members say otherwise."""
    made: dict[str, Any] = person.ok("POST", "/repo/v1/team", {"name": f"T {secrets.token_hex(6)}", **members})
    return made


def refused(person: Person, status: int, method: str, path: str, body: Any = None, **query: Any) -> str:
    """The reason of a refusal with this status."""
    answer = person.call(method, path, body, **query)
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    reason: str = answer.json()["reason"]
    return reason


def test_a_new_team_has_its_maker_as_manager(owner: Person, stranger: Person) -> None:
    name = f"The {secrets.token_hex(5)}. Team"
    body = {"name": name, "description": "d", "icon": None, "canPublicJoin": False, "canRequestMembership": True}
    answer = owner.call("POST", "/repo/v1/team", body)
    assert answer.status_code == 201
    team = answer.json()
    assert (team["name"], team["description"], team["createdBy"]) == (name, "d", str(owner.id))
    assert (team["canPublicJoin"], team["canRequestMembership"], "icon" in team) == (False, True, False)
    path = f"/repo/v1/team/{team['id']}"
    assert stranger.ok("GET", path) == team
    (member,) = stranger.ok("GET", f"/repo/v1/teamMembers/{team['id']}")["results"]
    assert (member["teamId"], member["isAdmin"], member["member"]["ownerId"]) == (team["id"], True, str(owner.id))
    assert member["member"]["isIndividual"] is True
    assert stranger.ok("GET", f"{path}/member/{owner.id}") == member
    listed = owner.ok("GET", f"{path}/acl")
    rights = {one["principalId"]: set(one["accessType"]) for one in listed["resourceAccess"]}
    everybody = {"READ", "SEND_MESSAGE"}
    assert rights == {owner.id: OWNER, int(team["id"]): everybody, 273948: everybody}
    assert listed["id"] == team["id"]
    assert owner.ok("GET", f"/repo/v1/user/{owner.id}/team")["results"] == [team]


def test_names_of_teams_and_people_are_one_name_space(owner: Person) -> None:
    team = new_team(owner)
    alike = team["name"].upper().replace(" ", "-")
    assert refused(owner, 409, "POST", "/repo/v1/team", {"name": alike}) == f"Name {alike} is already used."
    assert refused(owner, 409, "POST", "/repo/v1/team", {"name": owner.name}) == f"Name {owner.name} is already used."
    for name in ("", "ab", "...", "a" * 257, "a/b/c", "naïve team", None):
        refused(owner, 400, "POST", "/repo/v1/team", {"name": name})
    for member in ("id", "etag", "createdBy", "createdOn", "modifiedBy", "modifiedOn"):
        body = {"name": f"x {secrets.token_hex(5)}", member: "1"}
        assert member in refused(owner, 400, "POST", "/repo/v1/team", body)


def test_teams_are_found_by_the_beginning_of_their_name(owner: Person) -> None:
    mark = secrets.token_hex(6)
    teams = [new_team(owner, name=f"{mark} {letter}") for letter in "abc"]
    found = owner.ok("GET", "/repo/v1/teams", fragment=f"{mark.upper()}-", limit=2)
    assert found == {"results": teams[:2], "totalNumberOfResults": 3}
    rest = owner.ok("GET", "/repo/v1/teams", fragment=mark, limit=2, offset=2)
    assert rest == {"results": teams[2:], "totalNumberOfResults": 3}
    assert owner.ok("GET", "/repo/v1/teams", fragment=mark, limit=2, offset=3)["results"] == []
    assert owner.ok("GET", "/repo/v1/teams", fragment=f"{mark}b")["results"] == teams[1:2]
    assert len(owner.ok("GET", "/repo/v1/teams", limit=1)["results"]) == 1
    for window in ({"limit": 0}, {"limit": 51}, {"offset": -1}):
        refused(owner, 400, "GET", "/repo/v1/teams", **window)


def test_teams_by_ids_keep_their_order_and_all_must_exist(owner: Person) -> None:
    one, two = new_team(owner), new_team(owner)
    asked = {"list": [int(two["id"]), int(one["id"])]}
    assert owner.ok("POST", "/repo/v1/teamList", asked) == {"list": [two, one]}
    assert owner.ok("POST", "/repo/v1/teamList", {"list": []}) == {"list": []}
    assert "999999999" in refused(owner, 404, "POST", "/repo/v1/teamList", {"list": [int(one["id"]), 999999999]})
    refused(owner, 404, "POST", "/repo/v1/teamList", {"list": [owner.id]})


def test_the_teams_of_a_person_come_in_pages_and_those_of_groups_are_none(owner: Person) -> None:
    teams = [new_team(owner, name=f"{letter} {secrets.token_hex(5)}aa") for letter in "zyx"]
    path = f"/repo/v1/user/{owner.id}/team"
    assert owner.ok("GET", path, limit=2)["results"] == teams[:2]
    assert owner.ok("GET", path, limit=2, offset=2)["results"] == teams[2:]
    assert owner.ok("GET", f"{path}/id")["teamIds"] == [one["id"] for one in reversed(teams)]
    assert owner.ok("GET", f"{path}/id", sort="TEAM_NAME", ascending="false") == {
        "teamIds": [one["id"] for one in teams]
    }
    refused(owner, 400, "GET", f"{path}/id", sort="SIZE")
    for principal in (273948, 273949, 273950, 999999999, teams[0]["id"]):
        assert owner.ok("GET", f"/repo/v1/user/{principal}/team")["results"] == []


def test_a_page_of_team_ids_goes_on_after_the_last_name(server: Server, owner: Person) -> None:
    team = int(new_team(owner)["id"])
    with server.database() as conn:
        conn.execute(
            "WITH made AS (INSERT INTO principal (kind) SELECT 'team' FROM generate_series(1, 60) RETURNING id),"
            " called AS (INSERT INTO alias SELECT 'many' || %(t)s || id, 'many ' || %(t)s || id, 'TEAM_NAME', id"
            " FROM made), t AS (INSERT INTO team (id, created_by, modified_by) SELECT id, 1, 1 FROM made)"
            " INSERT INTO membership SELECT %(who)s, id FROM made",
            {"t": str(team), "who": owner.id},
        )
    path = f"/repo/v1/user/{owner.id}/team/id"
    first = owner.ok("GET", path)
    second = owner.ok("GET", path, nextPageToken=first["nextPageToken"])
    assert (len(first["teamIds"]), len(second["teamIds"])) == (50, 11)
    assert len({*first["teamIds"], *second["teamIds"]}) == 61
    assert "nextPageToken" not in second
    refused(owner, 400, "GET", path, nextPageToken="nonsense")


def test_a_team_changes_with_its_etag_by_those_who_may(owner: Person, stranger: Person) -> None:
    team = new_team(owner)
    name = f"renamed {secrets.token_hex(5)}"
    changed = {**team, "name": name, "description": None, "canPublicJoin": True}
    refused(stranger, 403, "PUT", "/repo/v1/team", changed)
    new = owner.ok("PUT", "/repo/v1/team", changed)
    assert (new["name"], new["canPublicJoin"], "description" in new) == (name, True, False)
    assert new["etag"] != team["etag"]
    assert owner.ok("GET", "/repo/v1/teams", fragment=name)["results"] == [new]
    assert owner.ok("GET", "/repo/v1/teams", fragment=team["name"])["results"] == []
    refused(owner, 412, "PUT", "/repo/v1/team", changed)
    refused(owner, 412, "PUT", "/repo/v1/team", {**new, "etag": None})
    refused(owner, 409, "PUT", "/repo/v1/team", {**new, "name": owner.name})
    refused(owner, 400, "PUT", "/repo/v1/team", {**new, "name": None})
    refused(owner, 404, "PUT", "/repo/v1/team", {**new, "id": "999999999"})
    assert owner.ok("PUT", "/repo/v1/team", {**new, "name": name.upper()})["name"] == name.upper()
    assert new_team(owner, name=team["name"])["name"] == team["name"], "the old name is free again"


def test_an_icon_is_a_file_handle_of_ones_own_and_is_kept(owner: Person, stranger: Person) -> None:
    handle = owner.upload(b"a picture", "icon.png")
    name = f"icon {secrets.token_hex(5)}"
    refused(stranger, 403, "POST", "/repo/v1/team", {"name": name, "icon": handle})
    refused(owner, 404, "POST", "/repo/v1/team", {"name": name, "icon": "999999999"})
    team = new_team(owner, icon=handle)
    assert team["icon"] == handle
    refused(owner, 409, "DELETE", f"/file/v1/fileHandle/{handle}")
    owner.ok("PUT", "/repo/v1/team", {**team, "icon": None})
    owner.ok("DELETE", f"/file/v1/fileHandle/{handle}")


def test_a_dissolved_team_leaves_nothing_behind(server: Server, owner: Person, stranger: Person) -> None:
    team = new_team(owner)
    team_id = int(team["id"])
    stranger.ok("POST", "/repo/v1/membershipRequest", {"teamId": team["id"]})
    owner.ok("POST", "/repo/v1/membershipInvitation", {"teamId": team["id"], "inviteeId": str(stranger.id)})
    refused(stranger, 403, "DELETE", f"/repo/v1/team/{team_id}")
    assert owner.call("DELETE", f"/repo/v1/team/{team_id}").status_code == 204
    assert owner.call("DELETE", f"/repo/v1/team/{team_id}").status_code == 204, "again is no error"
    refused(owner, 404, "GET", f"/repo/v1/team/{team_id}")
    columns = {
        "principal": "id", "alias": "principal_id", "principal_prefix": "principal_id", "membership": "group_id",
        "team": "id", "team_acl_entry": "team_id", "membership_invitation": "team_id", "membership_request": "team_id",
    }  # fmt: skip
    with server.database() as conn:
        left = {
            table: conn.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", (team_id,)).fetchone()[0]  # type: ignore[index]
            for table, column in columns.items()
        }
    assert left == dict.fromkeys(columns, 0)
    new_team(owner, name=team["name"])


def test_a_team_that_lists_name_is_not_dissolved(server: Server, owner: Person) -> None:
    team, other = new_team(owner), new_team(owner)
    project = owner.project()
    with server.database() as conn:
        conn.execute("INSERT INTO acl_entry VALUES (%s, %s, 1)", (int(project["id"][3:]), int(team["id"])))
    assert "sharing settings" in refused(owner, 400, "DELETE", f"/repo/v1/team/{team['id']}")
    owner.ok("DELETE", f"/repo/v1/entity/{project['id']}")
    assert "the trash can counts" in refused(owner, 400, "DELETE", f"/repo/v1/team/{team['id']}")
    owner.ok("PUT", f"/repo/v1/trashcan/purge/{project['id']}")
    listed = owner.ok("GET", f"/repo/v1/team/{other['id']}/acl")
    listed["resourceAccess"].append({"principalId": int(team["id"]), "accessType": ["READ"]})
    owner.ok("PUT", "/repo/v1/team/acl", listed)
    refused(owner, 400, "DELETE", f"/repo/v1/team/{team['id']}")
    owner.ok("DELETE", f"/repo/v1/team/{other['id']}")
    deadline = time.monotonic() + 30
    while not (answer := owner.call("DELETE", f"/repo/v1/team/{team['id']}")).is_success:
        assert time.monotonic() < deadline, answer.text


def test_the_list_of_a_team_is_replaced_whole_with_its_etag(owner: Person, stranger: Person) -> None:
    team = new_team(owner)
    path = f"/repo/v1/team/{team['id']}/acl"
    listed = owner.ok("GET", path)
    assert stranger.ok("GET", path) == listed
    manager = {"principalId": owner.id, "accessType": sorted(OWNER)}
    private = owner.ok("PUT", "/repo/v1/team/acl", {**listed, "resourceAccess": [manager]})
    assert private["etag"] != listed["etag"]
    assert [one["principalId"] for one in private["resourceAccess"]] == [owner.id]
    assert "READ" in refused(stranger, 403, "GET", path)
    refused(stranger, 403, "PUT", "/repo/v1/team/acl", private)
    refused(owner, 412, "PUT", "/repo/v1/team/acl", listed)
    wrong: list[Any] = [
        [manager, {"principalId": stranger.id, "accessType": []}],
        [manager, {"principalId": stranger.id, "accessType": ["FLY"]}],
        [manager, {"principalId": 273950, "accessType": ["READ"]}],
        [manager, {"principalId": 999999999, "accessType": ["READ"]}],
        [{"principalId": owner.id, "accessType": ["READ", "UPDATE"]}],
        [],
        None,
    ]
    for entries in wrong:
        refused(owner, 400, "PUT", "/repo/v1/team/acl", {**private, "resourceAccess": entries})
    assert owner.ok("GET", path) == private


def test_the_teams_of_the_installation_are_not_to_be_changed_or_deleted(administrator: Person) -> None:
    for team_id in (2, 3, 4, 5, 6, 7, 273957, 464532, 3412389):
        team = administrator.ok("GET", f"/repo/v1/team/{team_id}")
        assert (team["canPublicJoin"], team["canRequestMembership"]) == (False, False)
        refused(administrator, 403, "PUT", "/repo/v1/team", {**team, "canPublicJoin": True})
        refused(administrator, 403, "PUT", "/repo/v1/team/acl", administrator.ok("GET", f"/repo/v1/team/{team_id}/acl"))
        refused(administrator, 403, "DELETE", f"/repo/v1/team/{team_id}")


def test_what_was_done_to_teams_stands_in_the_record(server: Server, owner: Person) -> None:
    team = new_team(owner)
    owner.ok("PUT", "/repo/v1/team/acl", owner.ok("GET", f"/repo/v1/team/{team['id']}/acl"))
    owner.ok("PUT", "/repo/v1/team", team)
    owner.ok("DELETE", f"/repo/v1/team/{team['id']}")
    with server.database() as conn:
        query = (
            "SELECT deed FROM audit_record WHERE object_type = 'team' AND object_id = %s AND actor_id = %s ORDER BY id"
        )
        deeds = [row[0] for row in conn.execute(query, (team["id"], owner.id))]
    assert deeds == ["team.create", "acl.update", "team.update", "team.delete"]
