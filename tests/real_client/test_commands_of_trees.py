"""The commands that deal with whole trees: get -r, manifest, sync and cp."""

from __future__ import annotations

from tests.real_client.conftest import Client


def test_get_takes_a_version_a_tree_and_what_a_link_leads_to(client: Client, elsewhere: Client) -> None:
    person = client.person
    project = person.project()["id"]
    outer = person.folder(project, "outer")["id"]
    inner = person.folder(outer, "inner")["id"]
    top = person.file(project, b"top", "top.txt")["id"]
    person.file(inner, b"deep", "deep.txt")
    empty = person.folder(project, "empty")["id"]
    link = person.make(
        "Link", name="link", parentId=outer, linksTo={"targetId": top, "targetVersionNumber": 1},
        linksToClassName="org.sagebionetworks.repo.model.FileEntity",
    )["id"]  # fmt: skip
    elsewhere.commands(
        f"""
        def files(folder):
            return sorted(os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder)
                          for name in names)
        synapse("get", "{top}", "--downloadLocation", "one", "--multiThreaded")
        assert open("one/top.txt").read() == "top"
        synapse("get", "-v", "1", "{top}", "--downloadLocation", "two")
        assert open("two/top.txt").read() == "top"
        synapse("get", "-v", "2", "{top}", fails=True)
        assert "syn" in synapse("get", "{link}")
        synapse("get", "--followLink", "{link}", "--downloadLocation", "three")
        assert files("three") == ["top.txt"], files("three")
        tree = ["outer/inner/deep.txt", "top.txt"]
        def data(folder):
            return [one for one in files(folder) if "manifest" not in one.lower()]
        synapse("get", "-r", "{project}", "--downloadLocation", "all")
        assert data("all") == tree and os.path.isdir("all/empty"), files("all")
        for at in ("all", "all/outer", "all/outer/inner"):
            assert "deep.txt" in open(at + "/SYNAPSE_METADATA_MANIFEST.tsv").read(), at
        for choice in ("root", "suppress"):
            synapse("get", "-r", "{project}", "--downloadLocation", choice, "--manifest", choice)
            assert data(choice) == tree, files(choice)
            assert os.path.exists(choice + "/SYNAPSE_METADATA_MANIFEST.tsv") == (choice == "root")
            assert not os.path.exists(choice + "/outer/SYNAPSE_METADATA_MANIFEST.tsv")
        synapse("get", "-r", "{outer}", "--downloadLocation", "linked", "--followLink", "--manifest", "suppress")
        assert data("linked") == ["inner/deep.txt", "top.txt"], files("linked")
        synapse("get", "-r", "-v", "1", "{project}", fails=True)
        synapse("get", "syn999999999", fails=True)
        assert "No files associated" in synapse("get", "{empty}")
        """
    )


def test_manifest_and_sync_bring_a_folder_up(client: Client, elsewhere: Client) -> None:
    project = client.person.project()["id"]
    (client.home / "tree/sub").mkdir(parents=True)
    client.write("tree/a.txt", f"a of {client.person.name}".encode())
    client.write("tree/sub/b.txt", f"b of {client.person.name}".encode())
    client.commands(
        f"""
        import csv
        synapse("manifest", "tree", "--parent-id", "{project}", "--manifest-file", "m.tsv")
        rows = list(csv.DictReader(open("m.tsv"), delimiter="\\t"))
        assert sorted(os.path.basename(row["path"]) for row in rows) == ["a.txt", "b.txt"], rows
        assert "sub" in synapse("list", "{project}"), "the folders are made at once"
        b = next(row for row in rows if row["path"].endswith("b.txt"))
        for row in rows:
            row.update(used="", executed="", activityName="", organ="heart")
        b.update(used=rows[0]["path"] if rows[0] is not b else rows[1]["path"], activityName="made")
        with open("m.tsv", "w") as out:
            writer = csv.DictWriter(out, rows[0].keys(), delimiter="\\t")
            writer.writeheader()
            writer.writerows(rows)
        synapse("sync", "--dryRun", "m.tsv")
        assert "a.txt" not in synapse("list", "{project}")
        synapse("sync", "m.tsv", "--retries", "1")
        listed = synapse("list", "-r", "{project}")
        assert "a.txt" in listed and "b.txt" in listed, listed
        stored = next(line.split()[0] for line in listed.splitlines() if line.endswith("b.txt"))
        assert '"heart"' in synapse("get-annotations", "--id", stored)
        assert '"made"' in synapse("get-provenance", "--id", stored)
        synapse("manifest", "tree", "--parent-id", "{project}", "--manifest-file", "again.tsv")
        synapse("sync", "again.tsv")
        assert "versionNumber=1" in synapse("show", stored), "what did not change was sent again"
        """
    )
    elsewhere.commands(f'synapse("get", "-r", "{project}", "--downloadLocation", "back")')
    assert (elsewhere.home / "back/sub/b.txt").read_text() == f"b of {client.person.name}"


def test_cp_copies_files_folders_and_projects(client: Client) -> None:
    person = client.person
    source, target, empty = (person.project()["id"] for _ in range(3))
    outer = person.folder(source, "outer")["id"]
    deep = person.file(person.folder(outer, "inner")["id"], b"deep", "deep.txt")
    client.write("a.txt", b"one")
    client.commands(
        f"""
        import re
        def copies(output):
            return dict(re.findall("'(syn[0-9]+)': '(syn[0-9]+)'", output))
        file = id_in(synapse("add", "a.txt", "--parentid", "{source}", "--annotations", '{{"k": "v"}}'))
        one = copies(synapse("cp", file, "--destinationId", "{target}"))[file]
        assert synapse("cat", one).endswith("one") and '"v"' in synapse("get-annotations", "--id", one)
        assert file in synapse("get-provenance", "--id", one), "a copy tells where it is from"
        assert "already" in synapse("cp", file, "--destinationId", "{target}", fails=True)
        open("a.txt", "w").write("two, longer")
        synapse("store", "--id", file, "a.txt")
        assert copies(synapse("cp", file, "--destinationId", "{target}", "--updateExisting"))[file] == one
        assert synapse("cat", one).endswith("two, longer")
        bare = copies(synapse("cp", file, "--version", "1", "--destinationId", "{outer}", "--setProvenance", "None",
                              "--skipCopyAnnotations", "--skipCopyWiki"))[file]
        assert synapse("cat", bare).endswith("one") and '"v"' not in synapse("get-annotations", "--id", bare)
        synapse("get-provenance", "--id", bare, fails=True)
        tree = copies(synapse("cp", "{outer}", "--destinationId", "{target}"))
        assert {{"{outer}", "{deep["id"]}", bare}} <= set(tree), tree
        assert synapse("cat", tree["{deep["id"]}"]).endswith("deep")
        folders = copies(synapse("cp", "{source}", "--destinationId", "{empty}", "--excludeTypes", "file"))
        assert file not in folders and "{outer}" in folders, folders
        assert "inner/" in synapse("list", "-r", "{empty}") and "deep.txt" not in synapse("list", "-r", "{empty}")
        """
    )
