"""Shapes of download lists."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from vesicle.entities.model.restrictions import AnyAction
from vesicle.wire import UNSET, EntityId, Int64, Maybe, Shape

PREFIX = "org.sagebionetworks.repo.model.download."


class DownloadListItem(Shape):
    """A file, in one version or in whatever version is the current one."""

    file_entity_id: EntityId
    version_number: Maybe[Int64] = UNSET


class AddBatchOfFilesToDownloadListRequest(Shape):
    """Files to put on the list."""

    batch_to_add: list[DownloadListItem] = msgspec.field(default_factory=list)


class AddBatchOfFilesToDownloadListResponse(Shape):
    """How many of them were not on it before."""

    number_of_files_added: int


class RemoveBatchOfFilesFromDownloadListRequest(Shape):
    """Files to take off the list."""

    batch_to_remove: list[DownloadListItem] = msgspec.field(default_factory=list)


class RemoveBatchOfFilesFromDownloadListResponse(Shape):
    """How many of them were on it."""

    number_of_files_removed: int


class AddToDownloadListRequest(Shape, tag_field="concreteType", tag=f"{PREFIX}AddToDownloadListRequest"):
    """The files of a container to put on the list. Views to query are not offered here."""

    parent_id: Maybe[EntityId] = UNSET
    query: Maybe[Any] = UNSET
    recursive: bool = False
    use_version_number: bool = True


class AddToDownloadListResponse(Shape, tag_field="concreteType", tag=f"{PREFIX}AddToDownloadListResponse"):
    """How many of them were not on it before."""

    number_of_files_added: int


class Sort(Shape):
    """One field to sort by."""

    field: str
    direction: str = "ASC"


class QueryRequestDetails(Shape, tag_field="concreteType"):
    """What is asked of the list."""


class AvailableFilesRequest(QueryRequestDetails, tag=f"{PREFIX}AvailableFilesRequest"):
    """The files that can be downloaded."""

    next_page_token: Maybe[str] = UNSET
    sort: list[Sort] = msgspec.field(default_factory=list)
    filter: Maybe[str] = UNSET


class ActionRequiredRequest(QueryRequestDetails, tag=f"{PREFIX}ActionRequiredRequest"):
    """What keeps the others from being downloaded."""

    next_page_token: Maybe[str] = UNSET


class FilesStatisticsRequest(QueryRequestDetails, tag=f"{PREFIX}FilesStatisticsRequest"):
    """How many there are of each."""


AnyQueryRequest: TypeAlias = AvailableFilesRequest | ActionRequiredRequest | FilesStatisticsRequest


class DownloadListItemResult(Shape):
    """A file on the list, and what is known of it."""

    file_entity_id: EntityId
    file_name: str
    added_on: str
    project_id: EntityId
    project_name: str
    created_by: str
    created_on: str
    is_eligible_for_packaging: bool
    file_handle_id: str
    version_number: Maybe[int] = UNSET
    file_size_bytes: Maybe[int] = UNSET


class ActionRequiredCount(Shape):
    """What somebody has to do, and for how many files."""

    action: AnyAction
    count: int


class QueryResponseDetails(Shape, tag_field="concreteType"):
    """What is answered."""


class AvailableFilesResponse(QueryResponseDetails, tag=f"{PREFIX}AvailableFilesResponse"):
    """A page of files that can be downloaded."""

    page: list[DownloadListItemResult]
    next_page_token: Maybe[str] = UNSET


class ActionRequiredResponse(QueryResponseDetails, tag=f"{PREFIX}ActionRequiredResponse"):
    """A page of things to do."""

    page: list[ActionRequiredCount]
    next_page_token: Maybe[str] = UNSET


class FilesStatisticsResponse(QueryResponseDetails, tag=f"{PREFIX}FilesStatisticsResponse"):
    """How many files there are of each kind."""

    total_number_of_files: int
    number_of_files_available_for_download: int
    number_of_files_available_for_download_and_eligible_for_packaging: int
    number_of_files_requiring_action: int
    sum_of_file_sizes_available_for_download: int


AnyQueryResponse: TypeAlias = AvailableFilesResponse | ActionRequiredResponse | FilesStatisticsResponse


class DownloadListQueryRequest(Shape, tag_field="concreteType", tag=f"{PREFIX}DownloadListQueryRequest"):
    """A question about the caller's list."""

    request_details: AnyQueryRequest


class DownloadListQueryResponse(Shape, tag_field="concreteType", tag=f"{PREFIX}DownloadListQueryResponse"):
    """Its answer, of the kind that belongs to the question."""

    response_details: AnyQueryResponse


class CsvTableDescriptor(Shape):
    """How a CSV is written."""

    separator: str = ","
    quote_character: str = '"'
    escape_character: str = "\\"
    line_end: str = "\n"
    is_first_line_header: bool = True


class DownloadListManifestRequest(Shape, tag_field="concreteType", tag=f"{PREFIX}DownloadListManifestRequest"):
    """A table of the files that can be downloaded."""

    csv_table_descriptor: CsvTableDescriptor = msgspec.field(default_factory=CsvTableDescriptor)


class DownloadListManifestResponse(Shape, tag_field="concreteType", tag=f"{PREFIX}DownloadListManifestResponse"):
    """The table."""

    result_file_handle_id: str


class DownloadListPackageRequest(Shape, tag_field="concreteType", tag=f"{PREFIX}DownloadListPackageRequest"):
    """The small files of the list as one zip."""

    zip_file_name: Maybe[str] = UNSET
    include_manifest: bool = False
    csv_table_descriptor: CsvTableDescriptor = msgspec.field(default_factory=CsvTableDescriptor)


class DownloadListPackageResponse(Shape, tag_field="concreteType", tag=f"{PREFIX}DownloadListPackageResponse"):
    """The zip."""

    result_file_handle_id: str


class ListedFile(msgspec.Struct, array_like=True):
    """One file of a list that its owner may download, as stored. ``asked`` is 0 for the current version."""

    id: int
    asked: int
    version: int
    name: str
    added_on: datetime
    project_id: int
    project_name: str
    created_by: int
    created_on: datetime
    modified_by: int
    modified_on: datetime
    parent_id: int
    handle_id: int
    size: int | None
    content_type: str | None
    md5: str | None
    annotations: dict[str, Any]
    eligible: bool
