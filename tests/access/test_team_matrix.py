"""The policy of teams as a picture: tests/golden/team_matrix.txt, team × actor × deed, each by trying."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from tests import golden_files
from tests.live import Person, Server

MANAGER = ["READ", "SEND_MESSAGE", "UPDATE", "DELETE", "TEAM_MEMBERSHIP_UPDATE"]
ACTORS = ("nobody", "stranger", "invited", "member", "manager", "admin")


@pytest.fixture(scope="module")
def actors(server: Server) -> dict[str, Person]:
    """One of each."""
    made = {name: server.person(name) for name in ACTORS[1:-1]}
    return {"nobody": server.nobody(), **made, "admin": server.person("admin", is_admin=True)}


def make_team(actors: dict[str, Person], **members: Any) -> dict[str, Any]:
    """The manager's, with its member and somebody who is invited."""
    manager, member = actors["manager"], actors["member"]
    team: dict[str, Any] = manager.ok("POST", "/repo/v1/team", {"name": f"M {secrets.token_hex(6)}", **members})
    actors["admin"].ok("PUT", f"/repo/v1/team/{team['id']}/member/{member.id}")
    invitation = {"teamId": team["id"], "inviteeId": str(actors["invited"].id)}
    manager.ok("POST", "/repo/v1/membershipInvitation", invitation)
    return team


@pytest.fixture(scope="module")
def teams(actors: dict[str, Person]) -> dict[str, dict[str, Any]]:
    """One of each way to come in, and one whose list says nothing to strangers."""
    made = {
        "takes requests": make_team(actors), "anybody may join": make_team(actors, canPublicJoin=True),
        "by invitation only": make_team(actors, canRequestMembership=False), "private list": make_team(actors),
    }  # fmt: skip
    listed = actors["manager"].ok("GET", f"/repo/v1/team/{made['private list']['id']}/acl")
    entries = [{"principalId": actors["manager"].id, "accessType": MANAGER}]
    entries.append({"principalId": int(made["private list"]["id"]), "accessType": ["READ"]})
    actors["manager"].ok("PUT", "/repo/v1/team/acl", {**listed, "resourceAccess": entries})
    return made


def passes(status: int, *fine: int) -> bool:
    """403 and 401 are no; anything else must be one of these."""
    assert status in (401, 403, *fine), status
    return status in fine


# Each is tried so that it changes nothing: what may be done fails afterwards for a reason of its own.
TRIES: dict[str, Callable[[Person, dict[str, Any]], bool]] = {
    "see": lambda who, team: passes(who.call("GET", f"/repo/v1/team/{team['id']}").status_code, 200),
    "see members": lambda who, team: passes(who.call("GET", f"/repo/v1/teamMembers/{team['id']}").status_code, 200),
    "see its list": lambda who, team: passes(who.call("GET", f"/repo/v1/team/{team['id']}/acl").status_code, 200),
    "write to": lambda who, team: who.ok("GET", status_path(team, who))["canSendEmail"] if who.token else False,
    "ask": lambda who, team: passes(
        who.call("POST", "/repo/v1/membershipRequest", {"teamId": team["id"], "expiresOn": "2001-01-01"}).status_code,
        400,
    ) and not refused_by_rule(who, team),
    "join": lambda who, team: who.ok("GET", status_path(team, who))["canJoin"] if who.token else False,
    "invite": lambda who, team: passes(
        who.call("POST", "/repo/v1/membershipInvitation", {"teamId": team["id"], "inviteeEmail": "x"}).status_code, 400
    ),
    "change": lambda who, team: passes(who.call("PUT", "/repo/v1/team", {**team, "etag": "old"}).status_code, 412),
    "name managers": lambda who, team: passes(
        who.call("PUT", f"/repo/v1/team/{team['id']}/member/{who.id}/permission").status_code, 400
    ),
}  # fmt: skip


def status_path(team: dict[str, Any], who: Person) -> str:
    return f"/repo/v1/team/{team['id']}/member/{who.id}/membershipStatus"


def refused_by_rule(who: Person, team: dict[str, Any]) -> bool:
    """The reason of a refused request is the team's rule, and not the date."""
    body = {"teamId": team["id"], "expiresOn": "2001-01-01"}
    return "expiresOn" not in who.call("POST", "/repo/v1/membershipRequest", body).json()["reason"]


def test_the_matrix_of_teams_is_the_golden_one(actors: dict[str, Person], teams: dict[str, dict[str, Any]]) -> None:
    lines = [f"{'':20}{'':10}" + "".join(f"{name:15}" for name in TRIES)]
    for kind, team in teams.items():
        for name in ACTORS:
            marks = "".join(f"{'✔' if tried(actors[name], team) else '✘':15}" for tried in TRIES.values())
            lines.append(f"{kind:20}{name:10}{marks}")
    golden_files.check("team_matrix.txt", "".join(line.rstrip() + "\n" for line in lines))
