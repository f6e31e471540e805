"""Handles and previews of entities, icons of teams."""

from __future__ import annotations

from tests.delivery.test_downloads import asked, results, share
from tests.live import Person, Server
from tests.sending import request, send, start


def test_the_handles_of_a_file_and_of_its_versions(owner: Person, server: Server) -> None:
    project = owner.project()
    file = owner.file(project["id"])
    reader, downloader = server.person("reader"), server.person("downloader")
    share(server, project, reader, 1)
    share(server, project, downloader, 3)
    for path in ("filehandles", "version/1/filehandles"):
        (handle,) = downloader.ok("GET", f"/repo/v1/entity/{file['id']}/{path}")["list"]
        assert handle["id"] == file["dataFileHandleId"]
        assert reader.call("GET", f"/repo/v1/entity/{file['id']}/{path}").status_code == 403
    assert owner.call("GET", f"/repo/v1/entity/{file['id']}/version/7/filehandles").status_code == 404
    assert owner.call("GET", f"/repo/v1/entity/{project['id']}/filehandles").status_code == 404


def test_there_is_no_preview_unless_the_file_is_its_own(owner: Person) -> None:
    project = owner.project()["id"]
    file = owner.file(project)
    for path in ("filepreview", "version/1/filepreview"):
        answer = owner.call("GET", f"/repo/v1/entity/{file['id']}/{path}")
        assert (answer.status_code, "no preview" in answer.json()["reason"]) == (404, True)
    without = start(owner, request(b"no preview wanted", "a.txt", generatePreview=False))
    assert without["state"] == "UPLOADING"
    (result,) = results(
        owner, (file["dataFileHandleId"], file["id"]), includePreviewPreSignedURLs=True, includeFileHandles=True
    )
    assert "previewPreSignedURL" not in result


def test_the_icon_of_a_team_is_everybodys(owner: Person, stranger: Person, nobody: Person) -> None:
    team = owner.ok("POST", "/repo/v1/team", {"name": f"icon {owner.name}"})
    path = f"/repo/v1/team/{team['id']}/icon"
    assert nobody.call("GET", path).status_code == 404
    icon, other = send(owner, b"an icon", "icon.png"), send(owner, b"not an icon", "other.png")
    owner.ok("PUT", "/repo/v1/team", {**team, "icon": icon})
    for person in (owner, stranger, nobody):
        assert person.call("GET", path).status_code == 307
        url = person.ok("GET", path, redirect="false")
        assert person.http.get(url).content == b"an icon"
        preview = person.call("GET", f"{path}/preview")
        assert (preview.status_code, "no preview" in preview.json()["reason"]) == (404, True)
    items = [(icon, team["id"]), (other, team["id"]), (icon, "999999999"), (icon, "nonsense"), (icon, "")]
    found = results(stranger, *items, kind="TeamAttachment")
    assert ["preSignedURL" in one for one in found] == [True, False, False, False, False]
    assert [one.get("failureCode") for one in found] == [None, *["UNAUTHORIZED"] * 4]
    for kind in ("UserProfileAttachment", "MessageAttachment", "WikiAttachment", "TableEntity"):
        assert results(stranger, (icon, team["id"]), kind=kind)[0]["failureCode"] == "UNAUTHORIZED"
        assert "preSignedURL" in results(owner, (icon, team["id"]), kind=kind)[0]


def test_what_everybody_may_have_is_recorded_too(owner: Person, stranger: Person, server: Server) -> None:
    team = owner.ok("POST", "/repo/v1/team", {"name": f"record {owner.name}"})
    icon = send(owner, b"an icon", "icon.png")
    owner.ok("PUT", "/repo/v1/team", {**team, "icon": icon})
    stranger.ok("GET", f"/repo/v1/team/{team['id']}/icon", redirect="false")
    stranger.ok("POST", "/file/v1/fileHandle/batch", asked((icon, team["id"]), kind="TeamAttachment"))
    with server.database() as conn:
        rows = conn.execute(
            "SELECT object_type, object_id, size FROM download_record WHERE file_handle_id = %s AND principal_id = %s",
            (int(icon), stranger.id),
        ).fetchall()
    assert rows == [("TeamAttachment", int(team["id"]), 7)] * 2
