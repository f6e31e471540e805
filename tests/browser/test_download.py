"""A browser that is sent to a file downloads it, under its own name."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Route
from tests.browser.starting import chromium
from tests.live import Person

NAME = "Прибор ünïcode 数据.csv"


def test_a_browser_that_is_redirected_downloads(owner: Person, tmp_path: Path) -> None:
    handle = owner.upload(b"1,2,3\n", NAME)
    project = owner.project()["id"]
    file = owner.make("FileEntity", name="data.csv", parentId=project, dataFileHandleId=handle)["id"]

    def sign(route: Route) -> None:
        """Add the token to requests of the API alone: the store takes one proof, and the URL is it."""
        route.continue_(headers=route.request.headers | {"authorization": f"Bearer {owner.token}"})

    with chromium() as browser:
        page = browser.new_page(accept_downloads=True)
        page.route(f"{owner.url}/**", sign)
        page.goto(f"{owner.url}/healthz")
        with page.expect_download() as download:
            page.evaluate("url => { window.location = url }", f"{owner.url}/repo/v1/entity/{file}/file")
        assert download.value.suggested_filename == NAME
        download.value.save_as(tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == b"1,2,3\n"
