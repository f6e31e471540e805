"""Doors of storage locations and project settings."""

from __future__ import annotations

from vesicle.access import MayCheckLocation, MayRead, OwnsLocation, Scope
from vesicle.locations import checking, creation, owners_keys, project_settings, resolving
from vesicle.locations.model import (
    AnyProjectSetting,
    AnyStorageLocation,
    StorageLocations,
    StoreKeys,
    UploadDestinationListSetting,
)
from vesicle.web import Bare, Call, Doors, InStory, Needs, Reply, SignedIn, Transaction
from vesicle.web.replies import reply_of
from vesicle.wire import Id, tag_of

door = Doors("locations")
WRITE = Scope.view | Scope.modify
WHOLE_BUCKET = '299 vesicle "without a baseKey the temporary credentials of this location open the whole bucket"'


@door(
    "POST", "/repo/v1/storageLocation", access=SignedIn(), scopes=WRITE, status=201, transaction=Transaction.STORY,
)  # fmt: skip
def create_location(call: Call, body: AnyStorageLocation) -> AnyStorageLocation:
    """A storage location; the same request of the same person is answered with the same location."""
    made = creation.create(call.conn, call.actor, call.stores, call.settings, body)
    reply = reply_of(made, 201)
    if creation.opens_whole_bucket(made):
        reply.headers["Warning"] = WHOLE_BUCKET
    return reply  # type: ignore[return-value]


@door("GET", "/repo/v1/storageLocation", access=SignedIn())
def own_locations(call: Call) -> StorageLocations:
    """The caller's newest storage locations."""
    return StorageLocations(locations=resolving.own_locations(call.conn, call.actor))


@door("GET", "/repo/v1/storageLocation/{id}", access=Needs(OwnsLocation))
def location(call: Call, grant: OwnsLocation) -> AnyStorageLocation:
    """A storage location of the caller's, or of a team of theirs."""
    return resolving.owned(call.conn, grant)


@door(
    "PUT", "/vesicle/v1/storageLocation/{id}/keys", access=Needs(OwnsLocation), scopes=WRITE,
    transaction=Transaction.STORY,
)  # fmt: skip
def keep_keys(call: Call, grant: OwnsLocation, body: StoreKeys) -> AnyStorageLocation:
    """Come to the bucket of a location with keys of its owner from now on; nobody is shown them again."""
    return owners_keys.keep(call.conn, grant, call.stores, body)


@door("DELETE", "/vesicle/v1/storageLocation/{id}/keys", access=Needs(OwnsLocation), scopes=WRITE, status=204)
def forget_keys(call: Call, grant: OwnsLocation) -> Bare:
    """Forget the keys of the bucket's owner."""
    owners_keys.forget(call.conn, grant)
    return Bare(204)


@door("POST", "/vesicle/v1/storageLocation/check", access=SignedIn(), scopes=WRITE, transaction=Transaction.STORY)
def check_bucket(call: Call, body: checking.CheckBucketRequest) -> checking.BucketCheckResult:
    """The same check of a bucket for which there is no location; little of it where owner.txt names somebody else."""
    return checking.of_bucket(call.conn, call.actor, call.stores, call.settings, body)


@door(
    "POST", "/vesicle/v1/storageLocation/{id}/check", access=Needs(MayCheckLocation), scopes=WRITE,
    transaction=Transaction.STORY,
)  # fmt: skip
def check_location(call: Call, grant: MayCheckLocation) -> checking.BucketCheckResult:
    """What works in the bucket of a location, what fails, what to change, and what to paste; takes some seconds."""
    return checking.of_location(call.conn, grant, call.stores, call.settings)


@door(
    "POST", "/repo/v1/projectSettings", access=InStory("the container is in the body"), scopes=WRITE, status=201,
    default_tag=tag_of(UploadDestinationListSetting),
)  # fmt: skip
def create_setting(call: Call, body: AnyProjectSetting) -> AnyProjectSetting:
    """Say where new files of a project or folder go."""
    return project_settings.create(call.conn, call.actor, body)


@door(
    "PUT", "/repo/v1/projectSettings", access=InStory("the container is in the body"), scopes=WRITE,
    default_tag=tag_of(UploadDestinationListSetting),
)  # fmt: skip
def replace_setting(call: Call, body: AnyProjectSetting) -> Bare:
    """Say something else; files that are there stay where they are."""
    project_settings.replace(call.conn, call.actor, body)
    return Bare()


@door("GET", "/repo/v1/projectSettings/{id}", access=InStory("the container decides, which the setting knows"))
def setting(call: Call, id: Id) -> AnyProjectSetting:
    """A project setting by its own id."""
    return project_settings.read(call.conn, call.actor, id)


@door(
    "DELETE", "/repo/v1/projectSettings/{id}", access=InStory("the container decides, which the setting knows"),
    scopes=WRITE, status=204,
)  # fmt: skip
def delete_setting(call: Call, id: Id) -> Bare:
    """Let a project or folder inherit again."""
    project_settings.delete(call.conn, call.actor, id)
    return Bare(204)


@door("GET", "/repo/v1/projectSettings/{projectId}/type/{type}", access=Needs(MayRead, "projectId"))
def setting_of(call: Call, grant: MayRead, type: str) -> Reply:
    """A container's own setting; an empty 200 where it has none, which is what clients look for."""
    found = project_settings.of_container(call.conn, grant, type)
    return Bare() if found is None else reply_of(found, 200)
