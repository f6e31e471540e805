"""`syncFromSynapse` of many small files beside `aws s3 sync` of the same bytes from the same store.

    python -m bench.sync [--files 1000] [--bytes 1000] [--client-python PATH]

Needs the `aws` program of the test environment.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.real_client.conftest import programs_of
from tests.sending import send

from bench.house import running
from bench.transfers import Rivals, timed

SYNC = """
import synapseutils
done = len(synapseutils.syncFromSynapse(syn, what["id"], path=os.environ["HOME"] + "/got", manifest="suppress"))
"""


def main() -> None:
    """Print the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--bytes", type=int, default=1000)
    parser.add_argument("--client-python", type=Path, help="an interpreter with synapseclient; else ./dev client 4.14")
    asked = parser.parse_args()
    python = asked.client_python or programs_of("4.14") / "python"
    with running() as (server, parent), tempfile.TemporaryDirectory(prefix="vesicle-bench-") as folder:
        rivals = Rivals(server, parent, python, Path(folder))
        project = rivals.person.project()["id"]
        for n in range(asked.files):
            content = os.urandom(asked.bytes)
            handle = send(rivals.person, content, f"file-{n}.bin")
            rivals.person.make("FileEntity", name=f"file-{n}.bin", parentId=project, dataFileHandleId=handle)
            rivals.s3.put_object(Bucket=rivals.bucket, Key=f"bench/sync/file-{n}.bin", Body=content)
        clocks = rivals.client(SYNC, id=project)
        if clocks["id"] != asked.files:
            raise RuntimeError(f"{clocks['id']} of {asked.files} files came")
        settings = server.settings()
        command = [sys.executable, "-m", "awscli", "s3", "sync", "--only-show-errors", "--endpoint-url",
                   settings.s3_endpoint, f"s3://{rivals.bucket}/bench/sync", f"{folder}/aws"]  # fmt: skip
        keys = {
            "AWS_ACCESS_KEY_ID": settings.s3_access_key, "AWS_SECRET_ACCESS_KEY": settings.s3_secret_key,
            "AWS_DEFAULT_REGION": settings.s3_region,
        }  # fmt: skip
        plain = timed(lambda: subprocess.run(command, check=True, env=os.environ | keys))
        came = len(list(Path(folder, "aws").iterdir()))
        if came != asked.files:
            raise RuntimeError(f"aws fetched {came} of {asked.files} files")
    print(
        f"{asked.files} files of {asked.bytes} bytes: client {clocks['wall']:.1f} s (its own CPU {clocks['cpu']:.1f},"
        f" server's {clocks['server']:.1f}), aws s3 sync {plain:.1f} s, {clocks['wall'] / plain:.1f} times as long"
    )


if __name__ == "__main__":
    main()
