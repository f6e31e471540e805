"""What the contract says of sizes, names, keys and digests of files."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from vesicle.errors import BadRequest
from vesicle.objectstore.session_policies import OWNER_FILE

SMALLEST_PART = 5 * 1024**2
LARGEST_PART = 5 * 1024**3
MOST_PARTS = 10_000
LARGEST_FILE = 5 * 1024**4
LONGEST_NAME = 256
LONGEST_KEY = 1024
_MD5 = re.compile(r"[0-9a-f]{32}")
_CONTENT_TYPE = re.compile(r"[\x20-\x7e]{1,256}")


def number_of_parts(file_size: int, part_size: int) -> int:
    """How many parts a file has. Raises BadRequest past the limits of the contract (8.2)."""
    if file_size < 1:
        raise BadRequest("File size must be at least one byte")
    if file_size > LARGEST_FILE:
        raise BadRequest(f"A file has at most {LARGEST_FILE} bytes (5 TiB), not {file_size}.")
    if not SMALLEST_PART <= part_size <= LARGEST_PART:
        raise BadRequest(
            f"partSizeBytes must be from {SMALLEST_PART} (5 MiB) to {LARGEST_PART} (5 GiB), not {part_size}."
        )
    parts = -(-file_size // part_size)
    if parts > MOST_PARTS:
        least = -(-file_size // MOST_PARTS)
        raise BadRequest(f"An upload has at most {MOST_PARTS} parts; use a partSizeBytes of {least} or more.")
    return parts


def check_file_name(name: str) -> None:
    """Any Unicode without control characters, 1 to 256 characters (ruling 18). Raises BadRequest."""
    if not 1 <= len(name) <= LONGEST_NAME or not name.strip():
        raise BadRequest(f"fileName has from 1 to {LONGEST_NAME} characters.")
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in name):
        raise BadRequest("fileName contains a control character.")


def is_md5(text: str) -> bool:
    """True for an MD5 in lower-case hex, and for what stores call the ETag of a part."""
    return _MD5.fullmatch(text) is not None


def checked_md5(text: str) -> str:
    """An MD5 in lower-case hex. Raises BadRequest."""
    if not is_md5(text.lower()):
        raise BadRequest(f"{text[:50]!r} is not an MD5: it takes 32 hexadecimal digits.")
    return text.lower()


def check_key(key: str, member: str) -> None:
    """The key of an object that is there. Raises BadRequest.

    Stores that keep keys as paths take ``a/../b`` for ``b``, which may be somebody else's.
    """
    if not 1 <= len(key.encode()) <= LONGEST_KEY:
        raise BadRequest(f"{member} has from 1 to {LONGEST_KEY} bytes.")
    if any(piece in (".", "..") for piece in key.split("/")) or any(unicodedata.category(one) == "Cc" for one in key):
        raise BadRequest(f"{member} has a piece of dots alone between slashes, or a control character.")


def check_content_type(text: str) -> None:
    """It becomes an HTTP header. Raises BadRequest."""
    if not _CONTENT_TYPE.fullmatch(text):
        raise BadRequest("contentType has from 1 to 256 printable ASCII characters.")


def check_external_url(url: str) -> None:
    """Any scheme, any host, a local file too. Raises BadRequest for what is not a URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if not parts.scheme or not (parts.netloc or parts.path) or len(url) > 2000 or any(c.isspace() for c in url):
        raise BadRequest(f"externalURL {url[:100]!r} is not a URL such as https://example.org/data.csv.")


def key_name(file_name: str) -> str:
    """The last piece of an object's key: the file name without what object stores trip over.

    At most 200 bytes, because some stores keep a piece as the name of a file of theirs. The file handle has the real
    name.
    """
    safe = "".join("_" if letter in '/\\?*:|"<>#%' else letter for letter in file_name).strip(". ") or "file"
    # A file of that name is how people prove that a bucket is theirs; nobody gets it into one through us.
    safe = f"_{safe}" if safe.lower() == OWNER_FILE else safe
    return safe.encode()[:200].decode(errors="ignore")
