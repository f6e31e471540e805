"""Who asks. Filled once per request from the token; knows principal ids only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntFlag

# Fixed principals of the API contract.
FIRST_ADMIN = 1
ADMINISTRATORS = 2
CERTIFIED = 3
ACCESS_AND_COMPLIANCE = 464532
AUTHENTICATED = 273948
PUBLIC = 273949
ANONYMOUS = 273950


class Scope(IntFlag):
    """What a token may be used for. Values are stored: never renumber."""

    openid = 1
    email = 2
    profile = 4
    view = 8
    download = 16
    modify = 32
    authorize = 64
    offline_access = 128


EVERY_SCOPE = Scope(255)


@dataclass(frozen=True, slots=True)
class Actor:
    """A caller: own id, every principal whose grants count, the scopes of the token that was used.

    ``agreed`` is false for who has yet to agree to the terms of use. ``address`` is where the request came from.
    ``deputy`` is who really acts, where somebody else does this for the person, with the person's rights.
    """

    id: int
    principals: list[int]
    scopes: Scope = EVERY_SCOPE
    certified: bool = True
    token_id: int | None = None
    agreed: bool = True
    address: str | None = None
    deputy: int | None = None
    is_admin: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_admin", ADMINISTRATORS in self.principals)

    @property
    def doer(self) -> int:
        """Whose deed goes on record."""
        return self.id if self.deputy is None else self.deputy

    @property
    def is_anonymous(self) -> bool:
        """True for a request without credentials."""
        return self.id == ANONYMOUS

    @property
    def reviews_data(self) -> bool:
        """True for whom no access requirement holds: who decides about them, and administrators."""
        return self.is_admin or ACCESS_AND_COMPLIANCE in self.principals

    def is_self_or_admin(self, principal_id: int) -> bool:
        """True for the principal and for administrators."""
        return self.is_admin or self.id == principal_id


def anonymous() -> Actor:
    """The caller without credentials. Scopes do not bind it: it has no token to bind."""
    return Actor(ANONYMOUS, [ANONYMOUS, PUBLIC], certified=False)


def signed_in(
    person_id: int, groups: list[int], scopes: Scope, *, everyone_certified: bool, token_id: int | None,
    agreed: bool = True,
) -> Actor:  # fmt: skip
    """A person: themself, everybody, everybody who signed in, and their groups."""
    certified = everyone_certified or CERTIFIED in groups or ADMINISTRATORS in groups
    return Actor(person_id, [person_id, PUBLIC, AUTHENTICATED, *groups], scopes, certified, token_id, agreed)
