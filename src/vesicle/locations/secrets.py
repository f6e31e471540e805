"""Secrets of other servers are kept encrypted, with a key of this installation that lies in its data folder."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from vesicle.errors import BadRequest
from vesicle.settings import Settings

KEY_FILE = "locations.key"


def sealed(settings: Settings, secret: str | object) -> bytes:
    """The secret in a form that is of no use without the key."""
    return _box(_key(settings.data / KEY_FILE)).encrypt(str(secret).encode())


def unsealed(settings: Settings, secret: bytes | str) -> str:
    """The secret again. Raises BadRequest where it was sealed with a key that this installation does not have."""
    try:
        return _box((settings.data / KEY_FILE).read_bytes()).decrypt(secret).decode()
    except (InvalidToken, FileNotFoundError):
        raise BadRequest(
            f"The keys that are kept with this storage location cannot be read: the {KEY_FILE} that they were kept with"
            " is not in this server's data folder. Its operator restores the file, or the location's owner sends the"
            " keys anew."
        ) from None


def _box(key: bytes) -> Fernet:
    """Raises BadRequest for a file that is none of ours: secrets are sealed with the right key, or not at all."""
    try:
        return Fernet(key)
    except ValueError:  # UnicodeDecodeError is one as well.
        raise BadRequest(
            f"The {KEY_FILE} in this server's data folder is damaged; its operator restores it from the backup."
        ) from None


def _key(file: Path) -> bytes:
    """The key, made by whichever process needs it first: the whole file appears at once, or another's is there."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        new = file.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(Fernet.generate_key())
        try:
            os.link(new, file)
        except FileExistsError:
            pass
        finally:
            new.unlink()
        return file.read_bytes()
