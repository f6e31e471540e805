"""Whatever happens in whatever order, usage equals an independent sum, and no limit is passed by a byte."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests import sending
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, managed, project_body
from tests.usage.counting import check
from tests.usage.test_charging import KIND, purge

pytestmark = pytest.mark.xdist_group("plans")
SIZES = st.integers(1, 400)
PICK = st.integers(0, 10**6)


class Ledger(RuleBasedStateMachine):
    """Two people, two organizations with little room, and everything that moves bytes between them."""

    server: Server

    @initialize(limits=st.tuples(st.integers(300, 1500), st.integers(300, 1500)))
    def begin(self, limits: tuple[int, int]) -> None:
        server = self.server
        self.chief = server.person("chief", is_admin=True)
        self.people = [server.person("ann"), server.person("bob")]
        self.organizations = [
            managed(self.chief, person, storageLimitBytes=limit)
            for person, limit in zip(self.people, limits, strict=True)
        ]
        self.used = [0, 0]
        self.uploads: list[tuple[Person, str, bytes]] = []
        self.handles: list[tuple[Person, str]] = []
        self.files: list[tuple[Person, str]] = []
        self.trash: list[tuple[Person, str]] = []
        self.projects: list[tuple[Person, str]] = []
        for person, organization in zip(self.people, self.organizations, strict=True):
            person.ok("PUT", f"{ORG}/preferred", {"organizationId": organization["id"]})
            for _ in range(2):
                made = person.ok("POST", "/repo/v1/entity", project_body(), organizationId=organization["id"])
                self.projects.append((person, made["id"]))

    def _is_fine(self, answer: httpx.Response) -> bool:
        """It worked, or was refused for its size."""
        if not answer.is_success:
            assert answer.json().get("errorCode") == "PROJECT_STORAGE_LIMIT_EXCEEDED", answer.text
        return answer.is_success

    @rule(who=st.integers(0, 1), size=SIZES, salt=PICK)
    def start(self, who: int, size: int, salt: int) -> None:
        content = (str(salt).encode() * size)[:size]
        person = self.people[who]
        answer = person.call("POST", "/file/v1/file/multipart", sending.request(content, f"{salt}.txt"))
        if self._is_fine(answer) and answer.json()["state"] == "UPLOADING":
            upload = (person, answer.json()["uploadId"], content)
            # The same request goes on with the same upload.
            self.uploads += [] if upload in self.uploads else [upload]

    @precondition(lambda self: self.uploads)
    @rule(which=PICK)
    def complete(self, which: int) -> None:
        person, upload, content = self.uploads.pop(which % len(self.uploads))
        if sending.put_part(person, upload, 1, content).status_code == 200:
            sending.add_part(person, upload, 1, content)
            answer = person.call("PUT", f"/file/v1/file/multipart/{upload}/complete")
            if self._is_fine(answer):
                self.handles.append((person, answer.json()["resultFileHandleId"]))

    @precondition(lambda self: self.uploads)
    @rule(which=PICK)
    def fail(self, which: int) -> None:
        """Nothing was sent, and the upload is told to end."""
        person, upload, _ = self.uploads[which % len(self.uploads)]
        assert person.call("PUT", f"/file/v1/file/multipart/{upload}/complete").status_code in (400, 201)

    @precondition(lambda self: self.handles)
    @rule(which=PICK, where=PICK, name=PICK)
    def tie(self, which: int, where: int, name: int) -> None:
        person, handle = self.handles[which % len(self.handles)]
        own = [project for owner, project in self.projects if owner is person]
        body = {"concreteType": KIND, "parentId": own[where % len(own)], "name": f"f{name}", "dataFileHandleId": handle}
        answer = person.call("POST", "/repo/v1/entity", body)
        if answer.status_code != 409 and self._is_fine(answer):
            self.files.append((person, answer.json()["id"]))

    @precondition(lambda self: self.files and self.handles)
    @rule(which=PICK, handle=PICK)
    def new_version(self, which: int, handle: int) -> None:
        person, file = self.files[which % len(self.files)]
        own = [one for owner, one in self.handles if owner is person]
        if own:
            now = person.ok("GET", f"/repo/v1/entity/{file}")
            # A new version gets a label of its own.
            del now["versionLabel"]
            body = {**now, "dataFileHandleId": own[handle % len(own)]}
            self._is_fine(person.call("PUT", f"/repo/v1/entity/{file}", body, newVersion="true"))

    @precondition(lambda self: self.files)
    @rule(which=PICK, where=PICK)
    def move(self, which: int, where: int) -> None:
        person, file = self.files[which % len(self.files)]
        own = [project for owner, project in self.projects if owner is person]
        body = {**person.ok("GET", f"/repo/v1/entity/{file}"), "parentId": own[where % len(own)]}
        answer = person.call("PUT", f"/repo/v1/entity/{file}", body)
        assert answer.status_code == 409 or self._is_fine(answer)

    @precondition(lambda self: self.files)
    @rule(which=PICK)
    def delete(self, which: int) -> None:
        person, file = self.files.pop(which % len(self.files))
        person.ok("DELETE", f"/repo/v1/entity/{file}")
        self.trash.append((person, file))

    @precondition(lambda self: self.trash)
    @rule(which=PICK)
    def restore(self, which: int) -> None:
        person, file = self.trash.pop(which % len(self.trash))
        answer = person.call("PUT", f"/repo/v1/trashcan/restore/{file}")
        if answer.is_success:
            self.files.append((person, file))
        else:
            assert answer.status_code == 409, answer.text

    @precondition(lambda self: self.trash)
    @rule(which=PICK)
    def purge(self, which: int) -> None:
        _, file = self.trash.pop(which % len(self.trash))
        purge(self.server, file)

    @precondition(lambda self: self.handles)
    @rule(which=PICK)
    def delete_handle(self, which: int) -> None:
        index = which % len(self.handles)
        person, handle = self.handles[index]
        answer = person.call("DELETE", f"/file/v1/fileHandle/{handle}")
        assert answer.is_success or answer.status_code == 409, answer.text
        if answer.is_success:
            self.handles.pop(index)

    @rule(who=st.integers(0, 1), limit=st.integers(0, 1500))
    def change_limit(self, who: int, limit: int) -> None:
        path = f"/vesicle/v1/plan/{self.organizations[who]['planId']}"
        self.chief.ok("PUT", path, {**self.chief.ok("GET", path), "storageLimitBytes": limit})

    @invariant()
    def usage_adds_up(self) -> None:
        if hasattr(self, "organizations"):
            check(self.server)

    @invariant()
    def no_limit_is_passed(self) -> None:
        """Where a limit was lowered below what was used, usage never grows."""
        for number, organization in enumerate(getattr(self, "organizations", [])):
            with self.server.database() as conn:
                row: Any = conn.execute(
                    "SELECT stored + reserved, storage_limit FROM ledger_account WHERE organization_id = %s",
                    (organization["id"],),
                ).fetchone()
            assert row[0] <= row[1] or row[0] <= self.used[number], organization["id"]
            self.used[number] = row[0]


def test_usage_adds_up_in_any_order(planned: Server) -> None:
    class OfThisServer(Ledger):
        server = planned

    run_state_machine_as_test(
        OfThisServer,
        settings=settings(
            max_examples=3,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
