"""`leadrouter roster fairness` shows everybody's duty beside their share."""

from __future__ import annotations

import json

import pytest

ROSTER = """\
roster: works
tz: UTC
people: {anna: {}, boris: {}, somebody-with-a-long-name: {}, guest: {}}
roles:
  duty:
    layers:
      - id: days
        rotation: {people: [anna, boris, anna, somebody-with-a-long-name], unit: days, anchor: 2026-05-04}
  night: {layers: [{id: plan, plan: night.csv}]}
overrides:
  - {role: duty, start: 2026-05-04T22:00, end: 2026-05-04T22:30, assign: [guest]}
"""
WEEKS = ("--from", "2026-05-04", "--to", "2026-05-15")


@pytest.fixture(autouse=True)
def roster(here) -> None:
    (here / "sales" / "roster.yaml").write_text(ROSTER, "utf-8")
    (here / "sales" / "night.csv").write_text("start,end,people\n", "utf-8")


def test_everybody_has_a_bar(run):
    """As long as their hours, with a mark where their share ends, and what lies between."""
    result = run("roster", "fairness", "sales", *WEEKS, COLUMNS="100")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "duty of works from 2026-05-04 to 2026-05-15 (UTC)",
        "",
        "                 turns    hours  weekend  holiday    share  █ hours, │ share                       ±",
        "anna                 7   143:30    24:00     0:00    95:58  ████████████████████│██████████   +47:32",
        "boris                3    72:00    24:00     0:00    95:58  ███████████████▌    │             -23:58",
        "somebody-with-a-     3    72:00     0:00     0:00    95:58  ███████████████▌    │             -23:58",
        "guest                1     0:30     0:00     0:00     0:08  │                                  +0:22",
    ]


def test_people_have_their_colours(run):
    """Those that they have in the weeks."""
    shown = run("roster", "fairness", "sales", *WEEKS, FORCE_COLOR="1", TERM="xterm-256color").stdout
    assert "\x1b[38;5;116m█" in shown
    assert "\x1b[1;30;48;5;116m│" in shown


def test_tallies_as_json(run):
    """Hours as numbers."""
    result = run("roster", "fairness", "sales", *WEEKS, "--json")
    found = {each["person"]: each for each in map(json.loads, result.stdout.splitlines())}
    assert list(found) == ["anna", "boris", "somebody-with-a-long-name", "guest"]
    assert found["guest"] == {
        "person": "guest",
        "turns": 1,
        "hours": 0.5,
        "weekend": 0.0,
        "holiday": 0.0,
        "share": 0.125,
        "owed": -0.375,
    }


def test_a_role_in_which_nobody_takes_part_has_no_bars(run):
    """It is said instead."""
    result = run("roster", "fairness", "sales", "--role", "night", "--at", "2026-05-04")
    assert result.stdout.splitlines() == [
        "night of works from 2026-05-04 to 2027-05-04 (UTC)",
        "nobody takes part",
    ]


def test_a_stretch_without_duty_has_empty_bars(run):
    """Before the anchor nobody is on duty."""
    result = run("roster", "fairness", "sales", "--from", "2026-01-05", "--to", "2026-01-05", COLUMNS="80")
    assert [line.split()[:3] for line in result.stdout.splitlines()[3:]] == [
        ["anna", "0", "0:00"],
        ["boris", "0", "0:00"],
        ["somebody-with-a-", "0", "0:00"],
    ]
