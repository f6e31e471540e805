"""Doors of registrations."""

from __future__ import annotations

from vesicle.access import OwnsJob, OwnsLocation, Scope
from vesicle.jobs import frame
from vesicle.jobs.model import AsyncJobId
from vesicle.relocation import registering
from vesicle.relocation.model import RegisterObjectsRequest
from vesicle.web import Call, Doors, Needs, Reply
from vesicle.wire import Id, tag_of

door = Doors("relocation")
WRITE = Scope.view | Scope.modify


@door(
    "POST", "/vesicle/v1/storageLocation/{id}/register", access=Needs(OwnsLocation), scopes=WRITE, status=201,
    default_tag=tag_of(RegisterObjectsRequest),
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
