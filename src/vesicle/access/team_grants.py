"""Grants on teams. A team has a list of its own and lies in no tree, so its proofs are a family of their own."""

from __future__ import annotations

from typing import ClassVar

from vesicle.access.actors import Actor
from vesicle.access.grants import _SEAL
from vesicle.access.rights import Right


class TeamSubject:
    """What a decision about a team is made on: who made it, and the rights that its list gives the actor."""

    __slots__ = ("created_by", "id", "rights")

    def __init__(self, id: int, created_by: int, rights: int) -> None:
        self.id, self.created_by, self.rights = id, created_by, rights


class OnTeam(TeamSubject):
    """The actor may do, to the team, what the class says."""

    __slots__ = ("actor",)
    right: ClassVar[Right]

    def __init__(self, seal: object, actor: Actor, of: TeamSubject) -> None:
        if seal is not _SEAL:
            raise TypeError(f"{type(self).__name__} is made by access.require alone")
        super().__init__(of.id, of.created_by, of.rights)
        self.actor = actor


class TeamExists(OnTeam):
    """There is such a team. For what the contract tells everybody: its name, its members."""

    right = Right(0)


class MayReadTeam(OnTeam):
    """May see who may do what with the team."""

    right = Right.READ


class MayUpdateTeam(OnTeam):
    """May change the team, its list and its managers."""

    right = Right.UPDATE


class MayDeleteTeam(OnTeam):
    right = Right.DELETE


class MayManageTeam(OnTeam):
    """May decide who is in the team: what the contract calls its manager."""

    right = Right.TEAM_MEMBERSHIP_UPDATE


class MaySendToTeam(OnTeam):
    """May write to the team."""

    right = Right.SEND_MESSAGE
