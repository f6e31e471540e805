"""Doors of provenance."""

from __future__ import annotations

from vesicle.access import MayRead, OwnsActivity, Scope
from vesicle.entities import provenance
from vesicle.entities.http.declaring import UNDER_LOCK, WRITE, door
from vesicle.entities.model.activities import Activity
from vesicle.web import Bare, Call, InStory, Needs, SignedIn
from vesicle.wire import EntityId, Id, Page

SEEN = InStory("for its creator, and for who can read something that it made")
GONE_IS_FINE = InStory("deleting what does not exist answers 204, so the story asks for the proof itself")


@door("POST", "/repo/v1/activity", access=SignedIn(), scopes=WRITE, status=201)
def create_activity(call: Call, body: Activity) -> Activity:
    """Say what was done, and with what."""
    return provenance.begin(call.conn, call.actor, body)


@door("GET", "/repo/v1/activity/{id}", access=SEEN)
def read_activity(call: Call, id: Id) -> Activity:
    """An activity."""
    return provenance.read(call.conn, call.actor, id)


@door("PUT", "/repo/v1/activity/{id}", access=Needs(OwnsActivity), scopes=WRITE)
def replace_activity(call: Call, grant: OwnsActivity, body: Activity) -> Activity:
    """Replace an activity."""
    return provenance.replace(call.conn, grant, body)


@door("DELETE", "/repo/v1/activity/{id}", access=GONE_IS_FINE, scopes=Scope.modify, status=204)
def delete_activity(call: Call, id: Id) -> Bare:
    """Remove an activity that no version names."""
    provenance.delete(call.conn, call.actor, id)
    return Bare(204)


@door("GET", "/repo/v1/activity/{id}/generated", access=SEEN)
def list_generated(call: Call, id: Id, limit: int = 10, offset: int = 0) -> Page:
    """What an activity made."""
    return provenance.generated(call.conn, call.actor, id, limit, offset)


@door("GET", "/repo/v1/entity/{id}/generatedBy", access=Needs(MayRead))
def read_generated_by(call: Call, grant: MayRead) -> Activity:
    """What made the current version."""
    return provenance.of_version(call.conn, grant)


@door("GET", "/repo/v1/entity/{id}/version/{versionNumber}/generatedBy", access=Needs(MayRead))
def read_version_generated_by(call: Call, grant: MayRead, version_number: int) -> Activity:
    """What made one version."""
    return provenance.of_version(call.conn, grant, version_number)


@door("PUT", "/repo/v1/entity/{id}/generatedBy", access=UNDER_LOCK, scopes=WRITE)
def link_generated_by(call: Call, id: EntityId, generated_by: Id) -> Activity:
    """Say what made the current version."""
    provenance.link(call.conn, call.actor, id, generated_by)
    return provenance.read(call.conn, call.actor, generated_by)


@door("DELETE", "/repo/v1/entity/{id}/generatedBy", access=UNDER_LOCK, scopes=Scope.modify, status=204)
def unlink_generated_by(call: Call, id: EntityId) -> Bare:
    """Take back what was said of the current version."""
    provenance.link(call.conn, call.actor, id, None)
    return Bare(204)
