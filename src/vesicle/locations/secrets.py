"""Secrets of other servers are kept encrypted, with a key of this installation that lies in its data folder."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.fernet import Fernet

from vesicle.settings import Settings

KEY_FILE = "locations.key"


def sealed(settings: Settings, secret: str | object) -> bytes:
    """The secret in a form that is of no use without the key."""
    return Fernet(_key(settings.data / KEY_FILE)).encrypt(str(secret).encode())


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
