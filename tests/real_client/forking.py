"""Runs inside the client's own Python: many commands for the price of one start.

The programs are imported once; each command is a forked child, which is to all intents a `synapse` of its own.
"""

from __future__ import annotations

import os
import pty
import sys
import tempfile
import traceback
from typing import Any

from synapseclient import __main__ as program


def synapse(*arguments: Any, fails: bool = False) -> str:
    """`synapse -s -c .synapseConfig ARGUMENTS`; everything that it printed."""
    sys.stdout.flush()
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if not child:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            os._exit(_run([str(one) for one in arguments]))
        _, status = os.waitpid(child, 0)
        said.seek(0)
        text = said.read().decode()
    assert (status != 0) == fails, f"synapse {' '.join(map(str, arguments))}\n{text}"
    return text


def at_a_terminal(*arguments: Any, answers: list[str]) -> str:
    """The same with somebody at the keyboard, who answers each question (it ends with a colon) in turn."""
    sys.stdout.flush()
    child, terminal = pty.fork()
    if not child:
        os._exit(_run([str(one) for one in arguments]))
    said = b""
    for answer in answers:
        while not said.rstrip().endswith(b":"):
            said += os.read(terminal, 1024)
        os.write(terminal, answer.encode() + b"\n")
        said = said.rstrip().rstrip(b":")
    try:
        while piece := os.read(terminal, 1024):
            said += piece
    except OSError:
        pass  # that is how a terminal says that nobody is there any more
    _, status = os.waitpid(child, 0)
    assert status == 0, said.decode()
    return said.decode()


def _run(arguments: list[str]) -> int:
    sys.argv = ["synapse", "-s", "-c", ".synapseConfig", *arguments]
    try:
        program.main()
        return 0
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - a child never goes on as its parent would
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def id_in(output: str) -> str:
    """The id in what `store` and `create` print."""
    return output.split("entity: ")[1].split("\t")[0].strip()
