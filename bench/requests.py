"""What a request costs the API process, and whether that stays when a thousand entities become a million.

    python -m bench.requests [--entities 1000 1000000] [--seconds 8]

Needs `wrk` (Debian package wrk) to make the load. A request names a random entity. The figures are processor time of
the API process by request, so that neighbours on the machine matter little, and the requests a second and core that
this implies.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial

from tests.live import Server

from bench.house import api_process, cpu_s, running
from bench.repository import generate

Clock = Callable[[], float]
SCRIPT = """
local ids = {%s}
local headers = {["Authorization"] = "Bearer %s", ["Content-Type"] = "application/json"}
math.randomseed(7)
local made, MADE = 0, os.time() .. " "
request = function()
  made = made + 1
  local id = ids[math.random(#ids)]
  local body = %s
  if body then body = body:gsub("ID", id):gsub("NEW", MADE .. made) end
  return wrk.format("%s", string.gsub("%s", "ID", id), headers, body)
end
"""
BUNDLE = {
    "includeEntity": True,
    "includeAnnotations": True,
    "includeFileHandles": True,
    "includeRestrictionInformation": True,
}
URL = {
    "includePreSignedURLs": True,
    "requestedFiles": [{"fileHandleId": "ID", "associateObjectId": "synID", "associateObjectType": "FileEntity"}],
}
KINDS = ["folder", "file"]
CHILDREN = {"parentId": "synID", "includeTypes": KINDS}
NEW = {"concreteType": "org.sagebionetworks.repo.model.Folder", "parentId": "synID", "name": "NEW"}
# What is asked, and whether a file or a folder is meant.
CASES = {
    "entity by id": ("GET", "/repo/v1/entity/synID", None, "file"),
    "recorded download URL": ("POST", "/file/v1/fileHandle/batch", URL, "file"),
    "bundle2 as the client asks": ("POST", "/repo/v1/entity/synID/bundle2", BUNDLE, "file"),
    "first page of children": ("POST", "/repo/v1/entity/children", CHILDREN, "folder"),
    "create a folder": ("POST", "/repo/v1/entity", NEW, "folder"),
}


# Rows that every request of a case leaves: an answer of 200 alone does not say that the work was done.
LEAVES = {"recorded download URL": "download_record", "create a folder": "node"}


def rows_left(server: Server, case: str) -> int:
    """How many there are by now."""
    with server.database() as conn:
        row = conn.execute(f"SELECT count(*) FROM {LEAVES[case]}").fetchone() if case in LEAVES else None
    return int(row[0]) if row else 0


def measure(
    server: Server, clocks: list[Clock], token: str, case: str, ids: list[int], seconds: int, *, leaves: bool = True
) -> tuple[list[float], float]:
    """Milliseconds of processor time a request, by each clock, and requests a second, of one case."""
    method, path, body, _ = CASES[case]
    quoted = "nil" if body is None else json.dumps(json.dumps(body))
    some = ",".join(f'"{n}"' for n in random.Random(7).sample(ids, min(len(ids), 20_000)))
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT % (some, token, quoted, method, path))
        script.flush()
        command = ["wrk", "-t1", "-c8", f"-d{seconds}", "-s", script.name, server.url]
        subprocess.run([*command[:3], "-d2", *command[4:]], check=True, capture_output=True)
        rows, before = rows_left(server, case), [clock() for clock in clocks]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        used = [clock() - began for clock, began in zip(clocks, before, strict=True)]
    if "Non-2xx" in said:
        raise RuntimeError(said)
    found = re.search(r"(\d+) requests in ([\d.]+)s", said)
    if not found:
        raise RuntimeError(said)
    if leaves and case in LEAVES and rows_left(server, case) - rows < int(found[1]):
        raise RuntimeError(f"{case}: {rows_left(server, case) - rows} rows of {found[1]} requests")
    return [one * 1000 / int(found[1]) for one in used], int(found[1]) / float(found[2])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entities", type=int, nargs="+", default=[1_000, 1_000_000])
    parser.add_argument("--seconds", type=int, default=8)
    asked = parser.parse_args()
    print(f"{'entities':>10}  {'request':<28}{'ms of CPU':>10}{'per s and core':>16}{'seen per s':>12}")
    for files in asked.entities:
        with running(VESICLE_THREADS="8") as (server, parent):
            person = server.person("bench")
            made = generate(server, person, files)
            numbers = {"file": list(made.files), "folder": made.folders}
            api = api_process(parent)
            for case in CASES:
                ids = numbers[CASES[case][3]]
                (cost,), rate = measure(server, [partial(cpu_s, api)], person.token, case, ids, asked.seconds)
                print(f"{files:>10}  {case:<28}{cost:>10.3f}{1000 / cost:>16.0f}{rate:>12.0f}", flush=True)


if __name__ == "__main__":
    main()
