"""What a door hands to a story."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vesicle.access import Actor
from vesicle.db import Connection, Pool
from vesicle.objectstore.managed import Managed
from vesicle.objectstore.stores import Stores
from vesicle.settings import Settings

SignIn = Callable[[Connection, str], Actor]
"""Turns a token into its person; raises NotSignedIn."""


@dataclass(frozen=True)
class House:
    """What lives as long as the process: made once, in ``app``."""

    settings: Settings
    pool: Pool
    stores: Stores
    sign_in: SignIn

    @property
    def managed(self) -> Managed:
        """The default store and its bucket."""
        return self.stores.managed


@dataclass(frozen=True, slots=True)
class Call:
    """One request, after its token was read: who asks, on which connection."""

    house: House
    conn: Connection
    actor: Actor
    headers: Mapping[str, str]
    address: str

    @property
    def settings(self) -> Settings:
        """The settings of this installation."""
        return self.house.settings

    @property
    def managed(self) -> Managed:
        """The default store and its bucket."""
        return self.house.managed

    @property
    def stores(self) -> Stores:
        """Every object store that this installation may use."""
        return self.house.stores
