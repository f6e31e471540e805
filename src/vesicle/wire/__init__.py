"""The JSON dialect of the API: camelCase, concreteType, ids, dates, pages."""

from msgspec import UNSET

from vesicle.wire.decoding import decode, decode_form
from vesicle.wire.encoding import encode, stamp
from vesicle.wire.ids import EntityId, Id, Int64
from vesicle.wire.pages import Page, check_window, key_of_token, offset_page, token_of_key
from vesicle.wire.shapes import Maybe, Shape, leaves, or_unset, tag_of

__all__ = [
    "UNSET",
    "EntityId",
    "Id",
    "Int64",
    "Maybe",
    "Page",
    "Shape",
    "check_window",
    "decode",
    "decode_form",
    "encode",
    "key_of_token",
    "leaves",
    "offset_page",
    "or_unset",
    "stamp",
    "tag_of",
    "token_of_key",
]
