"""Restricting what one stores, with the published client: who stored it, who only reads it, and who lifts it."""

from __future__ import annotations

from pathlib import Path

from tests.live import Server
from tests.real_client.conftest import Client
from tests.world import signed_in


def test_what_is_stored_restricted_is_kept_back_until_it_is_reviewed(
    client: Client, server: Server, tmp_path: Path
) -> None:
    client.write("a.txt", b"legacy")
    client.write("b.txt", b"model")
    client.write("c.txt", b"below")
    legacy, model, below = client.python(
        f"""
        import synapseclient
        project = Project(name="p {client.person.name}").store()
        file = syn.store(synapseclient.File("a.txt", parent=project.id), isRestricted=True)
        # Restricted already: the client asks first, and makes no second requirement.
        file.annotations = {{"kind": "x"}}
        file = syn.store(file, isRestricted=True)
        model = File(path="b.txt", parent_id=project.id, is_restricted=True).store()
        folder = Folder(name="f", parent_id=project.id, is_restricted=True).store()
        below = File(path="c.txt", parent_id=folder.id).store()
        syn.setPermissions(project.id, 273948, accessType=["READ", "DOWNLOAD"])
        for one in (file.id, model.id, folder.id, below.id):
            found = syn.restGET(f"/entity/{{one}}/accessRequirement?offset=0&limit=20")["results"]
            assert len(found) == 1, found
        assert syn.get_permissions(file.id).can_edit and not syn.get_permissions(file.id).can_download
        print(file.id, model.id, below.id)
        """
    ).split()
    reader = Client(client.programs, tmp_path / "reader", server.person("reader"))
    kept = f"""
        from synapseclient.core.exceptions import SynapseHTTPError, SynapseUnmetAccessRestrictions
        for one in ("{legacy}", "{model}", "{below}"):
            for deed in (lambda: syn.get(one), lambda: File(id=one).get()):
                try:
                    deed()
                except SynapseUnmetAccessRestrictions as refusal:
                    assert "access restrictions" in str(refusal)
                else:
                    raise AssertionError(f"{{one}} was downloaded")
            assert syn.get(one, downloadFile=False).id == one
        try:
            syn.restPOST("/entity/{legacy}/lockAccessRequirement", body="")
        except SynapseHTTPError as refusal:
            assert refusal.response.status_code == 403
        """
    reader.python(kept)
    assert "access restrictions" in reader.synapse("get", legacy, fails=True)
    reviewer = signed_in(server, server.person("reviewer", is_admin=True))
    for one in (legacy, model, below):
        for found in reviewer.ok("GET", f"/repo/v1/entity/{one}/accessRequirement")["results"]:
            assert reviewer.call("DELETE", f"/repo/v1/accessRequirement/{found['id']}").status_code == 200
    reader.python(
        f"""
        got = [open(syn.get(one, downloadLocation=one).path).read() for one in ("{legacy}", "{model}", "{below}")]
        assert got == ["legacy", "model", "below"], got
        """
    )
