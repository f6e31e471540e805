"""Charges that go to another organization: of a project, or of everything when two are merged."""

from __future__ import annotations

from vesicle.db import Connection
from vesicle.errors import BadRequest
from vesicle.usage import charging
from vesicle.usage.store import egress, transfers


def move_project(conn: Connection, project_id: int, source_id: int, target_id: int) -> None:
    """What a project stores, and what is promised to uploads into it, is the target's from now on. The project must be
    held alone.

    Raises BadRequest when it does not fit there, and when content lies in private storage of the source, or is to.
    """
    if transfers.has_private(conn, project_id, source_id):
        raise BadRequest(
            f"syn{project_id} has content in private storage of its organization, or has it as upload destination; move"
            " that content to other storage, and give its projects and folders another destination first."
        )
    promised = transfers.give_promises(conn, project_id, source_id, target_id)
    charging.apply(conn, transfers.flows_of_move(conn, project_id, source_id, target_id))
    for custom, wanted in promised:
        charging.hand_over(conn, source_id, target_id, wanted, custom=custom)


def sent_by_both(conn: Connection, source_id: int, target_id: int) -> tuple[int, int]:
    """What each of them has sent, as far as it counts, since the present period of the target began."""
    first = egress.begins_on(conn, target_id)
    if first is None:
        return 0, 0
    return egress.counted_since(conn, source_id, first), egress.counted_since(conn, target_id, first)


def merge(conn: Connection, source_id: int, target_id: int) -> None:
    """Everything that is charged to the source is the target's, with its history. Both accounts must be held, and it
    must fit; the projects are the target's already. The source has no account afterwards.
    """
    transfers.merge(conn, source_id, target_id)


def survivor(conn: Connection, organization_id: int) -> int:
    """The organization itself, or the one that it was merged into."""
    return transfers.survivor(conn, organization_id)
