"""The legacy functions and the object models."""

from __future__ import annotations

from pathlib import Path

from tests.real_client.conftest import Client


def test_the_object_models_store_change_and_get(client: Client, elsewhere: Client) -> None:
    client.write("a.txt", b"one")
    out = client.python(
        f"""
        project = Project(name="m {client.person.name}").store()
        assert Project(name=project.name).store().id == project.id
        folder = Folder(name="f", parent_id=project.id).store()
        values = {{"s": ["v"], "n": [1, 2], "d": [1.5], "b": [True]}}
        file = File(path="a.txt", parent_id=folder.id, annotations=values).store()
        assert File(path="a.txt", parent_id=folder.id).store().version_number == 1, "unchanged bytes made a version"
        print(folder.id, file.id)
        """
    )
    folder, file = out.split()
    client.write("a.txt", b"two, changed")
    client.python(
        f"""
        file = File(path="a.txt", parent_id="{folder}").store()
        assert (file.id, file.version_number) == ("{file}", 2)
        assert file.annotations == {{"s": ["v"], "n": [1, 2], "d": [1.5], "b": [True]}}, file.annotations
        permissions = file.get_permissions()
        assert permissions.can_download and permissions.can_change_permissions
        """
    )
    elsewhere.python(
        f"""
        folder = Folder(id="{folder}").sync_from_synapse(path="tree")
        assert [one.name for one in folder.files] == ["a.txt"]
        assert open("tree/a.txt").read() == "two, changed"
        old = File(id="{file}", version_number=1, path="old").get()
        assert open(old.path).read() == "one"
        assert [names for _, _, names in Project(id=syn.get("{folder}").parentId).walk()], "walk saw nothing"
        File(id="{file}").delete()
        """
    )


def test_the_legacy_functions_store_look_up_and_delete(client: Client) -> None:
    client.write("a.txt", b"one")
    client.python(
        f"""
        project = syn.store(synapseclient.Project("l {client.person.name}"))
        assert syn.store(synapseclient.Project("l {client.person.name}")).id == project.id
        folder = syn.store(synapseclient.Folder("f", parent=project))
        file = syn.store(synapseclient.File("a.txt", parent=folder, annotations={{"k": "v"}}))
        assert file.versionNumber == 1
        again = synapseclient.File("a.txt", parent=folder, annotations={{"k": "v"}})
        assert syn.store(again, forceVersion=False).versionNumber == 1
        assert syn.findEntityId("a.txt", folder) == file.id
        assert [child["id"] for child in syn.getChildren(project)] == [folder.id]
        got = syn.get(file.id)
        assert got.k == ["v"] and open(got.path).read() == "one"
        got.k = "changed"
        assert syn.store(got, forceVersion=False).k == ["changed"]
        file_handle = syn.get(file.id, downloadFile=False)._file_handle
        assert file_handle["contentSize"] == 3 and file_handle["storageLocationId"] == 1
        syn.delete(file)
        try:
            syn.get(file.id)
        except synapseclient.core.exceptions.SynapseHTTPError as error:
            assert error.response.status_code == 404
        else:
            raise AssertionError("a deleted file was given")
        """
    )


def test_a_link_and_a_name_of_any_script(client: Client, elsewhere: Client, tmp_path: Path) -> None:
    name = "Прибор ünïcode 数据.csv"
    client.write(name, b"1,2")
    file = client.python(
        f"""
        project = Project(name="u {client.person.name}").store()
        link = File(path="https://example.org/a.csv", synapse_store=False, parent_id=project.id).store()
        assert link.external_url == "https://example.org/a.csv"
        print(File(path="{name}", parent_id=project.id).store().id)
        """
    ).strip()
    elsewhere.python(f"assert open(File(id='{file}', path='got').get().path).read() == '1,2'")
