"""`leadrouter roster check` prints what is wrong with a roster over a stretch of time."""

from __future__ import annotations

import pytest

from .test_roster import ROSTER

ALONE = ROSTER.replace("  backup: {follows: duty, layer: office, offset: 1}\n", "")
NEEDED = ALONE.replace("fallback: olga", 'needed: [{days: workdays, from: "09:00", to: "18:00"}]')
DOUBTFUL = NEEDED + "  - {role: duty, start: 2026-03-29T02:30, end: 2026-03-29T04:00, add: [vera]}\n"
MAY = ("--from", "2026-05-04", "--to", "2026-05-31")


@pytest.fixture
def write(here):
    """Write a roster, and return its file."""

    def write(text: str) -> str:
        (here / "sales" / "roster.yaml").write_text(text, "utf-8")
        return "sales/roster.yaml"

    return write


def test_findings_are_printed_with_their_place_and_instant(run, write):
    """Errors first; they give the exit code 1."""
    result = run("roster", "check", write(ROSTER.replace("fallback: olga", "min: 1")), *MAY)
    assert result.exit_code == 1
    first = result.stderr.splitlines()
    assert first[0].startswith("sales/roster.yaml:7:3: LR750 nobody on duty in role `duty`")
    assert first[0].endswith("(at 2026-05-04T16:00Z)")
    assert first[3].startswith("fix: ")
    assert result.stdout.startswith("sales/roster.yaml: 1 error, ")
    assert result.stdout.endswith(" from 2026-05-04 to 2026-05-31 (Europe/Berlin)\n")


def test_warnings_do_not_fail(run, write):
    """They are called so, and the exit code stays 0."""
    result = run("roster", "check", write(DOUBTFUL), *MAY)
    assert result.exit_code == 0
    assert result.stderr.startswith("sales/roster.yaml:19:25: warning LR720 2026-03-29 02:30 does not exist")
    assert result.stdout.startswith("sales/roster.yaml: 0 errors, 1 warning from")


def test_errors_and_warnings_stand_apart(run, write):
    """A blank line between any two."""
    result = run("roster", "check", write(DOUBTFUL), "--from", "2026-03-28", "--to", "2026-05-31")
    assert [each.split(" ")[1] for each in result.stderr.strip().split("\n\n")] == ["LR750", "warning"]


def test_a_roster_with_faults_is_found_faulty(run, write):
    """Which is what a check is for: exit code 1, each fault with its excerpt."""
    result = run("roster", "check", write(ROSTER.replace("boris, [vera", "borris, [verra")))
    assert result.exit_code == 1
    assert result.stderr.count(": LR7") == 2
    assert "fix: did you mean `boris`?" in result.stderr
    assert result.stdout == "sales/roster.yaml: 2 faults\n"


def test_a_roster_that_is_not_there_cannot_be_read(run):
    """Which is another exit code."""
    result = run("roster", "check", "nowhere")
    assert result.exit_code == 3
    assert result.stdout == "nowhere: 1 fault\n"


def test_a_good_roster_has_nothing(run, write):
    """Then only the last line is printed."""
    good = "roster: a\ntz: UTC\nroles: {duty: {layers: [{id: one, rotation: {people: [anna], unit: fixed}}]}}\n"
    result = run("roster", "check", write(good), "--at", "2026-05-04")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "sales/roster.yaml: 0 errors, 0 warnings from 2026-05-04 to 2027-05-04 (UTC)\n"
