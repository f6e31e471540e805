"""Shapes of bundles: much of an entity in one answer."""

from __future__ import annotations

import msgspec

from vesicle.entities.model.activities import Activity
from vesicle.entities.model.annotations import Annotations, OldAnnotations
from vesicle.entities.model.entity import AnyEntity
from vesicle.entities.model.headers import EntityPath
from vesicle.entities.model.restrictions import RestrictionInformationResponse
from vesicle.entities.model.sharing import AccessControlList, UserEntityPermissions
from vesicle.files.model import AnyFileHandle
from vesicle.wire import UNSET, Maybe, Shape


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


class Parts(Shape):
    """What every bundle may have; parts that were not asked for, or are not there, are left out."""

    entity: Maybe[AnyEntity] = UNSET
    entity_type: Maybe[str] = UNSET
    permissions: Maybe[UserEntityPermissions] = UNSET
    path: Maybe[EntityPath] = UNSET
    has_children: Maybe[bool] = UNSET
    access_control_list: Maybe[AccessControlList] = UNSET
    file_handles: Maybe[list[AnyFileHandle]] = UNSET
    benefactor_acl: Maybe[AccessControlList] = UNSET
    file_name: Maybe[str] = UNSET
    thread_count: Maybe[int] = UNSET
    restriction_information: Maybe[RestrictionInformationResponse] = UNSET


class EntityBundle(Parts):
    """Much of an entity in one answer."""

    annotations: Maybe[Annotations] = UNSET
    activity: Maybe[Activity] = UNSET


class OldEntityBundle(Parts):
    """The same in the old form."""

    annotations: Maybe[OldAnnotations] = UNSET


class EntityBundleCreate(Shape):
    """An entity with its annotations and its access control list, to be made or changed in one call."""

    entity: Maybe[AnyEntity] = UNSET
    annotations: Maybe[Annotations] = UNSET
    access_control_list: Maybe[AccessControlList] = UNSET
