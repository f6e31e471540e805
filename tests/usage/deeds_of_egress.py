"""What sends bytes, and what changes how many may be sent, at random."""

from __future__ import annotations

from dataclasses import dataclass

from tests.usage.deeds_of_bytes import OfBytes

BATCH = "/file/v1/fileHandle/batch"


@dataclass
class OfEgress(OfBytes):
    """Downloads, and changes of their limits and periods."""

    def download(self, who: int, *which: int) -> None:
        """URLs for some files at once, in any order of the organizations that pay."""
        person = self._one(self.people, who)
        items = []
        for one in which:
            file = self._one(self.files, one)
            if now := file and self.ask(person, "GET", f"/repo/v1/entity/{file}"):
                handle = now["dataFileHandleId"]
                items.append({"fileHandleId": handle, "associateObjectId": file, "associateObjectType": "FileEntity"})
        if items:
            self.ask(person, "POST", BATCH, {"requestedFiles": items, "includePreSignedURLs": True})

    def change_egress(self, which: int, limit: int) -> None:
        """Up, down, or away; a month or a year."""
        path = f"/vesicle/v1/plan/{self._one(self.organizations, which)['planId']}"
        if now := self.ask(self.chief, "GET", path):
            limits = {"egressLimitBytes": limit if limit % 3 else None, "egressPeriod": ("MONTH", "YEAR")[limit % 2]}
            self.ask(self.chief, "PUT", path, {**now, **limits})
