"""What hangs on entities, people and teams. Nothing makes previews here, so there is never one to give."""

from __future__ import annotations

from vesicle.access import MayDownload
from vesicle.db import Connection
from vesicle.delivery import associations, downloads
from vesicle.entities import reading
from vesicle.errors import NotFound
from vesicle.files.model import ENTITY, FileHandleResults, Handle, shape_of
from vesicle.messages import reading as messages
from vesicle.web import Call


def handles_of(conn: Connection, grant: MayDownload, version: int | None = None) -> FileHandleResults:
    """The handle of a file's version. Raises NotFound when the entity is no file."""
    return FileHandleResults(handles=[shape_of(_data(conn, grant, version))])


def preview_url(call: Call, grant: MayDownload, version: int | None = None) -> str:
    """The file itself where no preview was wanted, which is what the client then expects. Raises NotFound."""
    handle = _data(call.conn, grant, version)
    if handle.preview_id != handle.id:
        raise NotFound(f"syn{grant.id} has no preview; download the file itself.")
    return downloads.url(call.conn, grant.actor, call.stores, call.settings, grant, handle, ENTITY)


def attachment_url(call: Call, kind: str, object_id: int) -> str:
    """The picture of a person or the icon of a team. Raises NotFound when there is none."""
    proof, handle = associations.attachment(call.conn, call.actor, kind, object_id)
    return downloads.url(call.conn, call.actor, call.stores, call.settings, proof, handle, kind)


def message_url(call: Call, message_id: int) -> str:
    """The text of a message. Raises NotFound, and Forbidden for all but its sender and its recipients."""
    messages.message(call.conn, call.actor, message_id)
    return attachment_url(call, associations.MESSAGE, message_id)


def no_preview(call: Call, kind: str, object_id: int) -> NotFound:
    """That there is no picture at all, or no small one of it."""
    _, handle = associations.attachment(call.conn, call.actor, kind, object_id)
    return NotFound(f"File handle {handle.id} of {object_id} has no preview; fetch the picture itself.")


def _data(conn: Connection, grant: MayDownload, version: int | None) -> Handle:
    handle = reading.handle_of(conn, grant, version)
    if handle is None:
        raise NotFound(f"syn{grant.id} has no file" + (f" in version {version}." if version else "."))
    return handle
