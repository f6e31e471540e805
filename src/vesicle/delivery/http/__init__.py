"""Doors of downloads, copies and upload destinations."""

from vesicle.delivery.http import attachments, bulk, copies, downloads, lists, moving
from vesicle.delivery.http.declaring import door

__all__ = ["attachments", "bulk", "copies", "door", "downloads", "lists", "moving"]
