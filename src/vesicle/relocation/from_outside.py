"""Asking a vesicle for a registration, from the command line of whoever owns the bucket."""

from __future__ import annotations

import configparser
import json
import os
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vesicle.errors import BadRequest, Refusal, Unavailable

LOOK_EVERY_S = 0.5
WAIT_FOR_SERVER_S = 300.0
"""A server that is started again meanwhile is waited for: the job goes on without it."""
ANSWER_WITHIN_S = 60


def token_of_caller(environment: dict[str, str] | None = None) -> str:
    """The access token where the published client looks for it. Raises BadRequest."""
    known = os.environ if environment is None else environment
    if token := known.get("SYNAPSE_AUTH_TOKEN"):
        return token
    config = configparser.ConfigParser(interpolation=None)
    try:
        config.read(Path.home() / ".synapseConfig")
    except configparser.Error as error:
        raise BadRequest(f"~/.synapseConfig cannot be read: {error}") from None
    for section in ("default", "authentication"):
        if token := config.get(section, "authtoken", fallback=""):
            return token
    raise BadRequest("Set SYNAPSE_AUTH_TOKEN to an access token, or put `authtoken = …` into ~/.synapseConfig.")


class Caller:
    """Who asks a server, with a token."""

    def __init__(self, url: str, token: str) -> None:
        try:
            # A port that is no number is found when it is asked for.
            fine = url.startswith(("http://", "https://")) and urlsplit(url).port != 0
        except ValueError:
            fine = False
        if not fine:
            raise BadRequest(f"{url[:100]!r} is not the address of a vesicle, such as https://data.example.org.")
        if not (token.isascii() and token.isprintable()):
            raise BadRequest("The access token has characters that no token has, such as an end of line.")
        self._url, self._token = url.rstrip("/"), token

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """Status and answer of one request. Raises the server's refusal, and Unavailable when nobody answers."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self._url + path, data, headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_WITHIN_S) as answer:  # noqa: S310
                text = answer.read().decode()
                is_json = answer.headers.get("content-type", "").startswith("application/json")
                return answer.status, json.loads(text) if is_json and text else text
        except urllib.error.HTTPError as error:
            reason = _reason(error)
            if error.code >= 500:
                raise Unavailable(reason) from None
            raise BadRequest(reason) from None
        except OSError as error:
            raise Unavailable(f"{self._url} does not answer: {error}") from None


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read())["reason"])
    except (ValueError, KeyError, TypeError, OSError):
        return f"The server answered {error.code}."


def register(caller: Caller, location: int, asked: dict[str, Any], tell: Callable[[str], None]) -> dict[str, Any]:
    """Start a registration, wait for its end and tell how far it is; its answer. Raises its refusal."""
    path = f"/vesicle/v1/storageLocation/{location}/register"
    _, started = caller.call("POST", path, asked)
    token = started["token"]
    tell(f"job {token}")
    told, silent_since = "", 0.0
    while True:
        try:
            status, answer = caller.call("GET", f"{path}/{token}")
            silent_since = 0.0
        except Unavailable:
            silent_since = silent_since or time.monotonic()
            if time.monotonic() - silent_since > WAIT_FOR_SERVER_S:
                raise
            status, answer = 202, {}
        except Refusal as refusal:
            raise BadRequest(f"{refusal.reason} (To go on where it ended: --continue-job {token})") from None
        if status != 202:
            done: dict[str, Any] = answer
            return done
        if (message := answer.get("progressMessage", "")) != told:
            told = message
            tell(message)
        time.sleep(LOOK_EVERY_S)


def check_writable(file: Path) -> None:
    """That a manifest can be saved there, before the long work begins. Raises BadRequest."""
    try:
        file.open("ab").close()
    except OSError as error:
        raise BadRequest(f"The manifest cannot be saved as {file}: {error.strerror}.") from None


def save_manifest(caller: Caller, done: dict[str, Any], file: Path) -> None:
    """The manifest of a registration, as a file."""
    handle = done["manifestFileHandleId"]
    _, url = caller.call("GET", f"/file/v1/fileHandle/{handle}/url?redirect=false")
    with urllib.request.urlopen(url, timeout=ANSWER_WITHIN_S) as source, file.open("wb") as target:  # noqa: S310
        shutil.copyfileobj(source, target)
