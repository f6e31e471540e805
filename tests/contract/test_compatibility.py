"""What this server has of Synapse's calls, and what the others answer."""

from __future__ import annotations

import re

from tests import golden_files
from tests.live import Person

from vesicle.app import route_table
from vesicle.errors import RETRY_PHRASES
from vesicle.web.catalogue import SynapseCall, markdown, pattern, synapse_calls

OFFERED = {(door.method, pattern(door.path)) for door in route_table()}
MISSING = [call for call in synapse_calls() if (call.method, pattern(call.path)) not in OFFERED]


def path_of(call: SynapseCall) -> str:
    """The path with something in each parameter that could be an id."""
    return re.sub(r"{\w+}", "123", call.path)


def test_every_call_that_is_not_offered_says_so_and_is_not_repeated(owner: Person) -> None:
    assert {call.group for call in MISSING} >= {"Table", "V2Wiki", "Evaluation", "JsonSchema"}
    for call in MISSING:
        answer = owner.call(call.method, path_of(call))
        assert answer.status_code == 404, f"{call} → {answer.status_code} {answer.text}"
        if call.method == "HEAD":
            continue
        reason = answer.json()["reason"]
        assert "this server does not offer" in reason
        assert call.path in reason
        assert answer.json()["concreteType"] == "org.sagebionetworks.repo.model.ErrorResponse"
        assert not any(phrase in reason.lower() for phrase in RETRY_PHRASES)


def test_nobody_hears_the_same_and_a_body_changes_nothing(nobody: Person) -> None:
    answer = nobody.call("POST", "/repo/v1/entity/syn1/table/query/async/start", {"query": {"sql": "select 1"}})
    assert answer.status_code == 404
    assert "(Table) that this server does not offer" in answer.json()["reason"]


def test_no_call_stands_twice_on_the_list() -> None:
    known = [(call.method, pattern(call.path)) for call in synapse_calls()]
    assert len(known) == len(set(known)) > 600


def test_the_page_of_compatibility_is_current() -> None:
    golden_files.check("../../docs/compatibility.md", markdown(route_table()))
