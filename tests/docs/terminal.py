"""What a reader would type into a terminal, and what comes of it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from importlib.metadata import entry_points
from pathlib import Path

from attrs import define
from click.testing import CliRunner

import leadrouter
from leadrouter.cli.program import program

from .page import Example

_WIDTH = {"COLUMNS": "110"}


@define
class Terminal:
    """A folder to be in, and the exit code of the last command."""

    folder: Path
    status: int = 0

    def console(self, example: Example) -> None:
        """Run each `$` line, and compare what it prints where that is shown.

        An exit code other than 0 must be shown too, by `$ echo $?`.
        """
        for command, shown in commands(example):
            if command == "echo $?":
                assert shown.strip() == str(self.status), f"{example.place}: exit code {self.status}, shown is {shown}"
                self.status = 0
                continue
            assert self.status == 0, f"{example.place}: exit code {self.status} is not said"
            self.status, printed = self.run(command)
            assert matches(shown, printed), f"{example.place}: $ {command}\nshown:\n{shown}\nprinted:\n{printed}"
        assert self.status == 0, f"{example.place}: exit code {self.status} is not said"

    def script(self, example: Example) -> None:
        """Run the parts of a command line that call leadrouter; the others set up a machine."""
        for part in re.split(r"&&|\n", example.text):
            words = part.split()
            if words and Path(words[0]).name == "leadrouter":
                status, printed = self.run(shlex.join(["leadrouter", *words[1:]]))
                assert status == 0, f"{example.place}: {part}\n{printed}"

    def run(self, line: str) -> tuple[int, str]:
        """Run one command line; return its exit code and what it printed."""
        words = shlex.split(line)
        if words[0] != "leadrouter" or re.search(r"[|<>]", line):
            return self.in_shell(line)
        with chdir(self.folder):
            result = CliRunner().invoke(program, words[1:], env=_WIDTH, prog_name="leadrouter")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    def in_shell(self, line: str) -> tuple[int, str]:
        """Run what is more than one call of leadrouter."""
        path = f"{self.binaries()}{os.pathsep}{os.environ['PATH']}"
        modules = str(Path(leadrouter.__file__).parents[1])
        environment = {**os.environ, "PATH": path, "PYTHONPATH": modules, **_WIDTH}
        done = subprocess.run(  # noqa: S602  # the lines are those of our own pages
            line, shell=True, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def binaries(self) -> Path:
        """Return a folder with the commands that a page may call, whether leadrouter is installed or not."""
        folder = self.folder / ".bin"
        plugin = "" if entry_points(group="pytest11", name="leadrouter") else "-p leadrouter.pytest_plugin"
        calls = {"leadrouter": "-c 'from leadrouter.cli import main; main()'", "pytest": f"-m pytest {plugin}"}
        folder.mkdir(exist_ok=True)
        for name, call in calls.items():
            script = folder / name
            script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {call} "$@"\n', encoding="utf-8")
            script.chmod(0o755)
        return folder


def commands(example: Example) -> Iterator[tuple[str, str]]:
    """Yield each command of a console block with the output that is shown below it."""
    parts = re.split(r"^\$ ", example.text, flags=re.MULTILINE)
    assert not parts[0], f"{example.place}: a console block begins with `$ `"
    for part in parts[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def matches(shown: str, printed: str) -> bool:
    """Say whether what was printed is what is shown: `…` stands for anything, nothing at all for whatever came."""
    pattern = re.escape(_trimmed(shown)).replace("…", ".*")
    return not shown.strip() or re.fullmatch(pattern, _trimmed(printed), re.DOTALL) is not None


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").split("\n")).rstrip()
