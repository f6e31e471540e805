"""Doors of downloads and upload destinations."""

from __future__ import annotations

from vesicle.access import MayDownload, MayRead, OwnsFileHandle, Scope
from vesicle.delivery import downloads
from vesicle.delivery.http.declaring import door
from vesicle.delivery.http.declaring import url_reply as _answer
from vesicle.delivery.model import BatchFileRequest, BatchFileResult, FileHandleAssociation
from vesicle.locations import resolving
from vesicle.locations.destinations import AnyUploadDestination, UploadDestinationLocations, UploadDestinations
from vesicle.web import Call, InStory, Needs, Reply, Transaction
from vesicle.wire import Id


@door(
    "POST", "/file/v1/fileHandle/batch", status=201, scopes=Scope.view | Scope.download,
    access=InStory("the handles are in the body, and each is allowed by itself"), transaction=Transaction.STORY,
)  # fmt: skip
def batch(call: Call, body: BatchFileRequest) -> BatchFileResult:
    """File handles and presigned URLs through their associations."""
    return downloads.batch(call.conn, call.actor, call.stores, call.settings, body)


@door(
    "GET", "/file/v1/fileHandle/{handleId}/url", access=Needs(OwnsFileHandle, "handleId"), scopes=Scope.download,
)  # fmt: skip
def handle_url(call: Call, grant: OwnsFileHandle, redirect: bool = True) -> Reply:
    """A presigned URL of a handle that the caller made."""
    return _answer(downloads.url_of_handle(call.conn, grant, call.stores, call.settings), redirect)


@door(
    "GET", "/file/v1/file/{fileHandleId}", scopes=Scope.download,
    access=InStory("allowed by the association in the query"),
)  # fmt: skip
def associated_url(
    call: Call, file_handle_id: Id, file_associate_type: str, file_associate_id: str, redirect: bool = True
) -> Reply:
    """A presigned URL of a handle through an object that refers to it."""
    item = FileHandleAssociation(
        file_handle_id=file_handle_id, associate_object_id=file_associate_id, associate_object_type=file_associate_type
    )
    return _answer(downloads.url_through(call.conn, call.actor, call.stores, call.settings, item), redirect)


@door("GET", "/repo/v1/entity/{id}/file", access=Needs(MayDownload), scopes=Scope.download)
def entity_file(call: Call, grant: MayDownload, redirect: bool = True) -> Reply:
    """A presigned URL of a file's bytes; a browser that is sent there downloads."""
    return _answer(downloads.url_of_entity(call.conn, grant, call.stores, call.settings), redirect)


@door(
    "GET", "/repo/v1/entity/{id}/version/{versionNumber}/file", access=Needs(MayDownload), scopes=Scope.download,
)  # fmt: skip
def entity_version_file(call: Call, grant: MayDownload, version_number: int, redirect: bool = True) -> Reply:
    """A presigned URL of one version's bytes."""
    return _answer(downloads.url_of_entity(call.conn, grant, call.stores, call.settings, version_number), redirect)


@door("GET", "/file/v1/entity/{id}/uploadDestination", access=Needs(MayRead))
def upload_destination(call: Call, grant: MayRead) -> AnyUploadDestination:
    """Where new files of this project or folder go."""
    return resolving.destination(call.conn, grant, call.stores)


@door("GET", "/file/v1/entity/{id}/uploadDestinations", access=Needs(MayRead))
def upload_destinations(call: Call, grant: MayRead) -> UploadDestinations:
    """Every place that new files of this project or folder may go to, the default one first."""
    return UploadDestinations(destinations=resolving.destinations(call.conn, grant, call.stores))


@door("GET", "/file/v1/entity/{id}/uploadDestination/{storageLocationId}", access=Needs(MayRead))
def upload_destination_of(call: Call, grant: MayRead, storage_location_id: Id) -> AnyUploadDestination:
    """How to upload to one storage location."""
    return resolving.destination(call.conn, grant, call.stores, storage_location_id)


@door("GET", "/file/v1/entity/{id}/uploadDestinationLocations", access=Needs(MayRead))
def upload_destination_locations(call: Call, grant: MayRead) -> UploadDestinationLocations:
    """The storage locations that new files of this project or folder may go to."""
    return UploadDestinationLocations(locations=resolving.lines(call.conn, grant))
