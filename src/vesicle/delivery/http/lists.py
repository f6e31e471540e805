"""Doors of download lists."""

from __future__ import annotations

from vesicle.access import OwnsJob
from vesicle.delivery import lists, manifests
from vesicle.delivery.http.declaring import WRITE, door
from vesicle.delivery.list_model import (
    AddBatchOfFilesToDownloadListRequest,
    AddBatchOfFilesToDownloadListResponse,
    AddToDownloadListRequest,
    DownloadListManifestRequest,
    DownloadListPackageRequest,
    DownloadListQueryRequest,
    RemoveBatchOfFilesFromDownloadListRequest,
    RemoveBatchOfFilesFromDownloadListResponse,
)
from vesicle.jobs import frame
from vesicle.jobs.model import AsyncJobId
from vesicle.web import Bare, Call, Needs, Reply, SignedIn
from vesicle.wire import tag_of

LIST = "/repo/v1/download/list"
OWN_JOB = Needs(OwnsJob, "asyncToken")


@door("POST", f"{LIST}/add", access=SignedIn(), scopes=WRITE)
def add(call: Call, body: AddBatchOfFilesToDownloadListRequest) -> AddBatchOfFilesToDownloadListResponse:
    """Put files on the caller's list."""
    return AddBatchOfFilesToDownloadListResponse(
        number_of_files_added=lists.add(call.conn, call.actor, body.batch_to_add)
    )


@door("POST", f"{LIST}/remove", access=SignedIn(), scopes=WRITE)
def remove(call: Call, body: RemoveBatchOfFilesFromDownloadListRequest) -> RemoveBatchOfFilesFromDownloadListResponse:
    """Take files off the caller's list."""
    removed = lists.remove(call.conn, call.actor, body.batch_to_remove)
    return RemoveBatchOfFilesFromDownloadListResponse(number_of_files_removed=removed)


@door("DELETE", LIST, access=SignedIn(), scopes=WRITE)
def clear(call: Call) -> Bare:
    """Empty the caller's list."""
    lists.clear(call.conn, call.actor)
    return Bare()


@door(
    "POST", f"{LIST}/add/async/start", access=SignedIn(), scopes=lists.ADD.scopes, status=201,
    default_tag=tag_of(AddToDownloadListRequest),
)  # fmt: skip
def start_addition(call: Call, body: AddToDownloadListRequest) -> AsyncJobId:
    """Put the files of a container on the caller's list."""
    lists.check_addition(body)
    return frame.start(call.conn, call.actor, lists.ADD, body)


@door("GET", f"{LIST}/add/async/get/{{asyncToken}}", access=OWN_JOB, status=201)
def addition(call: Call, grant: OwnsJob) -> Reply:
    """How many were added."""
    return frame.result(call.conn, grant, lists.ADD)


@door(
    "POST", f"{LIST}/query/async/start", access=SignedIn(), scopes=lists.QUERY.scopes, status=201,
    default_tag=tag_of(DownloadListQueryRequest),
)  # fmt: skip
def start_query(call: Call, body: DownloadListQueryRequest) -> AsyncJobId:
    """Ask about the caller's list: what can be downloaded, what is missing, how much it is."""
    lists.check_query(body)
    return frame.start(call.conn, call.actor, lists.QUERY, body)


@door("GET", f"{LIST}/query/async/get/{{asyncToken}}", access=OWN_JOB, status=201)
def query_result(call: Call, grant: OwnsJob) -> Reply:
    """The answer."""
    return frame.result(call.conn, grant, lists.QUERY)


@door(
    "POST", f"{LIST}/manifest/async/start", access=SignedIn(), scopes=manifests.MANIFEST.scopes, status=201,
    default_tag=tag_of(DownloadListManifestRequest),
)  # fmt: skip
def start_manifest(call: Call, body: DownloadListManifestRequest) -> AsyncJobId:
    """Write a table of what can be downloaded of the caller's list."""
    manifests.check_format(body.csv_table_descriptor)
    return frame.start(call.conn, call.actor, manifests.MANIFEST, body)


@door("GET", f"{LIST}/manifest/async/get/{{asyncToken}}", access=OWN_JOB, status=201)
def manifest(call: Call, grant: OwnsJob) -> Reply:
    """The table's file handle."""
    return frame.result(call.conn, grant, manifests.MANIFEST)


@door(
    "POST", f"{LIST}/package/async/start", access=SignedIn(), scopes=manifests.PACKAGE.scopes, status=201,
    default_tag=tag_of(DownloadListPackageRequest),
)  # fmt: skip
def start_package(call: Call, body: DownloadListPackageRequest) -> AsyncJobId:
    """Pack the small files of the caller's list into a zip."""
    manifests.check_package(body)
    return frame.start(call.conn, call.actor, manifests.PACKAGE, body)


@door("GET", f"{LIST}/package/async/get/{{asyncToken}}", access=OWN_JOB, status=201)
def package(call: Call, grant: OwnsJob) -> Reply:
    """The zip's file handle."""
    return frame.result(call.conn, grant, manifests.PACKAGE)
