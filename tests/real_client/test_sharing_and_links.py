"""Sharing, links, versions and what made them, through the legacy functions and the object models."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from tests.live import Server
from tests.real_client.conftest import Client

# The client's cache goes by the time of a file, in whole seconds; so each content gets a time of its own.
WRITING = """
import itertools, os
moments = itertools.count(1_700_000_000)
def write(text):
    with open("a.txt", "w") as file:
        file.write(text)
    os.utime("a.txt", (next(moments),) * 2)
"""


def writing(code: str) -> str:
    """A script that can ``write`` the file a.txt."""
    return WRITING + dedent(code)


def test_permissions_are_set_listed_and_taken_back(client: Client, server: Server, tmp_path: Path) -> None:
    other = server.person("other")
    client.write("a.txt", b"shared")
    project, folder, file = client.python(
        f"""
        project = Project(name="p {client.person.name}").store()
        folder = Folder(name="f", parent_id=project.id).store()
        file = File(path="a.txt", parent_id=folder.id).store()
        me, them = {client.person.id}, {other.id}
        found = syn.getPermissions(file.id, them)
        assert set(found) == set(), found
        # The folder gets a list of its own, which the file inherits.
        acl = syn.setPermissions(folder.id, "{other.name}", accessType=["READ", "DOWNLOAD"], warn_if_inherits=False)
        assert {{one["principalId"] for one in acl["resourceAccess"]}} == {{me, them}}
        assert set(syn.getPermissions(file.id, them)) == {{"READ", "DOWNLOAD"}}
        assert set(File(id=file.id).get_acl(principal_id=them)) == {{"READ", "DOWNLOAD"}}
        assert set(project.get_acl(principal_id=them)) == set()
        syn.setPermissions(folder.id, 273949, accessType=["READ"], overwrite=False)
        assert set(syn.getPermissions(file.id, "PUBLIC")) == {{"READ"}}
        mine = syn.get_permissions(file.id)
        assert mine.can_view and mine.can_delete and mine.can_public_read and not mine.can_enable_inheritance
        assert folder.get_permissions().can_enable_inheritance
        kinds = ["folder", "file"]
        listed = project.list_acl(recursive=True, include_container_content=True, target_entity_types=kinds)
        assert {{one.entity_id for one in listed.all_entity_acls}} == {{project.id, folder.id}}, listed
        print(project.id, folder.id, file.id)
        """
    ).split()
    reader = Client(client.programs, tmp_path / "reader", other)
    reader.python(
        f"""
        assert open(syn.get("{file}", downloadLocation="got").path).read() == "shared"
        assert not syn.get_permissions("{file}").can_edit
        for deed in (lambda: syn.setPermissions("{folder}", {other.id}, ["READ", "UPDATE"]),
                     lambda: syn.delete("{file}"), lambda: syn.get("{project}")):
            try:
                deed()
            except synapseclient.core.exceptions.SynapseHTTPError as error:
                assert error.response.status_code == 403, error
            else:
                raise AssertionError("a reader did more than read")
        """
    )
    client.python(
        f"""
        folder = Folder(id="{folder}")
        folder.set_permissions(principal_id={other.id}, access_type=[])
        assert set(syn.getPermissions("{file}", {other.id})) == {{"READ"}}, "that is what the public has"
        folder.delete_permissions(include_self=True)
        # What inherits already stays as it is, without a complaint.
        File(id="{file}").delete_permissions(include_self=True)
        assert syn.get("{file}", downloadFile=False).id == "{file}"
        assert syn._getBenefactor("{file}")["id"] == "{project}"
        """
    )


def test_links_point_to_a_version_and_are_followed(client: Client) -> None:
    client.write("a.txt", b"one")
    client.python(
        writing(f"""
        from synapseclient.models import Link
        project = Project(name="l {client.person.name}").store()
        file = File(path="a.txt", parent_id=project.id).store()
        write("two, longer")
        assert File(path="a.txt", parent_id=project.id).store().version_number == 2
        folder = Folder(name="f", parent_id=project.id).store()
        link = syn.store(synapseclient.Link(file.id, targetVersion=1, parent=folder.id))
        assert link.linksTo["targetVersionNumber"] == 1 and link.linksToClassName.endswith("FileEntity")
        assert syn.get(link.id, downloadFile=False).linksTo["targetId"] == file.id
        followed = syn.get(link.id, followLink=True, downloadLocation="got")
        # Its bytes may come from the cache, which is the client's own affair.
        assert (followed.id, followed.versionNumber) == (file.id, 1)
        assert followed._file_handle["contentSize"] == 3

        model = Link(name="model", parent_id=folder.id, target_id=file.id).store()
        assert Link(id=model.id).get(follow_link=False).target_id == file.id
        assert Link(name="model", parent_id=folder.id).get(follow_link=False).id == model.id
        found = Link(id=model.id).get()
        assert (found.id, found.version_number) == (file.id, 2)
        kinds = {{one["name"]: one["type"] for one in syn.getChildren(folder.id, includeTypes=["link"])}}
        assert set(kinds.values()) == {{"org.sagebionetworks.repo.model.Link"}} and len(kinds) == 2, kinds
        model.annotations = {{"k": ["v"]}}
        assert model.store().id == model.id
        assert Link(id=model.id).get(follow_link=False).annotations == {{"k": ["v"]}}
        syn.delete(model.id)
        """)
    )


def test_versions_are_labelled_listed_and_deleted(client: Client) -> None:
    client.write("a.txt", b"one")
    client.python(
        writing(f"""
        project = Project(name="v {client.person.name}").store()
        file = syn.store(synapseclient.File("a.txt", parent=project.id, versionComment="first"))
        for number in (2, 3):
            write("x" * number)
            file = syn.store(synapseclient.File("a.txt", parent=project.id, versionComment=f"said {{number}}"))
        assert file.versionNumber == 3
        listed = list(syn._GET_paginated(f"/entity/{{file.id}}/version"))
        assert [one["versionNumber"] for one in listed] == [3, 2, 1], listed
        assert [one.get("versionComment") for one in listed] == ["said 3", "said 2", "first"], listed
        old = File(id=file.id, version_number=2, path="old").get()
        assert (old.version_comment, old.is_latest_version, open(old.path).read()) == ("said 2", False, "xx")
        now = File(id=file.id, download_file=False).get()
        now.version_comment, now.force_version = "changed in place", False
        kept = now.store()
        assert (kept.version_number, kept.version_comment) == (3, "changed in place"), kept
        kept.version_label = "final"
        labelled = kept.store()
        assert (labelled.version_number, labelled.version_label) == (4, "final"), labelled
        for number in (4, 3):
            File(id=file.id, version_number=number).delete(version_only=True)
        assert File(id=file.id, download_file=False).get().version_number == 2
        write("four")
        assert File(path="a.txt", parent_id=project.id).store().version_number == 5
        moved = File(id=file.id, download_file=False).get()
        other = Folder(name="there", parent_id=project.id).store()
        moved.parent_id = other.id
        assert moved.store().parent_id == other.id
        syn.move(file.id, project.id)
        assert syn.get(file.id, downloadFile=False).parentId == project.id
        """)
    )


def test_activities_belong_to_versions(client: Client) -> None:
    client.write("a.txt", b"one")
    client.write("code.py", b"print()")
    client.python(
        writing(f"""
        from synapseclient.models import Activity, UsedEntity, UsedURL
        project = Project(name="a {client.person.name}").store()
        code = File(path="code.py", parent_id=project.id).store()
        activity = Activity(name="ran it", used=[UsedURL(name="page", url="https://example.org/x")],
                            executed=[UsedEntity(target_id=code.id)])
        file = File(path="a.txt", parent_id=project.id, activity=activity).store()
        found = Activity.from_parent(parent=file)
        assert (found.name, found.executed[0].target_version_number) == ("ran it", 1)
        assert found.used[0].url == "https://example.org/x"
        again = File(id=file.id, download_file=False).get(include_activity=True)
        assert again.activity.id == found.id
        legacy = syn.getProvenance(file.id)
        assert legacy["id"] == found.id
        legacy["description"] = "changed"
        assert syn.updateActivity(legacy)["description"] == "changed"
        write("two, longer")
        second = File(path="a.txt", parent_id=project.id).store()
        assert Activity.from_parent(parent=second) is None, "a new version begins without one"
        assert Activity.from_parent(parent=file, parent_version_number=1).id == found.id
        syn.setProvenance(file.id, synapseclient.Activity(name="second", used=[file.id]))
        assert syn.getProvenance(file.id, version=2)["name"] == "second"
        syn.deleteProvenance(file.id)
        assert Activity.from_parent(parent=File(id=file.id, download_file=False).get()) is None
        """)
    )


def test_annotations_keep_their_types(client: Client) -> None:
    client.python(
        f"""
        import datetime
        project = syn.store(synapseclient.Project("n {client.person.name}"))
        moment = datetime.datetime(2024, 2, 29, 12, 0, 0, 123000, tzinfo=datetime.timezone.utc)
        notes = syn.get_annotations(project.id)
        notes.update({{"text": ["a", "ü"], "whole": 2**62, "real": [0.1, 1e300], "flag": [True, False], "when": moment,
                       "nothing": []}})
        syn.set_annotations(notes)
        found = syn.get_annotations(project.id)
        assert found["text"] == ["a", "ü"] and found["whole"] == [2**62] and found["real"] == [0.1, 1e300], found
        assert found["flag"] == [True, False] and found["when"] == [moment], found
        model = Project(id=project.id).get()
        assert model.annotations["when"] == [moment] and model.annotations["flag"] == [True, False], model.annotations
        model.annotations = {{"only": [1.5]}}
        model.store()
        assert dict(syn.get_annotations(project.id)) == {{"only": [1.5]}}
        stale = syn.get_annotations(project.id)
        syn.set_annotations(syn.get_annotations(project.id))
        try:
            syn.set_annotations(stale)
        except synapseclient.core.exceptions.SynapseHTTPError as error:
            assert error.response.status_code == 412
        else:
            raise AssertionError("stale annotations were written")
        """
    )
