"""`leadrouter roster diff` shows who gains and who loses duties."""

from __future__ import annotations

import json

import pytest

from .test_roster import ROSTER

MAY = ("--from", "2026-05-04", "--to", "2026-05-10")


@pytest.fixture(autouse=True)
def rosters(here) -> None:
    (here / "sales" / "roster.yaml").write_text(ROSTER.partition("overrides:")[0], "utf-8")
    (here / "later.yaml").write_text(ROSTER, "utf-8")


def test_changes_are_listed_in_order(run):
    """Role, when, who loses and who gains; then how many there are."""
    result = run("roster", "diff", "sales", "later.yaml", *MAY)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-4:] == [
        "2026-05-05 12:00 – 2026-05-05 18:00  duty  -vera -anna +dima",
        "2026-05-05 18:00 – 2026-05-06 09:00  duty  +dima",
        "2026-05-06 09:00 – 2026-05-06 10:00  duty  -anna +dima",
        f"{len(result.stdout.splitlines()) - 1} changes from 2026-05-04 to 2026-05-10 (Europe/Berlin)",
    ]


def test_one_change_is_one(run):
    """And none is nothing."""
    one = run("roster", "diff", "sales", "later.yaml", "--from", "2026-05-05T20:00", "--to", "2026-05-05T21:00")
    assert one.stdout == (
        "2026-05-05 20:00 – 2026-05-05 21:00  duty  +dima\n"
        "1 change from 2026-05-05 20:00 to 2026-05-05 21:00 (Europe/Berlin)\n"
    )
    none = run("roster", "diff", "sales", "sales", "--at", "2026-05-04")
    assert none.stdout == "nothing changes from 2026-05-04 to 2027-05-04 (Europe/Berlin)\n"


def test_who_loses_is_red_and_who_gains_green(run):
    """On a terminal."""
    shown = run("roster", "diff", "sales", "later.yaml", *MAY, FORCE_COLOR="1", TERM="xterm").stdout
    assert "\x1b[31m-vera " in shown
    assert "\x1b[32m+dima" in shown


def test_changes_as_json(run):
    """A line for each."""
    result = run("roster", "diff", "sales", "later.yaml", *MAY, "--json")
    assert json.loads(result.stdout.splitlines()[-1]) == {
        "role": "duty",
        "start": "2026-05-06T09:00:00+02:00",
        "end": "2026-05-06T10:00:00+02:00",
        "loses": ["anna"],
        "gains": ["dima"],
    }
