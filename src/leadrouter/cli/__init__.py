"""The command line: `leadrouter`, one module a command."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from io import TextIOWrapper

_NEEDED = ("click", "rich")


def main() -> None:
    """Run the command line; say what to install where its libraries are missing."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        sys.stderr.write(f"leadrouter's command line needs {' and '.join(missing)}: pip install 'leadrouter[cli]'\n")
        raise SystemExit(3)
    from leadrouter.cli.program import program

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Cyrillic shows escapes
    program(prog_name="leadrouter")
