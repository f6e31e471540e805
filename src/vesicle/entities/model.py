"""Shapes of entities."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, TypeAlias
from uuid import UUID

import msgspec

from vesicle.access import Right
from vesicle.access.rights import names_of
from vesicle.errors import BadRequest
from vesicle.files.model import AnyFileHandle
from vesicle.wire import UNSET, EntityId, Id, Int64, Maybe, Shape, or_unset, stamp, tag_of

Text1000 = Annotated[str, msgspec.Meta(max_length=1000)]
Text256 = Annotated[str, msgspec.Meta(max_length=256)]
Alias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_]{1,64}(?!\n)$")]
ZERO_ETAG = "00000000-0000-0000-0000-000000000000"


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


class Project(Entity, tag="org.sagebionetworks.repo.model.Project"):
    """The top of a tree, with an access control list of its own."""

    alias: Maybe[Alias] = UNSET


class Folder(Entity, tag="org.sagebionetworks.repo.model.Folder"):
    """Holds folders and files."""


class FileEntity(Entity, tag="org.sagebionetworks.repo.model.FileEntity"):
    """A file with versions."""

    version_number: Maybe[Int64] = UNSET
    version_label: Maybe[Text256] = UNSET
    version_comment: Maybe[Text256] = UNSET
    is_latest_version: Maybe[bool] = UNSET
    data_file_handle_id: Maybe[Id] = UNSET
    file_name_override: Maybe[str] = UNSET


AnyEntity: TypeAlias = Project | Folder | FileEntity
KINDS: dict[str, type[Entity]] = {"project": Project, "folder": Folder, "file": FileEntity}
KIND_OF: dict[type[Entity], str] = {shape: kind for kind, shape in KINDS.items()}
CLASS_OF: dict[str, str] = {kind: tag_of(shape) for kind, shape in KINDS.items()}


class EntityRow(msgspec.Struct, array_like=True):
    """One version of an entity, as stored."""

    id: int
    kind: str
    name: str
    parent_id: int | None
    etag: UUID
    created_by: int
    created_on: datetime
    modified_by: int
    modified_on: datetime
    current: int
    number: int
    label: str
    comment: str | None
    description: str | None
    handle_id: int | None
    alias: str | None


def shape_of(row: EntityRow) -> AnyEntity:
    """A stored version as the wire says it."""
    common: dict[str, Any] = {
        "name": row.name, "description": or_unset(row.description), "id": EntityId(row.id), "etag": str(row.etag),
        "created_on": stamp(row.created_on), "modified_on": stamp(row.modified_on),
        "created_by": str(row.created_by), "modified_by": str(row.modified_by),
    }  # fmt: skip
    if row.parent_id is not None:
        common["parent_id"] = EntityId(row.parent_id)
    if row.kind == "project":
        return Project(**common, alias=or_unset(row.alias))
    if row.kind == "folder":
        return Folder(**common)
    return FileEntity(
        **common, version_number=row.number, version_label=row.label, version_comment=or_unset(row.comment),
        is_latest_version=row.number == row.current,
        data_file_handle_id=UNSET if row.handle_id is None else Id(row.handle_id),
    )  # fmt: skip


class VersionInfo(Shape):
    """One version in a list. ``contentSize`` is a string in this shape only."""

    id: EntityId
    version_number: int
    version_label: str
    modified_by: str
    modified_by_principal_id: str
    modified_on: str
    is_latest_version: bool
    version_comment: Maybe[str] = UNSET
    content_md5: Maybe[str] = UNSET
    content_size: Maybe[str] = UNSET


class EntityHeader(Shape):
    """An entity in one line. ``benefactorId`` is a bare number."""

    id: EntityId
    name: str
    type: str
    version_number: int
    version_label: str
    is_latest_version: bool
    benefactor_id: int
    created_on: str
    modified_on: str
    created_by: str
    modified_by: str


class HeaderRow(msgspec.Struct, array_like=True):
    """What a header is made of."""

    id: int
    kind: str
    name: str
    benefactor_id: int
    created_by: int
    created_on: datetime
    modified_by: int
    modified_on: datetime
    current: int
    number: int
    label: str


def header_of(row: HeaderRow) -> EntityHeader:
    """A stored header as the wire says it."""
    return EntityHeader(
        id=EntityId(row.id), name=row.name, type=CLASS_OF[row.kind], version_number=row.number, version_label=row.label,
        is_latest_version=row.number == row.current, benefactor_id=row.benefactor_id, created_on=stamp(row.created_on),
        modified_on=stamp(row.modified_on), created_by=str(row.created_by), modified_by=str(row.modified_by),
    )  # fmt: skip


class EntityIdShape(Shape):
    """The id of an entity, alone."""

    id: EntityId


class EntityLookupRequest(Shape):
    """A child by its name; without a parent, a project."""

    entity_name: str
    parent_id: Maybe[EntityId] = UNSET


class EntityChildrenRequest(Shape):
    """A page of what lies in a container; without a parent, of the projects that the caller can read."""

    include_types: list[str] = msgspec.field(default_factory=list)
    parent_id: Maybe[EntityId] = UNSET
    sort_by: Maybe[str] = UNSET
    sort_direction: Maybe[str] = UNSET
    include_total_child_count: bool = False
    include_sum_file_sizes: bool = False
    next_page_token: Maybe[str] = UNSET


class EntityChildrenResponse(Shape):
    """A page of children."""

    page: list[EntityHeader]
    next_page_token: Maybe[str] = UNSET
    total_child_count: Maybe[int] = UNSET
    sum_file_sizes_bytes: Maybe[int] = UNSET


class Reference(Shape):
    """An entity, and perhaps one version of it."""

    target_id: EntityId
    target_version_number: Maybe[Int64] = UNSET


class ReferenceList(Shape):
    """Many references."""

    references: list[Reference]


class PathElement(Shape):
    """One step of a path."""

    id: EntityId
    name: str
    type: str


class EntityPath(Shape):
    """From the root down to the entity itself."""

    path: list[PathElement]


class ResourceAccess(Shape):
    """What one principal may."""

    principal_id: int
    access_type: list[str]


class AccessControlList(Shape):
    """Who may do what."""

    id: EntityId
    etag: str
    creation_date: str
    resource_access: list[ResourceAccess]


def access_of(principal_id: int, rights: int) -> ResourceAccess:
    """A stored entry as the wire says it."""
    return ResourceAccess(principal_id=principal_id, access_type=names_of(Right(rights)))


class UserEntityPermissions(Shape):
    """What the caller may do with an entity."""

    can_view: bool
    can_edit: bool
    can_move: bool
    can_add_child: bool
    can_certified_user_edit: bool
    can_certified_user_add_child: bool
    is_certified_user: bool
    can_change_permissions: bool
    can_change_settings: bool
    can_delete: bool
    can_download: bool
    can_upload: bool
    can_enable_inheritance: bool
    owner_principal_id: int
    can_public_read: bool
    can_moderate: bool
    is_certification_required: bool
    is_entity_open_data: bool
    is_data_contributor: bool


class RestrictionInformation(Shape):
    """Whether anything must be agreed to before a download; nothing on this server."""

    object_id: int
    restriction_level: str
    has_unmet_access_requirement: bool
    restriction_details: list[Any]
    user_entity_permissions: UserEntityPermissions


class AnnotationsValue(Shape):
    """The values under one key, as strings whatever their type."""

    type: str
    value: list[str]


class Annotations(Shape):
    """Keys and values of an entity's current version."""

    annotations: dict[str, AnnotationsValue]
    id: Maybe[EntityId] = UNSET
    etag: Maybe[str] = UNSET


