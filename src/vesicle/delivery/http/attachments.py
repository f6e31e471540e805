"""Doors of what hangs on entities, people and teams: handles, previews, pictures, icons."""

from __future__ import annotations

from vesicle.access import MayDownload, Scope
from vesicle.delivery import attached
from vesicle.delivery.associations import ICON, PICTURE
from vesicle.delivery.http.declaring import door, url_reply
from vesicle.files.model import FileHandleResults
from vesicle.web import Anyone, Call, InStory, Needs, Reply
from vesicle.wire import Id

PUBLIC = Anyone("pictures of people and icons of teams are as public as their names")


@door("GET", "/repo/v1/entity/{id}/filehandles", access=Needs(MayDownload))
def entity_handles(call: Call, grant: MayDownload) -> FileHandleResults:
    """The file handle of a file, and that of its preview where there is one."""
    return attached.handles_of(call.conn, grant)


@door("GET", "/repo/v1/entity/{id}/version/{versionNumber}/filehandles", access=Needs(MayDownload))
def entity_version_handles(call: Call, grant: MayDownload, version_number: int) -> FileHandleResults:
    """The file handles of one version."""
    return attached.handles_of(call.conn, grant, version_number)


@door("GET", "/repo/v1/entity/{id}/filepreview", access=Needs(MayDownload), scopes=Scope.download)
def entity_preview(call: Call, grant: MayDownload, redirect: bool = True) -> Reply:
    """A presigned URL of a file's preview."""
    return url_reply(attached.preview_url(call, grant), redirect)


@door(
    "GET", "/repo/v1/entity/{id}/version/{versionNumber}/filepreview", access=Needs(MayDownload), scopes=Scope.download
)
def entity_version_preview(call: Call, grant: MayDownload, version_number: int, redirect: bool = True) -> Reply:
    """A presigned URL of the preview of one version."""
    return url_reply(attached.preview_url(call, grant, version_number), redirect)


@door("GET", "/repo/v1/userProfile/{profileId}/image", access=PUBLIC, scopes=Scope.download)
def picture(call: Call, profile_id: Id, redirect: bool = True) -> Reply:
    """A presigned URL of a person's picture."""
    return url_reply(attached.attachment_url(call, PICTURE, profile_id), redirect)


@door("GET", "/repo/v1/userProfile/{profileId}/image/preview", access=PUBLIC, scopes=Scope.download)
def picture_preview(call: Call, profile_id: Id) -> Reply:
    """A person's picture made smaller: there is none, which is what the answer says."""
    raise attached.no_preview(call, PICTURE, profile_id)


@door("GET", "/repo/v1/team/{id}/icon", access=PUBLIC, scopes=Scope.download)
def icon(call: Call, id: Id, redirect: bool = True) -> Reply:
    """A presigned URL of a team's icon."""
    return url_reply(attached.attachment_url(call, ICON, id), redirect)


@door("GET", "/repo/v1/team/{id}/icon/preview", access=PUBLIC, scopes=Scope.download)
def icon_preview(call: Call, id: Id) -> Reply:
    """A team's icon made smaller: there is none, which is what the answer says."""
    raise attached.no_preview(call, ICON, id)


@door(
    "GET", "/repo/v1/message/{messageId}/file", scopes=Scope.download,
    access=InStory("a message is shown to its sender and its recipients"),
)  # fmt: skip
def message_text(call: Call, message_id: Id, redirect: bool = True) -> Reply:
    """A presigned URL of the text of a message."""
    return url_reply(attached.message_url(call, message_id), redirect)
