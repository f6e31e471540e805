"""What the doors of this room have in common: their table, and why profiles are open."""

from __future__ import annotations

from vesicle.web import Doors

door = Doors("accounts")
PROFILES = "profiles are public; what is private in them is shown to the person and to administrators only"
