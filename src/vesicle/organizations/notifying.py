"""Telling those who are responsible when storage or egress comes near its limit: once for each crossing."""

from __future__ import annotations

from vesicle.access import Actor
from vesicle.db import Connection
from vesicle.jobs.queue import periodic
from vesicle.organizations import letters
from vesicle.organizations.model.notices import Crossing, OrganizationNotice, OrganizationNoticeList
from vesicle.organizations.roles import OPERATOR, require_overseer
from vesicle.organizations.store import members
from vesicle.organizations.store import notices as rows
from vesicle.usage import limits
from vesicle.usage.model import size
from vesicle.web import House
from vesicle.wire import Id, stamp

MOST = 100
STEPS = {
    "STORAGE": "Delete and purge what is not needed, or ask for a larger plan with POST /vesicle/v1/planRequest.",
    "EGRESS": "At the limit downloads stop until the period ends; ask for a larger plan with"
    " POST /vesicle/v1/planRequest.",
}


@periodic("organizations.notify", "* * * * *")
def notify(work: House) -> None:
    """Look at every organization with a limit. Safe to repeat: what was told is kept with the letters."""
    with work.pool.connection() as conn:
        tell_crossings(conn)


def tell_crossings(conn: Connection) -> int:
    """Tell of each threshold that was crossed upwards since the last look; how many organizations were told."""
    told = 0
    for one in rows.crossings(conn, OPERATOR):
        with conn.transaction():
            if not limits.note_told(conn, one.organization_id, one.kind, one.told, one.level):
                continue
            if one.level > one.told:
                _tell(conn, one)
                told += 1
    return told


def _tell(conn: Connection, one: Crossing) -> None:
    what = "storage" if one.kind == "STORAGE" else "egress"
    subject = f"{one.name}: {one.level} % of the {what} limit"
    text = f"{one.name} has used {size(one.used)} of {size(one.limit)} of {what}. {STEPS[one.kind]}"
    rows.insert(conn, OPERATOR, one.organization_id, one.kind, one.level, text)
    managers = members.manager_ids(conn, OPERATOR, one.organization_id)
    letters.tell(conn, managers or [one.owner_id], subject, text)


def listed(conn: Connection, actor: Actor, organization_id: int) -> OrganizationNoticeList:
    """What was told, the newest first, for those who oversee the organization."""
    require_overseer(conn, actor, organization_id)
    return OrganizationNoticeList(
        results=[
            OrganizationNotice(id=Id(row[0]), type=row[1], percent=row[2], text=row[3], noticed_on=stamp(row[4]))
            for row in rows.notices(conn, actor, organization_id, MOST)
        ]
    )
