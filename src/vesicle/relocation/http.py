"""Doors of registrations, and of what becomes of buckets afterwards."""

from __future__ import annotations

from vesicle.access import OwnsJob, OwnsLocation
from vesicle.jobs import frame
from vesicle.jobs.model import AsyncJobId
from vesicle.relocation import drifting, registering, relinking, verifying
from vesicle.relocation.model import (
    CheckDriftRequest,
    DriftPage,
    RegisterObjectsRequest,
    RelinkRequest,
    VerifyRequest,
)
from vesicle.web import Call, Doors, Needs, Reply
from vesicle.wire import Id, tag_of

door = Doors("relocation")


@door(
    "POST", "/vesicle/v1/storageLocation/{id}/register", access=Needs(OwnsLocation), status=201,
    scopes=registering.REGISTER.scopes, default_tag=tag_of(RegisterObjectsRequest),
)  # fmt: skip
def start_registration(call: Call, grant: OwnsLocation, body: RegisterObjectsRequest) -> AsyncJobId:
    """Make files of the objects of a bucket: those below a prefix, in a project or folder that the caller names."""
    return AsyncJobId(token=registering.start(call.conn, call.actor, call.stores, grant.id, body))


@door(
    "GET", "/vesicle/v1/storageLocation/{id}/register/{asyncToken}", access=Needs(OwnsJob, "asyncToken"), status=201,
)  # fmt: skip
def registration(call: Call, grant: OwnsJob, id: Id) -> Reply:  # noqa: ARG001
    """What became of the objects, and the manifest; 202 and how far it is while the job runs."""
    return frame.result(call.conn, grant, registering.REGISTER)


@door(
    "POST", "/vesicle/v1/storageLocation/{id}/drift", access=Needs(OwnsLocation), status=201,
    scopes=drifting.CHECK.scopes, default_tag=tag_of(CheckDriftRequest),
)  # fmt: skip
def start_check(call: Call, grant: OwnsLocation, body: CheckDriftRequest) -> AsyncJobId:  # noqa: ARG001
    """Compare the bucket of a location with what is on record, now."""
    return drifting.start(call.conn, grant)


@door("GET", "/vesicle/v1/storageLocation/{id}/drift", access=Needs(OwnsLocation))
def drift(call: Call, grant: OwnsLocation, next_page_token: str | None = None) -> DriftPage:
    """The file handles whose objects are not as they are on record."""
    return drifting.listed(call.conn, grant, next_page_token)


@door(
    "GET", "/vesicle/v1/storageLocation/{id}/drift/{asyncToken}", access=Needs(OwnsJob, "asyncToken"), status=201,
)  # fmt: skip
def check_result(call: Call, grant: OwnsJob, id: Id) -> Reply:  # noqa: ARG001
    """Whether a comparison is done; 202 and how far it is while it runs."""
    return frame.result(call.conn, grant, drifting.CHECK)


@door(
    "POST", "/vesicle/v1/storageLocation/{id}/relink", access=Needs(OwnsLocation), status=201,
    scopes=relinking.RELINK.scopes, default_tag=tag_of(RelinkRequest),
)  # fmt: skip
def start_relink(call: Call, grant: OwnsLocation, body: RelinkRequest) -> AsyncJobId:
    """Point file handles at where their objects were moved, inside the bucket and never at other bytes."""
    return relinking.start(call.conn, grant, body)


@door(
    "GET", "/vesicle/v1/storageLocation/{id}/relink/{asyncToken}", access=Needs(OwnsJob, "asyncToken"), status=201,
)  # fmt: skip
def relink_result(call: Call, grant: OwnsJob, id: Id) -> Reply:  # noqa: ARG001
    """How many handles were pointed elsewhere; 202 while the job runs."""
    return frame.result(call.conn, grant, relinking.RELINK)


@door(
    "POST", "/vesicle/v1/storageLocation/{id}/verify", access=Needs(OwnsLocation), status=201,
    scopes=verifying.VERIFY.scopes, default_tag=tag_of(VerifyRequest),
)  # fmt: skip
def start_verification(call: Call, grant: OwnsLocation, body: VerifyRequest) -> AsyncJobId:
    """Read the bytes of every file of a location whose MD5 is only claimed."""
    body.storage_location_id = grant.id
    return frame.start(call.conn, call.actor, verifying.VERIFY, body)


@door(
    "GET", "/vesicle/v1/storageLocation/{id}/verify/{asyncToken}", access=Needs(OwnsJob, "asyncToken"), status=201,
)  # fmt: skip
def verification_result(call: Call, grant: OwnsJob, id: Id) -> Reply:  # noqa: ARG001
    """How many were as claimed; 202 while the job runs."""
    return frame.result(call.conn, grant, verifying.VERIFY)
