"""Looking at entities: themselves, their headers, their place, their children."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vesicle.access import Actor, Exists, MayDownload, MayRead, MayUpdate, require, require_each
from vesicle.db import Connection
from vesicle.entities.model.entity import CLASS_OF, KINDS, AnyEntity, Reference
from vesicle.entities.model.headers import (
    EntityChildrenRequest,
    EntityChildrenResponse,
    EntityHeader,
    EntityIdShape,
    EntityPath,
    PathElement,
    header_of,
)
from vesicle.entities.model.rows import EntityRow, shape_of
from vesicle.entities.store import lookups, versions
from vesicle.errors import BadRequest, NotFound, Refusal
from vesicle.files import handles
from vesicle.files.model import Handle
from vesicle.tree import looking
from vesicle.tree.model import ROOT
from vesicle.wire import UNSET, EntityId, Maybe, Page, key_of_token, token_of_key

PAGE = 50
MOST_REFERENCES = 1000
MOST_WITH_MD5 = 200


def entity(conn: Connection, grant: MayRead | MayUpdate, version: int | None = None) -> AnyEntity:
    """An entity, or one version of it. Raises NotFound for a version that there is not."""
    return shape_of(row(conn, grant, version))


def row(conn: Connection, grant: MayRead | MayUpdate, version: int | None = None) -> EntityRow:
    """The same as it is stored. Raises NotFound for a version that there is not."""
    found = versions.entity(conn, grant, version)
    if found is None:
        raise NotFound(f"Entity syn{grant.id} has no version {version}.")
    return found


def handle_of(conn: Connection, grant: MayDownload | MayRead, version: int | None = None) -> Handle | None:
    """The file handle of a version; None when the entity is no file.

    Raises NotFound for a version that there is not.
    """
    found = versions.handle_of(conn, grant, version)
    if found is None:
        raise NotFound(f"Entity syn{grant.id} has no version {version}.")
    return handle_named(conn, grant, found[0])


def handle_named(conn: Connection, grant: MayDownload | MayRead, handle_id: int | None) -> Handle | None:
    """The file handle that a version of the entity says it has."""
    return None if handle_id is None else handles.associated(conn, [grant], [handle_id]).get((grant.id, handle_id))


def header(conn: Connection, grant: MayRead | Exists, node_id: int | None = None) -> EntityHeader:
    """The header of an entity (or of its benefactor, which everybody may know)."""
    row = lookups.header(conn, grant, grant.id if node_id is None else node_id)
    if row is None:
        raise NotFound(f"Resource: 'syn{grant.id}' does not exist")
    return header_of(row)


def references(batch: str) -> list[Reference]:
    """``syn1,syn2`` as references. Raises BadRequest."""
    try:
        return [Reference(target_id=EntityId.parse(text)) for text in batch.split(",") if text.strip()]
    except ValueError as error:
        raise BadRequest(f"batch: {error}") from None


def headers(conn: Connection, actor: Actor, asked: list[Reference]) -> Page:
    """Headers in the order asked for; what does not exist, or may not be read, is left out."""
    if not 1 <= len(asked) <= MOST_REFERENCES:
        raise BadRequest(f"references names from 1 to {MOST_REFERENCES} entities.")
    wanted = dict.fromkeys((int(reference.target_id), _version_of(reference)) for reference in asked)
    may = require_each(conn, actor, MayRead, list({number for number, _ in wanted}))
    readable = [(grant, version) for number, version in wanted if not isinstance(grant := may[number], Refusal)]
    found = [header_of(row) for row in lookups.headers(conn, readable)]
    return Page(results=found, total_number_of_results=len(found))


def _version_of(reference: Reference) -> int | None:
    """No version is as high as the highest number of the column, so whatever lies past it may stand for it."""
    asked = reference.target_version_number
    return None if asked is UNSET else max(-1, min(asked, 2**31 - 1))


def path(conn: Connection, grant: MayRead) -> EntityPath:
    """From the root down; the names of ancestors that the caller cannot read are hidden."""
    line = looking.line(conn, grant)
    may = require_each(conn, grant.actor, MayRead, [step[0] for step in line])
    return EntityPath(
        path=[
            PathElement(id=EntityId(number), name=_name(number, name, may), type=CLASS_OF[kind])
            for number, name, kind in line
        ]
    )


def _name(number: int, name: str, may: dict[int, MayRead | Refusal]) -> str:
    return "Redacted" if isinstance(may[number], Refusal) and number != ROOT else name


def _container(conn: Connection, actor: Actor, parent_id: Maybe[EntityId]) -> MayRead | Exists:
    """READ on the parent. Everybody may look below the root, where each sees the projects they can read."""
    if parent_id is UNSET or parent_id == ROOT:
        return require(conn, actor, Exists, ROOT)
    return require(conn, actor, MayRead, parent_id)


def child(conn: Connection, actor: Actor, parent_id: Maybe[EntityId], name: str) -> EntityIdShape:
    """A child by its exact name. Raises NotFound, and Forbidden when parent or child may not be read."""
    parent = _container(conn, actor, parent_id)
    found = looking.child(conn, parent, name)
    if found is None:
        raise NotFound(f"syn{parent.id} has no child of the name {name[:256]!r}.")
    return EntityIdShape(id=EntityId(require(conn, actor, MayRead, found).id))


def children(conn: Connection, actor: Actor, asked: EntityChildrenRequest) -> EntityChildrenResponse:
    """A page of children, and totals when asked for. Kinds that this server does not have match nothing."""
    if not asked.include_types:
        raise BadRequest("includeTypes names at least one type, such as folder or file.")
    sort, direction = asked.sort_by or "NAME", asked.sort_direction or "ASC"
    if sort not in ("NAME", "CREATED_ON", "MODIFIED_ON") or direction not in ("ASC", "DESC"):
        raise BadRequest("sortBy is NAME, CREATED_ON or MODIFIED_ON, and sortDirection ASC or DESC.")
    parent = _container(conn, actor, asked.parent_id)
    kinds = [kind for kind in asked.include_types if kind in KINDS]
    after = _after(asked.next_page_token, sort)
    rows = lookups.children(conn, actor, parent, kinds, sort, direction == "DESC", after, PAGE + 1)
    answer = EntityChildrenResponse(page=[header_of(row) for row in rows[:PAGE]])
    if len(rows) > PAGE:
        last = rows[PAGE - 1]
        key = {"NAME": last.name, "CREATED_ON": last.created_on, "MODIFIED_ON": last.modified_on}[sort]
        answer.next_page_token = token_of_key(key, last.id)
    if asked.include_total_child_count or asked.include_sum_file_sizes:
        count, total = lookups.children_totals(conn, actor, parent, kinds)
        answer.total_child_count = count if asked.include_total_child_count else UNSET
        answer.sum_file_sizes_bytes = total if asked.include_sum_file_sizes else UNSET
    return answer


def _after(token: Maybe[str], sort: str) -> tuple[Any, int] | None:
    if not token:
        return None
    return key_of_token(token, tuple[str, int]) if sort == "NAME" else key_of_token(token, tuple[datetime, int])


def of_alias(conn: Connection, alias: str) -> EntityIdShape:
    """The project that has an alias. Raises NotFound."""
    found = lookups.of_alias(conn, alias)
    if found is None:
        raise NotFound(f"No project has the alias {alias[:64]!r}.")
    return EntityIdShape(id=EntityId(found))


def of_md5(conn: Connection, actor: Actor, md5: str) -> Page:
    """The versions with these bytes that the caller can read, in the order of their ids."""
    found = [header_of(row) for row in lookups.of_md5(conn, actor, md5.lower(), MOST_WITH_MD5)]
    return Page(results=found, total_number_of_results=len(found))


def of_repository(conn: Connection, actor: Actor, name: str) -> EntityIdShape:
    """The repository of images that has a name. Raises NotFound, also for one that the caller cannot read."""
    found = lookups.of_repository(conn, actor, name)
    if found is None:
        raise NotFound(f"There is no repository {name[:200]!r}, or you may not read it.")
    return EntityIdShape(id=EntityId(found))
