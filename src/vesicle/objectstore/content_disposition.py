"""The Content-Disposition of a download, as RFC 6266 wants it."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NOT_ASCII = re.compile(r"[^\x20-\x7e]")
# What RFC 5987 lets stand as it is, besides letters, digits and what ``quote`` never escapes.
_ATTRIBUTE_CHARACTERS = "!#$&+^`|"


def attachment(file_name: str) -> str:
    """The header that makes a browser save the answer under this name; ASCII only, whatever the name holds.

    Old readers take ``filename``, an ASCII likeness; all others ``filename*``, the name itself. Control characters,
    which could end the header, become ``_`` in both.
    """
    name = _CONTROL.sub("_", file_name)
    # An accent falls off its letter; what has no likeness in ASCII becomes one ``_`` each.
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    quoted = _NOT_ASCII.sub("_", plain).replace("\\", "\\\\").replace('"', '\\"')
    return f"attachment; filename=\"{quoted}\"; filename*=UTF-8''{quote(name, _ATTRIBUTE_CHARACTERS, errors='replace')}"
