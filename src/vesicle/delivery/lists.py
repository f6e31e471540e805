"""Download lists: what a person puts aside, takes off again, and asks about (contract, core 26)."""

from __future__ import annotations

from collections.abc import Sequence

from vesicle.access import Actor, MayRead, Scope, require
from vesicle.accounts import tokens
from vesicle.db import Clash, Connection
from vesicle.delivery import store, zips
from vesicle.delivery.list_model import (
    ActionRequiredCount,
    ActionRequiredRequest,
    ActionRequiredResponse,
    AddToDownloadListRequest,
    AddToDownloadListResponse,
    AnyQueryResponse,
    AvailableFilesRequest,
    AvailableFilesResponse,
    DownloadListItem,
    DownloadListItemResult,
    DownloadListQueryRequest,
    DownloadListQueryResponse,
    FilesStatisticsResponse,
    ListedFile,
)
from vesicle.entities.model.restrictions import MeetAccessRequirement, RequestDownload
from vesicle.errors import BadRequest
from vesicle.jobs import frame
from vesicle.wire import UNSET, EntityId, Maybe, key_of_token, or_unset, stamp, token_of_key

MOST_AT_ONCE = 1000
MOST = 100_000
MOST_SORTS = 3
PAGE = 50
FILTERS = {"eligibleForPackaging": True, "ineligibleForPackaging": False}
NEWEST_VERSION = 2**31 - 1


def add(conn: Connection, actor: Actor, items: list[DownloadListItem]) -> int:
    """How many of these were not on the list; what is no file that the caller can see is left out."""
    try:
        with conn.transaction():
            return store.add(conn, actor, _pairs(items, "batchToAdd"))
    except Clash:
        raise _full() from None


def remove(conn: Connection, actor: Actor, items: list[DownloadListItem]) -> int:
    """How many of these were on the list, in exactly these versions."""
    return store.remove(conn, actor, _pairs(items, "batchToRemove"))


def clear(conn: Connection, actor: Actor) -> None:
    """Nothing is on the list any more."""
    store.clear(conn, actor)


def _pairs(items: Sequence[DownloadListItem], member: str) -> list[tuple[int, int]]:
    if not 1 <= len(items) <= MOST_AT_ONCE:
        raise BadRequest(f"{member} names from 1 to {MOST_AT_ONCE} files.")
    pairs = [(int(one.file_entity_id), one.version_number or 0) for one in items]
    return [(number, version) for number, version in pairs if 0 <= version <= NEWEST_VERSION]


def _full() -> BadRequest:
    return BadRequest(f"A download list holds at most {MOST} files; download or remove some first.")


def check_addition(request: AddToDownloadListRequest) -> None:
    """Raises BadRequest."""
    if (request.parent_id is UNSET) == (request.query is UNSET):
        raise BadRequest("Give a parentId or a query: one of the two.")
    if request.query is not UNSET:
        raise BadRequest("This server has no views that could be queried; give a parentId.")


def add_container(job: frame.Running, request: AddToDownloadListRequest) -> AddToDownloadListResponse:
    """The files of a container, and of those below it where that is asked for. Raises BadRequest past the limit."""
    check_addition(request)
    with job.house.pool.connection() as conn:
        actor = tokens.actor_of_person(conn, job.started_by, job.house.settings)
        parent = require(conn, actor, MayRead, request.parent_id or 0)
        try:
            added = store.add_below(conn, actor, parent, deep=request.recursive, versions=request.use_version_number)
        except Clash:
            raise _full() from None
    return AddToDownloadListResponse(number_of_files_added=added)


def check_query(request: DownloadListQueryRequest) -> None:
    """Raises BadRequest."""
    asked = request.request_details
    if isinstance(asked, AvailableFilesRequest):
        if asked.filter and asked.filter not in FILTERS:
            raise BadRequest(f"filter is one of {', '.join(FILTERS)}, not {asked.filter[:50]!r}.")
        if len(asked.sort) > MOST_SORTS:
            raise BadRequest(f"sort names at most {MOST_SORTS} fields.")
        for one in asked.sort:
            if one.field not in store.SORTS or one.direction not in ("ASC", "DESC"):
                raise BadRequest(f"sort takes one of {', '.join(store.SORTS)}, and ASC or DESC.")
        _offset(asked.next_page_token)
    elif isinstance(asked, ActionRequiredRequest):
        _offset(asked.next_page_token)


def query(job: frame.Running, request: DownloadListQueryRequest) -> DownloadListQueryResponse:
    """What the caller asks about their list."""
    check_query(request)
    with job.house.pool.connection() as conn:
        actor = tokens.actor_of_person(conn, job.started_by, job.house.settings)
        return DownloadListQueryResponse(response_details=_answer(conn, actor, request))


def _answer(conn: Connection, actor: Actor, request: DownloadListQueryRequest) -> AnyQueryResponse:
    asked = request.request_details
    if isinstance(asked, AvailableFilesRequest):
        offset = _offset(asked.next_page_token)
        sorts = [(one.field, one.direction == "DESC") for one in asked.sort]
        fits = FILTERS[asked.filter] if asked.filter else None
        files = store.available(conn, actor, zips.LARGEST_FILE, fits, sorts, PAGE + 1, offset)
        more = token_of_key(offset + PAGE) if len(files) > PAGE else UNSET
        return AvailableFilesResponse(page=[_shape(one) for one in files[:PAGE]], next_page_token=more)
    if isinstance(asked, ActionRequiredRequest):
        offset = _offset(asked.next_page_token)
        rows = store.in_the_way(conn, actor, PAGE + 1, offset)
        more = token_of_key(offset + PAGE) if len(rows) > PAGE else UNSET
        page = [
            ActionRequiredCount(
                action=MeetAccessRequirement(access_requirement_id=requirement)
                if requirement
                else RequestDownload(benefactor_id=benefactor),
                count=count,
            )
            for requirement, benefactor, count in rows[:PAGE]
        ]
        return ActionRequiredResponse(page=page, next_page_token=more)
    total, may, fit, size = store.statistics(conn, actor, zips.LARGEST_FILE)
    return FilesStatisticsResponse(
        total_number_of_files=total, number_of_files_available_for_download=may,
        number_of_files_available_for_download_and_eligible_for_packaging=fit,
        number_of_files_requiring_action=total - may, sum_of_file_sizes_available_for_download=size,
    )  # fmt: skip


def _offset(token: Maybe[str]) -> int:
    if not token:
        return 0
    (offset,) = key_of_token(token, tuple[int])
    if not 0 <= offset <= MOST:
        raise BadRequest("nextPageToken is not one that this server gave out; begin with the first page.")
    return offset


def _shape(row: ListedFile) -> DownloadListItemResult:
    return DownloadListItemResult(
        file_entity_id=EntityId(row.id), file_name=row.name, added_on=stamp(row.added_on),
        project_id=EntityId(row.project_id), project_name=row.project_name, created_by=str(row.created_by),
        created_on=stamp(row.created_on), is_eligible_for_packaging=row.eligible, file_handle_id=str(row.handle_id),
        version_number=row.asked or UNSET, file_size_bytes=or_unset(row.size),
    )  # fmt: skip


ADD = frame.kind(AddToDownloadListRequest, add_container, Scope.view | Scope.modify)
QUERY = frame.kind(DownloadListQueryRequest, query, Scope.view)
