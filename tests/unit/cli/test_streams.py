"""Standard input and output, open and closed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from leadrouter.cli.streams import opened, standard_input, standard_output

from .test_program import MAIN, environment


def closing(stream: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own to which a shell gives no such stream."""
    command = ["sh", "-c", f'exec "$@" {stream}', "sh", sys.executable, "-c", MAIN, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment())  # noqa: S603  # our own


@pytest.mark.parametrize(
    "arguments",
    [("route", "sales", "-"), ("handover", "sales", "--apply", "-"), ("erase", "--contact", "-")],
    ids=lambda words: words[0],
)
def test_a_closed_standard_input_is_a_file_that_cannot_be_read(run, leads, arguments):
    """One line says so, with the exit code of a file that is not there."""
    run("route", "sales", leads)
    done = closing("<&-", *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "error: standard input: it is closed\n")


def test_decisions_that_nobody_wants_to_see_are_made_all_the_same(here, leads):
    """A host without standard output has the ledger."""
    done = closing(">&-", "route", "sales", leads)
    assert (done.returncode, (here / "leads.db").exists()) == (0, True)
    assert "3 leads routed" in done.stderr


def test_an_export_needs_an_output_that_is_open(run, leads):
    """What was to be written there would be lost without a word."""
    run("route", "sales", leads)
    done = closing(">&-", "ledger", "export", "leads")
    assert (done.returncode, done.stderr) == (3, "error: standard output: it is closed\n")


def test_streams_that_are_closed_are_told_by_name(monkeypatch):
    """The error is that of a file, so that it ends a command as one does."""
    for name, ask in (("stdin", standard_input), ("stdout", standard_output)):
        monkeypatch.setattr(sys, name, None)
        with pytest.raises(OSError, match="it is closed") as caught:
            ask()
        assert caught.value.filename == {"stdin": "standard input", "stdout": "standard output"}[name]
        monkeypatch.undo()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", None)
        with pytest.raises(OSError, match="it is closed"), opened("-"):
            pass


def test_a_file_is_opened_by_its_name(tmp_path):
    """Byte by byte, and closed again."""
    (tmp_path / "leads.csv").write_bytes(b"\xff\r\n")
    with opened(str(tmp_path / "leads.csv")) as stream:
        assert stream.read() == b"\xff\r\n"
    assert stream.closed
