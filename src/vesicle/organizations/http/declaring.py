"""What the doors of this room have in common: their table, and who decides."""

from __future__ import annotations

from vesicle.access import Scope
from vesicle.web import Doors, InStory

door = Doors("organizations")
WRITE = Scope.view | Scope.modify
ROLES = InStory("the story asks what the caller is to the organization")
TEAM = InStory("only organization administrators; the story asks")
