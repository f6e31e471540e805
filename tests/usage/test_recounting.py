"""The operator's recount finds every counter that is wrong, and sets it right."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests import sending
from tests.live import NO_LIMITS, Person, Server, admin, start_server, stop_server
from tests.objectstore.starting import free_ports
from tests.organizations.test_membership import ORG
from tests.organizations.test_operating import org
from tests.usage.counting import check
from tests.usage.test_egress import ask, sent_before

pytestmark = pytest.mark.xdist_group("usage: recount")
# Each makes one thing wrong, and the recount says so with these words.
WRONG = {
    "UPDATE ledger_account SET stored = stored + 7 WHERE stored > 0": "stored",
    "UPDATE ledger_account SET reserved = reserved + 3": "reserved",
    "UPDATE usage_total SET stored = stored + 1, files = files + 1 WHERE files > 0": "total of organization",
    "UPDATE usage_day SET in_trash = in_trash + 5": "days of organization",
    "DELETE FROM usage_total": "total of organization",
    "UPDATE project_storage SET stored = 99": "at location 1",
    "DELETE FROM charge WHERE project_id <> 0": "not charged, should be charged",
    "UPDATE charge SET in_trash = true WHERE project_id <> 0": "in trash, should be charged",
    "DELETE FROM charged_handle": "nothing, should be",
    "UPDATE charged_handle SET bytes = bytes + 1": "bytes",
    "DELETE FROM reservation": "promised nothing, should be 20",
    "UPDATE reservation SET bytes = 4": "promised 4, should be 20",
    "UPDATE egress_counter SET bytes = bytes + 1": "101, should be 100",
    "DELETE FROM egress_counter": "0, should be 100",
    "UPDATE egress_day SET counted = 0": "counted 0, should be 7",
    "DELETE FROM egress_person_day": "downloads 0, should be 1",
}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A vesicle of these tests' own, because its counters are spoilt."""
    folder = tmp_path_factory.mktemp("recount")
    port = free_ports(2)
    process = start_server(folder / "data", port, log=folder / "log", VESICLE_PLANS="on", **NO_LIMITS)
    try:
        with httpx.Client() as http:
            token = admin(folder / "data", "create-token", "admin")
            yield Server(f"http://127.0.0.1:{port}", folder / "data", token, http)
    finally:
        stop_server(process)


@pytest.fixture(scope="module")
def ann(own: Server) -> Person:
    """Somebody with a file that was downloaded, a file in the trash can, one that is nowhere, and an upload that is not
    finished.
    """
    ann = own.person("ann")
    project = ann.project()["id"]
    assert ask(ann, ann.file(project, b"x" * 100)["id"]) == 200
    (organization,) = ann.ok("GET", ORG)["results"]
    with own.database() as conn:
        sent_before(conn, organization["id"], 7, days=1)
    trashed = ann.file(project, b"y" * 10)
    ann.ok("DELETE", f"/repo/v1/entity/{trashed['id']}")
    ann.upload(b"nowhere")
    sending.start(ann, sending.request(b"z" * 20, "open.txt"))
    return ann


@pytest.mark.parametrize("spoil", WRONG)
def test_what_is_wrong_is_told_and_set_right(own: Server, ann: Person, spoil: str) -> None:
    from vesicle.usage import recounting

    with own.database() as conn:
        assert recounting.recount(conn) == []
        conn.execute(spoil)
        said = recounting.recount(conn)
        assert any(WRONG[spoil] in line for line in said), said
        assert recounting.mend(conn) == said
        assert recounting.recount(conn) == []
    check(own)


def test_the_operator_recounts_and_mends_while_uploads_go_on(own: Server, ann: Person) -> None:
    project, over = ann.project()["id"], threading.Event()

    def upload(client: int) -> int:
        count = 0
        while not over.is_set():
            ann.file(project, b"%d %d" % (client, count))
            count += 1
        return count

    with ThreadPoolExecutor(3) as threads:
        uploading = [threads.submit(upload, client) for client in range(3)]
        try:
            assert "0 differences." in org(own, "recount")
            with own.database() as conn:
                conn.execute("UPDATE ledger_account SET stored = stored + 7 WHERE stored > 0")
            said = org(own, "recount", status=1)
            assert "organization" in said
            assert ": stored " in said
            assert "set right" in org(own, "recount", "--mend")
            assert "0 differences." in org(own, "recount")
        finally:
            over.set()
    assert sum(one.result() for one in uploading) > 3
    check(own)
