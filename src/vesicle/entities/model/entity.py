"""Shapes of entities, one for each kind."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import msgspec

from vesicle.errors import BadRequest
from vesicle.wire import UNSET, EntityId, Id, Int64, Maybe, Shape, tag_of

Text1000 = Annotated[str, msgspec.Meta(max_length=1000)]
Text256 = Annotated[str, msgspec.Meta(max_length=256)]
Alias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_]{1,64}(?!\n)$")]
WORKING_VERSION = "in progress"
"""What the label and comment of the newest version of a table say: only snapshots have their own."""


class Entity(Shape, tag_field="concreteType"):
    """What every entity has. What clients send besides what they may change is ignored."""

    name: Maybe[str] = UNSET
    description: Maybe[Text1000] = UNSET
    id: Maybe[EntityId] = UNSET
    etag: Maybe[str] = UNSET
    created_on: Maybe[str] = UNSET
    modified_on: Maybe[str] = UNSET
    created_by: Maybe[str] = UNSET
    modified_by: Maybe[str] = UNSET
    parent_id: Maybe[EntityId] = UNSET


class Versionable(Entity):
    """An entity whose versions are shown."""

    version_number: Maybe[Int64] = UNSET
    version_label: Maybe[Text256] = UNSET
    version_comment: Maybe[Text256] = UNSET
    is_latest_version: Maybe[bool] = UNSET


class Reference(Shape):
    """An entity, and perhaps one version of it."""

    target_id: EntityId
    target_version_number: Maybe[Int64] = UNSET


class EntityRef(Shape):
    """One version of an entity, as an item of a dataset."""

    entity_id: EntityId
    version_number: Maybe[Int64] = UNSET


class Project(Entity, tag="org.sagebionetworks.repo.model.Project"):
    """The top of a tree, with an access control list of its own."""

    alias: Maybe[Alias] = UNSET


class Folder(Entity, tag="org.sagebionetworks.repo.model.Folder"):
    """Holds folders and files."""


class Link(Entity, tag="org.sagebionetworks.repo.model.Link"):
    """Points to another entity. It is stored; whoever reads it follows it."""

    links_to: Maybe[Reference] = UNSET
    links_to_class_name: Maybe[Text256] = UNSET


class DockerRepository(Entity, tag="org.sagebionetworks.repo.model.docker.DockerRepository"):
    """Images of software in a registry elsewhere."""

    repository_name: Maybe[Text1000] = UNSET
    is_managed: Maybe[bool] = UNSET


class SearchIndex(Entity, tag="org.sagebionetworks.repo.model.search.table.SearchIndex"):
    """What can be searched in a table."""

    defining_sql: Maybe[str] = msgspec.field(default=UNSET, name="definingSQL")
    search_configuration_id: Maybe[Id] = UNSET


class FileEntity(Versionable, tag="org.sagebionetworks.repo.model.FileEntity"):
    """A file with versions."""

    data_file_handle_id: Maybe[Id] = UNSET
    file_name_override: Maybe[str] = UNSET


class RecordSet(Versionable, tag="org.sagebionetworks.repo.model.RecordSet"):
    """A file of records."""

    data_file_handle_id: Maybe[Id] = UNSET
    file_name_override: Maybe[str] = UNSET
    upsert_key: Maybe[list[str]] = UNSET
    csv_descriptor: Maybe[dict[str, Any]] = UNSET
    validation_summary: Maybe[dict[str, Any]] = UNSET
    validation_file_handle_id: Maybe[Id] = UNSET


class TableEntity(Versionable, tag="org.sagebionetworks.repo.model.table.TableEntity"):
    """Rows and columns."""

    column_ids: Maybe[list[Id]] = UNSET
    is_search_enabled: Maybe[bool] = UNSET


class EntityView(Versionable, tag="org.sagebionetworks.repo.model.table.EntityView"):
    """Entities of some projects and folders, as rows."""

    column_ids: Maybe[list[Id]] = UNSET
    is_search_enabled: Maybe[bool] = UNSET
    scope_ids: Maybe[list[EntityId]] = UNSET
    view_type_mask: Maybe[Int64] = UNSET
    type: Maybe[Text256] = UNSET


class SubmissionView(Versionable, tag="org.sagebionetworks.repo.model.table.SubmissionView"):
    """Submissions to some evaluations, as rows."""

    column_ids: Maybe[list[Id]] = UNSET
    is_search_enabled: Maybe[bool] = UNSET
    scope_ids: Maybe[list[Id]] = UNSET


class Dataset(Versionable, tag="org.sagebionetworks.repo.model.table.Dataset"):
    """Versions of files, as rows."""

    column_ids: Maybe[list[Id]] = UNSET
    is_search_enabled: Maybe[bool] = UNSET
    items: Maybe[list[EntityRef]] = UNSET
    size: Maybe[Int64] = UNSET
    checksum: Maybe[str] = UNSET
    count: Maybe[Int64] = UNSET


class DatasetCollection(Versionable, tag="org.sagebionetworks.repo.model.table.DatasetCollection"):
    """Versions of datasets, as rows."""

    column_ids: Maybe[list[Id]] = UNSET
    is_search_enabled: Maybe[bool] = UNSET
    items: Maybe[list[EntityRef]] = UNSET


class MaterializedView(Versionable, tag="org.sagebionetworks.repo.model.table.MaterializedView"):
    """The kept result of a query."""

    column_ids: Maybe[list[Id]] = UNSET
    is_search_enabled: Maybe[bool] = UNSET
    defining_sql: Maybe[str] = msgspec.field(default=UNSET, name="definingSQL")


class VirtualTable(Versionable, tag="org.sagebionetworks.repo.model.table.VirtualTable"):
    """A query with a name."""

    column_ids: Maybe[list[Id]] = UNSET
    is_search_enabled: Maybe[bool] = UNSET
    defining_sql: Maybe[str] = msgspec.field(default=UNSET, name="definingSQL")


AnyVersionable: TypeAlias = (
    FileEntity
    | RecordSet
    | TableEntity
    | EntityView
    | SubmissionView
    | Dataset
    | DatasetCollection
    | MaterializedView
    | VirtualTable
)
AnyEntity: TypeAlias = Project | Folder | Link | DockerRepository | SearchIndex | AnyVersionable
KINDS: dict[str, type[Entity]] = {
    "project": Project, "folder": Folder, "file": FileEntity, "link": Link, "table": TableEntity,
    "entityview": EntityView, "submissionview": SubmissionView, "dataset": Dataset,
    "datasetcollection": DatasetCollection, "materializedview": MaterializedView, "virtualtable": VirtualTable,
    "dockerrepo": DockerRepository, "recordset": RecordSet, "searchindex": SearchIndex,
}  # fmt: skip
KIND_OF: dict[type[Entity], str] = {shape: kind for kind, shape in KINDS.items()}
CLASS_OF: dict[str, str] = {kind: tag_of(shape) for kind, shape in KINDS.items()}
TABLES = frozenset(
    ("table", "entityview", "submissionview", "dataset", "datasetcollection", "materializedview", "virtualtable")
)
"""Kinds whose versions are snapshots: an update never makes one."""


def is_working_version(kind: str, number: int, current: int) -> bool:
    """True for the version of a table that is still being changed."""
    return kind in TABLES and number == current


def handle_id_of(entity: AnyEntity) -> int | None:
    """The file handle that a file must name. Raises BadRequest."""
    if not isinstance(entity, FileEntity | RecordSet):
        return None
    if entity.file_name_override is not UNSET:
        raise BadRequest("fileNameOverride cannot be set; give the file handle the name that you want.")
    if entity.data_file_handle_id is UNSET:
        raise BadRequest(f"dataFileHandleId is required for a {type(entity).__name__}.")
    return int(entity.data_file_handle_id)


def check_members(entity: AnyEntity) -> None:
    """What a kind cannot be without. Raises BadRequest."""
    if isinstance(entity, Link) and entity.links_to is UNSET:
        raise BadRequest("linksTo is required for a Link: say which entity it points to.")
    if isinstance(entity, DockerRepository) and not entity.repository_name:
        raise BadRequest("repositoryName is required for a DockerRepository.")
