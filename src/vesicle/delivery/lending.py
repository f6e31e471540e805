"""Credentials for those who compute on the data where it lies (contract, 13.1)."""

from __future__ import annotations

from vesicle.access import MayCreate, MayDelete, MayDownload, MayUpdate, Scope, require
from vesicle.audit import recording as audit
from vesicle.db import Connection
from vesicle.delivery import store
from vesicle.delivery.model import StsCredentials
from vesicle.errors import BadRequest, Forbidden, InsufficientScope
from vesicle.locations import resolving
from vesicle.objectstore.contract import LendsCredentials, power
from vesicle.objectstore.stores import Stores
from vesicle.usage import recording
from vesicle.wire import UNSET, or_unset, stamp

READ_ONLY, READ_WRITE = "read_only", "read_write"


def lend(conn: Connection, grant: MayDownload, stores: Stores, permission: str) -> StsCredentials:
    """Twelve hours with the storage location of an STS folder, asked for through the folder or anything in it.

    They cover the location, not the entity. Every issue is a line in the record of downloads and in the record of
    deeds. Raises BadRequest, Forbidden, NotFound.
    """
    if permission not in (READ_ONLY, READ_WRITE):
        raise BadRequest(f"permission is {READ_ONLY} or {READ_WRITE}, not {permission[:50]!r}.")
    actor, entity_id, write = grant.actor, grant.id, permission == READ_WRITE
    if actor.is_anonymous:
        raise Forbidden("Temporary credentials are lent to people who are signed in.")
    if write and Scope.modify not in actor.scopes:
        raise InsufficientScope("This token was not made to modify, which read_write credentials do.")
    for kind in (MayUpdate, MayCreate, MayDelete) if write else ():
        require(conn, actor, kind, entity_id)
    governing = resolving.governing(conn, entity_id)
    if not governing.sts:
        raise BadRequest(
            f"syn{entity_id} is not in a folder whose storage location was made with stsEnabled; there are no "
            "temporary credentials for it."
        )
    # The folder came from another organization, whose storage stays its own.
    resolving.check_private(conn, grant, [governing.location_id])
    _check_restricted(conn, grant, governing.location_id)
    place = resolving.place(conn, stores, governing.location_id, write=write)
    if write and place.location.kind == "managed-s3":
        raise BadRequest(
            f"The storage of this server (storage location {governing.location_id}) is lent {READ_ONLY} alone; add and "
            "change files there through the API or its clients."
        )
    lender = power(place.store, LendsCredentials)
    name = f"sts-{actor.id}-{entity_id}"
    lent = lender.lend(place.bucket, place.base_key, write=write, session_name=name)
    detail = {"storageLocationId": governing.location_id, "permission": permission, "until": stamp(lent.expires_on)}
    with conn.transaction():
        recording.record_credentials(conn, actor, grant, location_id=governing.location_id, permission=permission)
        audit.note(conn, actor.id, "credentials.lend", "entity", entity_id, detail)
    return StsCredentials(
        bucket=place.bucket, base_key=or_unset(place.base_key), access_key_id=lent.access_key,
        secret_access_key=lent.secret_key, session_token=lent.session_token, expiration=stamp(lent.expires_on),
        endpoint_url=UNSET if lent.endpoint is None else lent.endpoint,
    )  # fmt: skip


def _check_restricted(conn: Connection, grant: MayDownload, location_id: int) -> None:
    """Credentials open a whole location, so nothing in it may be under an access requirement. Raises Forbidden."""
    held = None if grant.actor.reviews_data else store.restricted_in(conn, grant, location_id)
    if held is not None:
        raise Forbidden(
            f"There are unmet access requirements on syn{held}, which is in storage location {location_id} as well; its"
            " credentials are not lent until they are lifted. What is not restricted can be downloaded by itself."
        )
