"""Doors of zips."""

from __future__ import annotations

from vesicle.access import OwnsJob
from vesicle.delivery import bulk
from vesicle.delivery.bulk import BulkFileDownloadRequest
from vesicle.delivery.http.declaring import door
from vesicle.jobs import frame
from vesicle.jobs.model import AsyncJobId
from vesicle.web import Call, Needs, Reply, SignedIn
from vesicle.wire import tag_of


@door(
    "POST", "/file/v1/file/bulk/async/start", access=SignedIn(), scopes=bulk.ZIP.scopes, status=201,
    default_tag=tag_of(BulkFileDownloadRequest),
)  # fmt: skip
def start(call: Call, body: BulkFileDownloadRequest) -> AsyncJobId:
    """Pack many files into a zip; each is allowed by its association."""
    bulk.check(body)
    return frame.start(call.conn, call.actor, bulk.ZIP, body)


@door("GET", "/file/v1/file/bulk/async/get/{asyncToken}", access=Needs(OwnsJob, "asyncToken"), status=201)
def result(call: Call, grant: OwnsJob) -> Reply:
    """The zip's file handle, and what became of each file."""
    return frame.result(call.conn, grant, bulk.ZIP)
