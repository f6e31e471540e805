"""What the doors of this room have in common: their table, and the words of their declarations."""

from __future__ import annotations

from vesicle.access import Scope
from vesicle.web import Doors, InStory, Transaction

door = Doors("entities")
WRITE = Scope.view | Scope.modify
READ = Transaction.READ
UNDER_LOCK = InStory("permission is decided again under the lock that the deed holds")
IN_BODY = InStory("the ids are in the body")