class EntityBundleRequest(Shape):
    """Which parts of a bundle the caller wants."""

    include_entity: bool = False
    include_annotations: bool = False
    include_permissions: bool = False
    include_entity_path: bool = False
    include_has_children: bool = False
    include_access_control_list: bool = False
    include_file_handles: bool = False
    include_table_bundle: bool = False
    include_root_wiki_id: bool = False
    include_benefactor_acl: bool = msgspec.field(default=False, name="includeBenefactorACL")
    include_doi_association: bool = msgspec.field(default=False, name="includeDOIAssociation")
    include_file_name: bool = False
    include_thread_count: bool = False
    include_restriction_information: bool = False
    include_activity: bool = False


class EntityBundle(Shape):
    """Much of an entity in one answer; parts that were not asked for, or are not there, are left out."""

    entity: Maybe[AnyEntity] = UNSET
    entity_type: Maybe[str] = UNSET
    annotations: Maybe[Annotations] = UNSET
    permissions: Maybe[UserEntityPermissions] = UNSET
    path: Maybe[EntityPath] = UNSET
    has_children: Maybe[bool] = UNSET
    access_control_list: Maybe[AccessControlList] = UNSET
    file_handles: Maybe[list[AnyFileHandle]] = UNSET
    benefactor_acl: Maybe[AccessControlList] = UNSET
    file_name: Maybe[str] = UNSET
    thread_count: Maybe[int] = UNSET
    restriction_information: Maybe[RestrictionInformation] = UNSET


def handle_id_of(entity: AnyEntity) -> int | None:
    """The file handle that a file must name. Raises BadRequest."""
    if not isinstance(entity, FileEntity):
        return None
    if entity.file_name_override is not UNSET:
        raise BadRequest("fileNameOverride cannot be set; give the file handle the name that you want.")
    if entity.data_file_handle_id is UNSET:
        raise BadRequest("dataFileHandleId is required for a FileEntity.")
    return int(entity.data_file_handle_id)
