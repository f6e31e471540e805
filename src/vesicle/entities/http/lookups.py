"""Doors that find entities."""

from __future__ import annotations

from vesicle.access import MayRead
from vesicle.entities import reading
from vesicle.entities.http.declaring import IN_BODY, READ, door
from vesicle.entities.model.headers import (
    EntityChildrenRequest,
    EntityChildrenResponse,
    EntityHeader,
    EntityIdShape,
    EntityLookupRequest,
    EntityPath,
    ReferenceList,
)
from vesicle.web import Anyone, Call, InStory, Needs
from vesicle.wire import Page


@door("POST", "/repo/v1/entity/child", access=IN_BODY, transaction=READ)
def find_child(call: Call, body: EntityLookupRequest) -> EntityIdShape:
    """A child by its exact name; without a parent, a project."""
    return reading.child(call.conn, call.actor, body.parent_id, body.entity_name)


@door("POST", "/repo/v1/entity/children", access=IN_BODY, transaction=READ)
def list_children(call: Call, body: EntityChildrenRequest) -> EntityChildrenResponse:
    """A page of what lies in a container."""
    return reading.children(call.conn, call.actor, body)


@door("GET", "/repo/v1/entity/{id}/type", access=Needs(MayRead))
def read_header(call: Call, grant: MayRead) -> EntityHeader:
    """An entity in one line."""
    return reading.header(call.conn, grant)


@door("GET", "/repo/v1/entity/type", access=IN_BODY)
def read_headers(call: Call, batch: str) -> Page:
    """Headers of many entities, ids with commas between; what may not be read is left out."""
    return reading.headers(call.conn, call.actor, reading.references(batch))


@door("POST", "/repo/v1/entity/header", access=IN_BODY, transaction=READ)
def read_versioned_headers(call: Call, body: ReferenceList) -> Page:
    """Headers of many entities, or of named versions; what may not be read is left out."""
    return reading.headers(call.conn, call.actor, list(body.references))


@door("GET", "/repo/v1/entity/{id}/path", access=Needs(MayRead))
def read_path(call: Call, grant: MayRead) -> EntityPath:
    """From the root down to the entity."""
    return reading.path(call.conn, grant)


@door(
    "GET", "/repo/v1/entity/alias/{alias}",
    access=Anyone("tells which id an alias stands for, and nothing of what is there"),
)  # fmt: skip
def find_alias(call: Call, alias: str) -> EntityIdShape:
    """The project that has an alias."""
    return reading.of_alias(call.conn, alias)


@door("GET", "/repo/v1/entity/md5/{md5}", access=InStory("what may not be read is left out"))
def find_md5(call: Call, md5: str) -> Page:
    """The versions of files with these bytes that the caller can read."""
    return reading.of_md5(call.conn, call.actor, md5)


@door("GET", "/repo/v1/entity/dockerRepo/id", access=InStory("what may not be read is not there"))
def find_repository(call: Call, repository_name: str) -> EntityIdShape:
    """The repository of images that has a name."""
    return reading.of_repository(call.conn, call.actor, repository_name)
