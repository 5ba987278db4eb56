"""The commands under one name: their help, their errors, their ends."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import redirect_stdout
from importlib.metadata import version
from io import StringIO
from pathlib import Path

import pytest

import leadrouter
import leadrouter.cli
from leadrouter.cli import main

COMMANDS = [
    "route",
    "explain",
    "standing",
    "handover",
    "erase",
    "verify",
    "replay",
    "ledger",
    "test",
    "check",
    "roster",
    "format",
    "schema",
]
MAIN = "from leadrouter.cli import main; main()"


def shell(*arguments: str, code: str = MAIN, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command line here, in a process of its own."""
    command = [sys.executable, "-c", code, *arguments]
    env = environment(**settings)
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)  # noqa: S603  # our own words


def environment(**settings: str) -> dict[str, str]:
    """Return the environment of such a process: it finds the library that is tested here."""
    return {**os.environ, "PYTHONPATH": str(Path(leadrouter.__file__).parents[1]), **settings}


def test_help_names_every_command_and_every_exit_code(run):
    """Commands in the order in which they are met, exit codes as they are documented."""
    result = run("--help")
    assert result.exit_code == 0
    names = [line.split()[0] for line in result.stdout.split("Commands:\n")[1].split("\n\n")[0].splitlines()]
    assert names == COMMANDS
    for code in ("0  all is well", "1  cases failed", "2  the command was not", "3  a pack, an organisation"):
        assert code in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run, command):
    """Short and long."""
    long, short = run(command, "--help"), run(command, "-h")
    assert (long.exit_code, long.stdout) == (0, short.stdout)
    assert "Usage: leadrouter" in long.stdout
    assert "Exit codes:" in long.stdout


def test_no_command_is_a_question_for_help(run):
    """And an unknown one is an error of usage."""
    assert "Usage:" in run().output
    result = run("rout")
    assert result.exit_code == 2
    assert "rout" in result.stderr


def test_the_version_is_that_of_the_package(run, monkeypatch):
    """Or that there is none."""
    monkeypatch.setattr("importlib.metadata.version", lambda _: "9.9")
    assert run("--version").stdout == "leadrouter 9.9\n"


def test_a_package_that_is_not_installed_has_no_version(run, monkeypatch):
    """The source can be run from where it lies."""
    monkeypatch.setattr("importlib.metadata.version", lambda _: version("no-such-package-anywhere"))
    assert run("--version").stdout == "leadrouter, not installed\n"


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_without_its_libraries_the_command_line_says_what_to_install(monkeypatch, capsys, missing):
    """The library itself needs neither."""
    monkeypatch.setattr(leadrouter.cli, "find_spec", lambda name: None if name == missing else object())
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 3
    assert capsys.readouterr().err == f"leadrouter's command line needs {missing}: pip install 'leadrouter[cli]'\n"


def test_main_runs_the_program(monkeypatch, capsys):
    """What is installed as `leadrouter`."""
    monkeypatch.setattr(sys, "argv", ["leadrouter", "schema"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("{")


def test_main_prints_to_whatever_takes_text(monkeypatch):
    """A host may have put something else in the place of standard output."""
    monkeypatch.setattr(sys, "argv", ["leadrouter", "--help"])
    with redirect_stdout(StringIO()) as printed, pytest.raises(SystemExit):
        main()
    assert printed.getvalue().startswith("Usage:")


def test_errors_are_printed_without_a_traceback(here):
    """In a process of its own: faults on standard error, nothing on standard output, exit code 3."""
    (here / "sales" / "pack.yaml").write_text("pack: x\nvocabulary: {amount: mony}\n", "utf-8")
    done = shell("route", "sales", "leads.jsonl")
    assert (done.returncode, done.stdout) == (3, "")
    assert "sales/pack.yaml:2:22: LR301 unknown type `mony` of field `amount`" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_ends_the_program_quietly(leads):
    """`leadrouter route … | head -1` neither hangs nor complains."""
    for form in ([], ["--json"]):
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(  # noqa: S603  # as above
            [sys.executable, "-c", MAIN, "route", "sales", leads, "--dry-run", *form],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=environment(),
        )
        os.close(writing)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "BrokenPipe" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
@pytest.mark.parametrize("arguments", [("format", "sales"), ("check", "sales"), ("test", "sales")])
def test_a_full_disk_is_told(here, arguments):  # noqa: ARG001  # there is a pack
    """What could not be written is an error like any other, and no traceback."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(  # noqa: S603  # as above
            [sys.executable, "-c", MAIN, *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=environment(),
        )
    assert (done.returncode, done.stderr) == (3, "error: standard output: No space left on device\n")


def test_what_standard_output_cannot_write_is_escaped(here):
    """A terminal without Cyrillic loses no decision."""
    (here / "sales" / "pack.yaml").write_text("vocabulary: {сумма: mony}\n", "utf-8")
    done = shell("format", "sales", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 3
    assert "\\u0441" in done.stderr


def test_another_error_of_the_system_comes_through(run, monkeypatch):
    """Only errors of files are somebody's mistake; the others are bugs."""

    def broken() -> None:
        raise OSError("no file's fault")

    monkeypatch.setattr("leadrouter.rulepack.schema.pack_schema", broken)
    with pytest.raises(OSError, match="no file's fault"):
        run("schema")


def test_help_is_quick():
    """Help imports nothing of the rest."""
    heavy = ["rich", "re2", "yaml", "leadrouter.router"]
    code = f"""
import sys
from leadrouter.cli import main
try:
    main()
except SystemExit:
    print([name for name in {heavy} if name in sys.modules])
"""
    assert shell("--help", code=code).stdout.splitlines()[-1] == "[]"
