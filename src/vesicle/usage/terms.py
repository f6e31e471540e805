"""What the operator says of a storage location beside what it is: whose it is, and whether its egress is limited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import ip_network
from itertools import islice

from vesicle.access import Actor
from vesicle.audit import recording
from vesicle.db import Connection
from vesicle.errors import BadRequest, Conflict, NotFound
from vesicle.usage.model import Terms
from vesicle.usage.store import ledger, places

EGRESS = ("limited", "open", "unlimited")
NAMED = 10


def of(conn: Connection, actor: Actor, location_id: int) -> Terms:
    """What holds for a location. Raises NotFound."""
    found = places.terms(conn, actor, location_id)
    if found is None:
        raise NotFound(f"There is no storage location {location_id}.")
    return found


def put(
    conn: Connection, actor: Actor, location_id: int, private_to: int | None, egress: str, region: Sequence[str]
) -> None:
    """New terms in place of the old ones. Call inside a transaction.

    Whoever puts something there at this moment is waited for, and whoever comes later finds the new terms. Raises
    NotFound, BadRequest, and Conflict when other organizations have something in what is to be private, or promised
    room in it to somebody who is sending bytes there, or have it as the place of what is new.
    """
    places.hold_alone(conn, location_id)
    found = places.location(conn, location_id)
    if found is None:
        raise NotFound(f"There is no storage location {location_id}.")
    if egress not in EGRESS:
        raise BadRequest(f"egress is one of {', '.join(EGRESS)}, not {egress[:50]!r}.")
    try:
        networks = [str(ip_network(one)) for one in region]
    except ValueError as error:
        raise BadRequest(f"A region is a range of addresses such as 10.0.0.0/8: {error}") from None
    if private_to is not None:
        if found[0] or location_id == places.DEFAULT:
            raise BadRequest(f"Storage location {location_id} cannot be private: only further managed ones can.")
        ledger.account(conn, private_to)
        _check_alone(conn, actor, location_id, private_to)
    before = places.said(conn, actor, location_id)
    places.put_terms(conn, location_id, private_to, egress, networks)
    detail = {"from": before, "to": {"private_to": private_to, "egress": egress, "region": networks}}
    recording.note(conn, actor.id, "storage.terms", "storage_location", location_id, detail)


def _check_alone(conn: Connection, actor: Actor, location_id: int, private_to: int) -> None:
    """Other organizations have nothing at a location, and nothing on its way there. Raises Conflict."""
    named = f"Storage location {location_id}"
    others = places.others_in(conn, location_id, private_to)
    if others:
        raise Conflict(f"{named} holds files of other organizations ({_listed(others)}); move those first.")
    promising = places.promised_by_others(conn, location_id, private_to)
    if promising:
        raise Conflict(
            f"{named} has unfinished uploads that other organizations ({_listed(promising)}) promised room to; wait for"
            " their end, or end those that `vesicle org uploads` tells of with `vesicle org abort-upload`."
        )
    users = places.default_of_others(conn, actor, location_id, private_to)
    if users:
        raise Conflict(
            f"{named} is the default storage of other organizations ({_listed(users)}); give those another one first."
        )
    naming = places.named_by_others(conn, actor, location_id, private_to)
    if naming:
        raise Conflict(
            f"{named} is the upload destination of projects or folders of other organizations"
            f" ({_listed(f'syn{one}' for one in naming)}); give those another one first."
        )


def _listed(some: Iterable[object]) -> str:
    return ", ".join(map(str, islice(some, NAMED)))
