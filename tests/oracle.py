"""What Synapse publishes of its answers, held against ours: its OpenAPI document checks every JSON answer of the tests.

The document is a test dependency that ``./dev test`` fetches. Where it is not there, nothing is checked, and
``tests/contract/test_oracle.py`` says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs

DOCUMENT = Path(__file__).parents[1] / ".venvs" / "oracle" / "openapispecification.json"
COMPONENTS = "#/components/schemas/"
ANY = "{}"

# Where we differ on purpose: the call, a piece of what the check says of it, and the reason.
ACCEPTED: tuple[tuple[str, str, str], ...] = (
    (
        "POST /auth/v1/personalAccessToken", "the status is 200",
        "What creates something answers 201 here by our own rule; every client takes both.",
    ),
    (
        "GET /repo/v1/entity/{id}/access", "is not of type",
        "The document has a bare boolean where Synapse answers an object with a result; clients read the object.",
    ),
    (
        "GET /repo/v1/entity/{id}/sts", "'endpointUrl' was unexpected",
        "A store that is not Amazon's has an address, which whoever uses the credentials needs.",
    ),
    *(
        (f"{method} /repo/v1/asynchronous/job{one}", '"org.vesicle.', "A job that only this server has.")
        for method, one in (("POST", ""), ("GET", "/{jobId}"))
    ),
    *(
        (call, words, "This kind of entity is newer than the document.")
        for words in ("search.table.SearchIndex", '"searchindex"')
        for call in (
            "POST /repo/v1/entity", "GET /repo/v1/entity/{id}", "PUT /repo/v1/entity/{id}",
            "POST /repo/v1/entity/{id}/bundle2", "POST /repo/v1/entity/{id}/version/{versionNumber}/bundle2",
            "GET /repo/v1/trashcan/view",
        )
    ),
)  # fmt: skip


def check(method: str, path: str, answer: httpx.Response) -> None:
    """Fail when a JSON answer of success is not what the document says of this path and status."""
    if not answer.is_success or not answer.content or not DOCUMENT.exists():
        return
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return
    wrong = deviation(method, path, answer.status_code, answer.json())
    assert wrong is None, f"{method} {path} → {answer.status_code} is not as Synapse documents it: {wrong}"


def deviation(method: str, path: str, status: int, body: Any) -> str | None:
    """How an answer differs from what is documented; None when it does not, or when the path is not Synapse's."""
    documented = find(method, path)
    if documented is None or status == httpx.codes.ACCEPTED:
        return None
    accepted = [words for call, words, _ in ACCEPTED if call == documented]
    wrong = _differences(documented, status, body)
    return next((one for one in wrong if not any(words in one for words in accepted)), None)


def _differences(documented: str, status: int, body: Any) -> Iterator[str]:
    method, _, path = documented.partition(" ")
    statuses = _document()["paths"][path][method.lower()]["responses"]
    if str(status) not in statuses:
        yield f"the status is {' or '.join(statuses)}"
    answers = [one.get("content", {}).get("application/json", {}).get("schema") for one in statuses.values()]
    schema = next((one for one in answers if one), None)
    if schema is None:
        yield "there is no JSON in it"
    else:
        yield from map(_told, _validator(json.dumps(schema)).iter_errors(body))


def _told(error: Any) -> str:
    place = ".".join(str(step) for step in error.instance_path)
    return f"{place or 'the answer'}: {error.message[:300]}"


def find(method: str, path: str) -> str | None:
    """``METHOD /path/{of}/the/document``, or None for a path that is not Synapse's."""
    node: Any = _paths()
    found = _walk(node, path.strip("/").split("/"))
    template = found.get(method.upper()) if found else None
    return f"{method.upper()} {template}" if template else None


def _walk(node: Mapping[str, Any], left: list[str]) -> Mapping[str, Any] | None:
    if not left:
        return node.get("/")
    for step in (left[0], ANY):
        if step in node and (found := _walk(node[step], left[1:])):
            return found
    return None


@cache
def _paths() -> dict[str, Any]:
    root: dict[str, Any] = {}
    for path, operations in _document()["paths"].items():
        node = root
        for step in path.strip("/").split("/"):
            node = node.setdefault(ANY if step.startswith("{") else step, {})
        node["/"] = {method.upper(): path for method in operations}
    return root


@cache
def _document() -> Any:
    return json.loads(DOCUMENT.read_text("utf-8"))


@cache
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    """One compiled schema for each kind of answer."""
    return jsonschema_rs.Draft202012Validator({**json.loads(schema), "components": {"schemas": _components()}})


@cache
def _components() -> dict[str, Any]:
    return {name: _strict(schema) for name, schema in _document()["components"]["schemas"].items()}


def _strict(schema: dict[str, Any]) -> dict[str, Any]:
    """An interface becomes whichever of its kinds the concreteType names; an object has no members but its own."""
    if "oneOf" in schema:
        kinds = [one["$ref"].removeprefix(COMPONENTS) for one in schema["oneOf"]]
        return {
            "type": "object", "required": ["concreteType"], "properties": {"concreteType": {"enum": kinds}},
            "allOf": [
                {"if": {"properties": {"concreteType": {"const": kind}}}, "then": {"$ref": COMPONENTS + kind}}
                for kind in kinds
            ],
        }  # fmt: skip
    if not schema.get("properties"):
        return schema
    return {**schema, "additionalProperties": False}
