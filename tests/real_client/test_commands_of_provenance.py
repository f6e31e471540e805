"""The commands that say what came from what, and those that know a file by its bytes."""

from __future__ import annotations

from tests.real_client.conftest import Client


def test_provenance_is_stored_set_and_shown(client: Client) -> None:
    project = client.person.project()["id"]
    for name in ("raw.csv", "code.py", "result.csv"):
        client.write(name, f"{name} of {client.person.name}".encode())
    client.commands(
        f"""
        import json
        project = "{project}"
        def used(*arguments):
            synapse("get-provenance", "-o", "activity.json", *arguments)
            found = json.load(open("activity.json"))["used"]
            return sorted((one["wasExecuted"], one.get("url") or one["reference"]["targetId"],
                           one.get("reference", {{}}).get("targetVersionNumber")) for one in found)
        raw = id_in(synapse("add", "raw.csv", "--parentid", project))
        code = id_in(synapse("add", "code.py", "--parentid", project))
        result = id_in(synapse("store", "result.csv", "--parentid", project, "--used", raw, "https://example.org/x",
                               "--executed", code))
        expected = [(False, "https://example.org/x", None), (False, raw, 1), (True, code, 1)]
        assert used("--id", result) == expected, used("--id", result)
        assert raw in synapse("show", result)
        # Local files are known by their bytes; limitSearch says below what.
        synapse("set-provenance", "--id", result, "--name", "n", "--description", "d", "--used", "raw.csv",
                "--executed", "code.py", "--limitSearch", project)
        assert used("--id", result) == [(False, raw, 1), (True, code, 1)], used("--id", result)
        activity = json.load(open("activity.json"))
        assert (activity["name"], activity["description"]) == ("n", "d")
        said = synapse("set-provenance", "--id", result, "--used", raw + ".1", "-o", "STDOUT")
        assert json.loads(said.splitlines()[-1])["used"][0]["reference"]["targetId"] == raw
        synapse("add", "result.csv", "--parentid", project, "--used", "raw.csv", "--limitSearch", project)
        assert used("--id", result, "--version", "1") == [(False, raw, 1)]
        assert used("--id", result) == [(False, raw, 1)]
        synapse("get-provenance", "--id", raw, fails=True)
        """
    )


def test_files_are_found_by_their_bytes(client: Client) -> None:
    project, other = (client.person.project()["id"] for _ in range(2))
    (client.home / "folder/deep").mkdir(parents=True)
    for name in ("a.txt", "folder/b.txt", "folder/deep/c.txt", "unknown.txt"):
        client.write(name, f"{name} of {client.person.name}".encode())
    client.commands(
        f"""
        project, other = "{project}", "{other}"
        a = id_in(synapse("add", "a.txt", "--parentid", project))
        copy = id_in(synapse("add", "a.txt", "--parentid", other))
        b = id_in(synapse("add", "folder/b.txt", "--parentid", project))
        c = id_in(synapse("add", "folder/deep/c.txt", "--parentid", other))
        for limit, found in ((project, a), (other, copy)):
            said = synapse("get", "a.txt", "--limitSearch", limit)
            assert "Associated file: " in said and found in said, said
            assert f"{{found}}.1" in synapse("associate", "a.txt", "--limitSearch", limit)
        said = synapse("associate", "folder", "-r")
        assert f"{{b}}.1" in said and f"{{c}}.1" in said, said
        assert "not available in Synapse" in synapse("associate", "unknown.txt")
        synapse("associate", "folder", fails=True)
        synapse("get", "unknown.txt", fails=True)
        """
    )
