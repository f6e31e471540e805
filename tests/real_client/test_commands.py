"""The commands of `synapse` that deal with one thing at a time, each with its options."""

from __future__ import annotations

from tests.live import Server
from tests.real_client.conftest import Client


def test_store_and_add_with_their_options(client: Client) -> None:
    project = client.person.project()["id"]
    client.write("a.txt", b"one")
    client.write("b.txt", b"other")
    client.commands(
        f"""
        project = "{project}"
        file = id_in(synapse("store", "a.txt", "--parentid", project, "--name", "named.txt"))
        assert id_in(synapse("store", "a.txt", "--parentId", project, "--name", "named.txt")) == file
        assert "versionNumber=2" in synapse("show", file), "the same bytes, with a forced version"
        synapse("store", "--id", file, "--noForceVersion", "a.txt")
        assert "versionNumber=2" in synapse("show", file), "the same bytes, without a forced version"
        synapse("store", "--id", file, "--noForceVersion", "b.txt")
        assert "versionNumber=3" in synapse("show", file), "other bytes make a version in any case"
        assert "named.txt" in synapse("show", file), "an id keeps its name"
        assert synapse("cat", file).endswith("other")
        assert synapse("cat", file, "-v", "1").endswith("one")

        new = id_in(synapse("store", "--type", "Project", "--name", "s {client.person.name}"))
        assert "s {client.person.name}" in synapse("show", new)
        folder = id_in(synapse("create", "Folder", "--name", "f", "--parentid", project))
        added = id_in(synapse("add", "--file", "b.txt", "--parentid", folder))
        synapse("add", "b.txt", "--parentid", folder, "--annotations", '{{"a": 1, "b": ["x", "y"]}}')
        synapse("store", "--id", added, "b.txt", "--annotations", '{{"c": true}}', "--noForceVersion")
        said = synapse("get-annotations", "--id", added)
        assert '"a"' in said and '"c"' in said, said
        synapse("add", "b.txt", "--parentid", folder, "--annotations", '{{"d": 1.5}}', "--replace")
        said = synapse("get-annotations", "--id", added)
        assert '"d"' in said and '"a"' not in said, said
        link = id_in(synapse("add", "https://example.org/a.csv", "--parentid", folder, "--name", "a link"))
        assert "externalURL=https://example.org/a.csv" in synapse("show", link)

        synapse("store", "a.txt", fails=True)
        synapse("add", "--parentid", project, fails=True)
        """
    )


def test_create_list_move_and_delete(client: Client) -> None:
    name = client.person.name
    client.write("a.txt", b"one")
    client.commands(
        f"""
        project = id_in(synapse("create", "Project", "--name", "p {name}"))
        assert id_in(synapse("create", "Project", "--name", "p {name}")) == project
        outer = id_in(synapse("create", "Folder", "--name", "outer", "--parentid", project))
        inner = id_in(synapse("create", "Folder", "--name", "inner", "--parentId", outer))
        file = id_in(synapse("add", "a.txt", "--parentid", inner))
        for options in ([], ["-l"], ["-m"], ["-l", "-m"]):
            listed = synapse("list", *options, inner)
            assert file in listed and "a.txt" in listed and outer not in listed, listed
            listed = synapse("list", "-r", *options, project)
            assert all(word in listed for word in (outer, "outer/", inner, "inner/", file, "a.txt")), listed
            lines = listed.splitlines()[1:]
            assert any("{name}" in line for line in lines) == bool(options), listed
        assert "Moved" in synapse("mv", "--id", inner, "--parentid", project)
        assert "inner" in synapse("list", project) and "inner" not in synapse("list", outer)
        synapse("mv", "--id", project, "--parentid", outer, fails=True)

        synapse("add", "a.txt", "--parentid", inner)
        assert "version 1" in synapse("delete", file, "--version", "1")
        synapse("cat", file, "-v", "1", fails=True)
        assert synapse("cat", file).endswith("one")
        assert "Deleted entity" in synapse("delete", inner)
        assert "trash" in synapse("show", file, fails=True)
        synapse("list", "syn999999999", fails=True)
        synapse("delete", project)
        """
    )


def test_annotations_are_set_merged_and_replaced(client: Client) -> None:
    project = client.person.project()["id"]
    client.commands(
        f"""
        import json
        project = "{project}"
        def got():
            synapse("get-annotations", "--id", project, "-o", "got.json")
            return json.load(open("got.json"))
        first = '{{"n": 1, "s": ["x", "y"], "f": 0.5, "b": false}}'
        synapse("set-annotations", "--id", project, "--annotations", first)
        assert got() == {{"n": [1], "s": ["x", "y"], "f": [0.5], "b": [False]}}
        synapse("set-annotations", "--id", project, "--annotations", '{{"n": 2}}')
        assert got() == {{"n": [2], "s": ["x", "y"], "f": [0.5], "b": [False]}}
        synapse("set-annotations", "--id", project, "--annotations", '{{"only": "this"}}', "--replace")
        assert got() == {{"only": ["this"]}}
        assert '"only"' in synapse("get-annotations", "--id", project)
        synapse("set-annotations", "--id", project, "--annotations", '["no"]', fails=True)
        """
    )


def test_the_commands_of_an_account(client: Client, server: Server) -> None:
    other = server.person("other", scopes="view")
    client.commands(
        f"""
        assert "{client.person.name}" in synapse("login")
        at_a_terminal("config", answers=["{other.name}", "{other.token}", ""])
        text = open(".synapseConfig").read()
        assert "{other.token}" in text and "{client.person.token}" not in text and "repoEndpoint" in text, text
        assert "{client.person.token}" in open(".synapseConfig.backup").read()
        assert "{other.name} ({other.id})" in synapse("login")
        assert "insufficient_scope" in synapse("create", "Project", "--name", "no", fails=True)
        # This release calls its own function with two arguments that it does not take; what a server does for it works.
        assert "Welcome, {other.name}" in synapse("test-encoding", fails=True)
        open(".synapseConfig", "w").write("[endpoints]" + text.split("[endpoints]")[1])
        assert "{client.person.name}" in at_a_terminal("login", answers=["", "{client.person.token}", ""])
        """
    )


def test_onweb_opens_the_portal(client: Client) -> None:
    project = client.person.project()["id"]
    # What the client opens pages with is named by $BROWSER.
    browser = client.write("browser", b'#!/bin/sh\necho "$1" > opened\n')
    browser.chmod(0o755)
    client.commands(f'synapse("onweb", "{project}")', BROWSER=f"{browser} %s")
    assert project in (client.home / "opened").read_text()
